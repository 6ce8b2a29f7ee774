"""Keeps addresses being asked for: each minute, where any waits for its coordinate."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import geocoding
from schedules.queue import Chore, Queue
from schedules.tasks import locate_sites


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="geocode_backlog", cron="* * * * *", run=_start)


def _start(session: Session, queue: Queue, now: datetime) -> None:
    if geocoding.due(session, now=now, most=1):
        locate_sites.start(session, queue, now=now)
