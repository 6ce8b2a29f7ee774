"""Not more of the plan in force changes than is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from routing.rules.rule import Violation
from routing.score.changes import add_changes
from routing.score.metrics import Metrics
from routing.timing import Timetable

CODES = ("E_CHANGES",)


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
