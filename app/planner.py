"""Asking the planner for a day, on the terms that this installation's settings give."""

from __future__ import annotations

from datetime import date

from app import clock, work
from app.context import settings
from app.database import session
from dispatch.accounts import Account
from dispatch.places import Territory
from dispatch.planning.runs import PlanRun, RunKind
from schedules.tasks import plan_day


def ask(
    *,
    territory: Territory,
    day: date,
    limit_seconds: int,
    by: Account | None,
    kind: RunKind = RunKind.DAY,
) -> PlanRun:
    """Ask for a plan of a day in this request's transaction; the caller commits.

    Raises AlreadyQueued when the same is being planned.
    """
    return plan_day.start(
        session(),
        work.queue(),
        territory=territory,
        day=day,
        by=by,
        now=clock.now(),
        limit_seconds=limit_seconds,
        seed=settings().plan_seed,
        workers=settings().plan_workers,
        kind=kind,
    )
