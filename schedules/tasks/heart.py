"""The heart of a running search: while the engine thinks, it says how far it is, and listens.

Twice a second it writes the latest progress into the run's row. What it hears back ends the
search: somebody asked to stop, another process took the run, or the task's time is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dispatch.planning import runs
from schedules.child import Progress
from schedules.queue import Turn

BEAT_SECONDS = 0.5
log = structlog.get_logger(__name__)


class Heart:
    """Beats from ``with`` to its end. ``stop`` is for the search; ``lost`` tells why it was set.

    ``tell`` is called after each beat, with no transaction open.
    """

    def __init__(self, turn: Turn, *, run_id: int, token: int, tell: Callable[[], None]) -> None:
        self.stop = threading.Event()
        self.lost = False
        self._turn = turn
        self._run_id = run_id
        self._token = token
        self._tell = tell
        self._progress: Mapping[str, object] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_over, name=f"heart-{run_id}")

    def hear(self, progress: Progress) -> None:
        """Take note of how far the engine is; costs nothing."""
        self._progress = {
            "seconds": round(progress.seconds, 1),
            "limit_s": progress.limit_s,
            "objective": None if progress.objective is None else list(progress.objective),
            "served": progress.served,
            "jobs": progress.jobs,
            "compiling": progress.compiling,
        }

    def __enter__(self) -> Self:
        self._beat()  # what an earlier try had found is no progress of this one
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._beat()

    def _beat_until_over(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            if self._turn.over.is_set():
                self.stop.set()
            self._beat()
            self._tell()

    def _beat(self) -> None:
        """One short transaction. A database that is away costs a beat, not the search."""
        try:
            with self._turn.writing() as session:
                heard = runs.heartbeat(
                    session,
                    run_id=self._run_id,
                    token=self._token,
                    progress=self._progress,
                    now=self._turn.clock(),
                )
        except (SQLAlchemyError, TimeoutError) as away:
            log.warning("run.beat-missed", run_id=self._run_id, fault=type(away).__name__)
            return
        if not heard.mine:
            self.lost = True
        if heard.stop:
            self.stop.set()
