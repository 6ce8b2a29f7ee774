"""Nobody of the crew works outside the territories that are open to them."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Job, Technician
from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_TERRITORY",)


def check(route: TimedRoute) -> Iterator[Violation]:
    for job, _ in route.work:
        for technician in route.crew:
            if not is_inside(job, technician=technician):
                yield Violation(
                    code="E_TERRITORY",
                    text=f"visit {job.id} lies in {job.territory},"
                    f" where {technician.id} does not work",
                    job=job.id,
                )


def is_inside(job: Job, *, technician: Technician) -> bool:
    """A job without territory lies in everybody's."""
    if job.territory is None:
        return True
    allowed = technician.allowed_territories
    return (allowed is None or job.territory in allowed) and (
        job.territory not in technician.forbidden_territories
    )
