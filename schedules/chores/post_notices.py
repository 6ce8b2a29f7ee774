"""Keeps the post going: it looks every few seconds, and this sees each minute that it does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from schedules.queue import Chore, Queue
from schedules.tasks import deliver_notices


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="post_notices", cron="* * * * *", run=_start)


def _start(session: Session, queue: Queue, now: datetime) -> None:
    deliver_notices.start(session, queue, now=now)
