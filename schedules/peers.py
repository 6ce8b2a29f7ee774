"""Runs other planners in child processes: the same seconds and cores for them as for our engine.

A peer that uses one core is started once a core, each with a seed of its own; whoever asks judges
all the plans and takes the best. A peer that does not end is waited for a while, then killed.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from routing import interchange
from routing.peers import Peer
from routing.problem import Problem
from routing.solution import Solution

# Some peers look at the clock rarely; their answer still counts when it is so many times, and so
# many seconds, beyond the limit. The seconds it took are told.
PATIENCE, PATIENCE_S = 2.0, 10.0
TICK_S = 0.05
# Seeds side by side are so far apart, so that two searches of one bench share none.
SEEDS_APART = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one process of a peer said: plans by order, or ``cannot`` and ``words``."""

    solution: Solution | None = None
    cannot: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Of all processes side by side, and the wall seconds until the last one ended."""

    replies: tuple[Reply, ...]
    seconds: float


def is_installed(peer: Peer) -> bool:
    """Whether the peer's own library is there."""
    return importlib.util.find_spec(peer.library) is not None


def ask(
    peer: Peer,
    problem: Problem,
    *,
    limit_s: float,
    seed: int,
    workers: int,
    stop: threading.Event,
) -> Replies:
    """Everything the peer makes of a problem in ``limit_s`` wall seconds, its start included."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="onsite-peer-") as folder, ExitStack() as stack:
        question = Path(folder, "problem.json")
        question.write_text(interchange.write_problem(problem), encoding="utf-8")
        children = [
            stack.enter_context(
                _Child(question, _command(peer, began, limit_s, seed, number, workers))
            )
            for number in range(1 if peer.threads else workers)
        ]
        _wait(children, until=began + limit_s * PATIENCE + PATIENCE_S, stop=stop)
        seconds = time.monotonic() - began
        replies = tuple(child.reply(problem) for child in children)
    return Replies(replies=replies, seconds=seconds)


def _command(
    peer: Peer, began: float, limit_s: float, seed: int, number: int, workers: int
) -> list[str]:
    return [
        sys.executable, "-m", "routing.peers.answering", peer.module,
        "--began", str(began), "--time-limit", str(limit_s),
        "--seed", str(seed * SEEDS_APART + number), "--number", str(number),
        "--threads", str(workers if peer.threads else 1),
    ]  # fmt: skip


class _Child:
    """One process; killed when it is left, whatever happened."""

    def __init__(self, question: Path, command: list[str]) -> None:
        self._question = question
        self._command = command
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        kept = self._stack.enter_context
        self._answer = kept(tempfile.TemporaryFile(mode="w+", encoding="utf-8"))
        self._said = kept(tempfile.TemporaryFile(mode="w+", encoding="utf-8"))
        with self._question.open(encoding="utf-8") as question:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                self._command,
                stdin=question,
                stdout=self._answer,
                stderr=self._said,
                start_new_session=True,  # a Ctrl-C at the terminal is the parent's to translate
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        self._stack.close()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def reply(self, problem: Problem) -> Reply:
        """What it said; one that still runs is left out."""
        if self.is_running:
            return Reply(words="did not end in time")
        if self._process.returncode:
            return Reply(words=self._last_words())
        self._answer.seek(0)
        answer = json.loads(self._answer.read())
        if "cannot" in answer:
            return Reply(cannot=tuple(answer["cannot"]))
        if "plan" not in answer:
            return Reply(words="no plan that keeps the rules")
        return Reply(solution=interchange.solution_of(answer["plan"], problem=problem))

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().strip().splitlines()
        return f"ended with {self._process.returncode}: {lines[-1] if lines else 'silently'}"


def _wait(children: Sequence[_Child], *, until: float, stop: threading.Event) -> None:
    while any(child.is_running for child in children):
        if stop.wait(TICK_S) or time.monotonic() > until:
            return
