"""Which town a point belongs to: by its border where there is one, else the nearest settlement.

People call one place by several names: the municipality, the village, the quarter. All are kept;
one is the town, the others also count when an address is compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from routing.geocode.answer import METRES_A_DEGREE
from routing.geocode.gather import LAST_REGION, Border, Point, Settlement

# How far a settlement reaches, in metres: starting values, used only against each other.
REACH = {
    "city": 10_000.0, "town": 5_000.0, "municipality": 5_000.0, "village": 2_500.0,
    "suburb": 2_000.0, "borough": 2_000.0, "quarter": 1_200.0, "hamlet": 1_200.0,
    "neighbourhood": 800.0, "isolated_dwelling": 400.0,
}  # fmt: skip
TOWNS = frozenset({"city", "town", "municipality", "village", "hamlet"})
# Farther than so many reaches nobody says that he lives there.
MOST_REACHES = 3.0
_NEAREST = 12
# Which border is the town, best first: municipality, then its neighbours in other countries.
_TOWN_LEVELS = (8, 7, 9, 10, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """The town of a point, all its names and what else the place is called, and its postcode."""

    town: str = ""
    names: tuple[str, ...] = ()
    postcode: str = ""


def whereabouts(
    points: Sequence[Point], *, borders: Sequence[Border], settlements: Sequence[Settlement]
) -> list[Whereabouts]:
    """One answer a point. O(points inside its bounds) a border, and one nearest-neighbour query."""
    if not points:
        return []
    array = np.asarray(points, dtype=np.float64)
    inside: list[list[Border]] = [[] for _ in points]
    for border in borders:
        if border.level == 0 or border.level > LAST_REGION:
            for index in np.flatnonzero(contains(border, array)):
                inside[index].append(border)
    nearby = _nearby(array, settlements)
    return [_told(around, near) for around, near in zip(inside, nearby, strict=True)]


def contains(border: Border, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the (n, 2) points lie inside; a ray crosses the rings an odd number of times."""
    corners = np.asarray([corner for ring in border.outer for corner in ring])
    low, high = corners.min(axis=0), corners.max(axis=0)
    within: NDArray[np.bool_] = ((points >= low) & (points <= high)).all(axis=1)
    chosen = points[within]
    odd = np.zeros(len(chosen), dtype=np.bool_)
    for ring in (*border.outer, *border.inner):
        for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:] + ring[:1], strict=True):
            if lat_a == lat_b:
                continue
            crosses = (lat_a > chosen[:, 0]) != (lat_b > chosen[:, 0])
            at = lon_a + (chosen[:, 0] - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            odd ^= crosses & (chosen[:, 1] < at)
    within[within] = odd
    return within


def _nearby(
    points: NDArray[np.float64], settlements: Sequence[Settlement]
) -> list[list[Settlement]]:
    """For each point the settlements in whose reach it lies, the likeliest first."""
    known = [each for each in settlements if each.kind in REACH]
    if not known:
        return [[] for _ in points]
    shrink = math.cos(math.radians(float(points[:, 0].mean())))
    scale = np.asarray([METRES_A_DEGREE, METRES_A_DEGREE * shrink])
    tree = KDTree(np.asarray([each.at for each in known]) * scale)
    metres, places = tree.query(points * scale, k=min(_NEAREST, len(known)))
    metres, places = metres.reshape(len(points), -1), places.reshape(len(points), -1)
    found = []
    for row, ids in zip(metres.tolist(), places.tolist(), strict=True):
        reaches = sorted(
            (far / REACH[known[each].kind], each) for far, each in zip(row, ids, strict=True)
        )
        found.append([known[each] for far, each in reaches if far <= MOST_REACHES])
    return found


def _told(around: Sequence[Border], near: Sequence[Settlement]) -> Whereabouts:
    """Towns whose border is known and does not contain the point do not count, if one does."""
    order = {level: rank for rank, level in enumerate(_TOWN_LEVELS)}
    named = sorted(
        (each for each in around if each.names and each.level),
        key=lambda each: (order.get(each.level, len(order)), each.names),
    )
    towns = [each for each in near if each.kind in TOWNS]
    quarters = [each for each in near if each.kind not in TOWNS]
    close: list[Settlement] = [*towns[:1], *quarters[:1]]
    first = named[0].names[0] if named else towns[0].names[0] if towns else ""
    names = [name for border in named for name in border.names]
    names += [name for settlement in close for name in settlement.names]
    codes = [border.postcode for border in around] + [town.postcode for town in towns[:1]]
    if not first and close:
        first = close[0].names[0]
    return Whereabouts(
        town=first, names=tuple(dict.fromkeys(names)), postcode=next(filter(None, codes), "")
    )
