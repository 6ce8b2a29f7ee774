"""A solution on the clock and on the road: what rules look at and figures are summed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.problem import Break, Job, Problem, Shift, Technician
from routing.roads import Roads
from routing.solution import Solution, StopKind
from routing.timing.order import Times, times_of_order
from routing.timing.placed import PlacedRoute, PlacedStop, Thing, placed
from routing.timing.promised import promised_times


class Mode(StrEnum):
    """Whose times are judged: those of the solution, or the earliest of its order."""

    TIMED = "timed"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A drive as the road allows it; breaks on the way stand still."""

    earliest_arrival: float
    at_wheel_s: float
    metres: float
    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedStop:
    """``free`` is when the stop or break before it is over (or the departure).

    ``leg`` leads here; a break without place has none.
    """

    kind: StopKind
    id: str
    thing: Thing
    length_s: float
    setup_s: float
    arrival: float | None
    start: float
    end: float
    free: float
    leg: Leg | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFigures:
    """Seconds and metres of one route. ``wait_s`` is what is left; ``longest_leg_s`` the most at
    the wheel between two stops.
    """

    travel_s: float
    distance_m: float
    service_s: float
    setup_s: float
    break_s: float
    unpaid_s: float
    depot_s: float
    duration_s: float
    overtime_s: float
    wait_s: float
    longest_leg_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRoute:
    """``home`` leads to the end place; None when the route went nowhere."""

    placed: PlacedRoute
    stops: tuple[TimedStop, ...]
    depart: float
    back: float
    home: Leg | None
    free: float
    figures: RouteFigures

    @property
    def name(self) -> str:
        return self.placed.name

    @property
    def crew(self) -> tuple[Technician, ...]:
        return self.placed.crew

    @property
    def lead(self) -> Technician:
        return self.placed.lead

    @property
    def people(self) -> frozenset[str]:
        return self.placed.people

    @property
    def shift(self) -> Shift:
        return self.placed.shift

    @property
    def jobs(self) -> tuple[str, ...]:
        return self.placed.jobs

    @property
    def work(self) -> Iterator[tuple[Job, TimedStop]]:
        """The jobs with their stops, in order."""
        return ((stop.thing, stop) for stop in self.stops if isinstance(stop.thing, Job))

    @property
    def breaks(self) -> Iterator[tuple[Break, TimedStop]]:
        return ((stop.thing, stop) for stop in self.stops if isinstance(stop.thing, Break))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where and when a job is done."""

    route: TimedRoute
    start: float
    end: float
    length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """``routes`` are those with stops. A job planned twice is ``served`` where it comes last.

    ``possible`` is False when no schedule meets the relations in the order of the solution.
    """

    problem: Problem
    solution: Solution
    mode: Mode
    routes: tuple[TimedRoute, ...]
    served: Mapping[str, Served]
    possible: bool


def timetable(
    solution: Solution, *, problem: Problem, roads: Roads, mode: Mode | None = None
) -> Timetable:
    """The clock of a solution whose names the problem knows; ``mode`` None follows its starts.

    Raises ValueError when times are to be judged and a stop has none.
    """
    timed = [stop.start is not None for route in solution.routes for stop in route.stops]
    if mode is None:
        mode = Mode.TIMED if all(timed) else Mode.SEQUENCE
    if mode is Mode.TIMED and not all(timed):
        raise ValueError("a stop has no start")
    routes = [placed(route, problem=problem) for route in solution.routes if route.stops]
    possible = True
    if mode is Mode.TIMED:
        times = [promised_times(route, roads=roads) for route in routes]
    else:
        times, possible = times_of_order(routes, problem=problem, roads=roads)
    timed_routes = tuple(
        _timed(route, clock, roads=roads) for route, clock in zip(routes, times, strict=True)
    )
    return Timetable(
        problem=problem,
        solution=solution,
        mode=mode,
        routes=timed_routes,
        served={
            job.id: Served(route=route, start=stop.start, end=stop.end, length_s=stop.length_s)
            for route in timed_routes
            for job, stop in route.work
        },
        possible=possible,
    )


def _timed(route: PlacedRoute, times: Times, *, roads: Roads) -> TimedRoute:
    here, left, free, pauses = route.begin, times.depart, times.depart, list[tuple[float, float]]()
    stops = []
    clock = zip(route.stops, times.arrivals, times.starts, times.ends, strict=True)
    for stop, arrival, start, end in clock:
        leg = None
        before = free
        if stop.place is None:
            pauses.append((start, end))
            free = max(free, end)
        else:
            leg = _leg(route, roads, road=(here, stop.place), left=left, pauses=pauses)
            here, left, free, pauses = stop.place, end, end, []
        stops.append(_timed_stop(stop, arrival=arrival, span=(start, end), free=before, leg=leg))
    home = _leg(route, roads, road=(here, route.finish), left=left, pauses=pauses)
    return TimedRoute(
        placed=route,
        stops=tuple(stops),
        depart=times.depart,
        back=times.back,
        home=home,
        free=free,
        figures=_figures(stops, home, route=route, times=times),
    )


def _leg(
    route: PlacedRoute,
    roads: Roads,
    *,
    road: tuple[int | None, int | None],
    left: float,
    pauses: list[tuple[float, float]],
) -> Leg | None:
    here, there = road
    if here is None or there is None:
        return None
    own = roads.of(route.profile)
    arrival, at_wheel = own.drive(
        here, there, leave=left, factor=route.travel_factor, pauses=pauses
    )
    return Leg(
        earliest_arrival=arrival,
        at_wheel_s=at_wheel,
        metres=own.metres(here, there),
        connected=own.connects(here, there),
    )


def _timed_stop(
    stop: PlacedStop,
    *,
    arrival: float | None,
    span: tuple[float, float],
    free: float,
    leg: Leg | None,
) -> TimedStop:
    start, end = span
    return TimedStop(
        kind=stop.stop.kind,
        id=stop.stop.id,
        thing=stop.thing,
        length_s=stop.length_s,
        setup_s=stop.setup_s,
        arrival=arrival,
        start=start,
        end=end,
        free=free,
        leg=leg,
    )


def _figures(
    stops: list[TimedStop], home: Leg | None, *, route: PlacedRoute, times: Times
) -> RouteFigures:
    legs = [leg for leg in (*(stop.leg for stop in stops), home) if leg]
    breaks = [stop for stop in stops if stop.kind is StopKind.BREAK]
    travel = sum(leg.at_wheel_s for leg in legs)
    service = sum(stop.length_s for stop in stops if stop.kind is StopKind.VISIT)
    setup = sum(stop.setup_s for stop in stops)
    resting = sum(stop.end - stop.start for stop in breaks)
    loading = sum(stop.end - stop.start for stop in stops if stop.kind is StopKind.DEPOT)
    duration = times.back - times.depart
    return RouteFigures(
        travel_s=travel,
        distance_m=sum(leg.metres for leg in legs),
        service_s=service,
        setup_s=setup,
        break_s=resting,
        unpaid_s=sum(
            stop.end - stop.start
            for stop in breaks
            if isinstance(stop.thing, Break) and not stop.thing.paid
        ),
        depot_s=loading,
        duration_s=duration,
        overtime_s=max(0, times.back - route.shift.end),
        wait_s=duration - travel - service - setup - resting - loading,
        longest_leg_s=max((leg.at_wheel_s for leg in legs), default=0),
    )
