"""A process that works a queue, to be started and killed by tests; and the tasks that it knows.

Tasks note what they did as facts in the journal, where tests read it. The clock is shared by all
processes of the machine: the default day's morning, and ``speed`` seconds more with each true one.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import sessionmaker

from dispatch import journal, store
from dispatch.journal import Fact
from dispatch.tasks import TaskRow
from schedules.embedded import EmbeddedQueue
from schedules.postgres import PostgresQueue, Pulse
from schedules.queue import Chore, Task, Turn
from tests import processes
from tests.clock import NOW

SOON = timedelta(milliseconds=200)
BRISK = Pulse(beat_s=0.3, dead_after_s=1.5, look_s=0.3, reap_cron="* * * * * */1")


class RunningClock:
    """The default day's morning, running on from when the machine was started."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed

    def __call__(self) -> datetime:
        return NOW + timedelta(seconds=time.monotonic() * self.speed)


def write(turn: Turn, kind: str) -> None:
    with turn.writing() as session:
        number = turn.number("n")
        journal.record(session, kind, thing="task", thing_id=number, now=turn.clock())


def work(turn: Turn) -> None:
    write(turn, "began")
    time.sleep(turn.number("milliseconds") / 1000)
    write(turn, "ended")


def refuse(turn: Turn) -> None:
    write(turn, "began")
    raise ConnectionError("the receiver is away")


def stumble(turn: Turn) -> None:
    """Fail at the first try, and that only after a while."""
    with turn.reading() as session:
        tried = session.scalar(select(Fact.id).where(Fact.thing_id == turn.number("n")))
    write(turn, "began")
    if tried is None:
        time.sleep(turn.number("milliseconds") / 1000)
        raise ConnectionError("the receiver is away")
    write(turn, "ended")


def poison(turn: Turn) -> None:
    write(turn, "began")
    os.kill(os.getpid(), signal.SIGKILL)


def linger(turn: Turn) -> None:
    write(turn, "began")
    told = turn.over.wait(20)
    write(turn, "hurried" if told else "ended")


def relay(turn: Turn) -> None:
    """Ask for other work in a transaction of its own."""
    with turn.writing() as session:
        ask_for_work(session, turn.queue, number=turn.number("n") + 1)


def ask_for_work(session, queue, *, number: int) -> None:
    queue.enqueue(
        session,
        task="work",
        payload={"n": number, "milliseconds": 0},
        dedupe_key=f"work:{number}",
    )


def count(session, queue, now) -> None:
    journal.record(session, "counted", thing="chore", thing_id=0, now=now)
    ask_for_work(session, queue, number=77)


def fall_over(session, _queue, now) -> None:
    journal.record(session, "broke", thing="chore", thing_id=0, now=now)
    raise ConnectionError("the post office is away")


LONG = timedelta(seconds=30)
TASKS = (
    Task(name="work", run=work, attempts=4, limit=LONG, first_wait=SOON),
    Task(name="relay", run=relay, attempts=1, limit=LONG, first_wait=SOON),
    Task(name="refuse", run=refuse, attempts=3, limit=LONG, first_wait=SOON),
    Task(name="stumble", run=stumble, attempts=3, limit=LONG, first_wait=SOON),
    Task(name="poison", run=poison, attempts=3, limit=LONG, first_wait=SOON),
    Task(name="linger", run=linger, attempts=3, limit=SOON, first_wait=SOON),
)
CHORES = (
    Chore(name="count", cron="* * * * *", run=count),
    Chore(name="break", cron="* * * * *", run=fall_over),
)


def queue_at(url: str, *, speed: float = 1.0) -> EmbeddedQueue | PostgresQueue:
    open_session = sessionmaker(store.open_store(url))
    known = {
        "clock": RunningClock(speed),
        "tasks": TASKS,
        "chores": CHORES if speed > 1 else (),
        "threads": 2,
        "chance": random.Random(1),
    }
    if url.startswith("sqlite"):
        return EmbeddedQueue(open_session, most_cuts=4, **known)
    return PostgresQueue(url, open_session, pulse=BRISK, **known)


class Workshop:
    """A queue as a test sees it: it asks here, and another process does the work."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.queue = queue_at(url)
        self.open_session = self.queue._open
        self.clock = RunningClock()
        self.process: BaseProcess | None = None

    def ask(self, task: str, number: int, *, milliseconds: int = 0, **keys) -> bool:
        """Enqueue in a transaction of its own."""
        with store.writing(), self.open_session() as session, session.begin():
            return self.enqueue(session, task, number, milliseconds=milliseconds, **keys)

    def enqueue(self, session, task: str, number: int, *, milliseconds: int = 0, **keys) -> bool:
        return self.queue.enqueue(
            session,
            task=task,
            payload={"n": number, "milliseconds": milliseconds},
            **{"dedupe_key": f"{task}:{number}", **keys},
        )

    def open(self, *, speed: float = 1.0) -> None:
        """Start a process that works; it has chores where its clock is hurried."""
        self.process = processes.start(
            work_until_killed, self.url, self.folder, speed, log=self.folder / "log"
        )

    def kill(self) -> None:
        """End the process as kill -9 does."""
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def reopen_whenever_dead(self) -> None:
        if self.process is not None and not self.process.is_alive():
            self.open()

    def until(self, condition: Callable[[], object], *, seconds: float = 30) -> None:
        """Wait for a condition, starting the process again whenever it dies."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                said = (self.folder / "log").read_text()[-3000:]
                pytest.fail(f"still waiting after {seconds} s for {condition}:\n{said}")
            self.reopen_whenever_dead()
            time.sleep(0.02)

    def facts(self, *kinds: str) -> list[tuple[str, int]]:
        """What was noted, in order."""
        with self.open_session() as session:
            rows = session.execute(select(Fact.kind, Fact.thing_id).order_by(Fact.id)).all()
        return [(kind, number) for kind, number in rows if kind in kinds]

    def times(self, kind: str) -> list[float]:
        """When facts of a kind were noted, in seconds."""
        with self.open_session() as session:
            moments = session.scalars(select(Fact.at).where(Fact.kind == kind).order_by(Fact.id))
            return [moment.timestamp() for moment in moments]

    def states(self) -> dict[tuple[str, int], str]:
        """How far each task has got that left a row, in the embedded queue's words."""
        if isinstance(self.queue, EmbeddedQueue):
            with self.open_session() as session:
                rows = session.scalars(select(TaskRow).where(TaskRow.name != "chore")).all()
            return {(row.name, row.payload["n"]): row.state.value for row in rows}
        words = {"todo": "waiting", "doing": "running", "succeeded": "done"}
        query = text(
            "SELECT task_name, (args->'payload'->>'n')::int, status::text FROM procrastinate_jobs"
            " WHERE queue_name = 'tasks' ORDER BY id"
        )
        with self.open_session() as session:
            found = session.execute(query).all()
        return {(name, number): words.get(status, status) for name, number, status in found}

    def at_rest(self) -> bool:
        return not {"waiting", "running"} & set(self.states().values())


def work_until_killed(url: str, folder: Path, speed: float) -> None:
    queue = queue_at(url, speed=speed)
    if isinstance(queue, PostgresQueue):
        queue.work()
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    queue.start(folder)
    signal.sigwait({signal.SIGTERM})
    queue.stop()
