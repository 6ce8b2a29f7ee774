"""The promise on one machine: rows are the truth, and a ticker says when to look at them.

One process owns the instance folder by a lock on a file. Whatever is running when it starts was
therefore cut off together with the owner before, and waits again: to restart is to recover.

A task's own errors (``faults``) and deaths of its process (``cuts``) are counted apart. With one
counter an innocent neighbour of a task that kills the process ran out of tries.

A chore is one row that lives for ever; its ``not_before`` is the next time its cron names, so
that a time missed while the machine was off is due at once, and a demo clock moves chores along.

Why APScheduler keeps nothing: a one-off of its own that was running at a kill is gone.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Row, delete, event, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from dispatch import store
from dispatch.tasks import TaskRow, TaskState
from schedules.owner import Owner
from schedules.queue import Chore, Clock, OpenSession, Payload, Task, Turn, UnknownTask

TICK_SECONDS = 1
# How often a task may die together with the whole process before it is held to be the cause.
MOST_CUTS = 8
CHORE = "chore"
log = structlog.get_logger(__name__)
# It warns when a tick was late; ours only sets a flag, so nothing is lost by that.
logging.getLogger("apscheduler").setLevel(logging.ERROR)

Claimed = Row[Any]


class EmbeddedQueue:
    """Runs tasks in so many ``threads`` of this process, and chores one at a time in another.

    Any process may enqueue; only the one that called ``start`` runs what waits.
    """

    def __init__(
        self,
        open_session: OpenSession,
        *,
        clock: Clock,
        tasks: Iterable[Task] = (),
        chores: Iterable[Chore] = (),
        threads: int = 2,
        most_cuts: int = MOST_CUTS,
        chance: random.Random | None = None,
    ) -> None:
        self._open = open_session
        self._clock = clock
        self._tasks = {task.name: task for task in tasks}
        self._chores = {chore.name: chore for chore in chores}
        self._most_cuts = most_cuts
        self._chance = chance or random.Random()
        self._lanes = (_Lane(threads=threads, chores=False), _Lane(threads=1, chores=True))
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._turns: set[threading.Event] = set()
        self._unsettled: list[Claimed] = []
        self._ticker = BackgroundScheduler(timezone=UTC)
        self._claimer = threading.Thread(target=self._claim_until_stopped, name="queue-claimer")
        self._owner: Owner | None = None
        self._looked_at = time.monotonic()

    def enqueue(
        self,
        session: Session,
        *,
        task: str,
        payload: Payload,
        dedupe_key: str,
        lock_key: str | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        """See schedules.queue.Queue."""
        if task not in self._tasks:
            raise UnknownTask(task=task)
        now = self._clock()
        added = _add(
            session,
            name=task,
            payload=dict(payload),
            dedupe_key=dedupe_key,
            lock_key=lock_key,
            not_before=not_before or now,
            created_at=now,
        )
        if added:
            event.listen(session, "after_commit", self._wake_after, once=True)
        return added

    def start(self, folder: Path) -> int:
        """Own ``folder`` and begin to work; returns how many tasks a dead owner had left running.

        Raises InstanceTaken while another process owns the folder.
        """
        self._owner = Owner.of(folder)
        with store.writing(), self._open() as session, session.begin():
            cut = self._recover(session)
            self._plant(session)
        self._ticker.add_job(self._due.set, "interval", seconds=TICK_SECONDS, id="tick")
        self._ticker.start()
        self._claimer.start()
        self.wake()
        return cut

    def stop(self) -> None:
        """Tell running tasks that their time is over, wait for them, and give the folder back."""
        self._stopping.set()
        self._due.set()
        if self._ticker.running:
            self._ticker.shutdown()
        if self._claimer.is_alive():
            self._claimer.join()
        for over in tuple(self._turns):
            over.set()
        for lane in self._lanes:
            lane.pool.shutdown()
        if self._owner is not None:
            self._owner.let_go()

    def wake(self) -> None:
        """Look now, not at the next tick."""
        self._due.set()

    @property
    def idle_seconds(self) -> float:
        """How long ago the rows were last looked at; more than a few ticks means trouble."""
        return time.monotonic() - self._looked_at

    def _wake_after(self, _session: Session) -> None:
        self.wake()

    def _recover(self, session: Session) -> int:
        cut = session.execute(
            select(*_CLAIMED).where(TaskRow.state == TaskState.RUNNING).order_by(TaskRow.id)
        ).all()
        for row in cut:
            log.warning("task.cut", task=row.name, id=row.id, cuts=row.cuts + 1)
            self._again(session, row, fault="cut off", cut=True)
        return len(cut)

    def _plant(self, session: Session) -> None:
        """Give each chore its row; a clock that was set back brings rows forward again."""
        now = self._clock()
        rows = {
            row.payload["chore"]: row
            for row in session.scalars(select(TaskRow).where(TaskRow.name == CHORE))
        }
        for name, chore in self._chores.items():
            due = _next(chore, after=now)
            row = rows.pop(name, None)
            if row is None:
                _add(
                    session,
                    name=CHORE,
                    payload={"chore": name},
                    dedupe_key=f"chore:{name}",
                    lock_key=None,
                    not_before=due,
                    created_at=now,
                )
            elif row.state == TaskState.FAILED or row.not_before > due:
                row.state, row.not_before = TaskState.WAITING, min(row.not_before, due)
        session.execute(delete(TaskRow).where(TaskRow.id.in_([r.id for r in rows.values()])))

    def _claim_until_stopped(self) -> None:
        seen = self._clock()
        while not self._stopping.is_set():
            self._due.wait()
            self._due.clear()
            try:
                now = self._clock()
                if now < seen:
                    with store.writing(), self._open() as session, session.begin():
                        self._plant(session)
                seen = now
                self._settle_late()
                for lane in self._lanes:
                    self._fill(lane)
            except Exception:  # the claimer outlives a database that is away
                log.exception("queue.claim-failed")
            else:
                self._looked_at = time.monotonic()

    def _settle_late(self) -> None:
        """Treat as cut off what ended while the database was away."""
        while self._unsettled:
            with store.writing(), self._open() as session, session.begin():
                self._again(session, self._unsettled[0], fault="not settled", cut=True)
            self._unsettled.pop(0)

    def _fill(self, lane: _Lane) -> None:
        """Start what is due, as long as the lane has a free thread."""
        while not self._stopping.is_set() and lane.free.acquire(blocking=False):
            row = None
            try:
                if self._anything_due(lane):
                    with store.writing(), self._open() as session, session.begin():
                        row = _claim(session, chores=lane.chores, now=self._clock())
            finally:
                if row is None:
                    lane.free.release()
            if row is None:
                return
            lane.pool.submit(self._work, row, lane=lane)

    def _anything_due(self, lane: _Lane) -> bool:
        """Look without the lock of a writer: nearly every tick finds nothing."""
        with self._open() as session:
            return session.scalar(_due(chores=lane.chores, now=self._clock())) is not None

    def _work(self, row: Claimed, *, lane: _Lane) -> None:
        try:
            if lane.chores:
                self._do_chore(row)
            else:
                self._do_task(row)
        except Exception:  # the database was away; the claimer settles it when it is back
            log.exception("task.not-settled", task=row.name, id=row.id)
            self._unsettled.append(row)
        finally:
            lane.free.release()
            self.wake()

    def _do_task(self, row: Claimed) -> None:
        fault = None
        turn = Turn(payload=row.payload, queue=self, open_session=self._open, clock=self._clock)
        self._turns.add(turn.over)
        try:
            self._tasks[row.name].take(turn)
        except Exception as problem:  # one bad task never stops the others
            log.exception("task.failed", task=row.name, id=row.id)
            fault = f"{type(problem).__name__}: {problem}"
        finally:
            self._turns.discard(turn.over)
        with store.writing(), self._open() as session, session.begin():
            if fault is None:
                _settle(session, row, state=TaskState.DONE, fault=None)
            else:
                self._again(session, row, fault=fault, cut=False)

    def _do_chore(self, row: Claimed) -> None:
        """Run it and set its next time in one transaction; a failed one waits for that time too."""
        chore = self._chores[row.payload["chore"]]
        now = self._clock()
        fault = None
        try:
            with store.writing(), self._open() as session, session.begin():
                chore.run(session, self, now)
                _settle(session, row, state=TaskState.WAITING, not_before=_next(chore, after=now))
        except Exception as problem:  # one bad chore never stops the others
            log.exception("chore.failed", chore=chore.name)
            fault = f"{type(problem).__name__}: {problem}"
        if fault is not None:
            with store.writing(), self._open() as session, session.begin():
                later = _next(chore, after=now)
                _settle(session, row, state=TaskState.WAITING, not_before=later, fault=fault)

    def _again(self, session: Session, row: Claimed, *, fault: str, cut: bool) -> None:
        """Try again later, or give up."""
        task = self._tasks.get(row.name)
        faults, cuts = row.faults + (not cut), row.cuts + cut
        if row.name == CHORE:
            task = _ANY_CHORE
        gone = task is None or faults >= task.attempts or cuts >= self._most_cuts
        wait = (task or _ANY_CHORE).wait(tries=faults + cuts, chance=self._chance)
        state = TaskState.FAILED if gone else TaskState.WAITING
        counts = {"faults": faults, "cuts": cuts}
        try:
            with session.begin_nested():
                later = self._clock() + wait
                _settle(session, row, state=state, fault=fault, not_before=later, **counts)
        except IntegrityError:  # a twin is already waiting: it will do the work
            fault = "gave way to a later request"
            _settle(session, row, state=TaskState.FAILED, fault=fault, **counts)


class _Lane:
    """Threads of one kind: long tasks must not keep short chores waiting."""

    def __init__(self, *, threads: int, chores: bool) -> None:
        self.chores = chores
        self.free = threading.Semaphore(threads)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=CHORE if chores else "task")


_ANY_CHORE = Task(name=CHORE, run=lambda _: None, attempts=MOST_CUTS, limit=timedelta(minutes=1))
_CLAIMED = (
    TaskRow.id,
    TaskRow.name,
    TaskRow.payload,
    TaskRow.faults,
    TaskRow.cuts,
    TaskRow.token,
)


def _next(chore: Chore, *, after: datetime) -> datetime:
    """The first time after ``after`` that the chore's cron names, in UTC."""
    trigger = CronTrigger.from_crontab(chore.cron, timezone=UTC)
    found: datetime | None = trigger.get_next_fire_time(after, after + timedelta(microseconds=1))
    if found is None:
        raise ValueError(f"{chore.name} has no next time: {chore.cron}")
    return found


