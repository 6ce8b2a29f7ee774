"""Who is needed for a visit: one job for each, and what binds them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from dispatch.planning import seats
from dispatch.planning.briefs.reading import Reading
from dispatch.planning.tables import Assignment
from dispatch.visits import Visit
from routing.problem import Relation, RelationType

# A dispatcher sent fewer people than the visit asks for.
FEWER = "E_CREW"


class Crews:
    """The seats of one reading's visits, and who has them in the plan in force."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        rows, self._beyond = reading.movable, _by_visit(reading.beyond)
        self._own = _by_visit(rows)
        self._names = seats.named((*rows, *reading.beyond))
        self._row_of = {self.name(row): row for row in rows}

    def jobs_of(self, visit: Visit) -> tuple[str, ...]:
        """Names of the jobs that are asked about, the lead's first.

        Of a visit that goes on in rounds that are not read, only the seats of the rounds that are.
        """
        own = self._own.get(visit.id, [])
        if visit.id in self._beyond:
            return tuple(self.name(row) for row in seats.in_order(own))
        accepted = self._reading.accepted.get(visit.id, frozenset())
        return seats.job_ids(visit.id, len(own) if FEWER in accepted else visit.crew_size)

    def name(self, row: Assignment) -> str:
        """The job of a place in the plan in force."""
        return self._names[row.visit_id, row.technician_id]

    def row_of(self, job: str) -> Assignment | None:
        """Where the plan in force has a job."""
        return self._row_of.get(job)

    def met_at(self, visit: Visit) -> datetime | None:
        """When those whose rounds are not read will begin; none when all are read."""
        return min((row.starts_at for row in self._beyond.get(visit.id, ())), default=None)

    def relations(self, visits: Iterable[Visit], *, within_s: float) -> Iterator[Relation]:
        """People of one visit are several, and begin together or not at all."""
        for visit in visits:
            jobs = self.jobs_of(visit)
            if len(jobs) > 1:
                yield Relation(type=RelationType.SAME_START, jobs=jobs, max_s=within_s)
                yield Relation(type=RelationType.DIFFERENT_TECHNICIAN, jobs=jobs)


def in_turn(visits: Iterable[Visit], *, jobs: Collection[str]) -> Iterator[Relation]:
    """What follows another visit of this day begins when that one has ended, or not at all."""
    for visit in visits:
        if visit.predecessor_id is not None:
            pair = seats.job_id(visit.predecessor_id), seats.job_id(visit.id)
            if all(job in jobs for job in pair):
                yield Relation(type=RelationType.PRECEDENCE, jobs=pair)


def _by_visit(rows: Iterable[Assignment]) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in rows:
        found[row.visit_id].append(row)
    return found
