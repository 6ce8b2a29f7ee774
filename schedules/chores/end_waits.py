"""Takes up tickets again that waited for somebody until a date which has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import tickets
from schedules.queue import Chore, Queue, each


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="end_waits", cron="*/5 * * * *", run=_go_on)


def _go_on(session: Session, _queue: Queue, now: datetime) -> None:
    over = tickets.waits_over(session, now=now)
    each(session, over, lambda ticket: tickets.go_on(session, ticket=ticket, now=now))
