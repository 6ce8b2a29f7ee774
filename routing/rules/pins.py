"""What a dispatcher has pinned stays: who, which shift, which place in the order, when."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Pin
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, Served, Timetable

CODES = ("E_PINNED",)


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
