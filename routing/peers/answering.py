"""The child process of a peer: a problem as JSON on standard input, one JSON answer at its end.

``{"plan": ..}``, with routes as orders only; ``{"cannot": [reasons]}`` when the peer has no words
for the problem; ``{}`` when it found nothing. Whatever else a peer prints goes to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from routing import interchange
from routing.peers.statement import Statement, state
from routing.peers.unstated import CannotState

# Seconds of the limit that writing the answer and ending take.
ENDING_S = 0.1
# Seconds that a peer gets even when its start has used the limit up.
LEAST_S = 0.2

Orders = Sequence[tuple[int, Sequence[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``deadline`` is an instant of ``time.monotonic``; ``number`` counts those side by side."""

    deadline: float
    seed: int
    number: int
    threads: int

    @property
    def seconds(self) -> float:
        """What is left of the limit."""
        return max(LEAST_S, self.deadline - time.monotonic())


class Planner(Protocol):
    """The module of a peer."""

    def solve(self, statement: Statement, asked: Asked) -> Orders | None:
        """Calls by van, in order; -1 - b is break b. None when there is no plan."""


def main() -> int:
    """Answer once. The module is the first argument."""
    parser = argparse.ArgumentParser(prog="python -m routing.peers")
    parser.add_argument("module")
    parser.add_argument("--began", type=float, required=True, help="of the system's steady clock")
    parser.add_argument("--time-limit", type=float, required=True, help="seconds")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    asked = Asked(
        deadline=given.began + given.time_limit - ENDING_S,
        seed=given.seed,
        number=given.number,
        threads=given.threads,
    )
    out = os.dup(1)
    os.dup2(2, 1)
    answer = _answer(importlib.import_module(given.module), asked)
    with os.fdopen(out, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    return 0


def _answer(planner: Planner, asked: Asked) -> dict[str, object]:
    problem = interchange.read_problem(sys.stdin.buffer.read())
    try:
        statement = state(problem)
        orders = planner.solve(statement, asked)
    except CannotState as cannot:
        return {"cannot": list(cannot.reasons)}
    if orders is None:
        return {}
    return {"plan": interchange.document_of(statement.solution(orders))}


if __name__ == "__main__":
    sys.exit(main())
