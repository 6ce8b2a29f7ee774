"""The engine as a child process that stays, for those who ask many short questions in a row.

`child` starts a process for each search, which takes as long as some of these answers may. A child
that dies is a loss of quality only: whoever asks goes on with what plain insertion finds.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from routing import interchange
from routing.problem import Problem, Window
from routing.solution import Solution

# Seconds until a child has compiled its code, on a slow machine; those that an answer may take
# beyond what was asked; those in which it must end.
START_S, GRACE_S, END_S = 300.0, 0.5, 2.0


class StandingEngine:
    """A ``Replan`` of routing.offers. Leave it as a context, and the child ends.

    Not safe for two threads at once. The kernel ends the child together with the thread that made
    this object.
    """

    def __init__(self, *, seed: int = 1) -> None:
        self._seed = seed
        self._number = 0
        self._problem: Problem | None = None
        self._heard: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._child = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "routing.engine.standing", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # a Ctrl-C at the terminal is the parent's to translate
        )
        self._reader = threading.Thread(target=self._read, name="standing-engine", daemon=True)
        self._reader.start()
        self._alive = self._hear(deadline=time.monotonic() + START_S) is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._alive = False
        assert self._child.stdin is not None
        try:
            self._child.stdin.close()
            self._child.wait(timeout=END_S)
        except (OSError, subprocess.TimeoutExpired):
            self._child.kill()
            self._child.wait()
        self._reader.join()

    @property
    def alive(self) -> bool:
        """Whether the child still answers."""
        return self._alive

    def begin(self, problem: Problem, *, seconds: float) -> None:
        self._ask(problem, seconds=seconds)

    def better(self) -> Solution | None:
        best = None
        while (told := self._hear(deadline=0.0)) is not None:
            if told.get("n") == self._number and told.get("plan") is not None:
                best = told["plan"]
        if best is None or self._problem is None:
            return None
        return interchange.solution_of(best, problem=self._problem)

    def fit(
        self, problem: Problem, *, job: str, windows: Sequence[Window], seconds: float
    ) -> Sequence[Solution | None]:
        edges = [[window.opens, window.closes] for window in windows]
        self._ask(problem, seconds=seconds, job=job, windows=edges)
        deadline = time.monotonic() + seconds + GRACE_S
        while (told := self._hear(deadline=deadline)) is not None:
            if told.get("n") == self._number and "plans" in told:
                return [
                    None if plan is None else interchange.solution_of(plan, problem=problem)
                    for plan in told["plans"]
                ]
        return [None] * len(windows)

    def _ask(self, problem: Problem, *, seconds: float, **more: object) -> None:
        self._number += 1
        self._problem = problem
        if not self._alive:
            return
        document = json.loads(interchange.write_problem(problem))
        asked = {"n": self._number, "seed": self._seed, "seconds": seconds, "problem": document}
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(asked | more, ensure_ascii=False) + "\n")
            self._child.stdin.flush()
        except OSError:
            self._alive = False

    def _hear(self, *, deadline: float) -> Mapping[str, Any] | None:
        """The next message, or None when none comes in time or ever."""
        try:
            told = self._heard.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None
        if told is None:
            self._alive = False
        return told

    def _read(self) -> None:
        """Hand over what the child says; a half line, left by a kill, is no line."""
        assert self._child.stdout is not None
        with self._child.stdout:
            for line in self._child.stdout:
                if line.endswith("\n"):
                    self._heard.put(json.loads(line))
        self._heard.put(None)
