"""The judge's word on a solution, and the solution as places in rounds.

Nothing is published that the judge has not seen; its clock, not the engine's, gives the times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from dispatch.base import DispatchError
from dispatch.planning import seats
from dispatch.planning.assignments import Place
from dispatch.planning.briefs import shift_id_of
from dispatch.visits import CrewRole
from routing import check
from routing.check import Finding
from routing.insertion import Incumbent
from routing.problem import Problem, Technician
from routing.rules import Violation
from routing.score import compare
from routing.solution import Solution
from routing.timing import TimedRoute

# What cannot be served is listed as unserved; that a person wanted it served is no fault of a plan.
UNSERVED_ANYHOW = frozenset({"E_MANDATORY", "E_PINNED"})


class PlanRejected(DispatchError):
    """The judge found broken rules: ``violations`` lists code, visit and route of each."""

    code: ClassVar[str] = "plan-rejected"


class WorseThanBefore(DispatchError):
    """The plan in force is better than what a search ``found``.

    ``found`` and ``in_force`` are the objectives of both on the same question, level by level;
    ``found_undone`` and ``in_force_undone`` count what had to be served and is not.
    """

    code: ClassVar[str] = "worse-than-before"


def judged(solution: Solution, *, problem: Problem) -> Finding:
    """The finding about a solution that may be published. Raises PlanRejected."""
    finding = check.judge(solution, problem=problem)
    left_out = {row.job for row in solution.unserved}
    broken = [v for v in finding.violations if not _is_excused(v, left_out=left_out)]
    if broken:
        raise PlanRejected(violations=[plain(violation) for violation in broken])
    return finding


def hold_against_incumbent(finding: Finding, *, problem: Problem) -> None:
    """Refuse a solution that is worse than the plan in force when the question was asked.

    Raises WorseThanBefore. A plan in force that breaks rules by now never stands in the way.
    """
    before = _in_force(problem)
    if before is None:
        return
    found, in_force = _undone(finding), _undone(before)
    if found < in_force:
        return
    if found > in_force or compare(finding.objective, before.objective) > 0:
        raise WorseThanBefore(
            found=list(finding.objective),
            in_force=list(before.objective),
            found_undone=found,
            in_force_undone=in_force,
        )


def _in_force(problem: Problem) -> Finding | None:
    """The plan in force with its breaks laid in; None when there is none that keeps the rules."""
    if problem.incumbent is None:
        return None
    incumbent = Incumbent.of(problem, solution=problem.incumbent)
    if incumbent.lost:
        return None
    solution = incumbent.solution()
    finding = check.judge(solution, problem=problem)
    left_out = {row.job for row in solution.unserved}
    kept = all(_is_excused(violation, left_out=left_out) for violation in finding.violations)
    return finding if kept else None


def _undone(finding: Finding) -> int:
    """How many visits had to be served and are not; it counts before the objective."""
    return len({v.job for v in finding.violations if v.code in UNSERVED_ANYHOW})


def plain(violation: Violation) -> dict[str, str | None]:
    """A violation as a refusal carries it."""
    return {
        "code": violation.code,
        "visit": violation.job,
        "route": violation.route,
        "text": violation.text,
    }


def _is_excused(violation: Violation, *, left_out: Collection[str]) -> bool:
    return (
        violation.code in UNSERVED_ANYHOW
        and violation.job is not None
        and violation.job in left_out
    )


def places_of(
    finding: Finding, *, opens_at: datetime, begun: Mapping[int, int]
) -> dict[int, tuple[Place, ...]]:
    """Where the solution puts each visit; ``begun``: stops that each technician has begun already.

    Blocks have no place of their own: they are taken time already.
    """
    return places_on(finding.timetable.routes, opens_at=opens_at, begun=begun)


def places_on(
    routes: Iterable[TimedRoute], *, opens_at: datetime, begun: Mapping[int, int]
) -> dict[int, tuple[Place, ...]]:
    """Where routes put each visit; of a visit for several, everybody's place together."""
    found: dict[int, list[Place]] = defaultdict(list)
    for route in routes:
        for place in _route_places(route, opens_at=opens_at, begun=begun):
            found[place.visit_id].append(place)
    return {visit_id: tuple(seats.in_order(places)) for visit_id, places in found.items()}


def _route_places(
    route: TimedRoute, *, opens_at: datetime, begun: Mapping[int, int]
) -> Iterator[Place]:
    def instant(seconds: float) -> datetime:
        return opens_at + timedelta(seconds=round(seconds))

    visits = [
        (visit_id, job, stop)
        for job, stop in route.work
        if (visit_id := seats.visit_of(job.id)) is not None
    ]
    for position, (visit_id, job, stop) in enumerate(visits, start=1):
        arrival = stop.start if stop.arrival is None else stop.arrival
        for member in route.crew:
            leads = member.id == route.lead.id and seats.role_of(job.id) is CrewRole.LEAD
            yield Place(
                visit_id=visit_id,
                technician_id=int(member.id),
                shift_id=_shift_of(route, member, at=stop.start),
                position=begun.get(int(member.id), 0) + position,
                arrives_at=instant(arrival),
                starts_at=instant(stop.start),
                ends_at=instant(stop.end),
                travel_seconds=round(stop.leg.at_wheel_s) if stop.leg else 0,
                travel_metres=round(stop.leg.metres) if stop.leg else 0,
                role=CrewRole.LEAD if leads else CrewRole.HELPER,
            )


def _shift_of(route: TimedRoute, member: Technician, *, at: float) -> int:
    """The member's own shift at that time; the lead's is the route's."""
    if member.id == route.lead.id:
        assert route.shift.id is not None
        return shift_id_of(route.shift.id)
    own = [shift for shift in member.shifts if shift.start <= at <= shift.end]
    assert own, f"technician {member.id} has no shift at {at}"
    assert own[0].id is not None
    return shift_id_of(own[0].id)
