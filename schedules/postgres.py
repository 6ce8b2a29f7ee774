"""The promise on many machines: Procrastinate, in the PostgreSQL that holds the trade as well.

Every process may enqueue. Worker processes (``work``) run tasks in so many ``threads`` and chores
one at a time beside them. A worker that died is known by its heart, which stopped; the reaper,
which each worker brings along, gives its tasks to another or gives them up.

Unlike the embedded queue it counts deaths of a worker among the tries of a task.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import procrastinate
import structlog
from procrastinate import exceptions, utils
from procrastinate.jobs import Job, Status
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from dispatch import store
from dispatch.base import DispatchError
from schedules.queue import Chore, Clock, OpenSession, Payload, Task, Turn, UnknownTask

TASKS, CHORES = "tasks", "chores"
# A chore that was due while no worker ran is made up for within a day.
LONGEST_DELAY_S = 86_400
# What is done is deleted at once; what failed stays for a month, for an administrator to read.
KEPT_HOURS = 720
INSTALLING = 7003  # a lock of ours beside those of dispatch/guards.py and dispatch/journal.py
log = structlog.get_logger(__name__)


class GaveWay(DispatchError):
    """The task failed while a later request for the same was waiting: that one does the work."""

    code: ClassVar[str] = "gave-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How often workers show that they live, and when one that does not is given up; seconds."""

    beat_s: float = 5.0
    dead_after_s: float = 30.0
    look_s: float = 5.0
    reap_cron: str = "* * * * * */10"


