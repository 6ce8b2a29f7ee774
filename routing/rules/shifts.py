"""Nobody is away before the shift starts, nor longer after its end than overtime allows."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_SHIFT",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Away between the shift's start and its end with all overtime."""
    for vehicle in draft.newcomers:
        draft.be_away(vehicle.index, earliest=vehicle.shift.start, latest=vehicle.latest)


def check(route: TimedRoute) -> Iterator[Violation]:
    shift, overtime = route.shift, route.figures.overtime_s
    if route.depart < shift.start - TOLERANCE:
        yield Violation(
            code="E_SHIFT",
            text=f"{route.name} departs at {route.depart:.3f}, the shift starts at {shift.start}",
            route=route.name,
        )
    if overtime > shift.max_overtime_s + TOLERANCE:
        yield Violation(
            code="E_SHIFT",
            text=f"{route.name} returns {overtime:.3f} s after the end of the shift,"
            f" {shift.max_overtime_s} s are allowed",
            route=route.name,
        )
