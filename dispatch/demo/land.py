"""Territories of a demo world: towns gathered into areas, and doorsteps drawn in them.

A territory is the cell of its centre: every doorstep belongs to the nearest one, so that cells
neither overlap nor leave gaps. Kilometres on a plane that touches the pack's centre; the error over
70 km is far below what a doorstep is known to.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from dispatch.demo.pack import Pack, Place

KM_PER_DEGREE = 111.2
ROUNDS = 15
RIM_CORNERS = 48


class Spot(NamedTuple):
    """Kilometres east and north of the pack's centre."""

    east: float
    north: float


class Doorstep(NamedTuple):
    """Where somebody lives or works; degrees."""

    place: Place
    line: str
    postcode: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A territory to be, numbered from 0."""

    number: int
    centre: Spot
    polygon: tuple[tuple[float, float], ...]
    places: tuple[Place, ...]

    @property
    def name(self) -> str:
        """The biggest town, its districts taken together."""
        towns: Counter[str] = Counter()
        for place in self.places:
            towns[place.town] += place.inhabitants
        return towns.most_common(1)[0][0]

    @property
    def middle(self) -> Place:
        """The biggest place of that town."""
        own = [place for place in self.places if place.town == self.name]
        return max(own, key=lambda place: place.inhabitants)

    @property
    def weight(self) -> float:
        """How much happens here, comparable between areas."""
        return sum(place.weight for place in self.places)


class Land:
    """The towns of a pack, divided into areas."""

    def __init__(self, pack: Pack, *, areas: int, drawn: random.Random) -> None:
        self.pack = pack
        self._shares = list(accumulate(place.weight for place in pack.places))
        spots = [self.spot(place.latitude, place.longitude) for place in pack.places]
        centres = _centres(spots, weights=[p.weight for p in pack.places], n=areas, drawn=drawn)
        nearest = [_nearest(spot, centres) for spot in spots]
        self.areas = tuple(
            Area(
                number=number,
                centre=centre,
                polygon=self._cell(number, centres),
                places=tuple(p for p, n in zip(pack.places, nearest, strict=True) if n == number),
            )
            for number, centre in enumerate(centres)
        )

    def spot(self, latitude: float, longitude: float) -> Spot:
        lat0, lon0 = self.pack.setting.centre
        shrink = math.cos(math.radians(lat0))
        return Spot((longitude - lon0) * shrink * KM_PER_DEGREE, (latitude - lat0) * KM_PER_DEGREE)

    def degrees(self, spot: Spot) -> tuple[float, float]:
        """Latitude and longitude, to a metre."""
        lat0, lon0 = self.pack.setting.centre
        shrink = math.cos(math.radians(lat0))
        latitude = lat0 + spot.north / KM_PER_DEGREE
        return round(latitude, 5), round(lon0 + spot.east / shrink / KM_PER_DEGREE, 5)

    def area_of(self, latitude: float, longitude: float) -> Area:
        """The area of a doorstep, also outside of all."""
        spot = self.spot(latitude, longitude)
        return self.areas[_nearest(spot, [area.centre for area in self.areas])]

    def doorstep(self, drawn: random.Random, *, place: Place | None = None) -> Doorstep:
        """Somewhere in or near a town, drawn by size, inside the pack's circle."""
        if place is None:
            place = drawn.choices(self.pack.places, cum_weights=self._shares)[0]
        # A town of 50,000 spreads about 1.5 km around its middle.
        sigma = 0.6 + 0.9 * math.sqrt(min(place.inhabitants, 250_000) / 50_000)
        middle = self.spot(place.latitude, place.longitude)
        spot = Spot(middle.east + drawn.gauss(0, sigma), middle.north + drawn.gauss(0, sigma))
        reach = math.hypot(*spot) / (self.pack.setting.radius_km + 2)
        if reach > 1:
            spot = Spot(spot.east / reach, spot.north / reach)
        line, postcode = self.pack.address(place, drawn=drawn)
        return Doorstep(place, line, postcode, *self.degrees(spot))

    def border(self, drawn: random.Random) -> tuple[float, float]:
        """A point on the line between two areas."""
        one, other = drawn.sample(self.areas, 2)
        middle = Spot(
            (one.centre.east + other.centre.east) / 2, (one.centre.north + other.centre.north) / 2
        )
        return self.degrees(middle)

    def outside(self) -> tuple[float, float]:
        """A point beyond all areas."""
        return self.degrees(Spot(0.0, -(self.pack.setting.radius_km + 15)))

    def _cell(self, number: int, centres: list[Spot]) -> tuple[tuple[float, float], ...]:
        rim_km = self.pack.setting.radius_km + 5
        turns = [2 * math.pi * step / RIM_CORNERS for step in range(RIM_CORNERS)]
        cell = [Spot(rim_km * math.cos(turn), rim_km * math.sin(turn)) for turn in turns]
        for other, centre in enumerate(centres):
            if other != number:
                cell = _nearer(cell, own=centres[number], other=centre)
        return tuple(self.degrees(spot) for spot in cell)


def _centres(
    spots: list[Spot], *, weights: list[float], n: int, drawn: random.Random
) -> list[Spot]:
    """Weighted means of ``n`` groups (Lloyd's rounds from centres far apart)."""
    centres = [drawn.choices(spots, weights=weights)[0]]
    while len(centres) < n:
        far = [
            w * min(_squared(s, c) for c in centres) for s, w in zip(spots, weights, strict=True)
        ]
        centres.append(drawn.choices(spots, weights=far)[0])
    for _ in range(ROUNDS):
        groups: list[list[tuple[Spot, float]]] = [[] for _ in centres]
        for spot, weight in zip(spots, weights, strict=True):
            groups[_nearest(spot, centres)].append((spot, weight))
        centres = [
            _mean(group) if group else centre for group, centre in zip(groups, centres, strict=True)
        ]
    return centres


def _mean(group: list[tuple[Spot, float]]) -> Spot:
    total = sum(weight for _, weight in group)
    return Spot(
        sum(spot.east * weight for spot, weight in group) / total,
        sum(spot.north * weight for spot, weight in group) / total,
    )


def _nearest(spot: Spot, centres: list[Spot]) -> int:
    return min(range(len(centres)), key=lambda number: _squared(spot, centres[number]))


def _squared(one: Spot, other: Spot) -> float:
    return (one.east - other.east) ** 2 + (one.north - other.north) ** 2


def _nearer(cell: list[Spot], *, own: Spot, other: Spot) -> list[Spot]:
    """The part of a convex cell that is nearer to its own centre than to the other one."""
    kept: list[Spot] = []
    for here, there in zip(cell, cell[1:] + cell[:1], strict=True):
        ahead = [_squared(spot, other) - _squared(spot, own) for spot in (here, there)]
        if ahead[0] >= 0:
            kept.append(here)
        if ahead[0] * ahead[1] < 0:
            share = ahead[0] / (ahead[0] - ahead[1])
            kept.append(
                Spot(
                    here.east + share * (there.east - here.east),
                    here.north + share * (there.north - here.north),
                )
            )
    return kept
