"""Lets visits be planned again whose part, permission or date has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import visits
from schedules.queue import Chore, Queue, each


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="unblock_visits", cron="*/5 * * * *", run=_unblock)


def _unblock(session: Session, _queue: Queue, now: datetime) -> None:
    waiting = visits.unblockable(session, now=now)
    each(session, waiting, lambda visit: visits.unblock(session, visit=visit, now=now))
