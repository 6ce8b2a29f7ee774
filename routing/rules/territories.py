"""Nobody of the crew works outside the territories that are open to them."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Job, Problem, Technician
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_TERRITORY",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Keep crews away of whom somebody does not work there."""
    for number, job in draft.pending.items():
        if job.territory is not None:
            for vehicle in draft.candidates(number):
                if not all(is_inside(job, technician=one) for one in vehicle.crew):
                    draft.forbid(number, vehicle=vehicle.index)


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
