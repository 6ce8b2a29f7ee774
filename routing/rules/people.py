"""A technician works one route in a shift, is on shift with the crew, and rests between routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations

from routing.problem import Problem, Shift, Technician
from routing.rules.draft import Draft, Vehicle
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute, Timetable

CODES = ("E_SHIFT_TWICE", "E_CREW_SHIFT", "E_REST")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Duty:
    """One route of one person; ``shift`` numbers their shifts, -1 is none."""

    depart: float
    back: float
    shift: int


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """One route a person and shift, and rest between the shifts of a person."""
    by_person: dict[str, list[Vehicle]] = defaultdict(list)
    for vehicle in draft.newcomers:
        for person in vehicle.people:
            by_person[person].append(vehicle)
    for person, own in by_person.items():
        for vehicle, other in permutations(own, 2):
            technician = next(one for one in vehicle.crew if one.id == person)
            if _duty_shift(vehicle, person) is _duty_shift(other, person):
                draft.exclude(vehicle.index, other=other.index)
            elif vehicle.shift.start <= other.shift.start:
                draft.rest(vehicle.index, then=other.index, seconds=technician.min_rest_s)


def _duty_shift(vehicle: Vehicle, person: str) -> Shift:
    """The shift in which this member of the crew rides along."""
    if person == vehicle.lead.id:
        return vehicle.shift
    member = next(one for one in vehicle.crew if one.id == person)
    return next(own for own in member.shifts if covers(own, vehicle.shift))


def covers(own: Shift, other: Shift) -> bool:
    """Whether somebody with this shift can ride along during the other."""
    return own.start <= other.start and own.end >= other.end


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
