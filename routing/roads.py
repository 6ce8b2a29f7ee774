"""Exact seconds and metres between the places of a problem, and driving through traffic.

Places are indices into ``Problem.locations``; traffic is in ``routing.flow``. Nothing is rounded
here: the judge and every claim use these figures; a search may round its own copy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from routing.flow import Flows
from routing.problem import (
    HaversineTravel,
    Location,
    MatrixTravel,
    PlanarTravel,
    Problem,
    RoundUnits,
    TravelSpec,
)

# Seconds and metres that stand for "no road": 30 years, beyond any shift.
NO_ROAD = 10**9

Pauses = Sequence[tuple[float, float]]


class Roads:
    """Travel of one problem. Raises ValueError when places lack the coordinates it needs."""

    __slots__ = ("_distances", "_profiles", "_traffic")

    def __init__(self, problem: Problem, *, travel: TravelSpec | None = None) -> None:
        """``travel`` stands for that of the problem."""
        travel = travel or problem.travel
        self._traffic = Flows(travel.traffic, travel=travel) if travel.traffic else None
        self._profiles: dict[str, Roads] = {}
        self._distances: _Distances
        if isinstance(travel, MatrixTravel):
            self._distances = _Matrix(travel)
            for name, own in travel.profiles.items():
                self._profiles[name] = Roads(problem, travel=own)
        elif isinstance(travel, PlanarTravel):
            self._distances = _Plane(travel, locations=problem.locations)
        else:
            self._distances = _Sphere(travel, locations=problem.locations)

    def of(self, profile: str) -> Roads:
        """The roads of one profile; "" are those of everybody else. Raises KeyError."""
        return self._profiles[profile] if profile else self

    def metres(self, origin: int, target: int) -> float:
        return 0 if origin == target else self._distances.metres(origin, target)

    def seconds(self, origin: int, target: int, *, factor: float = 1) -> float:
        """Free-flow seconds times the travel factor of the crew; NO_ROAD where there is none."""
        return 0 if origin == target else self._distances.seconds(origin, target, factor)

    def connects(self, origin: int, target: int) -> bool:
        return self.seconds(origin, target) < NO_ROAD

    def arrival(self, origin: int, target: int, *, leave: float, factor: float = 1) -> float:
        """When who leaves then arrives, through traffic."""
        work = self.seconds(origin, target, factor=factor)
        if self._traffic is None or not work:
            return leave + work
        return self._traffic.on(origin, target).advance(leave, work=work)

    def departure(self, origin: int, target: int, *, arrive: float, factor: float = 1) -> float:
        """The latest departure of who arrives then, through traffic."""
        work = self.seconds(origin, target, factor=factor)
        if self._traffic is None or not work:
            return arrive - work
        return self._traffic.on(origin, target).retreat(arrive, work=work)

    def drive(
        self, origin: int, target: int, *, leave: float, factor: float, pauses: Pauses = ()
    ) -> tuple[float, float]:
        """Earliest arrival and seconds at the wheel, standing still during the pauses."""
        work = self.seconds(origin, target, factor=factor)
        at_wheel = 0.0
        if work == 0:
            return leave, at_wheel
        flow = self._traffic.on(origin, target) if self._traffic else None
        for begin, end in pauses:
            arrival = leave + work if flow is None else flow.advance(leave, work=work)
            if arrival <= begin:
                return arrival, at_wheel + arrival - leave
            if begin > leave:
                at_wheel += begin - leave
                work -= begin - leave if flow is None else flow.driven(leave, end=begin)
            leave = max(leave, end)
        arrival = leave + work if flow is None else flow.advance(leave, work=work)
        return arrival, at_wheel + arrival - leave


class _Distances(Protocol):
    """Between two different places."""

    def seconds(self, origin: int, target: int, factor: float) -> float: ...

    def metres(self, origin: int, target: int) -> float: ...


class _Matrix:
    def __init__(self, travel: MatrixTravel) -> None:
        self._travel = travel

    def seconds(self, origin: int, target: int, factor: float) -> float:
        seconds = self._travel.seconds[origin][target]
        return NO_ROAD if seconds is None else seconds * factor

    def metres(self, origin: int, target: int) -> float:
        if self._travel.metres is None:
            return 0
        metres = self._travel.metres[origin][target]
        return NO_ROAD if metres is None else metres


class _Plane:
    def __init__(self, travel: PlanarTravel, *, locations: Sequence[Location]) -> None:
        self._travel = travel
        self._points = [_pair(place, place.x, place.y) for place in locations]

    def seconds(self, origin: int, target: int, factor: float) -> float:
        return self._units(origin, target) * self._travel.seconds_per_unit * factor

    def metres(self, origin: int, target: int) -> float:
        return self._units(origin, target) * self._travel.metres_per_unit

    def _units(self, origin: int, target: int) -> float:
        (x, y), (to_x, to_y) = self._points[origin], self._points[target]
        length = math.sqrt((x - to_x) ** 2 + (y - to_y) ** 2)
        if self._travel.round_units is RoundUnits.DIMACS:
            return int(10 * length) / 10
        if self._travel.round_units is RoundUnits.MILLI:
            return round(1000 * length) / 1000
        return length


class _Sphere:
    def __init__(self, travel: HaversineTravel, *, locations: Sequence[Location]) -> None:
        self._travel = travel
        degrees = [_pair(place, place.lat, place.lon) for place in locations]
        self._radians = [(math.radians(lat), math.radians(lon)) for lat, lon in degrees]

    def seconds(self, origin: int, target: int, factor: float) -> float:
        return self.metres(origin, target) / self._travel.metres_per_second * factor

    def metres(self, origin: int, target: int) -> float:
        (lat, lon), (to_lat, to_lon) = self._radians[origin], self._radians[target]
        half_chord = (
            math.sin((to_lat - lat) / 2) ** 2
            + math.cos(lat) * math.cos(to_lat) * math.sin((to_lon - lon) / 2) ** 2
        )
        angle = 2 * math.asin(math.sqrt(min(1.0, half_chord)))
        return self._travel.radius_m * angle * self._travel.detour_factor


def _pair(place: Location, first: float | None, second: float | None) -> tuple[float, float]:
    if first is None or second is None:
        raise ValueError(f"location {place.id} lacks the coordinates that travel needs")
    return first, second
