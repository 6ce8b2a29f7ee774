"""Every job is planned once or listed once as unserved, never both; mandatory ones are served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import Timetable

CODES = ("E_DUPLICATE", "E_BOTH", "E_MISSING", "E_MANDATORY")


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Mandatory jobs; that each is planned once is how every search counts."""
    for number, job in draft.pending.items():
        if job.mandatory:
            draft.must_serve(number)


def check(timetable: Timetable) -> Iterator[Violation]:
    planned = Counter(job for route in timetable.routes for job in route.jobs)
    listed = Counter(row.job for row in timetable.solution.unserved)
    for counted, fate in ((planned, "planned"), (listed, "listed as unserved")):
        for job, times in counted.items():
            for _ in range(times - 1):
                yield _violation("E_DUPLICATE", job, f"is {fate} more than once")
    for job, times in listed.items():
        for _ in range(times if job in planned else 0):
            yield _violation("E_BOTH", job, "is planned and unserved")
    for wanted in timetable.problem.jobs:
        if wanted.id in planned:
            continue
        if wanted.id not in listed:
            yield _violation("E_MISSING", wanted.id, "is neither planned nor unserved")
        if wanted.mandatory:
            yield _violation("E_MANDATORY", wanted.id, "is mandatory and not served")


def _violation(code: str, job: str, text: str) -> Violation:
    return Violation(code=code, text=f"visit {job} {text}", job=job)
