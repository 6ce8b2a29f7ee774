"""What a solution is worth: every metric of the format, and the levels of the objective.

Everything is minimised. Figures come from the exact clock and road, never from what a solution
claims. Levels are compared in order, the first decides.

Why a package: ``metrics`` names the figures, ``routes`` prices driving and hours, ``service`` what
customers get, ``wishes`` what somebody would have liked, ``changes`` what leaves the plan in force,
``fairness`` who works how much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Problem, Term
from routing.score import changes, fairness, routes, service, wishes
from routing.score.metrics import Metrics, PriorityMetrics
from routing.timing import TOLERANCE, Timetable

# Two values of an objective are equal when they differ by less, relatively.
RELATIVE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """``objective`` has one value a level; ``route_prices`` follow the routes of the timetable."""

    objective: tuple[float, ...]
    metrics: Metrics
    by_priority: Mapping[int, PriorityMetrics]
    route_prices: tuple[routes.RoutePrice, ...]


def measure(timetable: Timetable) -> Score:
    metrics = Metrics()
    prices = tuple(routes.price(route) for route in timetable.routes)
    routes.add_routes(metrics, timetable, prices=prices)
    by_priority = service.add_service(metrics, timetable)
    wishes.add_wishes(metrics, timetable)
    changes.add_changes(metrics, timetable)
    fairness.add_fairness(metrics, timetable)
    _add_sums(metrics, timetable)
    return Score(
        objective=_objective(timetable.problem, metrics=metrics, by_priority=by_priority),
        metrics=metrics,
        by_priority=by_priority,
        route_prices=prices,
    )


def compare(values: Sequence[float], others: Sequence[float]) -> int:
    """-1, 0 or 1 as ``values`` are better than, equal to or worse than ``others``."""
    for value, other in zip(values, others, strict=False):
        if abs(value - other) > max(TOLERANCE, RELATIVE * abs(other)):
            return -1 if value < other else 1
    return 0


def _objective(
    problem: Problem, *, metrics: Metrics, by_priority: Mapping[int, PriorityMetrics]
) -> tuple[float, ...]:
    nobody = PriorityMetrics()

    def value(term: Term) -> float:
        figures = metrics if term.priority is None else by_priority.get(term.priority, nobody)
        found: float = getattr(figures, term.metric)
        return term.weight * found

    return tuple(sum(value(term) for term in level) for level in problem.objective)


def _add_sums(metrics: Metrics, timetable: Timetable) -> None:
    """Figures that follow from others."""
    metrics.cost = (
        metrics.route_cost
        + metrics.unserved_penalty
        + metrics.lateness_cost
        + metrics.overdue_cost
        + metrics.delay_cost
        + metrics.preference_cost
        + metrics.continuity_cost
        + metrics.change_cost
        + metrics.soft_limit_cost
        + metrics.fairness_cost
    )
    shifts = sum(
        shift.end - shift.start
        for technician in timetable.problem.technicians
        for shift in technician.shifts
    )
    metrics.utilisation = _share(metrics.service_s, of=shifts)
    metrics.travel_share = _share(metrics.travel_s, of=metrics.duration_s)
    metrics.visits_per_route = _share(metrics.served, of=metrics.routes_used)
    metrics.metres_per_visit = _share(metrics.distance_m, of=metrics.served)
    days = [route.figures.duration_s for route in timetable.routes if route.jobs]
    metrics.duration_spread_s = max(days) - min(days) if days else 0


def _share(part: float, *, of: float) -> float:
    return part / of if of else 0
