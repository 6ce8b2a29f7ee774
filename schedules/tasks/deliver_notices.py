"""Tells people what happened: every few seconds it reads the journal and sends what is due.

A notice goes out with no transaction open, and is marked afterwards. When the process dies between
the two it goes out again with the same id, by which the receiver can tell. How it travels and in
which words is the web floor's affair: it hands in ``send``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch import notices
from dispatch.notices import Notice
from schedules.queue import Queue, Task, Turn

NAME = "deliver_notices"
# A confirmation that comes ten seconds after the click is still at once.
PAUSE = timedelta(seconds=10)


class NotSent(Exception):
    """A notice could not be sent, for a reason that may pass; ``fault`` is for an administrator."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def start(
    session: Session, queue: Queue, *, now: datetime, after: timedelta = timedelta(0)
) -> bool:
    """Look at the notices soon; False when somebody has asked for that already."""
    return queue.enqueue(
        session,
        task=NAME,
        payload={},
        dedupe_key=NAME,
        lock_key=NAME,
        not_before=now + after,
    )


def task(*, send: Callable[[Notice], None] | None) -> Task:
    """The task for the queue. ``send`` gets a detached notice and raises NotSent.

    Without ``send`` notices are written down all the same, and wait in the outbox to be read.
    """
    return Task(
        name=NAME,
        run=lambda turn: _deliver(turn, send=send),
        attempts=5,
        limit=timedelta(minutes=10),
    )


def _deliver(turn: Turn, *, send: Callable[[Notice], None] | None) -> None:
    try:
        with turn.writing() as session:
            notices.tell_facts(session, now=turn.clock())
    finally:  # what was written down before goes out all the same
        if send is not None:
            _send_due(turn, send=send)
        with turn.writing() as session:
            start(session, turn.queue, now=turn.clock(), after=PAUSE)


def _send_due(turn: Turn, *, send: Callable[[Notice], None]) -> None:
    with turn.reading() as session:
        due = notices.due(session, now=turn.clock())
    for notice in due:
        if turn.over.is_set():
            return
        _post(turn, notice, send=send)


def _post(turn: Turn, notice: Notice, *, send: Callable[[Notice], None]) -> None:
    fault = None
    try:
        send(notice)
    except NotSent as problem:
        fault = problem.fault
    with turn.writing() as session:
        row = session.get_one(Notice, notice.id)
        if fault is None:
            notices.sent(session, notice=row, now=turn.clock())
        else:
            notices.failed(session, notice=row, fault=fault, now=turn.clock())
