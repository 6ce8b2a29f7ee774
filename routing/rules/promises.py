"""Work starts in the window that was told to the customer.

A promise that is not hard may be kept late, which the objective counts, but never early.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_PROMISE",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Never before the promise opens; a hard one also not after it closes."""
    for number, job in draft.pending.items():
        if job.promise is not None:
            closes = job.promise.closes if job.promise_hard else math.inf
            for vehicle in draft.candidates(number):
                spans = [(job.promise.opens, closes)]
                draft.start_within(number, vehicle=vehicle.index, spans=spans)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, stop in route.work:
        promise = job.promise
        if promise is None:
            continue
        early = stop.start < promise.opens - TOLERANCE
        late = job.promise_hard and stop.start > promise.closes + TOLERANCE
        if early or late:
            yield Violation(
                code="E_PROMISE",
                text=f"visit {job.id} starts at {stop.start:.3f},"
                f" promised [{promise.opens}, {promise.closes}]",
                job=job.id,
            )
