"""What a dispatcher has pinned stays: who, which shift, which place in the order, when."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Pin, Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, Served, Timetable

CODES = ("E_PINNED",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Who, when, at which position, and that it is served."""
    for number, job in draft.pending.items():
        pin = job.pin
        if pin is None:
            continue
        if pin.must_serve:
            draft.must_serve(number)
        if pin.position is not None:
            draft.put_at(number, position=pin.position)
        for vehicle in draft.candidates(number):
            if (pin.technician is not None and pin.technician not in vehicle.people) or (
                pin.shift is not None and pin.shift != vehicle.shift.id
            ):
                draft.forbid(number, vehicle=vehicle.index)
            elif pin.start is not None:
                spans = [(pin.start - pin.slack_s, pin.start + pin.slack_s)]
                draft.start_within(number, vehicle=vehicle.index, spans=spans)


def check(timetable: Timetable) -> Iterator[Violation]:
    for job in timetable.problem.jobs:
        if job.pin is None:
            continue
        served = timetable.served.get(job.id)
        for text in _breaches(job.pin, job.id, served=served):
            yield Violation(code="E_PINNED", text=f"visit {job.id} is pinned {text}", job=job.id)


def _breaches(pin: Pin, job: str, *, served: Served | None) -> Iterator[str]:
    if served is None:
        if pin.must_serve:
            yield "and not served"
        return
    route = served.route
    if pin.technician is not None and pin.technician not in route.people:
        yield f"to {pin.technician}"
    elif pin.shift is not None and pin.shift != route.shift.id:
        yield f"to shift {pin.shift}"
    if pin.position is not None and route.jobs[pin.position - 1 : pin.position] != (job,):
        yield f"to position {pin.position}"
    if pin.start is not None and abs(served.start - pin.start) > pin.slack_s + TOLERANCE:
        yield f"at {pin.start}, planned at {served.start:.3f}"
