"""Gives windows back that customers held and did not take, each minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import booking
from schedules.queue import Chore, Queue


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="hold_expiry", cron="* * * * *", run=_expire)


def _expire(session: Session, _queue: Queue, now: datetime) -> None:
    booking.expire_holds(session, now=now)
