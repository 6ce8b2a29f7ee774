"""Forgets what nobody needs any more, each hour: answers to repeated requests, finished tasks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dispatch import inbound
from dispatch.tasks import TaskRow, TaskState
from schedules.queue import Chore, Queue

# The post alone leaves 360 done tasks an hour; faults are read by a person.
DONE_KEPT = timedelta(hours=6)
FAILED_KEPT = timedelta(days=30)


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="retention", cron="20 * * * *", run=_forget)


def _forget(session: Session, _queue: Queue, now: datetime) -> None:
    inbound.forget_old(session, now=now)
    for state, kept in ((TaskState.DONE, DONE_KEPT), (TaskState.FAILED, FAILED_KEPT)):
        session.execute(
            delete(TaskRow)
            .where(TaskRow.state == state, TaskRow.created_at < now - kept)
            .execution_options(synchronize_session=False)
        )
