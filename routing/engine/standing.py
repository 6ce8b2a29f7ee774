"""A child process that stays: problem after problem, without the start of a process for each.

One JSON document a line on standard input, and one a line as answer. It says ``{"ready": true}``
when its code is compiled. Then
``{"n", "problem", "seconds", "seed"}`` asks for better plans than the problem's incumbent, each of
which is told as ``{"n", "plan"}`` until the seconds are over or the next line comes;
``{"n", "problem", "seconds", "seed", "job", "windows"}`` asks for a plan for each window of a job
that the incumbent lacks, answered as ``{"n", "plans"}`` with null where there is none.

Every plan that is told was accepted by the judge. It ends with its input.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import sys
import time
from collections.abc import Mapping
from typing import Any

from routing import interchange
from routing.engine.kernel.warming import warm
from routing.engine.lineage import die_with
from routing.engine.mending import Mender
from routing.engine.verdict import Judge
from routing.problem import Problem, Window
from routing.roads import Roads
from routing.solution import Solution

# Seconds of search between two looks at the next line, and between two plans that are told.
SLICE_S, TELL_S = 0.03, 0.3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m routing.engine.standing")
    parser.add_argument("parent", type=int, help="process that must not be outlived")
    die_with(parser.parse_args().parent)
    warm()
    _say({"ready": True})
    lines = Lines()
    while (line := lines.next()) is not None:
        asked = json.loads(line)
        problem = interchange.problem_of(asked["problem"])
        if "job" in asked:
            _fit(problem, asked)
        else:
            _improve(problem, asked, lines=lines)
    return 0


def _improve(problem: Problem, asked: Mapping[str, Any], *, lines: Lines) -> None:
    """Tell better plans until the time is over or somebody asks for something else."""
    now = time.monotonic()
    until = now + asked["seconds"]
    mender = Mender(problem, seed=asked["seed"])
    told, tell_next = mender.price, now
    while not lines.waiting() and (now := time.monotonic()) < until:
        mender.search(seconds=min(SLICE_S, until - now))
        if mender.price < told and now > tell_next:
            told, tell_next = mender.price, now + TELL_S
            _tell(problem, mender.solution(), asked=asked)
    if mender.price < told:
        _tell(problem, mender.solution(), asked=asked)


def _fit(problem: Problem, asked: Mapping[str, Any]) -> None:
    """A plan for each window, the time shared out among them."""
    until = time.monotonic() + asked["seconds"]
    windows = [Window(opens=opens, closes=closes) for opens, closes in asked["windows"]]
    judge = Judge(problem, Roads(problem))
    mender = Mender(problem, seed=asked["seed"])
    plans: list[object] = []
    for left, window in zip(range(len(windows), 0, -1), windows, strict=True):
        seconds = max(0.0, until - time.monotonic()) / left
        found = mender.fit(asked["job"], window, seconds=seconds)
        plans.append(None if found is None else _accepted(found, judge=judge))
    _say({"n": asked["n"], "plans": plans})


def _tell(problem: Problem, solution: Solution, *, asked: Mapping[str, Any]) -> None:
    plan = _accepted(solution, judge=Judge(problem, Roads(problem)))
    if plan is not None:
        _say({"n": asked["n"], "plan": plan})


def _accepted(solution: Solution, *, judge: Judge) -> object:
    """The plan as JSON, or None when it breaks a rule or leaves out what must be served."""
    finding = judge.finding(solution)
    return interchange.document_of(solution) if finding.feasible else None


def _say(message: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


class Lines:
    """Standard input by lines, with a look ahead that does not wait."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno()
        self._rest = b""

    def waiting(self) -> bool:
        """Whether something has come that `next` has not given yet, the end included."""
        return bool(self._rest) or bool(select.select([self._input], [], [], 0)[0])

    def next(self) -> bytes | None:
        """The next line; None at the end."""
        while b"\n" not in self._rest:
            piece = os.read(self._input, 1 << 20)
            if not piece:
                return None
            self._rest += piece
        line, self._rest = self._rest.split(b"\n", 1)
        return line


if __name__ == "__main__":
    sys.exit(main())
