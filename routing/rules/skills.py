"""Enough of the crew have what a job asks for, during the whole work; nobody has what it forbids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.problem import Job, Requirement, Technician
from routing.rules.rule import Violation
from routing.score.wishes import level
from routing.timing import TimedRoute

CODES = ("E_SKILL",)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, stop in route.work:
        for requirement in lacking(job, crew=route.crew, span=(stop.start, stop.end)):
            verb = "wants nobody with" if requirement.excluded else f"needs {requirement.count} x"
            yield Violation(
                code="E_SKILL",
                text=f"visit {job.id} {verb} {' or '.join(requirement.names)} level"
                f" {requirement.level}, see {route.name}",
                job=job.id,
            )


def lacking(
    job: Job, *, crew: Sequence[Technician], span: tuple[float, float] | None
) -> Iterator[Requirement]:
    """Requirements that the crew does not meet; ``span`` None leaves dates of certificates out."""
    for requirement in job.skills:
        able = sum(_has(technician, requirement, span=span) for technician in crew)
        if able > 0 if requirement.excluded else able < requirement.count:
            yield requirement


def _has(
    technician: Technician, requirement: Requirement, *, span: tuple[float, float] | None
) -> bool:
    return any(
        level(technician, skill=name, span=span) >= requirement.level for name in requirement.names
    )
