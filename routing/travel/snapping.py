"""Finds the road that a place lies on: the nearest point of any line, however long the line is.

Lines are sampled for a KD-tree, close enough that the nearest line always has a sample within a
known radius; then the candidates are measured exactly. Distances are metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from routing.travel.arcs import metres_per_degree, segment_metres
from routing.travel.crowfly import EARTH_M
from routing.travel.extract import PRECISION
from routing.travel.network import Network
from routing.travel.provider import Point

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Farther away from every road a place is not on the map.
REACH_M = 500.0
# A place that is as near to two lines lies on both: at a crossing one may leave along any road. Five
# decimals of a degree move a place by so much.
EQUAL_M = 1.0
SAMPLE_M = 40.0
# So many places are remembered: a large firm's customers, in some megabytes.
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """Where a place meets a line: which piece, metres along it, metres off it, and the point."""

    piece: int
    along_m: float
    off_m: float
    point: Point


class Lines:
    """The lines of a network on which places may lie."""

    def __init__(self, network: Network) -> None:
        self._known: dict[Point, list[Foot]] = {}
        begins = network.begins.astype(np.int64)
        self._lat, self._lon = network.lat / PRECISION, network.lon / PRECISION
        steps = np.append(segment_metres(self._lat, self._lon), 0.0)
        steps[begins[1:] - 1] = 0.0
        total = np.concatenate(([0.0], np.cumsum(steps)[:-1]))
        self.along: Floats = total - np.repeat(total[begins[:-1]], np.diff(begins))
        self.metres: Floats = self.along[begins[1:] - 1]
        self._piece = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
        usable = np.zeros(len(begins) - 1, dtype=np.bool_)
        usable[network.piece[network.start]] = True
        inner = np.ones(len(self._piece), dtype=np.bool_)
        inner[begins[1:] - 1] = False
        chosen = np.nonzero(inner & usable[self._piece])[0]
        parts = np.maximum(1, np.ceil(steps[chosen] / SAMPLE_M)).astype(np.int64)
        self._segment = np.repeat(chosen, parts)
        nth = np.arange(len(self._segment)) - np.repeat(np.cumsum(parts) - parts, parts)
        share = (nth + 0.5) / np.repeat(parts, parts)
        self._tree = cKDTree(
            _on_earth(
                self._lat[self._segment] + share * self._step(self._lat),
                self._lon[self._segment] + share * self._step(self._lon),
            )
        )

    def feet(self, points: Sequence[Point]) -> list[list[Foot]]:
        """The nearest feet of every point, several where lines are as near; empty beyond reach.

        Points are rounded to five decimals. What was found is remembered.
        """
        wanted = [point.rounded() for point in points]
        new = list({point for point in wanted if point not in self._known})
        found = {point: self._known.get(point, []) for point in wanted}
        found.update(zip(new, self._find(new), strict=True))
        if len(self._known) > REMEMBERED:
            self._known = {}
        self._known.update(found)
        return [found[point] for point in wanted]

    def _find(self, points: Sequence[Point]) -> list[list[Foot]]:
        if not points:
            return []
        lat, lon = np.array(points, dtype=np.float64).T
        there = _on_earth(lat, lon)
        nearest, _ = self._tree.query(there)
        # No sample of a segment is more than half a step from any of its points.
        radius = np.hypot(np.minimum(nearest, REACH_M + SAMPLE_M), SAMPLE_M / 2) + 1.0
        near = self._tree.query_ball_point(there, radius)
        owner = np.repeat(np.arange(len(points)), [len(each) for each in near])
        samples = np.concatenate([np.asarray(each, dtype=np.int64) for each in near])
        return self._measured(lat, lon, owner=owner, segments=self._segment[samples])

    def _step(self, values: Floats) -> Floats:
        return np.asarray(values[self._segment + 1] - values[self._segment])

    def _measured(
        self, lats: Floats, lons: Floats, *, owner: Ints, segments: Ints
    ) -> list[list[Foot]]:
        """Exact feet of each place on its segments, in planes that touch the earth there."""
        lat, lon = lats[owner], lons[owner]
        north, east = metres_per_degree(np.radians(lat))
        y, x = (self._lat[segments] - lat) * north, (self._lon[segments] - lon) * east
        ends = segments + 1
        dy, dx = (self._lat[ends] - lat) * north - y, (self._lon[ends] - lon) * east - x
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        share = np.clip(-(x * dx + y * dy) / square, 0.0, 1.0)
        off = np.hypot(x + share * dx, y + share * dy)
        best = np.full(len(lats), REACH_M)
        np.minimum.at(best, owner, off)
        along = self.along[segments] + share * (self.along[ends] - self.along[segments])
        foot_lat, foot_lon = lat + (y + share * dy) / north, lon + (x + share * dx) / east
        feet: list[dict[int, Foot]] = [{} for _ in lats]
        for each in np.nonzero((off <= best[owner] + EQUAL_M) & (off <= REACH_M))[0].tolist():
            piece = int(self._piece[segments[each]])
            mine = feet[int(owner[each])]
            if piece not in mine or off[each] < mine[piece].off_m:
                mine[piece] = Foot(
                    piece=piece,
                    along_m=float(along[each]),
                    off_m=float(off[each]),
                    point=Point(float(foot_lat[each]), float(foot_lon[each])),
                )
        return [list(each.values()) for each in feet]


def _on_earth(lat: Floats, lon: Floats) -> Floats:
    """``(n, 3)`` metres from the centre of the earth."""
    up, over = np.radians(lat), np.radians(lon)
    flat = np.cos(up)
    return EARTH_M * np.column_stack((flat * np.cos(over), flat * np.sin(over), np.sin(up)))
