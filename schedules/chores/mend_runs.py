"""Finds searches whose process died: queues them again, or gives them up after three tries.

The queue itself brings back what a killed process was doing. This chore is for the rest: a task
that was given up, a database that was restored. The plan in force stands all the while.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.planning import runs
from schedules.queue import Chore, Queue
from schedules.tasks import plan_day


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="mend_runs", cron="* * * * *", run=_mend)


def _mend(session: Session, queue: Queue, now: datetime) -> None:
    for run in runs.mend_cut_runs(session, now=now):
        plan_day.enqueue(session, queue, run=run)
