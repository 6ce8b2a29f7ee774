"""A job that needs several people is not done by fewer."""

from __future__ import annotations

from collections.abc import Iterator

from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_CREW",)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, _ in route.work:
        if len(route.crew) < job.crew_size:
            yield Violation(
                code="E_CREW", text=f"visit {job.id} needs {job.crew_size} people", job=job.id
            )
