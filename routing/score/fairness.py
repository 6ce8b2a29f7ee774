"""Who works how much, together with past weeks, compared within one group."""

from __future__ import annotations

import statistics
from collections import defaultdict

from routing.score.metrics import Metrics
from routing.timing import Timetable


def add_fairness(metrics: Metrics, timetable: Timetable) -> None:
    worked: dict[str, float] = defaultdict(float)
    for route in timetable.routes:
        for person in route.people:
            worked[person] += route.figures.duration_s
    loads: list[float] = []
    groups: dict[str, list[float]] = defaultdict(list)
    for technician in timetable.problem.technicians:
        history = technician.history
        shifts = sum(shift.end - shift.start for shift in technician.shifts)
        seconds = history.worked_s + worked[technician.id]
        groups[history.group].append(seconds)
        if history.available_s + shifts:
            loads.append(seconds / (history.available_s + shifts))
    metrics.workload_spread = max(loads) - min(loads) if loads else 0
    fairness = timetable.problem.fairness
    metrics.workload_excess_s = sum(
        excess(seconds, tolerance=fairness.tolerance_s) for seconds in groups.values()
    )
    metrics.fairness_cost = metrics.workload_excess_s * fairness.cost_per_s


def excess(seconds: list[float], *, tolerance: float) -> float:
    """Seconds by which workloads leave the median further than tolerated."""
    middle = statistics.median(seconds)
    return sum(max(0, abs(one - middle) - tolerance) for one in seconds)