def _add(session: Session, **columns: Any) -> bool:  # noqa: ANN401
    """Insert unless a twin waits; a conflict leaves the caller's transaction as it was."""
    postgres = session.connection().dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    statement = insert(TaskRow).values(
        state=TaskState.WAITING, faults=0, cuts=0, token=0, **columns
    )
    added = session.execute(statement.on_conflict_do_nothing().returning(TaskRow.id))
    return added.scalar_one_or_none() is not None


def _due(*, chores: bool, now: datetime) -> Any:  # noqa: ANN401
    """Select the id of the next row to run.

    Of one lock, one at a time and in the order of asking, also while the first waits to be tried
    again: the same promise as Procrastinate's.
    """
    other = aliased(TaskRow)
    held_back = exists().where(
        other.lock_key == TaskRow.lock_key,
        or_(
            other.state == TaskState.RUNNING,
            (other.state == TaskState.WAITING) & (other.id < TaskRow.id),
        ),
    )
    return (
        select(TaskRow.id)
        .where(
            TaskRow.state == TaskState.WAITING,
            TaskRow.not_before <= now,
            (TaskRow.name == CHORE) if chores else (TaskRow.name != CHORE),
            ~held_back,
        )
        .order_by(TaskRow.id)
        .limit(1)
    )


def _claim(session: Session, *, chores: bool, now: datetime) -> Claimed | None:
    return session.execute(
        update(TaskRow)
        .where(TaskRow.id == _due(chores=chores, now=now).scalar_subquery())
        .values(state=TaskState.RUNNING, token=TaskRow.token + 1)
        .returning(*_CLAIMED)
        .execution_options(synchronize_session=False)
    ).first()


def _settle(session: Session, row: Claimed, **columns: Any) -> None:  # noqa: ANN401
    """Write how the claim ended; nothing when it is no longer the newest."""
    session.execute(
        update(TaskRow)
        .where(TaskRow.id == row.id, TaskRow.token == row.token, TaskRow.state == TaskState.RUNNING)
        .values(**{"fault": None, **columns})
        .execution_options(synchronize_session=False)
    )
