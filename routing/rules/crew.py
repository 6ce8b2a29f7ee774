"""A job that needs several people is not done by fewer."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_CREW",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Keep crews away that are too small."""
    for number, job in draft.pending.items():
        for vehicle in draft.candidates(number) if job.crew_size > 1 else ():
            if len(vehicle.crew) < job.crew_size:
                draft.forbid(number, vehicle=vehicle.index)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, _ in route.work:
        if len(route.crew) < job.crew_size:
            yield Violation(
                code="E_CREW", text=f"visit {job.id} needs {job.crew_size} people", job=job.id
            )
