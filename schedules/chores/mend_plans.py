"""Mends rounds after something fell out of them: a visit was cancelled, a technician is away.

It reads on in the journal, takes promises of cancelled visits back, frees what nobody needs any
more, and asks for a repair of each day concerned. A repair keeps what was promised, and people's
rounds as they are where it can.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import booking, journal, promises
from dispatch.accounts import Account
from dispatch.base import WrongState
from dispatch.journal import Fact
from dispatch.places import Territory
from dispatch.planning import assignments
from dispatch.planning.runs import AlreadyQueued, RunKind
from dispatch.planning.tables import Assignment
from dispatch.workforce import Absence
from schedules.queue import Chore, Queue, each
from schedules.tasks import plan_day

NAME = "mend_plans"
CANCELLED = "visit-cancelled"
VISIT_FELL_OUT = (CANCELLED, "visit-blocked", "visit-turned-back", "helper-turned-back")
SOMEBODY_IS_AWAY = ("absence-reported",)
ROADS_ARE_OTHERS = ("travel-profile-changed",)
Where = tuple[date, int]


def chore(*, limit_seconds: int, seed: int = 1, workers: int = 1) -> Chore:
    """The chore for the queue; what is given goes to each repair."""

    def run(session: Session, queue: Queue, now: datetime) -> None:
        facts = journal.facts_after(
            session, reader=NAME, kinds=(*VISIT_FELL_OUT, *SOMEBODY_IS_AWAY, *ROADS_ARE_OTHERS)
        )
        if not facts:
            return

        def repair(where: Where) -> None:
            day, territory_id = where
            assignments.sweep(session, territory_id=territory_id, day=day, now=now)
            with suppress(AlreadyQueued):  # it will publish around what changed
                plan_day.start(
                    session,
                    queue,
                    territory=session.get_one(Territory, territory_id),
                    day=day,
                    by=None,
                    now=now,
                    limit_seconds=limit_seconds,
                    seed=seed,
                    workers=workers,
                    kind=RunKind.REPAIR,
                )

        days = sorted(_concerned(session, facts, now=now))
        assignments.lock(session, days=days)
        cancelled = [fact for fact in facts if fact.kind == CANCELLED]
        each(session, cancelled, lambda fact: _take_promise_back(session, fact, now=now))
        each(session, days, repair)
        journal.mark_read(session, reader=NAME, fact_id=facts[-1].id)

    return Chore(name=NAME, cron="* * * * *", run=run)


def _take_promise_back(session: Session, fact: Fact, *, now: datetime) -> None:
    """Nobody is coming, so the promise ends, however late it is and whoever is on the way."""
    promise = promises.live_appointment(session, visit_id=fact.thing_id)
    if promise is None:
        return
    by = session.get(Account, fact.account_id) if fact.account_id else None
    try:
        booking.cancel_appointment(session, appointment=promise, now=now, by=by, reason=CANCELLED)
    except (booking.TooLate, WrongState):
        promise.end("cancel", now=now)
        promise.sequence += 1


def _concerned(session: Session, facts: Collection[Fact], *, now: datetime) -> set[Where]:
    """Days still to come on which a round has lost something, or takes longer; at most four queries."""
    visits = [fact.thing_id for fact in facts if fact.kind in VISIT_FELL_OUT]
    technicians = [fact.thing_id for fact in facts if fact.kind in SOMEBODY_IS_AWAY]
    places = select(Assignment.day, Assignment.territory_id).where(
        Assignment.state.in_(assignments.MOVABLE), Assignment.ends_at > now
    )
    lost = places.where(Assignment.visit_id.in_(visits))
    left = places.join(Absence, Absence.technician_id == Assignment.technician_id).where(
        Assignment.technician_id.in_(technicians),
        Assignment.starts_at < Absence.ends_at,
        Assignment.ends_at > Absence.starts_at,
    )
    movers = [fact.thing_id for fact in facts if fact.kind in ROADS_ARE_OTHERS]
    moved = places.where(Assignment.technician_id.in_(movers))
    return {
        (day, territory_id)
        for query in (lost, left, moved)
        for day, territory_id in session.execute(query.distinct())
    }
