"""Exact seconds and metres between the places of a problem, and driving through traffic.

Places are indices into ``Problem.locations``. While a traffic factor f holds, f seconds pass for
each free-flow second, so nobody who leaves later arrives earlier. Nothing is rounded here: the
judge and every claim use these figures; a search may round its own copy.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Sequence
from typing import Protocol

from routing.problem import (
    HaversineTravel,
    Location,
    MatrixTravel,
    PlanarTravel,
    Problem,
    RoundUnits,
    Traffic,
    TravelSpec,
)

# Seconds and metres that stand for "no road": 30 years, beyond any shift.
NO_ROAD = 10**9
# Seconds; instants this near to the border of a traffic slice lie on it.
BORDER_S = 1e-9

Pauses = Sequence[tuple[float, float]]


class Roads:
    """Travel of one problem. Raises ValueError when places lack the coordinates it needs."""

    __slots__ = ("_distances", "_profiles", "_traffic")

    def __init__(self, problem: Problem, *, travel: TravelSpec | None = None) -> None:
        """``travel`` stands for that of the problem."""
        travel = travel or problem.travel
        self._traffic = _Flow(travel.traffic) if travel.traffic else None
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

    def advance(self, leave: float, *, work: float) -> float:
        """Arrival of a drive of ``work`` free-flow seconds that starts at ``leave``."""
        return self._traffic.advance(leave, work=work) if self._traffic else leave + work

    def retreat(self, arrive: float, *, work: float) -> float:
        """Latest departure of a drive of ``work`` free-flow seconds that is over at ``arrive``."""
        return self._traffic.retreat(arrive, work=work) if self._traffic else arrive - work

    def driven(self, begin: float, *, end: float) -> float:
        """Free-flow seconds that a drive from ``begin`` to ``end`` covers."""
        return self._traffic.driven(begin, end=end) if self._traffic else end - begin

    def drive(
        self, origin: int, target: int, *, leave: float, factor: float, pauses: Pauses = ()
    ) -> tuple[float, float]:
        """Earliest arrival and seconds at the wheel, standing still during the pauses."""
        work = self.seconds(origin, target, factor=factor)
        at_wheel = 0.0
        if work == 0:
            return leave, at_wheel
        for begin, end in pauses:
            arrival = self.advance(leave, work=work)
            if arrival <= begin:
                return arrival, at_wheel + arrival - leave
            if begin > leave:
                at_wheel += begin - leave
                work -= self.driven(leave, end=begin)
            leave = max(leave, end)
        arrival = self.advance(leave, work=work)
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


class _Flow:
    """A slice is walked by its number, not found again by its instant, so walks always end."""

    def __init__(self, traffic: Traffic) -> None:
        self._repeat = traffic.repeat_s or None
        slices = [(piece.start, piece.factor) for piece in traffic.slices]
        first = 0 if self._repeat else -math.inf
        if slices[0][0] != first:  # the last slice wraps round; without repeat, free flow
            slices.insert(0, (first, slices[-1][1] if self._repeat else 1))
        self._begins = [begin for begin, _ in slices]
        self._ends = [*self._begins[1:], self._repeat or math.inf]
        self._factors = [factor for _, factor in slices]
        self._per_turn = (  # free-flow seconds that one repetition holds
            sum(
                (e - b) / f for b, e, f in zip(self._begins, self._ends, self._factors, strict=True)
            )
            if self._repeat
            else math.inf
        )

    def advance(self, leave: float, *, work: float) -> float:
        now, work = self._whole_turns(leave, work=work, sign=1)
        for _, end, factor in self._onwards(now):
            room = max(0, end - now) / factor
            if room >= work:
                return now + work * factor
            work -= room
            now = max(now, end)
        return now  # pragma: no cover - the last slice has no end

    def retreat(self, arrive: float, *, work: float) -> float:
        now, work = self._whole_turns(arrive, work=work, sign=-1)
        for begin, _, factor in self._backwards(now):
            room = max(0, now - begin) / factor
            if room >= work:
                return now - work * factor
            work -= room
            now = min(now, begin)
        return now  # pragma: no cover - the first slice has no begin

    def driven(self, begin: float, *, end: float) -> float:
        if end <= begin:
            return 0
        total, now = 0.0, begin
        if self._repeat:
            turns = math.floor((end - begin) / self._repeat)
            total, now = turns * self._per_turn, begin + turns * self._repeat
        for _, close, factor in self._onwards(now):
            total += max(0, min(close, end) - now) / factor
            if close >= end:
                break
            now = max(now, close)
        return total

    def _whole_turns(self, now: float, *, work: float, sign: int) -> tuple[float, float]:
        """Skips repetitions that a long drive uses up entirely."""
        if not self._repeat or work < 2 * self._per_turn:
            return now, work
        turns = math.floor(work / self._per_turn) - 1
        return now + sign * turns * self._repeat, work - turns * self._per_turn

    def _onwards(self, now: float) -> Iterator[tuple[float, float, float]]:
        base, index = self._locate(now)
        while True:
            yield base + self._begins[index], base + self._ends[index], self._factors[index]
            index += 1
            if index == len(self._begins):
                base, index = base + (self._repeat or 0), 0

    def _backwards(self, now: float) -> Iterator[tuple[float, float, float]]:
        base, index = self._locate(now)
        while True:
            yield base + self._begins[index], base + self._ends[index], self._factors[index]
            index -= 1
            if index < 0:
                base, index = base - (self._repeat or 0), len(self._begins) - 1

    def _locate(self, now: float) -> tuple[float, int]:
        """Begin of the repetition, and number of the slice that holds ``now``."""
        base = 0.0
        if self._repeat:
            turn = math.floor(now / self._repeat)
            if self._repeat * (turn + 1) - now < BORDER_S:
                turn += 1
            base = turn * self._repeat
        index = bisect.bisect_right(self._begins, now - base + BORDER_S) - 1
        return base, max(index, 0)
