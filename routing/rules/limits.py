"""A shift may limit hours, roads, visits, and the instants between which there is work."""

from __future__ import annotations

from collections.abc import Iterator

from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_LIMIT",)


def check(route: TimedRoute) -> Iterator[Violation]:
    for name, value, limit in _amounts(route):
        if limit is not None and value > limit + TOLERANCE:
            yield _violation(route, f"{name} is {value:.3f}, {limit} is allowed")
    for tag, most in route.shift.max_visits_by_tag.items():
        if sum(tag in job.tags for job, _ in route.work) > most:
            yield _violation(route, f"more than {most} visits of {tag}")
    stops = [stop for _, stop in route.work]
    if not stops:
        return
    first, last = route.shift.first_start, route.shift.last_end
    if first is not None and stops[0].start < first - TOLERANCE:
        yield _violation(route, f"work starts before {first}")
    if last is not None and stops[-1].end > last + TOLERANCE:
        yield _violation(route, f"work ends after {last}")


def _amounts(route: TimedRoute) -> Iterator[tuple[str, float, float | None]]:
    """Name, value and limit."""
    shift, figures = route.shift, route.figures
    yield "max_duration_s", figures.duration_s, shift.max_duration_s
    yield "max_travel_s", figures.travel_s, shift.max_travel_s
    yield "max_distance_m", figures.distance_m, shift.max_distance_m
    yield "max_leg_s", figures.longest_leg_s, shift.max_leg_s
    yield "max_visits", len(route.jobs), shift.max_visits


def _violation(route: TimedRoute, text: str) -> Violation:
    return Violation(code="E_LIMIT", text=f"{route.name}: {text}", route=route.name)
