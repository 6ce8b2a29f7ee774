"""Closes days that are over: their plans are frozen, what nobody began waits for another day.

Three hours after midnight, so that a phone that comes back late still finds its round. A promise
that nobody came for is broken half a day after its window closed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from dispatch import booking
from dispatch.places import Territory
from dispatch.planning import assignments, plans
from dispatch.planning.tables import Assignment, Plan, PlanState
from schedules.queue import Chore, Queue, each

AFTER_MIDNIGHT = timedelta(hours=3)
NOBODY_CAME = timedelta(hours=12)


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="close_days", cron="10 * * * *", run=_close)


def _close(session: Session, _queue: Queue, now: datetime) -> None:
    booking.break_missed(session, before=now - NOBODY_CAME, now=now)

    def close(where: tuple[date, int]) -> None:
        day, territory_id = where
        plans.close_day(session, territory_id=territory_id, day=day, now=now)

    each(session, _over(session, now=now), close)


def _over(session: Session, *, now: datetime) -> list[tuple[date, int]]:
    """Days with a plan in force, or with work that nobody began, that are over where they lie."""
    latest = (now + timedelta(days=1)).date()  # no zone is further ahead than that
    planned = select(Plan.day, Plan.territory_id).where(
        Plan.state == PlanState.PUBLISHED, Plan.day < latest
    )
    left = select(Assignment.day, Assignment.territory_id).where(
        Assignment.state.in_(assignments.MOVABLE), Assignment.day < latest
    )
    zones = {territory.id: territory.tz for territory in session.scalars(select(Territory))}
    return sorted(
        (day, territory_id)
        for day, territory_id in session.execute(union(planned, left))
        if day < (now - AFTER_MIDNIGHT).astimezone(zones[territory_id]).date()
    )
