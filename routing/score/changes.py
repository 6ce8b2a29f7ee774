"""What a solution changes against the plan in force, and what that costs."""

from __future__ import annotations

from routing.problem import ChangeCost
from routing.score.metrics import Metrics
from routing.solution import Route, Stop, StopKind
from routing.timing import TOLERANCE, Served, Timetable


def add_changes(metrics: Metrics, timetable: Timetable) -> None:
    """Jobs that are new are no change; those that the problem no longer knows are none either."""
    problem = timetable.problem
    if problem.incumbent is None:
        return
    for route in problem.incumbent.routes:
        for stop in route.stops:
            job = problem.job_by_id.get(stop.id)
            if stop.kind is not StopKind.VISIT or job is None:
                continue
            served = timetable.served.get(job.id)
            price = _change(metrics, route, stop, served=served, cost=problem.change_cost)
            metrics.change_cost += price * job.change_factor


def _change(
    metrics: Metrics, route: Route, stop: Stop, *, served: Served | None, cost: ChangeCost
) -> float:
    """Counts the change of one job; its price."""
    if served is None:
        metrics.dropped += 1
        metrics.changes += 1
        return cost.per_drop + cost.per_change
    price, changed = 0.0, False
    if served.route.people != frozenset(route.technicians):
        changed = True
        metrics.changed_technician += 1
        price += cost.per_technician_change
    elif route.shift is not None and route.shift != served.route.shift.id:
        changed = True
        metrics.changed_shift += 1
        price += cost.per_shift_change
    moved = 0.0 if stop.start is None else abs(served.start - stop.start) - cost.tolerance_s
    if moved > TOLERANCE:
        changed = True
        metrics.moved_visits += 1
        metrics.moved_s += moved
        price += moved * cost.per_moved_s
    metrics.changes += changed
    return price + cost.per_change * changed
