"""Not more of the plan in force changes than is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.score.changes import add_changes
from routing.score.metrics import Metrics
from routing.timing import Timetable

CODES = ("E_CHANGES",)


def impose(draft: Draft, *, problem: Problem) -> None:
    """How many jobs may leave what the incumbent says of them."""
    if problem.change_cost.max_changes is not None:
        draft.change_at_most(problem.change_cost.max_changes)


def check(timetable: Timetable) -> Iterator[Violation]:
    most = timetable.problem.change_cost.max_changes
    if most is None:
        return
    metrics = Metrics()
    add_changes(metrics, timetable)
    if metrics.changes > most:
        yield Violation(
            code="E_CHANGES", text=f"{metrics.changes} visits change, {most} are allowed"
        )
