"""The earliest schedule of an order, all routes together, and its latest departures.

Work starts as early as windows, promise, release, pins and ``first_start`` allow, and later until
the relations hold: the least fixed point. Then each route leaves as late as it can without
delaying its return.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Break, Depot, Job, Problem, Relation, RelationType
from routing.roads import Roads
from routing.timing.placed import PlacedRoute, PlacedStop
from routing.timing.starts import (
    Interval,
    bounds,
    earliest_start,
    grace,
    intervals,
    latest_start,
    permitted,
)

# Seconds; less than this is not a push but the noise of floats.
NOISE_S = 1e-9
# A schedule pushed a week beyond the last shift will never settle.
BEYOND_S = 7 * 86400
# Halvings of an interval of a day until it is shorter than a microsecond, and then some.
HALVINGS = 60

Floor = Mapping[str, float]  # job: earliest start that relations force


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants of one route; a break without place has no arrival."""

    depart: float
    back: float
    arrivals: tuple[float | None, ...]
    starts: tuple[float, ...]
    ends: tuple[float, ...]


def times_of_order(
    routes: Sequence[PlacedRoute], *, problem: Problem, roads: Roads
) -> tuple[list[Times], bool]:
    """Times of each route, and whether the relations can be met in this order at all."""
    linked = {job for relation in problem.relations if relation.type.timed for job in relation.jobs}
    floor: dict[str, float] = {}
    times = _settled(routes, floor, problem=problem, roads=roads, rounds=20 * len(linked) + 100)
    possible = times is not None
    if times is None:
        floor = {}
        times = [_earliest(route, roads=roads, floor=floor) for route in routes]
    late = []
    for route, early in zip(routes, times, strict=True):
        leave = _latest_departure(route, early, linked=linked, roads=roads)
        late.append(_earliest(route, roads=roads, floor=floor, depart=leave))
    return late, possible


def _earliest(
    route: PlacedRoute, *, roads: Roads, floor: Floor, depart: float | None = None
) -> Times:
    left = free = leave = route.shift.start if depart is None else depart
    here, pauses = route.begin, list[Interval]()
    arrivals, starts, ends = list[float | None](), list[float](), list[float]()
    for stop in route.stops:
        arrival = None
        if stop.place is None:
            start = max(free, _opening(stop))
            pauses.append((start, start + stop.length_s))
        else:
            assert here is not None
            arrival, _ = roads.of(route.profile).drive(
                here, stop.place, leave=left, factor=route.travel_factor, pauses=pauses
            )
            ready = max(arrival, free) + stop.setup_s
            start = _first_start(stop, ready=ready, route=route, floor=floor)
            left, here, pauses = start + stop.length_s, stop.place, []
        free = start + stop.length_s
        arrivals.append(arrival)
        starts.append(start)
        ends.append(free)
    return Times(
        depart=leave,
        back=max(home(route, roads, here=here, left=left, pauses=pauses), free),
        arrivals=tuple(arrivals),
        starts=tuple(starts),
        ends=tuple(ends),
    )


def home(
    route: PlacedRoute, roads: Roads, *, here: int | None, left: float, pauses: Sequence[Interval]
) -> float:
    """Earliest arrival at the end place."""
    if here is None or route.finish is None:
        return left
    back, _ = roads.of(route.profile).drive(
        here, route.finish, leave=left, factor=route.travel_factor, pauses=pauses
    )
    return back


def _opening(stop: PlacedStop) -> float:
    window = stop.thing.window if isinstance(stop.thing, Break) else None
    return window.opens if window else -math.inf


def _first_start(stop: PlacedStop, *, ready: float, route: PlacedRoute, floor: Floor) -> float:
    """The earliest start; where there is none, the first instant that only the windows forbid."""
    thing = stop.thing
    if isinstance(thing, Break):
        return max(ready, _opening(stop))
    if isinstance(thing, Depot):
        start = earliest_start(intervals(thing.windows), ready=ready)
        return ready if start is None else start
    ready = max(ready, floor.get(thing.id, -math.inf))
    if thing.id == route.jobs[0] and route.shift.first_start is not None:
        ready = max(ready, route.shift.first_start)
    start = earliest_start(permitted(thing, length=stop.length_s), ready=ready)
    return max(ready, bounds(thing)[0]) if start is None else start


# Relations push starts later until all hold.


def _settled(
    routes: Sequence[PlacedRoute],
    floor: dict[str, float],
    *,
    problem: Problem,
    roads: Roads,
    rounds: int,
) -> list[Times] | None:
    """None when no schedule meets the relations. Fills ``floor``."""
    times = [_earliest(route, roads=roads, floor=floor) for route in routes]
    where = {
        stop.stop.id: (number, index)
        for number, route in enumerate(routes)
        for index, stop in enumerate(route.stops)
        if isinstance(stop.thing, Job)
    }
    relations = [
        relation
        for relation in problem.relations
        if relation.type.timed and all(job in where for job in relation.jobs)
    ]
    touching: dict[int, set[int]] = defaultdict(set)
    for index, relation in enumerate(relations):
        for job in relation.jobs:
            touching[where[job][0]].add(index)
    horizon = _horizon(problem)
    unsure = set(range(len(relations)))
    for _ in range(rounds):
        pushed = _raise_floor(floor, [relations[n] for n in unsure], times=times, where=where)
        moved = {where[job][0] for job in pushed}
        if not moved:
            return times
        if max(floor.values()) > horizon:
            return None
        for number in moved:
            times[number] = _earliest(routes[number], roads=roads, floor=floor)
        unsure = set().union(*(touching[number] for number in moved))
    return None


