"""A problem as numbers: roads, vehicles, who may go where, and when work may start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from routing.problem import (
    Break,
    HaversineTravel,
    Job,
    MatrixTravel,
    PlanarTravel,
    Problem,
    RoundUnits,
    Shift,
    Technician,
)
from routing.roads import NO_ROAD, Roads
from routing.trial.ability import Span, intersect, valid_spans

ANY_TIME: tuple[Span, ...] = ((-math.inf, math.inf),)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vehicle:
    """One technician, or a crew whose first member leads, in one shift of the lead.

    Places are location numbers; ``begin`` or ``finish`` None is open. ``latest`` is the shift's end
    with all overtime.
    """

    index: int
    crew: tuple[Technician, ...]
    shift: Shift
    begin: int | None
    finish: int | None
    break_places: tuple[int | None, ...]
    travel_factor: float
    latest: float
    tools: frozenset[str]
    parts: Mapping[str, float]
    capacity: Mapping[str, float]

    @property
    def lead(self) -> Technician:
        return self.crew[0]

    @property
    def breaks(self) -> tuple[Break, ...]:
        return self.shift.breaks

    @property
    def people(self) -> frozenset[str]:
        return frozenset(technician.id for technician in self.crew)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """``seconds`` and ``metres`` are ``(n, n)`` float tables of the locations, free flow, exact.

    ``lengths[v][j]`` are the seconds that vehicle v works at job j; ``spans[v][j]`` the closed
    intervals in which it may start there, in order, and empty when it never may.
    """

    problem: Problem
    jobs: list[Job]
    roads: Roads
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    second_rows: Sequence[Sequence[float]]
    metre_rows: Sequence[Sequence[float]]
    setups: Sequence[float]
    vehicles: tuple[Vehicle, ...]
    job_number: Mapping[str, int]
    places: list[int]
    lengths: list[list[float]]
    spans: list[list[tuple[Span, ...]]]
    linked: frozenset[int]
    stocked: bool
    vehicle_of: Mapping[tuple[frozenset[str], str | None], int] = field(default_factory=dict)

    def put_job(self, job: Job, *, number: int) -> None:
        """Let this number stand for another job, one that no relation names."""
        self.jobs[number] = job
        self.places[number] = self.problem.location_index[job.location]
        for vehicle, lengths, spans in zip(self.vehicles, self.lengths, self.spans, strict=True):
            lengths[number] = _length(job, vehicle)
            spans[number] = _spans(self.problem, job, vehicle, lengths[number])


def tabulate(problem: Problem, *, crews: Sequence[Sequence[str]] = ()) -> Tables:
    """Work the numbers out once. ``crews`` names technicians that travel together, lead first."""
    roads = Roads(problem)
    seconds, metres = _road_tables(problem)
    vehicles = _vehicles(problem, crews=crews)
    linked = {job for relation in problem.relations if relation.type.timed for job in relation.jobs}
    lengths = [[_length(job, vehicle) for job in problem.jobs] for vehicle in vehicles]
    return Tables(
        problem=problem,
        jobs=list(problem.jobs),
        roads=roads,
        seconds=seconds,
        metres=metres,
        second_rows=seconds.tolist(),
        metre_rows=metres.tolist(),
        setups=[place.setup_s for place in problem.locations],
        vehicles=vehicles,
        job_number={job.id: number for number, job in enumerate(problem.jobs)},
        places=[problem.location_index[job.location] for job in problem.jobs]
        + [problem.location_index[depot.location] for depot in problem.depots],
        lengths=lengths,
        spans=[
            [
                _spans(problem, job, vehicle, length)
                for job, length in zip(problem.jobs, row, strict=True)
            ]
            for vehicle, row in zip(vehicles, lengths, strict=True)
        ],
        linked=frozenset(n for n, job in enumerate(problem.jobs) if job.id in linked),
        stocked=any(job.tools or job.parts or job.demand for job in problem.jobs),
        vehicle_of={(v.people, v.shift.id): v.index for v in reversed(vehicles)},
    )


def _vehicles(problem: Problem, *, crews: Sequence[Sequence[str]]) -> tuple[Vehicle, ...]:
    """Everybody alone in each shift, and each crew in each shift of its lead that all share."""
    teams: list[tuple[Technician, ...]] = [(one,) for one in problem.technicians]
    teams += [tuple(problem.technician_by_id[one] for one in crew) for crew in crews]
    found: list[Vehicle] = []
    for team in teams:
        for shift in team[0].shifts:
            if all(_covers(one, shift) for one in team[1:]):
                found.append(_vehicle(problem, team, shift, index=len(found)))
    return tuple(found)


def _covers(technician: Technician, shift: Shift) -> bool:
    return any(own.start <= shift.start and own.end >= shift.end for own in technician.shifts)


def _vehicle(
    problem: Problem, crew: tuple[Technician, ...], shift: Shift, *, index: int
) -> Vehicle:
    where = problem.location_index
    return Vehicle(
        index=index,
        crew=crew,
        shift=shift,
        begin=None if shift.start_location is None else where[shift.start_location],
        finish=None if shift.end_location is None else where[shift.end_location],
        break_places=tuple(
            None if pause.location is None else where[pause.location] for pause in shift.breaks
        ),
        travel_factor=max(one.travel_factor for one in crew),
        latest=shift.end + shift.max_overtime_s,
        tools=frozenset(tool for one in crew for tool in one.tools),
        parts=_sums([one.parts for one in crew]),
        capacity=_sums([one.capacity for one in crew]),
    )


def _sums(amounts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for carried in amounts:
        for name, amount in carried.items():
            total[name] = total.get(name, 0) + amount
    return total


def _length(job: Job, vehicle: Vehicle) -> float:
    """Seconds of work in these hands; a crew is as fast as its slowest."""
    own = job.duration_by_technician
    if own:
        return max(own.get(one.id, job.duration_s * one.service_factor) for one in vehicle.crew)
    return job.duration_s * max(one.service_factor for one in vehicle.crew)


def _spans(problem: Problem, job: Job, vehicle: Vehicle, length: float) -> tuple[Span, ...]:
    """When this vehicle may start the job. Empty: never, whatever else it does that day."""
    if not _welcome(job, vehicle):
        return ()
    spans = start_spans(job, length=length)
    spans = intersect(spans, valid_spans(job, vehicle.crew, length=length))
    for name, amount in job.equipment.items():
        machine = problem.equipment_by_id[name]
        if amount > machine.count:
            return ()
        if machine.windows and amount:
            open_spans = [(window.opens, window.closes - length) for window in machine.windows]
            spans = intersect(spans, tuple(span for span in open_spans if span[0] <= span[1]))
    return spans


def start_spans(job: Job, *, length: float) -> tuple[Span, ...]:
    """When work of this length may start by the job's own windows, promise, release and pin."""
    lowest, highest = start_bounds(job)
    grace = math.inf if job.max_lateness_s is None else job.max_lateness_s
    inside = length if job.finish_inside else 0
    found = []
    for opens, closes in ((w.opens, w.closes) for w in job.windows) if job.windows else ANY_TIME:
        span = max(opens, lowest), min(closes - inside + grace, highest)
        if span[0] <= span[1]:
            found.append(span)
    return tuple(sorted(found))


