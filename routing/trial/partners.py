"""What one route owes to the others: relations, shared people, rests, pins and machines."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from routing.problem import Relation, RelationType
from routing.rules.draft import Vehicle
from routing.rules.spans import Span
from routing.trial.instants import NOISE_S
from routing.trial.laying import Laid
from routing.trial.tables import Tables

NEVER: Span = (math.inf, -math.inf)
TOGETHER = frozenset({RelationType.SAME_START, RelationType.ALL_OR_NONE})


class _Routes(Protocol):
    routes: list[Laid | None]
    holder: list[int]
    floors: dict[int, float]


class Partners:
    """Rules between routes, asked about one job or one route at a time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._of: dict[int, list[Relation]] = defaultdict(list)
        for relation in tables.problem.relations:
            for job in relation.jobs:
                self._of[tables.job_number[job]].append(relation)
        by_person: dict[str, list[Vehicle]] = defaultdict(list)
        for vehicle in tables.vehicles:
            for person in vehicle.people:
                by_person[person].append(vehicle)
        self._clashes = [_clashing(vehicle, by_person) for vehicle in tables.vehicles]
        self._pinned = {
            n: job.pin.position
            for n, job in enumerate(tables.jobs)
            if job.pin is not None and job.pin.position is not None
        }
        self._machines = [n for n, job in enumerate(tables.jobs) if job.equipment]
        self._everybody: dict[int, list[int]] = {}
        self.groups = self._joined()

    def related(self, job: int) -> bool:
        """Whether any relation names it."""
        return job in self._of

    def put_job(self, number: int) -> None:
        """Take over what the tables say of this number by now."""
        self._everybody.pop(number, None)
        job = self._tables.jobs[number]
        self._pinned.pop(number, None)
        if job.pin is not None and job.pin.position is not None:
            self._pinned[number] = job.pin.position
        self._machines = [n for n, one in enumerate(self._tables.jobs) if one.equipment]

    def _vehicles_for(self, job: int) -> list[int]:
        found = self._everybody.get(job)
        if found is None:
            found = [vehicle for vehicle, row in enumerate(self._tables.spans) if row[job]]
            self._everybody[job] = found
        return found

    # --- groups ---

    def _joined(self) -> dict[int, tuple[int, ...]]:
        """Jobs that are put in and taken out together, each first before its second."""
        group = {job: {job} for job in self._of}
        for relation in self._tables.problem.relations:
            if relation.type in TOGETHER or relation.type.timed:
                jobs = self._numbers(relation)
                merged = set().union(*(group[job] for job in jobs))
                for job in merged:
                    group[job] = merged
        return {job: self._in_order(jobs) for job, jobs in group.items() if len(jobs) > 1}

    def _in_order(self, jobs: set[int]) -> tuple[int, ...]:
        """By the length of the chain of predecessors, which the problem promises to be finite."""
        before: dict[int, set[int]] = defaultdict(set)
        for job in jobs:
            for relation in self._of[job]:
                if relation.type is RelationType.PRECEDENCE:
                    first, second = self._numbers(relation)
                    before[second].add(first)

        def depth(job: int) -> int:
            return 1 + max((depth(first) for first in before[job]), default=0)

        return tuple(sorted(jobs, key=lambda job: (depth(job), job)))

    def half_served(self, trial: _Routes) -> list[int]:
        """Jobs that must leave because a partner is not served."""
        gone: list[int] = []
        for relation in self._tables.problem.relations:
            jobs = self._numbers(relation)
            here = [job for job in jobs if trial.holder[job] >= 0]
            if relation.type in TOGETHER and len(here) < len(jobs):
                gone += here
            if relation.type is RelationType.PRECEDENCE and here == [jobs[1]]:
                gone += here
        return gone

    def may_be_alone(self, trial: _Routes, job: int) -> bool:
        """Whether the job may be served though its absent partners are not."""
        for relation in self._of.get(job, ()):
            jobs = self._numbers(relation)
            absent = [mate for mate in jobs if mate != job and trial.holder[mate] < 0]
            if absent and relation.type in TOGETHER:
                return False
            if relation.type is RelationType.PRECEDENCE and absent == jobs[:1]:
                return False
        return True

    def _numbers(self, relation: Relation) -> list[int]:
        return [self._tables.job_number[job] for job in relation.jobs]

    # --- one job ---

    def window(self, trial: _Routes, job: int) -> Span | None:
        """Starts that the partners on routes leave to it; None when nothing binds it."""
        if job not in self._tables.linked:
            return None
        opens, closes = trial.floors.get(job, -math.inf), math.inf
        shortest = min(row[job] for row in self._tables.lengths)
        for relation in self._of[job]:
            if relation.type.timed:
                low, high = self._left_by(relation, trial, job, shortest)
                opens, closes = max(opens, low), min(closes, high)
        return opens, closes

    def _left_by(self, relation: Relation, trial: _Routes, job: int, length: float) -> Span:
        """Starts of the job that one relation leaves, partners staying where they are."""
        at = {n: self._at(trial, n) for n in self._numbers(relation) if n != job}
        met = {n: times for n, times in at.items() if times is not None}
        if not met:
            return -math.inf, math.inf
        least = relation.min_s if relation.min_s is not None else -math.inf
        most = relation.max_s if relation.max_s is not None else math.inf
        if relation.type is RelationType.SAME_START:
            starts, within = [start for start, _ in met.values()], relation.max_s or 0
            return max(starts) - within, min(starts) + within
        (start, end), second = next(iter(met.values())), self._numbers(relation)[1]
        if relation.type is RelationType.PRECEDENCE:
            least = relation.min_s or 0
            if job == second:
                return end + least, end + most
            return start - most - max(
                row[job] for row in self._tables.lengths
            ), start - least - length
        return (start + least, start + most) if job == second else (start - most, start - least)

    def _at(self, trial: _Routes, job: int) -> Span | None:
        vehicle = trial.holder[job]
        laid = trial.routes[vehicle] if vehicle >= 0 else None
        if laid is None:
            return None
        n = laid.stops.index(job)
        return laid.starts[n], laid.ends[n]

    def open_to(self, trial: _Routes, job: int) -> Sequence[int]:
        """Vehicles that may serve the job beside the routes there are."""
        vehicles: Iterable[int] = self._vehicles_for(job)
        if any(self._clashes):
            vehicles = [v for v in vehicles if not self._people_away(trial, v)]
        for relation in self._of.get(job, ()):
            crews = [
                self._tables.vehicles[trial.holder[n]].people
                for n in self._numbers(relation)
                if n != job and trial.holder[n] >= 0
            ]
            if relation.type is RelationType.DIFFERENT_TECHNICIAN:
                vehicles = [v for v in vehicles if not any(c & self._people(v) for c in crews)]
            if relation.type is RelationType.SAME_TECHNICIAN and relation.cost is None and crews:
                shared = frozenset.intersection(*crews)
                vehicles = [v for v in vehicles if shared & self._people(v)]
        return list(vehicles)

    def _people(self, vehicle: int) -> frozenset[str]:
        return self._tables.vehicles[vehicle].people

    def _people_away(self, trial: _Routes, vehicle: int) -> bool:
        """Whether somebody of this crew is on another route in the same shift."""
        return any(trial.routes[other] is not None for other in self._clashes[vehicle])

    # --- one route ---

    def admit(self, trial: _Routes, laid: Laid) -> bool:
        """Whether the others can live with this route as it is."""
        if self._pinned and not self._pins_kept(laid):
            return False
        vehicle = self._tables.vehicles[laid.vehicle]
        several = len(vehicle.lead.shifts) > 1 or len(vehicle.crew) > 1
        if several and not self._rested(trial, laid, vehicle):
            return False
        if self._tables.linked and not self._in_step(trial, laid):
            return False
        return not self._machines or self._machines_free(trial, laid)

    def _pins_kept(self, laid: Laid) -> bool:
        jobs = [code for code in laid.stops if 0 <= code < len(self._tables.jobs)]
        return all(self._pinned.get(job, n) == n for n, job in enumerate(jobs, start=1))

    def _rested(self, trial: _Routes, laid: Laid, vehicle: Vehicle) -> bool:
        for other in trial.routes:
            if other is None or other.vehicle == laid.vehicle:
                continue
            first, second = sorted((laid, other), key=lambda route: route.depart)
            for one in vehicle.crew:
                shared = one.id in self._people(other.vehicle)
                if shared and second.depart < first.back + one.min_rest_s - NOISE_S:
                    return False
        return True

    def _in_step(self, trial: _Routes, laid: Laid) -> bool:
        """Whether the times of linked jobs fit those of their partners."""
        times = {
            code: (start, end)
            for code, start, end in zip(laid.stops, laid.starts, laid.ends, strict=True)
            if code in self._tables.linked
        }
        return all(
            self._keeps(relation, trial, times)
            for job in times
            for relation in self._of[job]
            if relation.type.timed
        )

    def pushed(self, trial: _Routes, laid: Laid) -> dict[int, float]:
        """Jobs of a route that start too early for a partner, and when they may."""
        times = {
            code: (start, end)
            for code, start, end in zip(laid.stops, laid.starts, laid.ends, strict=True)
            if code in self._tables.linked
        }
        found: dict[int, float] = {}
        for relation in {id(one): one for job in times for one in self._of[job]}.values():
            jobs = self._numbers(relation)
            at = {n: times[n] if n in times else self._at(trial, n) for n in jobs}
            known = {n: span for n, span in at.items() if span is not None}
            if relation.type.timed and len(known) == len(jobs):
                for job, start in _pushes(relation, jobs, known):
                    if job in times and start > times[job][0] + NOISE_S:
                        found[job] = max(start, found.get(job, start))
        return found

    def _keeps(self, relation: Relation, trial: _Routes, times: dict[int, Span]) -> bool:
        jobs = self._numbers(relation)
        at = [times[n] if n in times else self._at(trial, n) for n in jobs]
        known = [span for span in at if span is not None]
        if relation.type is RelationType.SAME_START:
            starts = [start for start, _ in known]
            return max(starts) - min(starts) <= (relation.max_s or 0) + NOISE_S
        if len(known) < len(at):
            return True
        (first_start, first_end), (start, _) = known
        apart = start - (first_end if relation.type is RelationType.PRECEDENCE else first_start)
        least = relation.min_s
        if least is None and relation.type is RelationType.PRECEDENCE:
            least = 0
        return (least is None or apart >= least - NOISE_S) and (
            relation.max_s is None or apart <= relation.max_s + NOISE_S
        )

    def _machines_free(self, trial: _Routes, laid: Laid) -> bool:
        """Whether the pool lasts, instant by instant; touching uses do not overlap."""
        events: dict[str, list[tuple[float, int, float]]] = defaultdict(list)
        for job, start, end in self._uses(trial, laid):
            for name, amount in self._tables.jobs[job].equipment.items():
                if amount:
                    events[name] += [(start, 1, amount), (end, 0, -amount)]
        for name, changes in events.items():
            count, busy = self._tables.problem.equipment_by_id[name].count, 0.0
            for _, _, amount in sorted(changes):
                busy += amount
                if busy > count + NOISE_S:
                    return False
        return True

    def machine_free_from(self, trial: _Routes, job: int, laid: Laid) -> float | None:
        """The first start, not before the one in this route, at which no machine is lacking.

        None for a job without machines, or with more than there are.
        """
        wanted = self._tables.jobs[job].equipment
        if not any(wanted.values()):
            return None
        at = laid.stops.index(job)
        start, length = laid.starts[at], laid.ends[at] - laid.starts[at]
        others = [use for use in self._uses(trial, laid) if use[0] != job]
        for first in sorted({start, *(end for _, _, end in others if end > start)}):
            busy = [code for code, begin, end in others if begin < first + length and end > first]
            if self._pool_lasts([job, *busy]):
                return first
        return None

    def _pool_lasts(self, jobs: Sequence[int]) -> bool:
        """Whether there are machines for all of these at once."""
        pool = self._tables.problem.equipment_by_id
        return all(
            sum(self._tables.jobs[job].equipment.get(name, 0) for job in jobs)
            <= one.count + NOISE_S
            for name, one in pool.items()
        )

    def _uses(self, trial: _Routes, laid: Laid) -> Iterator[tuple[int, float, float]]:
        for other in (*trial.routes, laid):
            if other is None or (other.vehicle == laid.vehicle and other is not laid):
                continue
            for code, start, end in zip(other.stops, other.starts, other.ends, strict=True):
                if code in self._machines:
                    yield code, start, end


