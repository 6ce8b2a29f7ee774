"""Small questions and answers: ten units (600 s, 10 km) lie between neighbouring places.

A day begins at 28,800 (eight o'clock) and ends at 61,200 (five). Everybody lives at ``base``.
"""

from __future__ import annotations

from typing import Any

from routing.check import judge
from routing.problem import (
    Job,
    Location,
    PlanarTravel,
    Problem,
    Shift,
    Technician,
    Term,
)
from routing.roads import Roads
from routing.rules import PlanRule, RouteRule
from routing.solution import Route, Solution, Stop, StopKind, Unserved
from routing.timing import Timetable, timetable

EIGHT, NOON, FIVE = 28800, 43200, 61200
PLACES = (
    Location(id="base", x=0, y=0),
    Location(id="młyn", x=10, y=0),
    Location(id="bank", x=20, y=0),
    Location(id="farm", x=30, y=0),
)


def job(name: str = "till", **keys: Any) -> Job:
    return Job(**({"id": name, "location": "młyn", "duration_s": 1800} | keys))


def shift(**keys: Any) -> Shift:
    day = {"start": EIGHT, "end": FIVE, "start_location": "base", "end_location": "base"}
    return Shift(**(day | keys))


def technician(name: str = "łukasz", *, day: Shift | None = None, **keys: Any) -> Technician:
    return Technician(**({"id": name, "shifts": (day or shift(),)} | keys))


def problem(*jobs: Job, **keys: Any) -> Problem:
    """One technician, unless others are named."""
    question = {
        "locations": PLACES,
        "travel": PlanarTravel(seconds_per_unit=60, metres_per_unit=1000),
        "technicians": (technician(),),
        "objective": ((Term(metric="unserved"),), (Term(metric="travel_s"),)),
    }
    return Problem(jobs=jobs, **(question | keys))


def visit(name: str = "till", **times: float) -> Stop:
    return Stop(id=name, **times)


def pause(name: str, **times: float) -> Stop:
    return Stop(kind=StopKind.BREAK, id=name, **times)


def loading(name: str, **times: float) -> Stop:
    return Stop(kind=StopKind.DEPOT, id=name, **times)


def left_out(name: str = "till", **keys: Any) -> Unserved:
    return Unserved(job=name, **keys)


def route(*stops: Stop, crew: tuple[str, ...] = ("łukasz",), **keys: Any) -> Route:
    return Route(technicians=crew, stops=stops, **keys)


def solution(*routes: Route, **keys: Any) -> Solution:
    return Solution(routes=routes, **keys)


def day(question: Problem, *routes: Route) -> Timetable:
    return timetable(solution(*routes), problem=question, roads=Roads(question))


def broken_on(rule: RouteRule, question: Problem, *routes: Route) -> list[str]:
    """Codes that a rule about single routes reports."""
    found = day(question, *routes).routes
    return [violation.code for timed in found for violation in rule.check(timed)]


def broken_between(rule: PlanRule, question: Problem, *routes: Route) -> list[str]:
    """Codes that a rule about the whole plan reports."""
    return [violation.code for violation in rule.check(day(question, *routes))]


def broken(question: Problem, answer: Solution) -> set[str]:
    """Codes that the judge reports."""
    return {violation.code for violation in judge(answer, problem=question).violations}
