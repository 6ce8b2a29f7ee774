"""What customers get: who is served, how late, which promises and deadlines are missed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields

from routing.problem import Deadline, DeadlineOf, Job
from routing.score.metrics import Metrics, PriorityMetrics
from routing.timing import TOLERANCE, Served, Timetable, lateness


def add_service(metrics: Metrics, timetable: Timetable) -> Mapping[int, PriorityMetrics]:
    """Adds the figures of all jobs to ``metrics``; returns them by priority as well."""
    by_priority: dict[int, PriorityMetrics] = {}
    for job in timetable.problem.jobs:
        figures = by_priority.setdefault(job.priority, PriorityMetrics())
        figures.visits += 1
        served = timetable.served.get(job.id)
        if served is None:
            figures.unserved += 1
            figures.unserved_penalty += job.unserved_penalty
            figures.dropped_promises += job.promise is not None
            continue
        figures.served += 1
        late = _add_lateness(figures, job, served=served)
        metrics.max_lateness_s = max(metrics.max_lateness_s, late)
        _add_promise(figures, job, start=served.start)
        _add_deadlines(figures, job, served=served)
        _add_delay(figures, job, start=served.start)
    for figures in by_priority.values():
        for field in fields(figures):
            total = getattr(metrics, field.name) + getattr(figures, field.name)
            setattr(metrics, field.name, total)
    return by_priority


def overdue(deadline: Deadline, *, at: float) -> float:
    """Seconds after a deadline, counted in its hours only."""
    if not deadline.hours:
        return max(0, at - deadline.at)
    return sum(
        max(0, min(at, hours.closes) - max(deadline.at, hours.opens)) for hours in deadline.hours
    )


def _add_lateness(figures: PriorityMetrics, job: Job, *, served: Served) -> float:
    """The seconds of lateness, 0 within the tolerance."""
    late = lateness(job, start=served.start, length=served.length_s)
    if late <= TOLERANCE:
        return 0
    figures.late_visits += 1
    figures.lateness_s += late
    figures.lateness_cost += late * job.lateness_cost_per_s
    return late


def _add_promise(figures: PriorityMetrics, job: Job, *, start: float) -> None:
    if job.promise and start > job.promise.closes + TOLERANCE:
        figures.broken_promises += 1
        figures.promise_late_s += start - job.promise.closes


def _add_deadlines(figures: PriorityMetrics, job: Job, *, served: Served) -> None:
    missed = False
    for deadline in job.deadlines:
        at = served.start if deadline.of is DeadlineOf.START else served.end
        late = overdue(deadline, at=at)
        if late > TOLERANCE:
            missed = True
            figures.overdue_s += late
            figures.overdue_cost += deadline.cost + deadline.cost_per_s * charged(deadline, late)
    figures.overdue_visits += missed


def charged(deadline: Deadline, late: float) -> float:
    """Late seconds as they are charged: whole steps that have begun."""
    if not deadline.step_s:
        return late
    return math.ceil((late - TOLERANCE) / deadline.step_s) * deadline.step_s


def _add_delay(figures: PriorityMetrics, job: Job, *, start: float) -> None:
    wait = max(0, start - (job.release or 0))
    reached = [step.cost for step in job.delay_steps if step.start <= start + TOLERANCE]
    figures.delay_s += wait
    figures.delay_cost += wait * job.delay_cost_per_s + (reached[-1] if reached else 0)
