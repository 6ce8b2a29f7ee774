"""Finds searches whose process died: queues them again, or gives them up after three tries.

The queue itself brings back what a killed process was doing. This chore is for the rest: a task
that was given up, a database that was restored. The plan in force stands all the while.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.planning import runs
from dispatch.tasks import TaskRow, TaskState
from schedules.queue import Chore, Queue
from schedules.tasks import plan_day


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="mend_runs", cron="* * * * *", run=_mend)


def _mend(session: Session, queue: Queue, now: datetime) -> None:
    for run in runs.mend_cut_runs(session, now=now, held=_held(session)):
        plan_day.enqueue(session, queue, run=run)


def _held(session: Session) -> set[int]:
    """Runs that the embedded queue has in hand; in PostgreSQL's queue silence alone tells."""
    rows = session.scalars(
        select(TaskRow).where(
            TaskRow.name == plan_day.NAME,
            TaskRow.state.in_((TaskState.WAITING, TaskState.RUNNING)),
        )
    )
    return {row.payload["run_id"] for row in rows}
