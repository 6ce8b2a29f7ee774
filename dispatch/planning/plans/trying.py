"""Rounds tried by hand, with and without one visit, on the judge's word.

Everybody who would go keeps the order of his other stops; breaks are put where they hurt least.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from dispatch.base import DispatchError
from dispatch.planning import seats
from dispatch.planning.briefs import Brief, Piece
from dispatch.planning.briefs.crews import Crews
from dispatch.planning.tables import Assignment
from dispatch.visits import Visit
from dispatch.workforce import Technician
from routing import check
from routing import problem as question
from routing.check import Finding
from routing.rules import Violation
from routing.solution import Route, Solution, Stop, StopKind, Unserved

# What rounds show that hold one visit only of all the day's.
OF_OTHERS = frozenset({"E_MISSING", "E_MANDATORY", "E_PINNED", "E_CHANGES"})

Stops = Mapping[str, tuple[Stop, ...]]


class NotWorking(DispatchError):
    """The technician has no shift left at that time: ``technician_id``, ``day``."""

    code: ClassVar[str] = "not-working"


class HandDraft:
    """The rounds of whoever would go, the lead's first. Raises NotWorking."""

    def __init__(
        self,
        brief: Brief,
        *,
        visit: Visit,
        people: Sequence[Technician],
        starts_at: datetime | None,
    ) -> None:
        self.brief, self.people, self.starts_at = brief, people, starts_at
        self.begun = Counter(row.technician_id for row in brief.reading.started)
        self._jobs = seats.job_ids(visit.id, len(people))
        self._names = Crews(brief.reading)
        self._pieces = [self._piece(one, at=starts_at) for one in people]
        self.problem = _with_pins(brief, jobs=self._jobs, people=people, starts_at=starts_at)

    def as_it_stands(self) -> Finding:
        """The judge's word on the rounds without the visit."""
        stops: dict[str, tuple[Stop, ...]] = {}
        for piece in self._pieces:
            stops = self._best(stops, piece, [name for _, name in self._stops(piece)])
        return self._judged(stops)

    def with_visit(self, position: int | None) -> Finding:
        """The judge's word on the rounds with it; the others join the lead where he is by then."""
        lead, *helpers = self._pieces
        stops = self._best({}, lead, self._order(lead, self._jobs[0], position))
        for piece, job in zip(helpers, self._jobs[1:], strict=True):
            met = self._judged(stops).timetable.served[self._jobs[0]].start
            ways = [self._best(stops, piece, names) for names in self._orders(piece, job, at=met)]
            stops = min(ways, key=lambda way: len(relevant(self._judged(way))))
        return self._judged(stops)

    def _piece(self, technician: Technician, *, at: datetime | None) -> Piece:
        own = [p for p in self.brief.pieces if p.technician.id == technician.id]
        if at is not None:
            own = [piece for piece in own if piece.holds(at)] or own
        if not own:
            raise NotWorking(technician_id=technician.id, day=self.brief.reading.day)
        return own[0]

    def _order(self, piece: Piece, job: str, position: int | None) -> list[str]:
        """Jobs of the stretch, with this one at its position, its time, or last."""
        stops = self._stops(piece)
        if position is None and self.starts_at is not None:
            position = 1 + sum(at < self.starts_at for at, _ in stops)
        names = [name for _, name in stops]
        names.insert(len(names) if position is None else max(position, 1) - 1, job)
        return names

    def _orders(self, piece: Piece, job: str, *, at: float) -> Iterator[list[str]]:
        """Orders in which somebody could be there at that time, the one by the clock first."""
        stops = self._stops(piece)
        likely = sum(self.brief.reading.seconds(begins) < at for begins, _ in stops)
        for gap in (likely, likely - 1, likely + 1):
            if 0 <= gap <= len(stops):
                names = [name for _, name in stops]
                names.insert(gap, job)
                yield names

    def _stops(self, piece: Piece) -> list[tuple[datetime, str]]:
        own = (
            (
                place.starts_at,
                self._names.name(place) if isinstance(place, Assignment) else place.id,
            )
            for place in self.brief.reading.ahead
            if place.shift_id == piece.shift.id
        )
        return sorted((at, name) for at, name in own if name in self.problem.job_by_id)

    def _best(
        self, stops: Stops, piece: Piece, names: Sequence[str]
    ) -> dict[str, tuple[Stop, ...]]:
        """The other rounds, and this one in that order with breaks where they hurt least."""
        ways = ({**stops, piece.id: way} for way in self._with_breaks(piece, names))
        return min(ways, key=lambda way: _badness(self._judged(way)))

    def _with_breaks(self, piece: Piece, names: Sequence[str]) -> Iterator[tuple[Stop, ...]]:
        worker = self.problem.technician_by_id[str(piece.technician.id)]
        shift = next(shift for shift in worker.shifts if shift.id == piece.id)
        gaps = range(len(names) + 1)
        for places in itertools.product(gaps, repeat=len(shift.breaks)):
            stops = [Stop(id=name) for name in names]
            due = sorted(zip(places, shift.breaks, strict=True), key=lambda pair: -pair[0])
            for gap, pause in due:
                stops.insert(gap, Stop(kind=StopKind.BREAK, id=pause.id))
            yield tuple(stops)
        if shift.breaks:
            yield tuple(Stop(id=name) for name in names)

    def _judged(self, stops: Stops) -> Finding:
        who = {piece.id: str(piece.technician.id) for piece in self._pieces}
        served = {stop.id for own in stops.values() for stop in own}
        solution = Solution(
            routes=tuple(
                Route(technicians=(who[shift],), shift=shift, stops=own)
                for shift, own in stops.items()
            ),
            unserved=tuple(
                Unserved(job=job.id) for job in self.problem.jobs if job.id not in served
            ),
        )
        return check.judge(solution, problem=self.problem)


def relevant(finding: Finding) -> list[Violation]:
    """Broken rules that these rounds are to blame for."""
    served = set(finding.timetable.served)
    return [
        violation
        for violation in finding.violations
        if violation.code not in OF_OTHERS or violation.job in served
    ]


def _badness(finding: Finding) -> tuple[int, tuple[float, ...]]:
    return len(relevant(finding)), finding.objective


def _with_pins(
    brief: Brief,
    *,
    jobs: Sequence[str],
    people: Sequence[Technician],
    starts_at: datetime | None,
) -> question.Problem:
    """The question with the visit free to go there, at the wanted time if there is one.

    A promise that can still be kept is a rule, whether or not the plan keeps it so far. People who
    are not sent are not asked for.
    """
    reading, problem = brief.reading, brief.problem
    here = reading.seconds(reading.now)
    start = None if starts_at is None else reading.seconds(starts_at)
    sent = dict(zip(jobs, people, strict=True))
    visit = seats.visit_of(jobs[0])

    def pinned(job: question.Job) -> question.Job:
        return replace(
            job,
            pin=question.Pin(
                technician=str(sent[job.id].id), start=start if job.id == jobs[0] else None
            ),
            promise_hard=job.promise is None or job.promise.closes > here,
        )

    kept = [job for job in problem.jobs if job.id in sent or seats.visit_of(job.id) != visit]
    names = {job.id for job in kept}
    return replace(
        problem,
        jobs=tuple(pinned(job) if job.id in sent else job for job in kept),
        relations=tuple(r for r in problem.relations if names.issuperset(r.jobs)),
    )
