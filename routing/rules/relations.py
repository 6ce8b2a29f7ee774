"""Jobs that hang together: same or other hands, meeting, one after the other, all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from routing.problem import Problem, Relation, RelationType
from routing.rules.draft import Apart, Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, Served, Timetable

CODES = ("E_RELATION",)

_Served = Mapping[str, Served]


def impose(draft: Draft, *, problem: Problem) -> None:
    """Who goes with whom, and when."""
    if not problem.relations:
        return
    numbers = {job.id: number for number, job in enumerate(problem.jobs)}
    for relation in problem.relations:
        jobs = tuple(numbers[job] for job in relation.jobs)
        kind = relation.type
        if kind is RelationType.SAME_START:
            draft.meet(jobs, within_s=relation.max_s or 0)
        elif kind is RelationType.ALL_OR_NONE:
            draft.all_or_none_of(jobs)
        elif kind is RelationType.DIFFERENT_TECHNICIAN:
            draft.divide_people(jobs)
        elif kind is RelationType.SAME_TECHNICIAN:
            if relation.cost is None:
                draft.share_people(jobs)
        else:
            draft.keep_apart(_apart_of(relation, jobs=jobs))


def _apart_of(relation: Relation, *, jobs: tuple[int, ...]) -> Apart:
    follows = relation.type is RelationType.PRECEDENCE
    least = relation.min_s or 0 if follows else relation.min_s
    return Apart(
        first=jobs[0],
        second=jobs[1],
        least_s=least,
        most_s=relation.max_s,
        after_end=follows,
        needs_first=follows,
    )


def check(timetable: Timetable) -> Iterator[Violation]:
    if not timetable.possible:
        yield _violation("no schedule meets the relations in this order")
    for relation in timetable.problem.relations:
        served = {job: timetable.served[job] for job in relation.jobs if job in timetable.served}
        breach = _CHECKS[relation.type](relation, served)
        if breach:
            yield _violation(f"{relation.type} {', '.join(relation.jobs)}: {breach}")


def _same_technician(relation: Relation, served: _Served) -> str | None:
    people = [one.route.people for one in served.values()]
    if relation.cost is None and len(people) > 1 and not frozenset.intersection(*people):
        return "they share no technician"
    return None


def _different_technician(_: Relation, served: _Served) -> str | None:
    people = [one.route.people for one in served.values()]
    if any(some & others for some, others in combinations(people, 2)):
        return "a technician serves two of them"
    return None


def _all_or_none(relation: Relation, served: _Served) -> str | None:
    return "only part of it is served" if 0 < len(served) < len(relation.jobs) else None


def _same_start(relation: Relation, served: _Served) -> str | None:
    if len(served) < len(relation.jobs):
        return _all_or_none(relation, served)
    starts = [one.start for one in served.values()]
    if max(starts) - min(starts) > (relation.max_s or 0) + TOLERANCE:
        return "they do not start together"
    return None


def _precedence(relation: Relation, served: _Served) -> str | None:
    first, second = relation.jobs
    if second in served and first not in served:
        return f"{second} is served without {first}"
    if len(served) < 2:
        return None
    apart = served[second].start - served[first].end
    return _apart(apart, least=relation.min_s or 0, most=relation.max_s)


def _gap(relation: Relation, served: _Served) -> str | None:
    if len(served) < 2:
        return None
    first, second = relation.jobs
    apart = served[second].start - served[first].start
    return _apart(apart, least=relation.min_s, most=relation.max_s)


def _apart(apart: float, *, least: float | None, most: float | None) -> str | None:
    if least is not None and apart < least - TOLERANCE:
        return f"{apart:.3f} s apart, at least {least} are needed"
    if most is not None and apart > most + TOLERANCE:
        return f"{apart:.3f} s apart, at most {most} are allowed"
    return None


_CHECKS: Mapping[RelationType, Callable[[Relation, _Served], str | None]] = {
    RelationType.SAME_TECHNICIAN: _same_technician,
    RelationType.DIFFERENT_TECHNICIAN: _different_technician,
    RelationType.SAME_START: _same_start,
    RelationType.PRECEDENCE: _precedence,
    RelationType.GAP: _gap,
    RelationType.ALL_OR_NONE: _all_or_none,
}


def _violation(text: str) -> Violation:
    return Violation(code="E_RELATION", text=text)
