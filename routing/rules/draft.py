"""What the rules demand of a search, collected before it begins. Knows no solver.

Each rule imposes itself on the draft in its own file; whoever searches reads the draft. Jobs and
vehicles are numbers here. Imposing twice demands the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from routing.problem import Break, Job, Problem, Shift, Technician
from routing.rules.spans import ALWAYS, NEVER, Spans, intersect


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vehicle:
    """One technician, or a crew whose first member leads, in one shift of the lead.

    Places are location numbers; ``begin`` or ``finish`` None is open. ``latest`` is the shift's end
    with all overtime. Tools, parts and capacity are those of the whole crew.
    """

    index: int
    crew: tuple[Technician, ...]
    shift: Shift
    begin: int | None
    finish: int | None
    break_places: tuple[int | None, ...]
    travel_factor: float
    profile: str
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

    def length(self, job: Job) -> float:
        """Seconds of work in these hands; a crew is as fast as its slowest."""
        own = job.duration_by_technician
        if own:
            return max(own.get(one.id, job.duration_s * one.service_factor) for one in self.crew)
        return job.duration_s * max(one.service_factor for one in self.crew)


class Amount(StrEnum):
    """What of a route may be limited."""

    DURATION_S = "duration_s"
    TRAVEL_S = "travel_s"
    DISTANCE_M = "distance_m"
    LEG_S = "leg_s"
    VISITS = "visits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Seconds from an instant of the first job to the start of the second, when both are served.

    ``after_end`` counts from the end of the first, otherwise from its start. ``needs_first``: the
    second is never served without the first.
    """

    first: int
    second: int
    least_s: float | None
    most_s: float | None
    after_end: bool = False
    needs_first: bool = False


