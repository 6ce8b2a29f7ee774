"""The objective's weights: what one unit of a metric is worth on each level."""

from __future__ import annotations

import math
from collections.abc import Sequence

from routing.problem import Problem, SoftLimitKind
from routing.rules.draft import Vehicle
from routing.trial.laying import Laid

# Metrics that `cost` is the sum of.
COST_PARTS = (
    "route_cost", "unserved_penalty", "lateness_cost", "overdue_cost", "delay_cost",
    "preference_cost", "continuity_cost", "change_cost", "soft_limit_cost", "fairness_cost",
)  # fmt: skip


class Weights:
    """The objective's weights by level, metric and priority, with ``cost`` spread on its parts."""

    def __init__(self, problem: Problem) -> None:
        self.levels = len(problem.objective)
        self._weights: dict[tuple[str, int | None], list[float]] = {}
        for level, terms in enumerate(problem.objective):
            for term in terms:
                parts = ("cost", *COST_PARTS) if term.metric == "cost" else (term.metric,)
                for metric in parts:
                    self._add(metric, term.priority, level, term.weight)
        # Whether doing worse never pays, on any level.
        self.positive = all(term.weight >= 0 for terms in problem.objective for term in terms)
        # Metrics that matter at all.
        self.metrics = frozenset(metric for metric, _ in self._weights)
        self._found: dict[tuple[str, int | None], Sequence[float]] = {}
        self._of_levels: dict[tuple[str, int | None], Sequence[tuple[int, float]]] = {}

    def _add(self, metric: str, priority: int | None, level: int, weight: float) -> None:
        row = self._weights.setdefault((metric, priority), [0.0] * self.levels)
        row[level] += weight

    def of(self, metric: str, *, priority: int | None = None) -> Sequence[float]:
        """Weight of one unit, one value a level; a priority adds the terms limited to it."""
        found = self._found.get((metric, priority))
        if found is None:
            found = self._found[metric, priority] = self._sum_of(metric, priority)
        return found

    def of_levels(self, metric: str, *, priority: int | None) -> Sequence[tuple[int, float]]:
        """The same as level and weight, without levels at which the metric does not matter."""
        found = self._of_levels.get((metric, priority))
        if found is None:
            row = enumerate(self.of(metric, priority=priority))
            found = [(level, weight) for level, weight in row if weight]
            self._of_levels[metric, priority] = found
        return found

    def _sum_of(self, metric: str, priority: int | None) -> Sequence[float]:
        none = [0.0] * self.levels
        plain = self._weights.get((metric, None), none)
        if priority is None:
            return plain
        limited = self._weights.get((metric, priority), none)
        return [a + b for a, b in zip(plain, limited, strict=True)]


class RouteWeights:
    """Prices of one vehicle's seconds and metres, one value a level."""

    def __init__(self, weights: Weights, vehicle: Vehicle) -> None:
        money, crew = weights.of("route_cost"), vehicle.crew
        self.soft = weights.of("soft_limit_cost")
        self.money = money

        def priced(metric: str, amount: float) -> list[float]:
            pairs = zip(weights.of(metric), money, strict=True)
            return [own + price * amount for own, price in pairs]

        fixed = sum(one.cost.fixed for one in crew)
        used = zip(weights.of("routes_used"), weights.of("technicians_used"), strict=True)
        fees = zip(weights.of("fixed_cost"), money, strict=True)
        self.used = [a + b + (c + d) * fixed for (a, b), (c, d) in zip(used, fees, strict=True)]
        self.distance = priced("distance_m", vehicle.lead.cost.per_m)
        self.travel = priced("travel_s", sum(one.cost.per_travel_s for one in crew))
        paid = sum(one.cost.per_duration_s for one in crew)
        self.duration = priced("duration_s", paid)
        self.unpaid = [-price * paid for price in money]
        self.overtime = priced("overtime_s", sum(one.cost.per_overtime_s for one in crew))
        self.visit = [price * sum(one.cost.per_visit for one in crew) for price in money]
        self.wait = weights.of("wait_s")
        names = ("service_s", "setup_s", "break_s", "depot_s")
        self.busy = [weights.of(name) for name in names]
        self.levels = weights.levels
        rows = (
            self.used, self.distance, self.travel, self.duration, self.unpaid, self.overtime,
            self.money, self.soft, self.visit, self.wait, *self.busy,
        )  # fmt: skip
        # Levels on which nothing of a route matters cost nothing to leave out.
        self._active = [n for n in range(self.levels) if any(row[n] for row in rows)]

    def price(self, laid: Laid, vehicle: Vehicle, *, jobs: int) -> list[float]:
        overtime = max(0.0, laid.back - vehicle.shift.end)
        steps = sum(
            step.per_s * max(0.0, overtime - step.after_s)
            for one in vehicle.crew
            for step in one.cost.overtime_steps
        )
        soft = _beyond_soft_limits(laid, vehicle, jobs=jobs) if vehicle.shift.soft_limits else 0
        busy = (laid.service_s, laid.setup_s, laid.break_s, laid.depot_s)
        duration, wait = laid.duration_s, laid.wait_s
        total = [0.0] * self.levels
        for n in self._active:
            total[n] = (
                (self.used[n] if laid.jobs else 0)
                + self.distance[n] * laid.distance_m
                + self.travel[n] * laid.travel_s
                + self.duration[n] * duration
                + self.unpaid[n] * laid.unpaid_s
                + self.overtime[n] * overtime
                + self.money[n] * steps
                + self.soft[n] * soft
                + self.visit[n] * laid.jobs
                + self.wait[n] * wait
                + sum(row[n] * seconds for row, seconds in zip(self.busy, busy, strict=True))
            )
        return total


def _beyond_soft_limits(laid: Laid, vehicle: Vehicle, *, jobs: int) -> float:
    ends = [end for code, end in zip(laid.stops, laid.ends, strict=True) if 0 <= code < jobs]
    used = {
        SoftLimitKind.DURATION: laid.duration_s,
        SoftLimitKind.TRAVEL: laid.travel_s,
        SoftLimitKind.DISTANCE: laid.distance_m,
        SoftLimitKind.VISITS: laid.jobs,
        SoftLimitKind.LAST_END: ends[-1] if ends else -math.inf,
    }
    return sum(
        limit.price * max(0.0, used[limit.limit] - limit.value)
        for limit in vehicle.shift.soft_limits
    )
