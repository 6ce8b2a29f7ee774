"""What a dispatcher does by hand: move a visit, pin it, take it out; judged before it is dropped.

`judge_move` reads and thinks, `move` writes. A move that breaks a rule needs a reason; it is kept
as data, and the planner takes what was broken as accepted from then on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from dispatch.accounts import Account
from dispatch.base import DispatchError, StaleVersion, WrongState
from dispatch.planning import assignments, briefs, judging
from dispatch.planning.assignments import Place
from dispatch.planning.briefs import DEFAULT, Brief, Marks, Piece, Settings
from dispatch.planning.plans.pins import demand_unpinned, pin
from dispatch.planning.plans.publication import BriefOutdated
from dispatch.planning.tables import Assignment, Override
from dispatch.visits import Visit
from dispatch.workforce import Technician
from routing import check
from routing import problem as question
from routing.check import Finding
from routing.rules import Violation
from routing.solution import Route, Solution, Stop, StopKind, Unserved
from routing.travel.provider import Provider

# What a round shows that holds one visit only of all the day's.
OF_OTHERS = frozenset({"E_MISSING", "E_MANDATORY", "E_PINNED", "E_RELATION", "E_CHANGES"})


class AlreadyStarted(DispatchError):
    """Somebody is on the way to visit ``visit_id``, or has been there."""

    code: ClassVar[str] = "already-started"


class NotWorking(DispatchError):
    """The technician has no shift left at that time: ``technician_id``, ``day``."""

    code: ClassVar[str] = "not-working"


class ReasonMissing(DispatchError):
    """The move breaks rules, ``violations``: it needs a reason."""

    code: ClassVar[str] = "reason-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A place tried by hand: what the round would look like, and which rules it would break.

    ``extra_seconds`` and ``extra_metres`` are what the technician's round grows by.
    """

    visit_id: int
    technician_id: int
    territory_id: int
    day: date
    place: Place
    others: tuple[Place, ...]
    violations: tuple[dict[str, str | None], ...]
    extra_seconds: int
    extra_metres: int
    exact: bool
    seen: Marks


def judge_move(  # noqa: PLR0913 - who, where, when
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    day: date,
    travel: Provider,
    now: datetime,
    position: int | None = None,
    starts_at: datetime | None = None,
    settings: Settings = DEFAULT,
) -> Move:
    """Try a visit at a place in a round, by position (1 is the first stop ahead) or by time.

    Reads only. Raises AlreadyStarted, NotWorking; broken rules are no refusal but part of the
    answer. Without position and time the visit comes last.
    """
    demand_movable(visit, rows=assignments.assignments_of(session, visit_id=visit.id))
    brief = briefs.brief(
        session,
        territory_id=technician.territory_id,
        day=day,
        travel=travel,
        settings=settings,
        now=now,
        mover=visit,
        technician_ids=[technician.id],
    )
    draft = _HandDraft(brief, visit=visit, technician=technician, starts_at=starts_at)
    before, after = draft.tried(()), draft.tried(draft.with_visit(position))
    places = judging.places_of(
        after, opens_at=brief.reading.opens_at, begun={technician.id: draft.begun}
    )
    place = places.pop(visit.id)[0]
    known = {(violation.code, violation.job) for violation in before.violations}
    new = [v for v in _relevant(after) if (v.code, v.job) not in known]
    return Move(
        visit_id=visit.id,
        technician_id=technician.id,
        territory_id=technician.territory_id,
        day=day,
        place=place,
        others=tuple(own[0] for own in places.values()),
        violations=tuple(judging.plain(violation) for violation in new),
        extra_seconds=round(after.score.metrics.travel_s - before.score.metrics.travel_s),
        extra_metres=round(after.score.metrics.distance_m - before.score.metrics.distance_m),
        exact=starts_at is not None,
        seen=brief.stamp.seen,
    )


