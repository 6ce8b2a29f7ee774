"""Who might travel together for the jobs that one person cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routing.problem import Job, Problem, Technician
from routing.rules.people import covers
from routing.rules.skills import lacking
from routing.rules.technicians import is_chosen, is_refused
from routing.rules.territories import is_inside
from routing.solution import Solution

# Helpers tried for each lead and job, and crews for each technician in all: a search looks at
# every crew as at one more vehicle. Starting values.
HELPERS, CREWS_EACH = 3, 4


def likely_crews(problem: Problem) -> list[tuple[str, ...]]:
    """Crews, lead first, that could do some job together, and those of the plan in force.

    None when nobody needs a second pair of hands.
    """
    known = problem.technician_by_id.keys()
    former = [] if problem.incumbent is None else crews_of(problem.incumbent)
    found = dict.fromkeys(crew for crew in former if known >= set(crew))
    demanding = sorted(
        (job for job in problem.jobs if hands(job) > 1), key=lambda job: -job.unserved_penalty
    )
    for job in demanding:
        for lead in problem.technicians:
            found.update(dict.fromkeys(_crews_of(job, lead, problem=problem)))
            if len(found) >= CREWS_EACH * len(problem.technicians):
                return list(found)
    return list(found)


def crews_of(solution: Solution) -> list[tuple[str, ...]]:
    """Who travels together in a solution."""
    return [route.technicians for route in solution.routes if len(route.technicians) > 1]


def hands(job: Job) -> int:
    """People that the job needs on one route at least."""
    return max([job.crew_size, *(one.count for one in job.skills if not one.excluded)])


def _crews_of(job: Job, lead: Technician, *, problem: Problem) -> Iterator[tuple[str, ...]]:
    """Crews of this lead that can do the job, with the most useful helpers."""
    if not _may_come(job, lead):
        return
    helpers = [
        one
        for one in problem.technicians
        if one is not lead and _may_come(job, one) and _rides_along(one, lead)
    ]
    helpers.sort(key=lambda one: len(list(lacking(job, crew=[one], span=None))))
    missing = hands(job) - 1
    for first in range(min(HELPERS, len(helpers))):
        crew = (lead, *helpers[first : first + missing])
        if len(crew) == missing + 1 and _can(job, crew):
            yield tuple(one.id for one in crew)


def _may_come(job: Job, technician: Technician) -> bool:
    people = frozenset({technician.id})
    return not is_refused(job, people=people) and is_inside(job, technician=technician)


def _rides_along(helper: Technician, lead: Technician) -> bool:
    return any(covers(own, shift) for shift in lead.shifts for own in helper.shifts)


def _can(job: Job, crew: Sequence[Technician]) -> bool:
    people = frozenset(one.id for one in crew)
    return is_chosen(job, people=people) and not any(lacking(job, crew=crew, span=None))
