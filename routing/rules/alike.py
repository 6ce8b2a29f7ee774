"""Vehicles that no rule can tell apart, so that each rule looks at one of them only."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from routing.problem import Job, Problem, Technician, TechnicianWish
from routing.rules.draft import Vehicle


def first_alike(problem: Problem, vehicles: Sequence[Vehicle]) -> list[int]:
    """For each vehicle the first one that may do the same jobs, at the same times and prices."""
    named = {person for job in problem.jobs for person in people_named(job)}
    if problem.incumbent is not None:
        named |= {one for route in problem.incumbent.routes for one in route.technicians}
    by_shift = problem.incumbent is not None or any(
        job.pin is not None and job.pin.shift is not None for job in problem.jobs
    )
    known: dict[Hashable, int] = {}
    return [
        known.setdefault(_key(vehicle, named=named, by_shift=by_shift), vehicle.index)
        for vehicle in vehicles
    ]


def people_named(job: Job) -> Iterator[str]:
    """Technicians that a job asks for, or against, by name."""
    yield from job.allowed_technicians or ()
    yield from job.forbidden_technicians
    yield from job.duration_by_technician
    if job.pin is not None and job.pin.technician is not None:
        yield job.pin.technician
    for wish in job.wishes:
        if isinstance(wish, TechnicianWish):
            yield from wish.technicians


def _key(vehicle: Vehicle, *, named: Iterable[str], by_shift: bool) -> Hashable:
    shift = vehicle.shift
    return (
        tuple(_traits(one, named=named) for one in vehicle.crew),
        (shift.first_start, shift.last_end, shift.id if by_shift else None),
    )


def _traits(technician: Technician, *, named: Iterable[str]) -> Hashable:
    """All that a rule may ask of somebody."""
    return (
        technician.id if technician.id in named else None,
        frozenset(technician.skills.items()),
        technician.tools,
        frozenset(technician.parts.items()),
        frozenset(technician.capacity.items()),
        technician.service_factor,
        technician.allowed_territories,
        technician.forbidden_territories,
        technician.preferred_territories,
        technician.cost,
    )
