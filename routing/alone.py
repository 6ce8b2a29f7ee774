"""Could a job be served at all, if nothing else had to be?

Answers "why was it left out" without a search: on an otherwise empty day, by each technician in
each shift. Not answered for crews, pins, equipment and relations in time, where one technician's
empty day proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Break, Job, Problem, Shift, Technician
from routing.roads import Roads
from routing.rules import ROUTE_RULES
from routing.rules.skills import lacking
from routing.rules.stock import shortages
from routing.rules.technicians import is_chosen, is_refused
from routing.rules.territories import is_inside
from routing.solution import Route, Solution, Stop, StopKind
from routing.timing import Mode, earliest_start, length_of, permitted, timetable

# Neither a break nor a depot on the way can cure these.
INCURABLE = frozenset(
    {
        "E_SKILL",
        "E_ALLOWED",
        "E_TERRITORY",
        "E_WINDOW",
        "E_RELEASE",
        "E_PROMISE",
        "E_SHIFT",
        "E_CAPACITY",
        "E_TRAVEL",
    }
)
# A depot may.
SHORTAGES = frozenset({"E_TOOL", "E_PART"})
MISSED_BREAK = frozenset({"E_BREAK"})
# Seconds; nearer to a limit than this, the whole schedule is asked.
DOUBT_S = 1


def is_possible_alone(job: Job, *, problem: Problem, roads: Roads) -> bool | None:
    """None when neither was proved. O(technicians x shifts) schedules of one stop."""
    if _is_open_question(job, problem=problem):
        return None
    answer: bool | None = False
    for technician in problem.technicians:
        if _is_out_of_question(job, technician=technician):
            continue
        for shift in technician.shifts:
            if _is_out_of_reach(job, technician, shift, problem=problem, roads=roads):
                continue
            fits = _fits(job, technician, shift, problem=problem, roads=roads)
            if fits:
                return True
            if fits is None:
                answer = None
    return answer


def is_anybody_able(job: Job, *, problem: Problem) -> bool:
    """Whether any technician has what it takes, time aside."""
    return any(_is_able(job, technician=one, problem=problem) for one in problem.technicians)


def _is_open_question(job: Job, *, problem: Problem) -> bool:
    return (
        job.crew_size > 1
        or any(requirement.count > 1 for requirement in job.skills)
        or job.pin is not None
        or bool(job.equipment)
        or any(relation.type.timed and job.id in relation.jobs for relation in problem.relations)
    )


def _is_out_of_question(job: Job, *, technician: Technician) -> bool:
    """Whether the technician is out at any hour; saves most schedules."""
    people = frozenset({technician.id})
    wanted = (one for one in lacking(job, crew=[technician], span=None) if not one.excluded)
    return (
        any(wanted)
        or not is_chosen(job, people=people)
        or is_refused(job, people=people)
        or not is_inside(job, technician=technician)
    )


def _is_out_of_reach(
    job: Job, technician: Technician, shift: Shift, *, problem: Problem, roads: Roads
) -> bool:
    """Whether the road alone forbids the windows or the way home; saves most other schedules.

    What a real day adds (setup, breaks, limits) can only make it later.
    """
    places, factor = problem.location_index, technician.travel_factor
    own = roads.of(technician.profile)
    site = places[job.location]
    begin = site if shift.start_location is None else places[shift.start_location]
    finish = site if shift.end_location is None else places[shift.end_location]
    length = length_of(job, crew=[technician])
    there = own.arrival(begin, site, leave=shift.start, factor=factor)
    allowed = permitted(job, length=length)
    if allowed and there > max(last for _, last in allowed) + DOUBT_S:
        return True
    start = earliest_start(allowed, ready=there)
    left = (there if start is None else start) + length
    back = own.arrival(site, finish, leave=left, factor=factor)
    return back > shift.end + shift.max_overtime_s + DOUBT_S


def _is_able(job: Job, *, technician: Technician, problem: Problem) -> bool:
    if _is_out_of_question(job, technician=technician):
        return False
    if any(lacking(job, crew=[technician], span=None)):
        return False
    short = {one.code for one in shortages([job], crew=[technician], name=technician.id)}
    return not short or (bool(problem.depots) and short <= SHORTAGES)


def _fits(
    job: Job, technician: Technician, shift: Shift, *, problem: Problem, roads: Roads
) -> bool | None:
    visit = Stop(id=job.id)

    def broken(stops: tuple[Stop, ...]) -> set[str]:
        route = Route(technicians=(technician.id,), shift=shift.id, stops=stops)
        return _codes(route, problem=problem, roads=roads)

    codes = broken((visit,))
    if not codes:
        return True
    if codes & INCURABLE or (codes & SHORTAGES and not problem.depots):
        return False
    if codes == MISSED_BREAK and not all(broken(stops) for stops in _with_breaks(visit, shift)):
        return True
    return None


def _codes(route: Route, *, problem: Problem, roads: Roads) -> set[str]:
    day = timetable(Solution(routes=(route,)), problem=problem, roads=roads, mode=Mode.SEQUENCE)
    return {
        violation.code
        for timed in day.routes
        for rule in ROUTE_RULES
        for violation in rule.check(timed)
    }


def _with_breaks(visit: Stop, shift: Shift) -> Iterator[tuple[Stop, ...]]:
    """All breaks in the order of their windows, with the visit at every place between them."""
    pauses = [
        Stop(kind=StopKind.BREAK, id=pause.id) for pause in sorted(shift.breaks, key=_opening)
    ]
    for number in range(len(pauses) + 1):
        yield (*pauses[:number], visit, *pauses[number:])


def _opening(pause: Break) -> float:
    return pause.window.opens if pause.window else 0
