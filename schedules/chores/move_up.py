"""Sends urgent tickets to the next tier when theirs has had its time, each minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import tickets
from schedules.queue import Chore, Queue


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="move_up", cron="* * * * *", run=_move_up)


def _move_up(session: Session, _queue: Queue, now: datetime) -> None:
    tickets.move_up_urgent(session, now=now)
