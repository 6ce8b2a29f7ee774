"""A customer may choose technicians, and may refuse some."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Job, Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_ALLOWED",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Keep away who is not chosen, and who is refused."""
    for number, job in draft.pending.items():
        if job.allowed_technicians is None and not job.forbidden_technicians:
            continue
        for vehicle in draft.candidates(number):
            people = vehicle.people
            if not is_chosen(job, people=people) or is_refused(job, people=people):
                draft.forbid(number, vehicle=vehicle.index)


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
