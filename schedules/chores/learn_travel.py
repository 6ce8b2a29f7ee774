"""Asks, each night, that travel times be learned from the legs of the days before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from schedules.queue import Chore, Queue
from schedules.tasks import learn_travel


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="learn_travel", cron="20 3 * * *", run=_ask)


def _ask(session: Session, queue: Queue, _now: datetime) -> None:
    learn_travel.start(session, queue)
