"""Notes each minute which SLA clocks have run out, and which soon will; each is told once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import tickets
from schedules.queue import Chore, Queue


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="sla_watch", cron="* * * * *", run=_watch)


def _watch(session: Session, _queue: Queue, now: datetime) -> None:
    tickets.watch_clocks(session, now=now)
