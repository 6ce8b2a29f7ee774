"""About the most that one more job can add to a level, so that no level outvotes the one above it.

It is what the longest road, a whole job and all its own prices come to; not a bound: one more job
may also delay others. Money and seconds as in the problem, one value for each level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from routing.problem import Cost, Deadline, Job, SoftLimitKind, TechnicianWish, WindowWish
from routing.roads import NO_ROAD
from routing.rules.draft import Vehicle
from routing.score.service import charged
from routing.trial.changes import former_places
from routing.trial.tables import Tables
from routing.trial.weights import RouteWeights, Weights


class Dearest:
    """Asked once for each level."""

    def __init__(self, tables: Tables, *, weights: Weights) -> None:
        self._weights = weights
        self._seconds, self._metres = _longest_legs(tables)
        self._lengths = max((max(row, default=0) for row in tables.lengths), default=0)
        self._priorities = {job.priority for job in tables.jobs}
        self._own = _own_prices(tables)

    def of_route(self, row: RouteWeights, *, vehicle: Vehicle, level: int) -> float:
        """Two of the longest legs, the work between them, overtime, and the first use."""
        road = row.travel[level] * self._seconds + row.distance[level] * self._metres
        time = row.duration[level] * (2 * self._seconds + self._lengths)
        late = vehicle.latest - vehicle.shift.end
        over = row.overtime[level] * late + row.visit[level]
        steps = sum(
            step.per_s * max(0.0, late - step.after_s)
            for one in vehicle.crew
            for step in one.cost.overtime_steps
        )
        money = self._weights.of("route_cost")[level] * steps
        soft = self._weights.of("soft_limit_cost")[level] * self._soft(vehicle)
        return 2 * road + time + row.used[level] + over + money + soft

    def _soft(self, vehicle: Vehicle) -> float:
        """Passing the soft limits by all that one more job takes."""
        time = 2 * self._seconds + self._lengths
        taken = {
            SoftLimitKind.DURATION: time,
            SoftLimitKind.TRAVEL: 2 * self._seconds,
            SoftLimitKind.DISTANCE: 2 * self._metres,
            SoftLimitKind.VISITS: 1,
            SoftLimitKind.LAST_END: time,
        }
        return sum(limit.price * taken[limit.limit] for limit in vehicle.shift.soft_limits)

    def of_job(self, *, level: int) -> float:
        """Every price of a job's own, each as high as it gets for any job."""
        return sum(self._weight(metric, level) * most for metric, most in self._own.items())

    def _weight(self, metric: str, level: int) -> float:
        rows = [self._weights.of(metric, priority=one) for one in (None, *self._priorities)]
        return max(0.0, *(row[level] for row in rows))


def _longest_legs(tables: Tables) -> tuple[float, float]:
    """Of the roads between places where somebody works, begins, pauses or ends."""
    ends = {
        place
        for vehicle in tables.vehicles
        for place in (vehicle.begin, vehicle.finish, *vehicle.break_places)
        if place is not None
    }
    places = sorted({*tables.places, *ends})
    every = tables.legs.values()
    return (
        max(_largest(legs.seconds, places) for legs in every),
        max(_largest(legs.metres, places) for legs in every),
    )


def _largest(table: NDArray[np.float64], places: Sequence[int]) -> float:
    """The longest leg between these places, missing roads aside."""
    legs = table if len(places) == len(table) else table[np.ix_(places, places)]
    return float(legs.max(initial=0, where=legs < NO_ROAD))


def _own_prices(tables: Tables) -> Mapping[str, float]:
    """By metric, the most that any job may have of it."""
    begin = min((vehicle.shift.start for vehicle in tables.vehicles), default=0)
    end = max((vehicle.latest for vehicle in tables.vehicles), default=0)
    most = _highest([one.cost for one in tables.problem.technicians])
    found: dict[str, float] = {}
    for job in tables.jobs:
        for metric, value in _prices_of(job, begin=begin, end=end, most=most):
            found[metric] = max(found.get(metric, 0), value)
    return found | _changes(tables, span=end - begin)


def _changes(tables: Tables, *, span: float) -> dict[str, float]:
    """Leaving the plan in force in every way at once."""
    former = former_places(tables.problem)
    if not former:
        return {}
    prices = tables.problem.change_cost
    factor = max(tables.problem.job_by_id[job].change_factor for job in former)
    once = prices.per_change + prices.per_technician_change + prices.per_shift_change
    counts = ("changes", "changed_technician", "changed_shift", "moved_visits")
    return {
        **dict.fromkeys(counts, 1.0),
        "moved_s": span,
        "change_cost": factor * (once + prices.per_moved_s * span),
    }


def _prices_of(job: Job, *, begin: float, end: float, most: Cost) -> Iterable[tuple[str, float]]:
    span = end - begin
    late = span if job.max_lateness_s is None else min(span, job.max_lateness_s)
    if late:
        yield "late_visits", 1
        yield "lateness_s", late
        yield "lateness_cost", late * job.lateness_cost_per_s
    overdue = [(one, max(0.0, end - one.at)) for one in job.deadlines]
    yield "overdue_visits", float(bool(overdue))
    yield "overdue_s", sum(seconds for _, seconds in overdue)
    yield "overdue_cost", sum(_overdue_cost(one, seconds) for one, seconds in overdue)
    yield "delay_s", max(0.0, end - (job.release or 0))
    steps = max((step.cost for step in job.delay_steps), default=0)
    yield "delay_cost", max(0.0, end - (job.release or 0)) * job.delay_cost_per_s + steps
    yield "missed_technicians", sum(isinstance(wish, TechnicianWish) for wish in job.wishes)
    yield "missed_windows", sum(isinstance(wish, WindowWish) for wish in job.wishes)
    yield "preference_cost", _wishes(job, span=span) + _outside(job, most=most)
    if job.promise is not None and not job.promise_hard:
        yield "broken_promises", 1
        yield "promise_late_s", max(0.0, end - job.promise.closes)


def _overdue_cost(deadline: Deadline, seconds: float) -> float:
    return deadline.cost + deadline.cost_per_s * charged(deadline, seconds)


def _wishes(job: Job, *, span: float) -> float:
    total = 0.0
    for wish in job.wishes:
        cost = wish.cost
        if isinstance(wish, WindowWish):
            cost += wish.cost_per_s * span
            cost = cost if wish.max_cost is None else min(cost, wish.max_cost)
        total += cost
    return total


def _outside(job: Job, *, most: Cost) -> float:
    """Outside of preferred territories, and three spare levels for each skill asked for."""
    outside = most.per_outside_visit + most.per_outside_s * job.duration_s if job.territory else 0
    return outside + 3 * len(job.skills) * most.per_spare_level


def _highest(costs: Sequence[Cost]) -> Cost:
    """The highest prices of anybody for wishes."""
    return Cost(
        per_outside_visit=max((one.per_outside_visit for one in costs), default=0),
        per_outside_s=max((one.per_outside_s for one in costs), default=0),
        per_spare_level=max((one.per_spare_level for one in costs), default=0),
    )
