"""A customer may choose technicians, and may refuse some."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Job
from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_ALLOWED",)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, _ in route.work:
        if not is_chosen(job, people=route.people):
            yield Violation(
                code="E_ALLOWED", text=f"visit {job.id} may not be done by {route.name}", job=job.id
            )
        if is_refused(job, people=route.people):
            yield Violation(
                code="E_ALLOWED", text=f"visit {job.id} forbids {route.name}", job=job.id
            )


def is_chosen(job: Job, *, people: frozenset[str]) -> bool:
    return job.allowed_technicians is None or bool(people & job.allowed_technicians)


def is_refused(job: Job, *, people: frozenset[str]) -> bool:
    return bool(people & job.forbidden_technicians)
