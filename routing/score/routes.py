"""What the routes cost: driving, hours, overtime, and limits that may be passed for a price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Cost, SoftLimitKind
from routing.score.metrics import Metrics
from routing.timing import RouteFigures, TimedRoute, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePrice:
    """``cost`` holds ``fixed``, but neither wishes nor soft limits."""

    fixed: float
    cost: float
    soft_limit_cost: float


def price(route: TimedRoute) -> RoutePrice:
    """Everybody's prices add up; metres are paid once, to the lead."""
    fixed = sum(technician.cost.fixed for technician in route.crew) if route.jobs else 0
    hours = sum(
        _hours(technician.cost, route.figures, jobs=len(route.jobs)) for technician in route.crew
    )
    return RoutePrice(
        fixed=fixed,
        cost=fixed + route.lead.cost.per_m * route.figures.distance_m + hours,
        soft_limit_cost=_soft_limits(route),
    )


def add_routes(metrics: Metrics, timetable: Timetable, *, prices: Sequence[RoutePrice]) -> None:
    for route, paid in zip(timetable.routes, prices, strict=True):
        figures = route.figures
        metrics.travel_s += figures.travel_s
        metrics.distance_m += figures.distance_m
        metrics.service_s += figures.service_s
        metrics.setup_s += figures.setup_s
        metrics.depot_s += figures.depot_s
        metrics.wait_s += figures.wait_s
        metrics.break_s += figures.break_s
        metrics.duration_s += figures.duration_s
        metrics.overtime_s += figures.overtime_s
        metrics.soft_limit_cost += paid.soft_limit_cost
        metrics.fixed_cost += paid.fixed
        metrics.route_cost += paid.cost
    used = [route for route in timetable.routes if route.jobs]
    metrics.routes_used = len(used)
    metrics.technicians_used = len({person for route in used for person in route.people})


def limited(route: TimedRoute) -> Mapping[SoftLimitKind, float]:
    """What soft limits bound; the last end only where there is work."""
    figures = route.figures
    values: dict[SoftLimitKind, float] = {
        SoftLimitKind.DURATION: figures.duration_s,
        SoftLimitKind.TRAVEL: figures.travel_s,
        SoftLimitKind.DISTANCE: figures.distance_m,
        SoftLimitKind.VISITS: len(route.jobs),
    }
    ends = [stop.end for _, stop in route.work]
    return {**values, SoftLimitKind.LAST_END: ends[-1]} if ends else values


def _hours(cost: Cost, figures: RouteFigures, *, jobs: int) -> float:
    """One person's prices of a route, without the fixed one and metres."""
    steps = sum(
        step.per_s * max(0, figures.overtime_s - step.after_s) for step in cost.overtime_steps
    )
    return (
        cost.per_travel_s * figures.travel_s
        + cost.per_duration_s * (figures.duration_s - figures.unpaid_s)
        + cost.per_overtime_s * figures.overtime_s
        + cost.per_visit * jobs
        + steps
    )


def _soft_limits(route: TimedRoute) -> float:
    if not route.shift.soft_limits:
        return 0
    values = limited(route)
    return sum(
        limit.price * max(0, values[limit.limit] - limit.value)
        for limit in route.shift.soft_limits
        if limit.limit in values
    )
