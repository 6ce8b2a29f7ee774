"""What came out of one planner on one problem, and how two such results compare."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from routing.check import judge
from routing.problem import Problem
from routing.score import compare
from routing.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One search, judged. ``objective`` is None where there is no plan that keeps the rules, and
    ``words`` say why, or ``cannot`` lists what the planner has no words for. ``first_s`` is when
    the first plan was there, where the planner tells.
    """

    planner: str
    seed: int
    seconds: float
    objective: tuple[float, ...] | None = None
    served: int = 0
    first_s: float | None = None
    words: str = ""
    cannot: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why there is no plan, in full."""
        return f"cannot state {', '.join(self.cannot)}" if self.cannot else self.words


def judged(
    solution: Solution,
    *,
    problem: Problem,
    planner: str,
    seed: int,
    seconds: float,
    first_s: float | None = None,
) -> Result:
    """The result of a plan, worth what our judge says and nothing when it breaks a rule."""
    finding = judge(solution, problem=problem)
    codes = sorted({violation.code for violation in finding.violations})
    return Result(
        planner=planner,
        seed=seed,
        seconds=seconds,
        objective=finding.objective if finding.feasible else None,
        served=sum(len(route.jobs) for route in solution.routes),
        first_s=first_s,
        words=f"breaks {', '.join(codes)}" if codes else "",
    )


def median(results: Sequence[Result]) -> Result:
    """The middle one by objective; of an even number the worse of both, without a plan last."""
    return sorted(results, key=_rank)[len(results) // 2]


def best(results: Sequence[Result]) -> Result:
    """The one with the best objective."""
    return min(results, key=_rank)


def _rank(result: Result) -> tuple[float, ...]:
    return (math.inf,) if result.objective is None else result.objective


def ratio(ours: tuple[float, ...], theirs: tuple[float, ...]) -> float | None:
    """Ours by theirs on the last level; None when an earlier one decides, or theirs is nothing."""
    if compare(ours[:-1], theirs[:-1]) or theirs[-1] <= 0:
        return None
    return ours[-1] / theirs[-1]


def verdict(ours: tuple[float, ...], theirs: tuple[float, ...]) -> str:
    """Where a ratio would hide what decides: better, worse or equal."""
    return {-1: "better", 0: "equal", 1: "worse"}[compare(ours, theirs)]
