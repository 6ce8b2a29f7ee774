"""Plans tomorrow for every territory, each evening at a fixed hour (UTC).

Tomorrow is the territory's own. Where the same evening has asked already nothing happens, and
where nobody works tomorrow there is nothing to plan.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.places import Territory
from dispatch.planning.runs import AlreadyQueued, PlanRun, RunKind, RunState
from dispatch.workforce import Shift, Technician
from schedules.queue import Chore, Queue, each
from schedules.tasks import plan_day

# Less than the time from one evening to the next, more than an evening that was interrupted.
SAME_EVENING = timedelta(hours=12)


def chore(*, hour: int, limit_seconds: int, seed: int = 1, workers: int = 1) -> Chore:
    """The chore for the queue; ``hour`` is in UTC, the rest goes to each search."""

    def run(session: Session, queue: Queue, now: datetime) -> None:
        def ask(territory: Territory) -> None:
            day = now.astimezone(territory.tz).date() + timedelta(days=1)
            if not _somebody_works(session, territory=territory, day=day):
                return
            if _asked_this_evening(session, territory=territory, day=day, now=now):
                return
            with suppress(AlreadyQueued):  # a dispatcher was faster
                plan_day.start(
                    session,
                    queue,
                    territory=territory,
                    day=day,
                    by=None,
                    now=now,
                    limit_seconds=limit_seconds,
                    seed=seed,
                    workers=workers,
                )

        each(session, session.scalars(select(Territory).where(~Territory.closed)).all(), ask)

    return Chore(name="nightly_plan", cron=f"0 {hour} * * *", run=run)


def _somebody_works(session: Session, *, territory: Territory, day: date) -> bool:
    shift = (
        select(Shift.id)
        .join(Technician, Technician.id == Shift.technician_id)
        .where(Technician.territory_id == territory.id, Shift.day == day)
        .limit(1)
    )
    return session.scalar(shift) is not None


def _asked_this_evening(
    session: Session, *, territory: Territory, day: date, now: datetime
) -> bool:
    """Whether this chore has asked for it and the search has not failed since."""
    run = (
        select(PlanRun.id)
        .where(
            PlanRun.territory_id == territory.id,
            PlanRun.day == day,
            PlanRun.kind == RunKind.DAY,
            PlanRun.state != RunState.FAILED,
            PlanRun.asked_by_id.is_(None),
            PlanRun.asked_at > now - SAME_EVENING,
        )
        .limit(1)
    )
    return session.scalar(run) is not None
