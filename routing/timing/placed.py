"""A route with its names looked up: people, shift, stops, places, lengths of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Break, Depot, Job, Problem, Shift, Technician
from routing.solution import Route, Stop, StopKind

Thing = Job | Depot | Break


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedStop:
    """``place`` is the index of a location; None is a break wherever the technician is.

    ``length_s`` is what the stop takes at least in these hands, ``setup_s`` what it takes to get in
    from the stop before it.
    """

    stop: Stop
    thing: Thing
    place: int | None
    length_s: float
    setup_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRoute:
    """``begin`` and ``finish`` are None only when the route goes nowhere at all."""

    route: Route
    crew: tuple[Technician, ...]
    shift: Shift
    stops: tuple[PlacedStop, ...]
    begin: int | None
    finish: int | None
    travel_factor: float
    profile: str
    jobs: tuple[str, ...]

    @property
    def lead(self) -> Technician:
        return self.crew[0]

    @property
    def people(self) -> frozenset[str]:
        return frozenset(self.route.technicians)

    @property
    def name(self) -> str:
        return "+".join(self.route.technicians)


def placed(route: Route, *, problem: Problem) -> PlacedRoute:
    """Raises KeyError or StopIteration for names that ``answer_faults`` would have reported."""
    crew = tuple(problem.technician_by_id[name] for name in route.technicians)
    shift = next(s for s in crew[0].shifts if route.shift is None or s.id == route.shift)
    breaks = {pause.id: pause for pause in shift.breaks}
    things = [_thing(stop, problem=problem, breaks=breaks) for stop in route.stops]
    places = [
        None if thing.location is None else problem.location_index[thing.location]
        for thing in things
    ]
    known = [place for place in places if place is not None]
    begin = _end(shift.start_location, known[:1], problem=problem)
    finish = _end(shift.end_location, known[-1:] or [begin], problem=problem)
    stops, here = [], begin
    for stop, thing, place in zip(route.stops, things, places, strict=True):
        moves = place is not None and place != here and stop.kind is not StopKind.BREAK
        stops.append(
            PlacedStop(
                stop=stop,
                thing=thing,
                place=place,
                length_s=length_of(thing, crew=crew),
                setup_s=problem.locations[place].setup_s if place is not None and moves else 0,
            )
        )
        here = here if place is None else place
    return PlacedRoute(
        route=route,
        crew=crew,
        shift=shift,
        stops=tuple(stops),
        begin=begin,
        finish=finish,
        travel_factor=max(technician.travel_factor for technician in crew),
        profile=crew[0].profile,
        jobs=route.jobs,
    )


def _thing(stop: Stop, *, problem: Problem, breaks: Mapping[str, Break]) -> Thing:
    if stop.kind is StopKind.VISIT:
        return problem.job_by_id[stop.id]
    return problem.depot_by_id[stop.id] if stop.kind is StopKind.DEPOT else breaks[stop.id]


def _end(
    name: str | None, otherwise: list[int] | list[int | None], *, problem: Problem
) -> int | None:
    """An open end lies where the first or last stop is."""
    if name is not None:
        return problem.location_index[name]
    return otherwise[0] if otherwise else None


def length_of(thing: Thing, *, crew: Sequence[Technician]) -> float:
    """Seconds that a stop takes at least; a crew takes as long as its slowest."""
    if not isinstance(thing, Job):
        return thing.duration_s
    own = thing.duration_by_technician
    return max(
        own.get(technician.id, thing.duration_s * technician.service_factor) for technician in crew
    )
