"""Drops travel times that nobody has read for two months, that may not be kept, or are too many."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import reach
from schedules.queue import Chore, Queue


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="drop_travel", cron="50 2 * * *", run=_drop)


def _drop(session: Session, _queue: Queue, now: datetime) -> None:
    reach.drop_unread(session, now=now)