def _pushes(
    relation: Relation, jobs: Sequence[int], at: Mapping[int, Span]
) -> Iterator[tuple[int, float]]:
    """Starts that a relation forces, given where its jobs start and end now."""
    if relation.type is RelationType.SAME_START:
        last = max(start for start, _ in at.values())
        for job in jobs:
            yield job, last - (relation.max_s or 0)
        return
    first, second = jobs
    (start, end), (then, _) = at[first], at[second]
    follows = relation.type is RelationType.PRECEDENCE
    least = relation.min_s or 0 if follows else relation.min_s
    if least is not None:
        yield second, (end if follows else start) + least
    if relation.max_s is not None:
        yield first, start + then - relation.max_s - (end if follows else start)


def _clashing(vehicle: Vehicle, by_person: Mapping[str, Sequence[Vehicle]]) -> list[int]:
    """Other vehicles that need one of these people in the same shift."""
    others = {
        other.index: other
        for person in vehicle.people
        for other in by_person[person]
        if other is not vehicle
    }
    return [
        index
        for index, other in sorted(others.items())
        if any(_own_shift(other, one) == _own_shift(vehicle, one) for one in other.people)
    ]


def _own_shift(vehicle: Vehicle, person: str) -> tuple[float, float] | None:
    """Begin and end of the shift in which this person rides along; None for a stranger."""
    for technician in vehicle.crew:
        if technician.id == person:
            if technician is vehicle.lead:
                return vehicle.shift.start, vehicle.shift.end
            for own in technician.shifts:
                if own.start <= vehicle.shift.start and own.end >= vehicle.shift.end:
                    return own.start, own.end
    return None