def _raise_floor(
    floor: dict[str, float],
    relations: Sequence[Relation],
    *,
    times: Sequence[Times],
    where: Mapping[str, tuple[int, int]],
) -> set[str]:
    """The jobs that start too early for one of the relations."""
    pushed = set()
    for relation in relations:
        spans = {job: _span(times, where[job]) for job in relation.jobs}
        for job, start in _pushes(relation, spans):
            if start > spans[job][0] + NOISE_S:
                floor[job] = max(floor.get(job, -math.inf), start)
                pushed.add(job)
    return pushed


def _horizon(problem: Problem) -> float:
    ends = (
        shift.end + shift.max_overtime_s
        for technician in problem.technicians
        for shift in technician.shifts
    )
    return max(ends, default=0) + BEYOND_S


def _span(times: Sequence[Times], where: tuple[int, int]) -> Interval:
    number, index = where
    return times[number].starts[index], times[number].ends[index]


def _pushes(relation: Relation, spans: Mapping[str, Interval]) -> Iterator[tuple[str, float]]:
    """Starts that the relation forces, given where its jobs start and end now."""
    if relation.type is RelationType.SAME_START:
        last = max(start for start, _ in spans.values())
        for job in relation.jobs:
            yield job, last - (relation.max_s or 0)
        return
    first, second = relation.jobs
    (start, end), (next_start, _) = spans[first], spans[second]
    if relation.type is RelationType.PRECEDENCE:
        yield second, end + (relation.min_s or 0)
        if relation.max_s is not None:
            yield first, start + next_start - relation.max_s - end
        return
    if relation.min_s is not None:
        yield second, start + relation.min_s
    if relation.max_s is not None:
        yield first, next_start - relation.max_s


# Departures move later as long as nobody comes home later.


def _latest_departure(route: PlacedRoute, early: Times, *, linked: set[str], roads: Roads) -> float:
    limit, there, after = early.back, route.finish, len(route.stops)
    for number in reversed(range(len(route.stops))):
        stop, start = route.stops[number], early.starts[number]
        if stop.place is None:
            continue
        leave = _latest_leave(
            route,
            roads,
            road=(stop.place, there),
            by=limit,
            breaks=route.stops[number + 1 : after],
            sure=early.ends[number],
        )
        latest = _latest_start(stop, by=leave - stop.length_s, start=start, linked=linked)
        limit = max(latest, start) - stop.setup_s
        there, after = stop.place, number
    leave = _latest_leave(
        route,
        roads,
        road=(route.begin, there),
        by=limit,
        breaks=route.stops[:after],
        sure=early.depart,
    )
    return max(route.shift.start, leave)


def _latest_start(stop: PlacedStop, *, by: float, start: float, linked: set[str]) -> float:
    thing = stop.thing
    if isinstance(thing, Break):
        return min(by, thing.window.closes) if thing.window else by
    if isinstance(thing, Depot):
        allowed = intervals(thing.windows)
    elif thing.id in linked or grace(thing) > 0:
        return start
    else:
        allowed = permitted(thing, length=stop.length_s)
    latest = latest_start(allowed, by=by)
    return start if latest is None else latest


def _latest_leave(
    route: PlacedRoute,
    roads: Roads,
    *,
    road: tuple[int | None, int | None],
    by: float,
    breaks: Sequence[PlacedStop],
    sure: float,
) -> float:
    """Latest instant to leave and be ready ``by``, the breaks taken on the way.

    ``sure`` is an instant that is known to do.
    """
    here, there = road
    own = roads.of(route.profile)
    if not breaks:
        if here is None or there is None:
            return by
        return own.departure(here, there, arrive=by, factor=route.travel_factor)

    def works(leave: float) -> bool:
        ready = _ready(route, roads, road=road, leave=leave, breaks=breaks)
        return ready is not None and ready <= by + NOISE_S

    low, high = sure, by
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if works(middle) else (low, middle)
    return next((leave for leave in (high, round(low, 6)) if works(leave)), low)


def _ready(
    route: PlacedRoute,
    roads: Roads,
    *,
    road: tuple[int | None, int | None],
    leave: float,
    breaks: Sequence[PlacedStop],
) -> float | None:
    """When the road is driven and the breaks are over; None when a break would start too late."""
    free, pauses = leave, list[Interval]()
    for stop in breaks:
        assert isinstance(stop.thing, Break)
        opens, closes = intervals([stop.thing.window] if stop.thing.window else [])[0]
        start = max(free, opens)
        if start > closes:
            return None
        free = start + stop.length_s
        pauses.append((start, free))
    here, there = road
    if here is None or there is None:
        return free
    arrival, _ = roads.of(route.profile).drive(
        here, there, leave=leave, factor=route.travel_factor, pauses=pauses
    )
    return max(arrival, free)