def start_bounds(job: Job) -> Span:
    """No start before the first, none after the second: release, promise and pin."""
    lowest, highest = [-math.inf], [math.inf]
    if job.release is not None:
        lowest.append(job.release)
    if job.promise is not None:
        lowest.append(job.promise.opens)
        if job.promise_hard:
            highest.append(job.promise.closes)
    if job.pin is not None and job.pin.start is not None:
        lowest.append(job.pin.start - job.pin.slack_s)
        highest.append(job.pin.start + job.pin.slack_s)
    return max(lowest), min(highest)


def _welcome(job: Job, vehicle: Vehicle) -> bool:
    """Chosen technicians, territories, crew size and pins."""
    people = vehicle.people
    if len(vehicle.crew) < job.crew_size or people & job.forbidden_technicians:
        return False
    if job.allowed_technicians is not None and not people & job.allowed_technicians:
        return False
    pin = job.pin
    if pin is not None and pin.technician is not None and pin.technician not in people:
        return False
    if pin is not None and pin.shift is not None and pin.shift != vehicle.shift.id:
        return False
    return all(works_in(one, job.territory) for one in vehicle.crew)


def works_in(technician: Technician, territory: str | None) -> bool:
    """Whether the technician may go to this territory at all."""
    if territory is None:
        return True
    allowed = technician.allowed_territories
    if territory in technician.forbidden_territories:
        return False
    return allowed is None or territory in allowed


def _road_tables(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exactly what ``Roads`` says, worked out at once where that gives the same floats."""
    travel = problem.travel
    size = len(problem.locations)
    if isinstance(travel, MatrixTravel):
        seconds = _matrix(travel.seconds, size)
        metres = np.zeros((size, size)) if travel.metres is None else _matrix(travel.metres, size)
    elif isinstance(travel, PlanarTravel):
        units = _units(problem, travel.round_units)
        seconds, metres = units * travel.seconds_per_unit, units * travel.metres_per_unit
    else:
        metres = _great_circles(problem, travel)
        seconds = metres / travel.metres_per_second
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(metres, 0)
    return seconds, metres


def _matrix(rows: Sequence[Sequence[float | None]], size: int) -> NDArray[np.float64]:
    cells = [[NO_ROAD if cell is None else cell for cell in row] for row in rows]
    return np.array(cells, dtype=np.float64).reshape(size, size)


def _units(problem: Problem, rounding: RoundUnits) -> NDArray[np.float64]:
    points = np.array([(place.x, place.y) for place in problem.locations], dtype=np.float64)
    gaps = points[:, None, :] - points[None, :, :]
    lengths: NDArray[np.float64] = np.sqrt(gaps[:, :, 0] ** 2 + gaps[:, :, 1] ** 2)
    if rounding is RoundUnits.DIMACS:
        return np.trunc(10 * lengths) / 10
    if rounding is RoundUnits.MILLI:
        return np.rint(1000 * lengths) / 1000
    return lengths


def _great_circles(problem: Problem, travel: HaversineTravel) -> NDArray[np.float64]:
    degrees = np.array([(p.lat, p.lon) for p in problem.locations], dtype=np.float64)
    lat, lon = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    half = (
        np.sin((lat[None, :] - lat[:, None]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat[None, :])
        * np.sin((lon[None, :] - lon[:, None]) / 2) ** 2
    )  # fmt: skip
    angle = 2 * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    circles: NDArray[np.float64] = travel.radius_m * angle * travel.detour_factor
    return circles
