"""Drops proposed plans that no dispatcher took within a day; the plan in force never noticed them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.planning import plans
from dispatch.planning.tables import Plan, PlanState
from schedules.queue import Chore, Queue, each

KEPT = timedelta(hours=24)


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="drop_proposals", cron="40 * * * *", run=_drop)


def _drop(session: Session, _queue: Queue, now: datetime) -> None:
    stale = select(Plan).where(Plan.state == PlanState.PROPOSED, Plan.made_at < now - KEPT)
    each(
        session,
        session.scalars(stale.order_by(Plan.id)).all(),
        lambda plan: plans.discard(session, plan=plan, now=now),
    )
