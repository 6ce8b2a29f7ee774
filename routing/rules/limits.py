"""A shift may limit hours, roads, visits, and the instants between which there is work."""

from __future__ import annotations

import math
from collections.abc import Iterator

from routing.problem import Problem
from routing.rules.draft import Amount, Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_LIMIT",)


def impose(draft: Draft, *, problem: Problem) -> None:  # noqa: ARG001 - the shape of a rule
    """Amounts of a route. First start and last end hold for the first and last job, so for all."""
    for vehicle in draft.newcomers:
        shift = vehicle.shift
        amounts = {
            Amount.DURATION_S: shift.max_duration_s,
            Amount.TRAVEL_S: shift.max_travel_s,
            Amount.DISTANCE_M: shift.max_distance_m,
            Amount.LEG_S: shift.max_leg_s,
            Amount.VISITS: shift.max_visits,
        }
        for amount, most in amounts.items():
            if most is not None:
                draft.limit(vehicle.index, amount=amount, most=most)
    for vehicle in draft.vehicles:
        shift = vehicle.shift
        for tag, most in shift.max_visits_by_tag.items():
            tagged = frozenset(n for n, job in enumerate(draft.jobs) if tag in job.tags)
            draft.limit_jobs(vehicle.index, name=tag, jobs=tagged, most=most)
        if shift.first_start is not None or shift.last_end is not None:
            first = -math.inf if shift.first_start is None else shift.first_start
            last = math.inf if shift.last_end is None else shift.last_end
            for number, job in draft.pending.items():
                spans = [(first, last - vehicle.length(job))]
                draft.start_within(number, vehicle=vehicle.index, spans=spans)


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
