"""No work before it is possible: the part has arrived, the customer is back."""

from __future__ import annotations

from collections.abc import Iterator

from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_RELEASE",)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, stop in route.work:
        if job.release is not None and stop.start < job.release - TOLERANCE:
            yield Violation(
                code="E_RELEASE",
                text=f"visit {job.id} starts at {stop.start:.3f}, before {job.release}",
                job=job.id,
            )
