"""A small installation in a process of its own, to be killed by tests, and the parent's view of it.

The process owns its folder: it works on the queue with the real engine, and all the while commits
notes and acknowledges each one after its commit.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
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
from dispatch.places import Territory
from dispatch.planning.runs import PlanRun, RunState
from dispatch.planning.tables import Plan, PlanState
from routing.travel.crowfly import CrowFly
from schedules.chores import mend_runs
from schedules.embedded import EmbeddedQueue
from schedules.queue import OpenSession
from schedules.tasks import plan_day
from tests import build, processes
from tests.clock import DAY, NOW

# A cut run is taken up again at once; the product waits some seconds.
TASK = dataclasses.replace(
    plan_day.task(travel=CrowFly(), longest=timedelta(minutes=2)),
    first_wait=timedelta(milliseconds=100),
)


def clock() -> datetime:
    """Run on from the default day's morning, for all processes of the machine alike."""
    return NOW + timedelta(seconds=time.monotonic() % 3600)


def opener(folder: Path) -> OpenSession:
    return sessionmaker(store.open_store(f"sqlite:///{folder}/onsite.db"))


def queue_of(open_session: OpenSession) -> EmbeddedQueue:
    return EmbeddedQueue(open_session, clock=clock, tasks=[TASK], chores=[mend_runs.chore()])


class Installation:
    """What the parent knows and does: it asks for plans, kills, starts again, and looks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open_session = opener(folder)
        self.queue = queue_of(self.open_session)
        self.process: BaseProcess | None = None
        with store.writing(), self.open_session() as session, session.begin():
            territory = build.territory(session)
            shift = build.shift(session, technician=build.technician(session, territory=territory))
            visits = [build.visit(session, territory=territory, work_minutes=20) for _ in range(8)]
            plan = build.plan(session, territory=territory)
            build.assignment(session, visit=visits[0], shift=shift, plan=plan)
            self.territory_id = territory.id

    def start(self) -> None:
        """Start the process."""
        self.process = processes.start(serve, self.folder, log=self.folder / "log")

    def kill(self) -> None:
        """End the process as kill -9 does."""
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def engines(self) -> list[int]:
        """The process ids of engines that the process has started."""
        assert self.process is not None
        found = []
        for path in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            found += [int(child) for child in path.read_text().split()]
        return found

    def ask(self, *, limit_seconds: int = 60) -> int:
        """Ask for a plan in a transaction of its own; returns the run's id."""
        with store.writing(), self.open_session() as session, session.begin():
            run = plan_day.start(
                session,
                self.queue,
                territory=session.get_one(Territory, self.territory_id),
                day=DAY,
                by=None,
                now=clock(),
                limit_seconds=limit_seconds,
            )
            return run.id

    def run(self, run_id: int) -> PlanRun:
        with self.open_session() as session:
            return session.get_one(PlanRun, run_id)

    def in_mid_plan(self, run_id: int, *, attempt: int) -> bool:
        """Whether the engine has found something, and goes on searching."""
        run = self.run(run_id)
        searching = run.state is RunState.RUNNING and run.attempt == attempt
        return searching and bool(run.progress.get("served")) and bool(self.engines())

    def over(self, run_id: int) -> bool:
        return self.run(run_id).state not in (RunState.QUEUED, RunState.RUNNING)

    def plan_in_force(self) -> int:
        query = select(Plan.id).where(Plan.state == PlanState.PUBLISHED)
        with self.open_session() as session:
            return session.scalars(query).one()

    def acknowledged(self) -> set[int]:
        """Notes that the process said it had committed."""
        written = (self.folder / "acknowledged").read_bytes().split(b"\n")
        return {int(number) for number in written[:-1]}

    def kept(self) -> list[int]:
        """Notes that are in the database."""
        with self.open_session() as session:
            return list(session.scalars(select(Fact.thing_id).where(Fact.kind == "noted")))

    def is_sound(self) -> bool:
        with self.open_session() as session:
            return session.scalar(text("PRAGMA integrity_check")) == "ok"

    def until(self, condition: Callable[[], object], *, seconds: float = 30) -> None:
        """Wait for a condition; a process that ends by itself is a failure."""
        end = time.monotonic() + seconds
        while not condition():
            dead = self.process is not None and not self.process.is_alive()
            if dead or time.monotonic() > end:
                pytest.fail(f"{condition}: {(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.02)


def take_notes(folder: Path, open_session: OpenSession) -> None:
    """Commit a note, then acknowledge it, again and again; the number goes on from the last."""
    acknowledged = os.open(folder / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with open_session() as session:
        number = len(session.scalars(select(Fact.id).where(Fact.kind == "noted")).all())
    while True:
        number += 1
        with store.writing(), open_session() as session, session.begin():
            journal.record(session, "noted", thing="note", thing_id=number, now=clock())
        os.write(acknowledged, b"%d\n" % number)
        time.sleep(0.01)


def serve(folder: Path) -> None:
    open_session = opener(folder)
    queue_of(open_session).start(folder)
    threading.Thread(target=take_notes, args=(folder, open_session), daemon=True).start()
    signal.pause()