@dataclass(slots=True, eq=False)
class Draft:
    """Demands by vehicle and job. Rules write them by verbs; a search reads the fields.

    Vehicles that no rule can tell apart share their rows; ``alike`` has the first of them for each.
    ``spans[v][j]`` are the starts that vehicle v may choose for job j, empty when it never may;
    ``lengths[v][j]`` its seconds of work there. ``pending`` are the jobs not yet imposed on,
    ``newcomers`` the vehicles of which no rule has said yet what holds whatever the jobs.
    """

    vehicles: tuple[Vehicle, ...]
    jobs: list[Job]
    lengths: list[list[float]]
    spans: list[list[Spans]]
    pending: dict[int, Job]
    newcomers: tuple[Vehicle, ...]
    alike: list[int]
    limits: dict[tuple[int, Amount], float] = field(default_factory=dict)
    counts: dict[tuple[int, str], tuple[frozenset[int], float]] = field(default_factory=dict)
    away: dict[int, tuple[float, float]] = field(default_factory=dict)
    pauses: dict[int, tuple[Break, ...]] = field(default_factory=dict)
    musts: set[int] = field(default_factory=set)
    positions: dict[int, int] = field(default_factory=dict)
    rests: dict[tuple[int, int], float] = field(default_factory=dict)
    exclusive: set[tuple[int, int]] = field(default_factory=set)
    stocked: set[int] = field(default_factory=set)
    machines: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    meetings: set[tuple[tuple[int, ...], float]] = field(default_factory=set)
    aparts: set[Apart] = field(default_factory=set)
    all_or_none: set[tuple[int, ...]] = field(default_factory=set)
    same_people: set[tuple[int, ...]] = field(default_factory=set)
    other_people: set[tuple[int, ...]] = field(default_factory=set)
    most_changes: int | None = None

    @classmethod
    def of(cls, problem: Problem, *, vehicles: tuple[Vehicle, ...], alike: Sequence[int]) -> Draft:
        """A draft without demands: everybody may do everything at any time."""
        jobs = list(problem.jobs)
        lengths = {first: _lengths(vehicles[first], jobs) for first in set(alike)}
        spans: dict[int, list[Spans]] = {first: [ALWAYS] * len(jobs) for first in lengths}
        return cls(
            vehicles=vehicles,
            jobs=jobs,
            lengths=[lengths[first] for first in alike],
            spans=[spans[first] for first in alike],
            pending=dict(enumerate(jobs)),
            newcomers=vehicles,
            alike=list(alike),
        )

    def tell_apart(self) -> None:
        """Give each vehicle rows of its own: from now on a job may ask for people by name."""
        if len(set(self.alike)) == len(self.alike):
            return
        self.lengths = [list(row) for row in self.lengths]
        self.spans = [list(row) for row in self.spans]
        self.alike = list(range(len(self.vehicles)))

    def replace_job(self, number: int, *, job: Job) -> None:
        """Let a number stand for another job, which is pending again."""
        self.jobs[number] = job
        self.pending = {number: job}
        for vehicle in self.vehicles:
            self.lengths[vehicle.index][number] = vehicle.length(job)
            self.spans[vehicle.index][number] = ALWAYS
        self.musts.discard(number)
        self.stocked.discard(number)
        self.positions.pop(number, None)
        for uses in self.machines.values():
            uses.pop(number, None)

    def urgency(self, job: int) -> float:
        """0 for what may stay out; among musts those with a place in their route are higher."""
        if job not in self.musts:
            return 0.0
        position = self.positions.get(job)
        return 1.0 if position is None else 2.0 + 1.0 / position

    # --- verbs of the rules ---

    def candidates(self, job: int) -> Iterator[Vehicle]:
        """Vehicles that no rule has kept from the job so far, the first of those that are alike."""
        return (
            vehicle
            for vehicle, first in zip(self.vehicles, self.alike, strict=True)
            if first == vehicle.index and self.spans[first][job]
        )

    def start_within(self, job: int, *, vehicle: int, spans: Sequence[tuple[float, float]]) -> None:
        """Narrow the starts of a job in these hands."""
        former = self.spans[vehicle][job]
        self.spans[vehicle][job] = intersect(former, spans) if former != ALWAYS else tuple(spans)

    def forbid(self, job: int, *, vehicle: int) -> None:
        """Keep a vehicle from a job for good."""
        self.spans[vehicle][job] = NEVER

    def must_serve(self, job: int) -> None:
        """A plan without this job breaks a rule."""
        self.musts.add(job)

    def put_at(self, job: int, *, position: int) -> None:
        """If served, the job is the so-manieth of its route, the first being 1."""
        self.positions[job] = position

    def use_stock(self, job: int) -> None:
        """The job takes something out of the van or needs room in it."""
        self.stocked.add(job)

    def use_machine(self, name: str, *, job: int, pieces: float) -> None:
        """The job keeps machines of the pool busy from its start to its end."""
        self.machines[name][job] = pieces

    def be_away(self, vehicle: int, *, earliest: float, latest: float) -> None:
        """A route leaves and returns between these instants."""
        self.away[vehicle] = earliest, latest

    def limit(self, vehicle: int, *, amount: Amount, most: float) -> None:
        """No more than so much of it on one route."""
        self.limits[vehicle, amount] = most

    def limit_jobs(self, vehicle: int, *, name: str, jobs: frozenset[int], most: float) -> None:
        """No more than so many of these jobs on one route."""
        self.counts[vehicle, name] = jobs, most

    def pause(self, vehicle: int, *, breaks: tuple[Break, ...]) -> None:
        """Breaks of a route, due unless it leaves or returns in time to miss them."""
        self.pauses[vehicle] = breaks

    def rest(self, vehicle: int, *, then: int, seconds: float) -> None:
        """From the return of one route to the departure of another that shares people."""
        self.rests[vehicle, then] = seconds

    def exclude(self, vehicle: int, *, other: int) -> None:
        """Only one of the two may be used: they need the same person in the same shift."""
        self.exclusive.add((min(vehicle, other), max(vehicle, other)))

    def meet(self, jobs: tuple[int, ...], *, within_s: float) -> None:
        """All or none are served, and their starts lie this near to each other."""
        self.meetings.add((jobs, within_s))

    def keep_apart(self, apart: Apart) -> None:
        """Bound the seconds between two jobs."""
        self.aparts.add(apart)

    def all_or_none_of(self, jobs: tuple[int, ...]) -> None:
        """All of them are served or none is."""
        self.all_or_none.add(jobs)

    def share_people(self, jobs: tuple[int, ...]) -> None:
        """The served ones have a technician in common."""
        self.same_people.add(jobs)

    def divide_people(self, jobs: tuple[int, ...]) -> None:
        """No technician serves two of them."""
        self.other_people.add(jobs)

    def change_at_most(self, most: int) -> None:
        """No more jobs than that leave what the incumbent says of them."""
        self.most_changes = most


def _lengths(vehicle: Vehicle, jobs: Sequence[Job]) -> list[float]:
    """`Vehicle.length` of all jobs, most of which are as long in everybody's hands."""
    slowest = max(one.service_factor for one in vehicle.crew)
    return [
        vehicle.length(job) if job.duration_by_technician else job.duration_s * slowest
        for job in jobs
    ]
