"""A technician works one route in a shift, is on shift with the crew, and rests between routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from routing.problem import Technician
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute, Timetable

CODES = ("E_SHIFT_TWICE", "E_CREW_SHIFT", "E_REST")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Duty:
    """One route of one person; ``shift`` numbers their shifts, -1 is none."""

    depart: float
    back: float
    shift: int


def check(timetable: Timetable) -> Iterator[Violation]:
    duties: dict[str, list[_Duty]] = defaultdict(list)
    for route in timetable.routes:
        for technician in route.crew:
            shift = _shift_on(route, technician)
            if shift < 0:
                yield Violation(
                    code="E_CREW_SHIFT",
                    text=f"{technician.id} is not on shift with {route.lead.id}",
                    route=route.name,
                )
            duty = _Duty(depart=route.depart, back=route.back, shift=shift)
            duties[technician.id].append(duty)
    for person, worked in duties.items():
        yield from _check_person(timetable.problem.technician_by_id[person], worked)


def _shift_on(route: TimedRoute, technician: Technician) -> int:
    """The lead has the route's shift; the others need one that covers it."""
    for number, shift in enumerate(technician.shifts):
        if technician.id == route.lead.id:
            if shift is route.shift:
                return number
        elif shift.start <= route.shift.start and shift.end >= route.shift.end:
            return number
    return -1


def _check_person(technician: Technician, worked: list[_Duty]) -> Iterator[Violation]:
    if len({duty.shift for duty in worked}) < len(worked):
        yield Violation(code="E_SHIFT_TWICE", text=f"{technician.id} has two routes in one shift")
        return
    for duty, following in pairwise(sorted(worked)):
        if following.depart < duty.back + technician.min_rest_s - TOLERANCE:
            yield Violation(
                code="E_REST",
                text=f"{technician.id} is back at {duty.back:.3f} and leaves again at"
                f" {following.depart:.3f}, the rest is {technician.min_rest_s} s",
            )
