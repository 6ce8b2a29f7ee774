"""No work before it is possible: the part has arrived, the customer is back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_RELEASE",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """No start before the release."""
    for number, job in draft.pending.items():
        if job.release is not None:
            for vehicle in draft.candidates(number):
                spans = [(job.release, math.inf)]
                draft.start_within(number, vehicle=vehicle.index, spans=spans)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, stop in route.work:
        if job.release is not None and stop.start < job.release - TOLERANCE:
            yield Violation(
                code="E_RELEASE",
                text=f"visit {job.id} starts at {stop.start:.3f}, before {job.release}",
                job=job.id,
            )