class PostgresQueue:
    """Keeps tasks in PostgreSQL; ``url`` is SQLAlchemy's address of the trade's own database."""

    def __init__(
        self,
        url: str,
        open_session: OpenSession,
        *,
        clock: Clock,
        tasks: Iterable[Task] = (),
        chores: Iterable[Chore] = (),
        threads: int = 1,
        pulse: Pulse | None = None,
        chance: random.Random | None = None,
    ) -> None:
        address = make_url(url).set(drivername="postgresql")
        conninfo = address.render_as_string(hide_password=False)
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=conninfo),
            periodic_defaults={"max_delay": LONGEST_DELAY_S},
        )
        # An app that works can no longer take orders on a connection that is not asynchronous.
        self._orders = procrastinate.App(
            connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo)
        )
        self._open = open_session
        self._clock = clock
        self._threads = threads
        self._pulse = pulse or Pulse()
        self._chance = chance or random.Random()
        self._turns: set[threading.Event] = set()
        self._tasks = {task.name: task for task in tasks}
        for task in self._tasks.values():
            self._adopt_task(task)
        for chore in chores:
            self._adopt_chore(chore)
        self._adopt_upkeep()

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
        """See schedules.queue.Queue. The wait until ``not_before`` is counted in true seconds."""
        if task not in self._tasks:
            raise UnknownTask(task=task)
        wait = (not_before - self._clock()) if not_before else timedelta(0)
        try:
            # A duplicate would otherwise spoil the caller's whole transaction.
            with session.begin_nested():
                # Asked for inside: only this makes SQLAlchemy send the SAVEPOINT before
                # statements that it does not see.
                raw = session.connection().connection.driver_connection
                self._orders.configure_task(
                    task,
                    queue=TASKS,
                    lock=lock_key,
                    queueing_lock=dedupe_key,
                    schedule_at=utils.utcnow() + wait if wait > timedelta(0) else None,
                    connection=raw,
                ).defer(payload=dict(payload))
        except exceptions.AlreadyEnqueued:
            return False
        return True

    def install(self) -> bool:
        """Make Procrastinate's own tables where there are none; says whether it did.

        Of processes that start together one makes them and the others wait for it.
        """
        with self._open() as session, session.begin():
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": INSTALLING})
            if session.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None:
                return False
            with self._orders.open():
                self._orders.schema_manager.apply_schema()
        return True

    def work(self) -> None:
        """Run tasks and chores until the process is told to stop (SIGTERM, SIGINT)."""
        asyncio.run(self._work())

    async def _work(self) -> None:
        async with self._app.open_async():
            lanes = [
                asyncio.create_task(self._lane(TASKS, threads=self._threads)),
                asyncio.create_task(self._lane(CHORES, threads=1)),
            ]
            self._stop_on_signal(lanes)
            ended = await asyncio.gather(*lanes, return_exceptions=True)
        for end in ended:
            if isinstance(end, Exception):
                raise end

    async def _lane(self, queue: str, *, threads: int) -> None:
        await self._app.run_worker_async(
            queues=[queue],
            name=queue,
            concurrency=threads,
            install_signal_handlers=False,
            delete_jobs="successful",
            update_heartbeat_interval=self._pulse.beat_s,
            stalled_worker_timeout=self._pulse.dead_after_s,
            fetch_job_polling_interval=self._pulse.look_s,
        )

    def _stop_on_signal(self, lanes: list[asyncio.Task[None]]) -> None:
        """A lane that is cancelled finishes what it runs; what it runs is told to hurry."""

        def stop() -> None:
            for over in tuple(self._turns):
                over.set()
            for lane in lanes:
                lane.cancel()

        if sys.platform != "win32":
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop)

    def _adopt_task(self, task: Task) -> None:
        def run(context: procrastinate.JobContext, payload: Payload) -> None:
            turn = Turn(payload=payload, queue=self, open_session=self._open, clock=self._clock)
            self._turns.add(turn.over)
            try:
                task.take(turn)
            except Exception as problem:
                log.exception("task.failed", task=task.name, id=context.job.id)
                if self._twin_waits(context.job):
                    raise GaveWay(task=task.name) from problem
                raise
            finally:
                self._turns.discard(turn.over)

        retry = _Retry(task, chance=self._chance)
        self._app.task(name=task.name, queue=TASKS, retry=retry, pass_context=True)(run)

    def _twin_waits(self, job: Job) -> bool:
        """Procrastinate cannot put a task back beside a twin: it would stay running for ever."""
        query = text(
            "SELECT 1 FROM procrastinate_jobs"
            " WHERE queueing_lock = :key AND status = 'todo' AND id <> :id"
        )
        with self._open() as session:
            return session.scalar(query, {"key": job.queueing_lock, "id": job.id}) is not None

    def _adopt_chore(self, chore: Chore) -> None:
        def run(timestamp: int) -> None:  # noqa: ARG001 - the clock, not the cron, says what time it is
            with store.writing(), self._open() as session, session.begin():
                chore.run(session, self, self._clock())

        self._periodic(f"chore:{chore.name}", cron=chore.cron, run=run, lock=f"chore:{chore.name}")

    def _adopt_upkeep(self) -> None:
        async def reap(timestamp: int) -> None:  # noqa: ARG001 - each tick does the same
            dead_after = self._pulse.dead_after_s
            jobs = self._app.job_manager
            for cut in await jobs.get_stalled_jobs(seconds_since_heartbeat=dead_after):
                await self._reap(cut)

        async def forget(timestamp: int) -> None:  # noqa: ARG001 - each tick does the same
            await self._app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)

        # No lock on the reaper: one that died with its worker would lock out the next.
        self._periodic("upkeep:reap", cron=self._pulse.reap_cron, run=reap)
        self._periodic("upkeep:forget", cron="30 3 * * *", run=forget)

    async def _reap(self, cut: Job) -> None:
        """Try again what died with its worker. Give up in the end; give way to a twin."""
        task = self._tasks.get(cut.task_name)
        log.warning("task.cut", task=cut.task_name, id=cut.id, tries=cut.attempts + 1)
        if task is not None and cut.attempts + 1 < task.attempts:
            try:
                await self._app.job_manager.retry_job(cut)
            except exceptions.UniqueViolation:  # the twin that waits will do the work
                pass
            else:
                return
        await self._app.job_manager.finish_job(cut, Status.FAILED, delete_job=False)

    def _periodic(
        self, name: str, *, cron: str, run: Callable[[int], object], lock: str | None = None
    ) -> None:
        adopt = self._app.task(name=name, queue=CHORES, queueing_lock=name, lock=lock)
        self._app.periodic(cron=cron)(adopt(run))


class _Retry(procrastinate.BaseRetryStrategy):
    """When to try a task again after an error of its own; it never sees a dead worker."""

    def __init__(self, task: Task, *, chance: random.Random) -> None:
        self._task = task
        self._chance = chance

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        tries = job.attempts + 1
        if tries >= self._task.attempts or isinstance(exception, GaveWay):
            return None
        wait = self._task.wait(tries=tries, chance=self._chance)
        return procrastinate.RetryDecision(retry_at=utils.utcnow() + wait)
