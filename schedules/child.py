"""Runs the planning engine in a child process, with limits on seconds and memory.

OR-Tools holds the interpreter's lock for a whole search, so a search inside the server would stop
every request. The child gets the problem as JSON on standard input and answers with one JSON line
an event; the last complete plan is the best so far, however the child ends.

The kernel ends the child together with the thread that started it, so `solve` starts, reads and
waits in the calling thread: call it from one that stays. A child from a `Spare` is its keeper's.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

from routing import interchange
from routing.problem import Problem
from routing.solution import Solution
from schedules import engines
from schedules.engines import Engine, Spare

# Address space of each process of the engine, not memory in use: libraries reserve 2 GB and more.
MEMORY_BYTES = 6 << 30
# What the end of a search may take beyond its limit before the child is killed.
GRACE_S = 2.0
# A stopped child ends within half a second when it has a plan; one without is waited for so long.
STOP_GRACE_S = 1.5
TICK_S = 0.05


class EngineFailed(Exception):
    """The engine ended without any plan: ``exit_code`` (negative: the signal), and its words."""

    def __init__(self, *, exit_code: int, words: str) -> None:
        super().__init__(f"the engine ended with {exit_code} and without a plan: {words}")
        self.exit_code = exit_code
        self.words = words


class Search(StrEnum):
    """Whose search plans."""

    OURS = "onsite"
    ORTOOLS = "ortools"  # OR-Tools' guided local search, as the plain alternative


class End(StrEnum):
    """Why a search ended."""

    LIMIT = "limit"
    STOPPED = "stopped"
    PROVED = "proved"
    NO_TIME = "no-time"  # the limit was over before the first plan; it serves nobody
    OVERDUE = "overdue"  # killed: it did not keep its limit
    DIED = "died"  # ended by itself or by somebody else; the best so far is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search is. ``objective`` has one value a level, None before the first plan.

    ``compiling`` while our search is being compiled, once on a machine: a plainer one plans, or,
    where steps are counted, it is waited for. ``steps`` are those of all workers together.
    """

    seconds: float
    limit_s: float
    objective: tuple[float, ...] | None
    served: int
    jobs: int
    compiling: bool = False
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The best plan of a search, and why the search ended.

    ``compiling`` as in Progress: another search will do better. ``words`` is what the engine said on standard error: nothing, or a defect for somebody to mend.
    """

    solution: Solution
    end: End
    seconds: float
    words: str
    compiling: bool = False


def solve(  # noqa: PLR0913 - each is a choice of whoever asks
    problem: Problem,
    *,
    limit_s: float,
    seed: int = 1,
    workers: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    memory_bytes: int = MEMORY_BYTES,
    began: float | None = None,
    spare: Spare | None = None,
    iterations: int | None = None,
    search: Search = Search.OURS,
) -> Answer:
    """The best plan found within ``limit_s`` wall seconds, the start of the child included.

    ``began`` is the instant of ``time.monotonic`` from which the limit counts; None is now. Setting
    ``stop`` from another thread ends the search and keeps the best so far. Every plan was
    judged in the child before it was sent. The engine that ``spare`` has ready is used up, and
    renewed when the search is over. ``iterations`` counts steps instead of seconds, for a plan that
    the same seed and workers give again. Raises EngineFailed when there is no plan at all.
    """
    began = time.monotonic() if began is None else began
    wanted = _Wanted(began, limit_s, seed, workers, memory_bytes, search, iterations)
    task = _Task(problem, wanted, on_progress, stop or threading.Event())
    ready = spare.take(wanted.words()) if spare else None
    try:
        heard = _search(ready, task) if ready else None
        if heard is None or not heard.has_begun:  # it may have died while it was idle
            heard = _search(engines.start(wanted.words()), task)
    finally:
        if spare:
            spare.renew()
    if heard.told.plan is None:
        raise EngineFailed(exit_code=heard.exit_code, words=heard.words)
    return Answer(
        solution=interchange.solution_of(heard.told.plan, problem=problem),
        end=heard.end,
        seconds=time.monotonic() - began,
        words=heard.words,
        compiling=heard.told.compiling,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Arguments of the engine. ``began`` counts for it too: the steady clock is the machine's."""

    began: float
    limit_s: float
    seed: int
    workers: int
    memory: int
    search: Search
    iterations: int | None

    def words(self) -> list[str]:
        """As ``python -m routing.engine`` takes them."""
        counted = [] if self.iterations is None else ["--iterations", str(self.iterations)]
        return [
            "--began", str(self.began), "--time-limit", str(self.limit_s),
            "--seed", str(self.seed), "--workers", str(self.workers),
            "--memory", str(self.memory), "--engine", self.search.value, *counted,
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Task:
    problem: Problem
    wanted: _Wanted
    on_progress: Callable[[Progress], None] | None
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of one child. ``has_begun`` when it had read the problem."""

    told: _Told
    end: End
    has_begun: bool
    exit_code: int
    words: str


def _search(engine: Engine, task: _Task) -> _Heard:
    """Let it search to the end, and leave nothing of it behind."""
    child, wanted = engine.process, task.wanted
    watch = _Watch(child, deadline=wanted.began + wanted.limit_s + GRACE_S, stop=task.stop)
    with engine.said, watch:
        _feed(child, problem=task.problem)
        told = _Ear(
            watch,
            limit_s=wanted.limit_s,
            jobs=len(task.problem.jobs),
            on_progress=task.on_progress,
        ).all_of(child)
        exit_code = child.wait()
        words = _last_words(engine.said)
    end = _why(told.end, watch=watch)
    return _Heard(told, end, watch.ready.is_set(), exit_code, words)


def _feed(child: subprocess.Popen[str], *, problem: Problem) -> None:
    assert child.stdin is not None
    try:
        with child.stdin:
            child.stdin.write(interchange.write_problem(problem))
    except BrokenPipeError:
        pass  # it died before it had read everything; its exit code tells the story


@dataclass(slots=True)
class _Told:
    plan: Mapping[str, object] | None = None
    objective: tuple[float, ...] | None = None
    served: int = 0
    compiling: bool = False
    steps: int = 0
    end: str | None = None


class _Ear:
    """Reads to the end of the child's output. A half line, left by a kill, is no line."""

    def __init__(
        self,
        watch: _Watch,
        *,
        limit_s: float,
        jobs: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._watch = watch
        self._limit_s = limit_s
        self._jobs = jobs
        self._on_progress = on_progress
        self._told = _Told()

    def all_of(self, child: subprocess.Popen[str]) -> _Told:
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                if not line.endswith("\n"):
                    break
                self._hear(json.loads(line))
        return self._told

    def _hear(self, event: Mapping[str, Any]) -> None:
        told = self._told
        told.steps = event.get("steps", told.steps)
        if event["event"] == "ready":
            self._watch.ready.set()
        elif event["event"] == "best":
            told.plan, told.served = event["plan"], event["served"]
            told.objective = tuple(event["objective"])
        elif event["event"] == "compiling":
            told.compiling = True
        elif event["event"] == "end":
            told.end = event["reason"]
        if self._on_progress is not None and "seconds" in event:
            self._on_progress(
                Progress(
                    seconds=event["seconds"],
                    limit_s=self._limit_s,
                    objective=told.objective,
                    served=told.served,
                    jobs=self._jobs,
                    compiling=told.compiling,
                    steps=told.steps,
                )
            )


class _Watch:
    """Ends the child at its deadline or when asked, beside the thread that reads."""

    def __init__(
        self, child: subprocess.Popen[str], *, deadline: float, stop: threading.Event
    ) -> None:
        self.overdue = False
        self.stopped = False
        self.ready = threading.Event()  # before it, a SIGTERM would end the child without a plan
        self._child = child
        self._deadline = deadline
        self._stop = stop
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-watch", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        if self._child.poll() is None:  # only when reading failed: never leave a child behind
            self._child.kill()
            self._child.wait()
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(TICK_S):
            if not self.stopped and self._stop.is_set() and self.ready.is_set():
                self.stopped = True
                self._deadline = min(self._deadline, time.monotonic() + STOP_GRACE_S)
                self._child.send_signal(signal.SIGTERM)
            if time.monotonic() > self._deadline:
                self.overdue = not self.stopped
                self._child.kill()
                return


def _why(end: str | None, *, watch: _Watch) -> End:
    if end == End.NO_TIME:
        return End.NO_TIME
    if watch.stopped:
        return End.STOPPED
    if watch.overdue:
        return End.OVERDUE
    return End.DIED if end is None else End(end)


def _last_words(diagnostics: IO[str]) -> str:
    """The end of what the child said on standard error."""
    diagnostics.seek(0)
    return diagnostics.read()[-2000:]
