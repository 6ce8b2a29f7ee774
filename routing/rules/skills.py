"""Enough of the crew have what a job asks for, during the whole work; nobody has what it forbids."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from routing.problem import Job, Problem, Requirement, Technician
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.rules.spans import ALWAYS, NEVER, Spans, intersect, unite
from routing.score.wishes import level
from routing.timing import TimedRoute

CODES = ("E_SKILL",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Starts at which the crew has what is asked for, certificates during the whole work."""
    known: dict[Requirement, dict[tuple[int, float], Spans]] = {}
    for number, job in draft.pending.items():
        for requirement in job.skills:
            met = known.setdefault(requirement, {})
            for vehicle in draft.candidates(number):
                length = draft.lengths[vehicle.index][number]
                key = vehicle.index, length
                if key not in met:
                    met[key] = _met(requirement, crew=vehicle.crew, length=length)
                if met[key] != ALWAYS:
                    draft.start_within(number, vehicle=vehicle.index, spans=met[key])


def _met(requirement: Requirement, *, crew: Sequence[Technician], length: float) -> Spans:
    """Starts of work of this length at which the crew meets the requirement.

    Where several must have the skill, and where nobody may, certificates that change during the
    day are taken strictly: never more starts than the rule allows.
    """
    each = [spans for one in crew if (spans := _held(one, requirement, length=length))]
    if requirement.excluded:
        return NEVER if each else ALWAYS
    if requirement.count == 0:
        return ALWAYS
    if len(each) < requirement.count:
        return NEVER
    if requirement.count == 1:
        return unite([span for spans in each for span in spans])
    lasting = sum(spans == ALWAYS for spans in each)
    if lasting >= requirement.count or len(each) > requirement.count:
        return ALWAYS if lasting >= requirement.count else NEVER
    common = ALWAYS
    for spans in each:
        common = intersect(common, spans)
    return common


def _held(technician: Technician, requirement: Requirement, *, length: float) -> Spans:
    """Starts of work of this length during which one technician has a skill at the level."""
    if requirement.level <= 0:
        return ALWAYS  # level 0 asks for nothing, and everybody has that
    found: list[tuple[float, float]] = []
    for name in requirement.names:
        skill = technician.skills.get(name)
        if skill is None or skill.level < requirement.level:
            continue
        first = -math.inf if skill.valid_from is None else skill.valid_from
        last = math.inf if skill.valid_until is None else skill.valid_until - length
        if first <= last:
            found.append((first, last))
    return unite(found)


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