def move(
    session: Session,
    *,
    trial: Move,
    by: Account | None,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> Assignment:
    """Put the visit where it was tried, and pin it there: technician and day, and the time if given.

    Raises BriefOutdated when the round has changed since (try again), ReasonMissing, Pinned,
    AlreadyStarted, and StaleVersion when ``expected_version`` is not the assignment's.
    """
    visit = session.get_one(Visit, trial.visit_id)
    if trial.violations and not reason:
        raise ReasonMissing(violations=list(trial.violations))
    target = (trial.day, trial.territory_id)
    rows = assignments.lock_visit(
        session, visit=visit, days=[target], technician_ids=[trial.technician_id]
    )
    demand_movable(visit, rows=rows)
    demand_unpinned(session, visit=visit)
    _demand_version(rows, expected=expected_version)
    days = [target, *((row.day, row.territory_id) for row in rows)]
    for day, territory_id in sorted(set(days)):
        assignments.sweep(session, territory_id=territory_id, day=day, now=now)
    _demand_same_round(session, trial=trial, visit=visit, now=now)
    others = assignments.changed(session, places=trial.others)
    written = assignments.write_places(
        session,
        territory_id=trial.territory_id,
        day=trial.day,
        places=[trial.place, *others],
        now=now,
    )
    (row,) = (row for row in written if row.visit_id == visit.id)
    _keep_reason(session, row=row, trial=trial, by=by, now=now, reason=reason)
    assignments.tell_moves(
        session,
        rows=[row],
        kind="visit-moved",
        now=now,
        by=by,
        reason=reason,
        broken=[violation["code"] for violation in trial.violations],
    )
    return row


def unassign(
    session: Session,
    *,
    visit: Visit,
    by: Account | None,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> None:
    """Take the visit out of its round; a promise stays and is shown as not planned.

    Raises Pinned, AlreadyStarted, StaleVersion.
    """
    rows = assignments.lock_visit(session, visit=visit)
    demand_movable(visit, rows=rows)
    demand_unpinned(session, visit=visit)
    _demand_version(rows, expected=expected_version)
    assignments.release(session, assignments=rows, now=now)
    assignments.tell_moves(
        session, rows=rows, kind="visit-unplanned", now=now, by=by, reason=reason
    )


def demand_movable(visit: Visit, *, rows: Sequence[Assignment]) -> None:
    """Raises AlreadyStarted when a place has begun, WrongState when the visit is over."""
    if visit.state in assignments.UNPLANNABLE:
        raise WrongState(thing="visit", id=visit.id, state=visit.state.value, verb="move")
    if any(row.state in assignments.STARTED for row in rows):
        raise AlreadyStarted(visit_id=visit.id)


class _HandDraft:
    """One technician's round, with and without the visit, in the best order of breaks."""

    def __init__(
        self,
        brief: Brief,
        *,
        visit: Visit,
        technician: Technician,
        starts_at: datetime | None,
    ) -> None:
        self.brief, self.visit, self.technician = brief, visit, technician
        self.starts_at = starts_at
        self.begun = sum(r.technician_id == technician.id for r in brief.reading.started)
        self.piece = self._piece()
        self.problem = self._problem()

    def with_visit(self, position: int | None) -> tuple[str, ...]:
        """Jobs of the stretch in order, the visit among them."""
        stops = self._stops()
        if position is None and self.starts_at is not None:
            position = 1 + sum(at < self.starts_at for at, _ in stops)
        names = [name for _, name in stops]
        names.insert(len(names) if position is None else max(position, 1) - 1, str(self.visit.id))
        return tuple(names)

    def tried(self, order: Iterable[str]) -> Finding:
        """The judge's word on that order (none: the round as it stands), breaks put best."""
        names = tuple(order) or tuple(name for _, name in self._stops())
        findings = (
            check.judge(self._solution(stops), problem=self.problem)
            for stops in self._with_breaks(names)
        )
        return min(findings, key=_badness)

    def _piece(self) -> Piece:
        own = [p for p in self.brief.pieces if p.technician.id == self.technician.id]
        if self.starts_at is not None:
            own = [piece for piece in own if piece.holds(self.starts_at)] or own
        if not own:
            raise NotWorking(technician_id=self.technician.id, day=self.brief.reading.day)
        return own[0]

    def _problem(self) -> question.Problem:
        """The question with the visit free to go there, at the wanted time if there is one.

        A promise that can still be kept is a rule, whether or not the plan keeps it so far.
        """
        here = self.brief.reading.seconds(self.brief.reading.now)
        start = None if self.starts_at is None else self.brief.reading.seconds(self.starts_at)
        wanted = question.Pin(technician=str(self.technician.id), start=start)
        jobs = tuple(
            replace(
                job,
                pin=wanted,
                promise_hard=job.promise is None or job.promise.closes > here,
            )
            if job.id == str(self.visit.id)
            else job
            for job in self.brief.problem.jobs
        )
        return replace(self.brief.problem, jobs=jobs)

    def _stops(self) -> list[tuple[datetime, str]]:
        own = (
            (place.starts_at, str(place.visit_id) if isinstance(place, Assignment) else place.id)
            for place in self.brief.reading.ahead
            if place.shift_id == self.piece.shift.id
        )
        return sorted((at, name) for at, name in own if name in self.problem.job_by_id)

    def _with_breaks(self, names: tuple[str, ...]) -> Iterator[tuple[Stop, ...]]:
        shift = next(
            shift
            for shift in self.problem.technician_by_id[str(self.technician.id)].shifts
            if shift.id == self.piece.id
        )
        gaps = range(len(names) + 1)
        for places in itertools.product(gaps, repeat=len(shift.breaks)):
            stops = [Stop(id=name) for name in names]
            due = sorted(zip(places, shift.breaks, strict=True), key=lambda pair: -pair[0])
            for gap, pause in due:
                stops.insert(gap, Stop(kind=StopKind.BREAK, id=pause.id))
            yield tuple(stops)
        if shift.breaks:
            yield tuple(Stop(id=name) for name in names)

    def _solution(self, stops: tuple[Stop, ...]) -> Solution:
        served = {stop.id for stop in stops}
        return Solution(
            routes=(
                Route(technicians=(str(self.technician.id),), shift=self.piece.id, stops=stops),
            ),
            unserved=tuple(
                Unserved(job=job.id) for job in self.problem.jobs if job.id not in served
            ),
        )


def _relevant(finding: Finding) -> list[Violation]:
    served = set(finding.timetable.served)
    return [
        violation
        for violation in finding.violations
        if violation.code not in OF_OTHERS or violation.job in served
    ]


def _badness(finding: Finding) -> tuple[int, tuple[float, ...]]:
    return len(_relevant(finding)), finding.objective


def _demand_version(rows: Sequence[Assignment], *, expected: int | None) -> None:
    if expected is not None and rows and rows[0].version != expected:
        raise StaleVersion(expected=expected, actual=rows[0].version)


def _demand_same_round(session: Session, *, trial: Move, visit: Visit, now: datetime) -> None:
    """Raises BriefOutdated unless the round is still the one that was judged."""
    reading = briefs.read(
        session,
        territory_id=trial.territory_id,
        day=trial.day,
        now=now,
        mover=visit,
        technician_ids=[trial.technician_id],
    )
    if not briefs.marks(reading).same_round(trial.technician_id, since=trial.seen):
        raise BriefOutdated(skipped=[visit.id], kept_back=[])


def _keep_reason(
    session: Session,
    *,
    row: Assignment,
    trial: Move,
    by: Account | None,
    now: datetime,
    reason: str,
) -> None:
    if trial.violations:
        session.add(
            Override(
                assignment_id=row.id,
                codes=sorted({violation["code"] or "" for violation in trial.violations}),
                reason=reason,
                account_id=by.id if by else None,
                at=now,
            )
        )
    pin(
        session,
        visit=row.visit,
        technician=row.technician,
        day=trial.day,
        starts_at=trial.place.starts_at if trial.exact else None,
        reason=reason,
        by=by,
        now=now,
    )
