"""Reminds customers, the day before, of the window that they were promised; once each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import notices
from schedules.queue import Chore, Queue


def chore() -> Chore:
    """The chore for the queue; the post takes the notices along at its next round."""
    return Chore(name="reminders", cron="*/10 * * * *", run=_remind)


def _remind(session: Session, _queue: Queue, now: datetime) -> None:
    notices.remind(session, now=now)
