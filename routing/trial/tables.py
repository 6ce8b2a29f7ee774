"""A problem as numbers: roads, vehicles, who may go where, and when work may start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from routing.problem import (
    Depot,
    HaversineTravel,
    Job,
    MatrixTravel,
    PlanarTravel,
    Problem,
    RoundUnits,
    Shift,
    Technician,
    TravelSpec,
    of_profile,
)
from routing.roads import NO_ROAD, Roads
from routing.rules import impose
from routing.rules.alike import first_alike, people_named
from routing.rules.draft import Draft, Vehicle
from routing.rules.people import covers
from routing.rules.spans import Spans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Legs:
    """All legs of one profile: ``(n, n)`` float tables of the locations, free flow, exact.

    The rows are the same as lists, which are quicker to ask one by one.
    """

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    second_rows: Sequence[Sequence[float]]
    metre_rows: Sequence[Sequence[float]]
    roads: Roads


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """``legs`` are those of everybody without a profile ("" first), then of each that is used.

    ``seconds`` and ``metres`` are the first's; a search may rank by them, whoever drives.
    ``places`` are the locations of jobs, then of depots. The draft says what the rules demand.
    """

    problem: Problem
    draft: Draft
    roads: Roads
    legs: Mapping[str, Legs]
    setups: Sequence[float]
    job_number: Mapping[str, int]
    places: list[int]
    linked: frozenset[int]
    vehicle_of: Mapping[tuple[frozenset[str], str | None], int]

    @property
    def seconds(self) -> NDArray[np.float64]:
        return self.legs[""].seconds

    @property
    def metres(self) -> NDArray[np.float64]:
        return self.legs[""].metres

    @property
    def vehicles(self) -> tuple[Vehicle, ...]:
        return self.draft.vehicles

    @property
    def jobs(self) -> list[Job]:
        return self.draft.jobs

    @property
    def lengths(self) -> list[list[float]]:
        return self.draft.lengths

    @property
    def spans(self) -> list[list[Spans]]:
        return self.draft.spans

    @property
    def stocked(self) -> bool:
        """Whether any job takes something out of a van."""
        return bool(self.draft.stocked)

    @property
    def depots(self) -> tuple[Depot, ...]:
        """Depots, where any job takes something out of a van; elsewhere none is of use."""
        return self.problem.depots if self.stocked else ()

    def put_job(self, job: Job, *, number: int) -> None:
        """Let this number stand for another job, one that no relation names."""
        self.places[number] = self.problem.location_index[job.location]
        if any(people_named(job)):
            self.draft.tell_apart()
        self.draft.replace_job(number, job=job)
        impose(self.draft, problem=self.problem)


def tabulate(problem: Problem, *, crews: Sequence[Sequence[str]] = ()) -> Tables:
    """Work the numbers out once. ``crews`` names technicians that travel together, lead first."""
    roads = Roads(problem)
    vehicles = _vehicles(problem, crews=crews)
    draft = Draft.of(problem, vehicles=vehicles, alike=first_alike(problem, vehicles))
    impose(draft, problem=problem)
    return Tables(
        problem=problem,
        draft=draft,
        roads=roads,
        legs={
            profile: _legs(problem, profile, roads=roads)
            for profile in dict.fromkeys(("", *(v.profile for v in vehicles)))
        },
        setups=[place.setup_s for place in problem.locations],
        job_number={job.id: number for number, job in enumerate(problem.jobs)},
        places=[problem.location_index[job.location] for job in problem.jobs]
        + [problem.location_index[depot.location] for depot in problem.depots],
        linked=_linked(draft),
        vehicle_of={(v.people, v.shift.id): v.index for v in reversed(vehicles)},
    )


def _linked(draft: Draft) -> frozenset[int]:
    """Jobs whose start depends on that of others."""
    met = {job for jobs, _ in draft.meetings for job in jobs}
    return frozenset(met | {job for apart in draft.aparts for job in (apart.first, apart.second)})


def _vehicles(problem: Problem, *, crews: Sequence[Sequence[str]]) -> tuple[Vehicle, ...]:
    """Everybody alone in each shift, and each crew in each shift of its lead that all share."""
    teams: list[tuple[Technician, ...]] = [(one,) for one in problem.technicians]
    teams += [tuple(problem.technician_by_id[one] for one in crew) for crew in crews]
    found: list[Vehicle] = []
    for team in teams:
        for shift in team[0].shifts:
            if all(any(covers(own, shift) for own in one.shifts) for one in team[1:]):
                found.append(_vehicle(problem, team, shift, index=len(found)))
    return tuple(found)


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
        profile=crew[0].profile,
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


def _legs(problem: Problem, profile: str, *, roads: Roads) -> Legs:
    travel = of_profile(problem.travel, profile)
    seconds, metres = _road_tables(problem, travel)
    given = travel if isinstance(travel, MatrixTravel) else None
    return Legs(
        seconds=seconds,
        metres=metres,
        second_rows=_rows(seconds, given.seconds if given else None),
        metre_rows=_rows(metres, given.metres if given else None),
        roads=roads.of(profile),
    )


def _road_tables(
    problem: Problem, travel: TravelSpec
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exactly what ``Roads`` says, worked out at once where that gives the same floats."""
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


def _rows(
    table: NDArray[np.float64], given: Sequence[Sequence[float | None]] | None
) -> Sequence[Sequence[float]]:
    """A table as lists; what was given does, unless it has gaps, or something on its diagonal."""
    if given is None or (table >= NO_ROAD).any() or any(row[n] for n, row in enumerate(given)):
        rows: list[list[float]] = table.tolist()
        return rows
    return cast("Sequence[Sequence[float]]", given)


def _matrix(rows: Sequence[Sequence[float | None]], size: int) -> NDArray[np.float64]:
    cells = np.array(rows, dtype=np.float64).reshape(size, size)
    cells[np.isnan(cells)] = NO_ROAD  # what was None
    return cells


def _units(problem: Problem, rounding: RoundUnits) -> NDArray[np.float64]:
    points = np.array([(place.x, place.y) for place in problem.locations], dtype=np.float64)
    lengths = np.zeros((len(points), len(points)))
    for axis in points.T:
        gaps = axis[:, None] - axis[None, :]
        lengths += np.multiply(gaps, gaps, out=gaps)
    np.sqrt(lengths, out=lengths)
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
