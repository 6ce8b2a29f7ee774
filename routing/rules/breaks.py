"""A break is taken once, for its full length, starting in its window.

One with a window may be left out by a route that leaves after the window has opened, or is back
before the break would be over; any may be by a route without work.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Break, Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute, TimedStop

CODES = ("E_BREAK",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """The breaks of each shift."""
    for vehicle in draft.newcomers:
        if vehicle.breaks:
            draft.pause(vehicle.index, breaks=vehicle.breaks)


def check(route: TimedRoute) -> Iterator[Violation]:
    if not route.jobs:
        return
    taken: dict[str, TimedStop] = {}
    for pause, stop in route.breaks:
        if pause.id in taken:
            yield _violation(route, f"break {pause.id} is taken twice")
        taken[pause.id] = stop
    for pause in route.shift.breaks:
        if pause.id in taken:
            yield from _check_taken(route, pause, taken[pause.id])
        elif _is_due(pause, route):
            yield _violation(route, f"break {pause.id} is missed")


def _is_due(pause: Break, route: TimedRoute) -> bool:
    if pause.window is None:
        return True
    last_end = pause.window.closes + pause.duration_s
    return route.depart <= pause.window.opens + TOLERANCE and route.back >= last_end - TOLERANCE


def _check_taken(route: TimedRoute, pause: Break, stop: TimedStop) -> Iterator[Violation]:
    if stop.end - stop.start < pause.duration_s - TOLERANCE:
        yield _violation(route, f"break {pause.id} is too short")
    window = pause.window
    if window and not window.opens - TOLERANCE <= stop.start <= window.closes + TOLERANCE:
        yield _violation(
            route,
            f"break {pause.id} starts at {stop.start:.3f},"
            f" allowed is [{window.opens}, {window.closes}]",
        )


def _violation(route: TimedRoute, text: str) -> Violation:
    return Violation(code="E_BREAK", text=f"{route.name}: {text}", route=route.name)
