"""What a dispatcher does by hand: move a visit, pin it, take it out; judged before it is dropped.

`judge_move` reads and thinks, `move` writes. A move that breaks a rule needs a reason; it is kept
as data, and the planner takes what was broken as accepted from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from dispatch.accounts import Account
from dispatch.base import DispatchError, StaleVersion, WrongState
from dispatch.planning import assignments, briefs, judging, seats
from dispatch.planning.assignments import Place
from dispatch.planning.briefs import DEFAULT, Brief, Marks, Settings
from dispatch.planning.briefs.crews import FEWER
from dispatch.planning.drafts import Draft
from dispatch.planning.plans.pins import demand_unpinned, pin
from dispatch.planning.plans.publication import BriefOutdated
from dispatch.planning.plans.trying import HandDraft, NotWorking, relevant
from dispatch.planning.tables import Assignment, Override
from dispatch.visits import Visit
from dispatch.workforce import Technician
from routing.travel.provider import Provider

__all__ = [
    "AlreadyStarted",
    "Move",
    "NotWorking",
    "ReasonMissing",
    "demand_movable",
    "judge_move",
    "move",
    "unassign",
]


class AlreadyStarted(DispatchError):
    """Somebody is on the way to visit ``visit_id``, or has been there."""

    code: ClassVar[str] = "already-started"


class ReasonMissing(DispatchError):
    """The move breaks rules, ``violations``: it needs a reason."""

    code: ClassVar[str] = "reason-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A place tried by hand: what the rounds would look like, and which rules they would break.

    ``place`` is the lead's, ``helpers`` are those of everybody who comes along. ``extra_seconds`` and
    ``extra_metres`` are what all their rounds grow by.
    """

    visit_id: int
    technician_id: int
    territory_id: int
    day: date
    place: Place
    helpers: tuple[Place, ...]
    others: tuple[Place, ...]
    violations: tuple[dict[str, str | None], ...]
    extra_seconds: int
    extra_metres: int
    exact: bool
    seen: Marks

    @property
    def technician_ids(self) -> frozenset[int]:
        """Everybody who would go."""
        return frozenset(place.technician_id for place in (self.place, *self.helpers))


def judge_move(  # noqa: PLR0913 - who, where, when
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    day: date,
    travel: Provider,
    now: datetime,
    helpers: Sequence[Technician] | None = None,
    position: int | None = None,
    starts_at: datetime | None = None,
    settings: Settings = DEFAULT,
) -> Move:
    """Try a visit at a place in a round, by position (1 is the first stop ahead) or by time.

    Reads only. Raises AlreadyStarted, NotWorking; broken rules are no refusal but part of the
    answer. Without position and time the visit comes last. The technician leads a visit for several;
    who is not told to come along is found, those first who do now.
    """
    demand_movable(visit, rows=assignments.assignments_of(session, visit_id=visit.id))
    ask = _Question(session, visit=visit, day=day, travel=travel, settings=settings, now=now)
    if helpers is None:
        helpers = ask.helpers_of(technician)
    people = [technician, *helpers][: visit.crew_size]
    brief = ask.brief(technician, only=people)
    draft = HandDraft(brief, visit=visit, people=people, starts_at=starts_at)
    before, after = draft.as_it_stands(), draft.with_visit(position)
    places = judging.places_of(after, opens_at=brief.reading.opens_at, begun=draft.begun)
    lead, *others = places.pop(visit.id)
    known = {(violation.code, violation.job) for violation in before.violations}
    new = [v for v in relevant(after) if (v.code, v.job) not in known]
    return Move(
        visit_id=visit.id,
        technician_id=technician.id,
        territory_id=technician.territory_id,
        day=day,
        place=lead,
        helpers=tuple(others),
        others=tuple(place for own in places.values() for place in own),
        violations=(*map(judging.plain, new), *_fewer(visit, sent=len(people))),
        extra_seconds=round(after.score.metrics.travel_s - before.score.metrics.travel_s),
        extra_metres=round(after.score.metrics.distance_m - before.score.metrics.distance_m),
        exact=starts_at is not None,
        seen=brief.stamp.seen,
    )


def _fewer(visit: Visit, *, sent: int) -> list[dict[str, str | None]]:
    """What is broken when fewer people go than the visit asks for."""
    if sent >= visit.crew_size:
        return []
    text = f"visit {visit.id} needs {visit.crew_size} people"
    return [{"code": FEWER, "visit": str(visit.id), "route": None, "text": text}]


class _Question:
    """One visit on one day, asked about with more or fewer rounds."""

    def __init__(
        self,
        session: Session,
        *,
        visit: Visit,
        day: date,
        travel: Provider,
        settings: Settings,
        now: datetime,
    ) -> None:
        self._session, self._visit, self._day = session, visit, day
        self._travel, self._settings, self._now = travel, settings, now

    def brief(self, technician: Technician, *, only: Sequence[Technician] | None = None) -> Brief:
        """The day of the technician's territory, or these rounds of it."""
        return briefs.brief(
            self._session,
            territory_id=technician.territory_id,
            day=self._day,
            travel=self._travel,
            settings=self._settings,
            now=self._now,
            mover=self._visit,
            technician_ids=None if only is None else [one.id for one in only],
        )

    def helpers_of(self, lead: Technician) -> list[Technician]:
        """Who comes along with this lead: those of now, else the cheapest who can."""
        needed = self._visit.crew_size - 1
        if needed == 0:
            return []
        rows = assignments.assignments_of(self._session, visit_id=self._visit.id)
        now = [row.technician for row in rows if row.day == self._day and row.technician != lead]
        if len(now) >= needed:
            return now[-needed:]
        brief = self.brief(lead)
        jobs = [job for job in brief.problem.jobs if seats.visit_of(job.id) == self._visit.id]
        found = Draft(brief).led_by(lead.id, jobs=jobs) if len(jobs) > 1 else None
        places = () if found is None else found.helpers
        return [self._session.get_one(Technician, place.technician_id) for place in places]


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
        session, visit=visit, days=[target], technician_ids=trial.technician_ids
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
        places=[trial.place, *trial.helpers, *others],
        now=now,
    )
    row, *_ = seats.in_order(row for row in written if row.visit_id == visit.id)
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


def _demand_version(rows: Sequence[Assignment], *, expected: int | None) -> None:
    if expected is not None and rows and rows[0].version != expected:
        raise StaleVersion(expected=expected, actual=rows[0].version)


def _demand_same_round(session: Session, *, trial: Move, visit: Visit, now: datetime) -> None:
    """Raises BriefOutdated unless the rounds are still those that were judged."""
    reading = briefs.read(
        session,
        territory_id=trial.territory_id,
        day=trial.day,
        now=now,
        mover=visit,
        technician_ids=trial.technician_ids,
    )
    seen = briefs.marks(reading)
    if not all(seen.same_round(who, since=trial.seen) for who in trial.technician_ids):
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
