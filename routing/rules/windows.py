"""Work starts while the site (or the depot) is open, or as late after it as is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Depot, Job, Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.rules.spans import Spans
from routing.timing import (
    TOLERANCE,
    TimedRoute,
    TimedStop,
    grace,
    intervals,
    latest_on_time,
)

CODES = ("E_WINDOW",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Windows, with the lateness that is allowed; they depend on whose hands finish inside."""
    for number, job in draft.pending.items():
        if not job.windows:
            continue
        known: dict[float, Spans] = {}
        for vehicle in draft.candidates(number):
            length = draft.lengths[vehicle.index][number]
            if length not in known:
                known[length] = _open_spans(job, length=length)
            draft.start_within(number, vehicle=vehicle.index, spans=known[length])


def _open_spans(job: Job, *, length: float) -> Spans:
    last = [latest_on_time(job, closes=w.closes, length=length) for w in job.windows]
    return tuple(
        sorted(
            (window.opens, closes + grace(job))
            for window, closes in zip(job.windows, last, strict=True)
            if window.opens <= closes + grace(job)
        )
    )


def check(route: TimedRoute) -> Iterator[Violation]:
    for stop in route.stops:
        thing = stop.thing
        if isinstance(thing, Job) and not _is_open(thing, stop):
            yield Violation(
                code="E_WINDOW",
                text=f"visit {thing.id} starts at {stop.start:.3f}, outside its windows",
                job=thing.id,
            )
        if isinstance(thing, Depot) and not any(
            opens - TOLERANCE <= stop.start <= closes + TOLERANCE
            for opens, closes in intervals(thing.windows)
        ):
            yield Violation(
                code="E_WINDOW",
                text=f"depot {thing.id} is closed at {stop.start:.3f}",
                route=route.name,
            )


def _is_open(job: Job, stop: TimedStop) -> bool:
    return any(
        opens - TOLERANCE
        <= stop.start
        <= latest_on_time(job, closes=closes, length=stop.length_s) + grace(job) + TOLERANCE
        for opens, closes in intervals(job.windows)
    )
