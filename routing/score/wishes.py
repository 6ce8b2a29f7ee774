"""What somebody would have liked: a technician, an hour, a territory, specialists kept free."""

from __future__ import annotations

from routing.problem import (
    Job,
    RelationType,
    Requirement,
    Technician,
    TechnicianWish,
    WindowWish,
)
from routing.score.metrics import Metrics
from routing.timing import TOLERANCE, Served, Timetable


def level(technician: Technician, *, skill: str, span: tuple[float, float] | None) -> float:
    """The level during the work; 0 when a certificate does not cover all of it.

    ``span`` None asks whether there is a certificate at all.
    """
    held = technician.skills.get(skill)
    if held is None:
        return 0
    if span is not None:
        start, end = span
        if held.valid_from is not None and start < held.valid_from - TOLERANCE:
            return 0
        if held.valid_until is not None and end > held.valid_until + TOLERANCE:
            return 0
    return held.level


def add_wishes(metrics: Metrics, timetable: Timetable) -> None:
    for route in timetable.routes:
        for job, stop in route.work:
            span = (stop.start, stop.end)
            _add_territory(metrics, job, lead=route.lead, length=stop.length_s)
            spare = sum(surplus(one, route.lead, span=span) for one in job.skills)
            metrics.spare_levels += spare
            metrics.preference_cost += spare * route.lead.cost.per_spare_level
    for job in timetable.problem.jobs:
        served = timetable.served.get(job.id)
        if served is not None:
            _add_wishes_of(metrics, job, served=served)
    _add_continuity(metrics, timetable)


def missed_by(wish: WindowWish, *, start: float) -> float:
    """Seconds between a start and the nearest wished window."""
    return min(max(one.opens - start, start - one.closes, 0) for one in wish.windows)


def _add_territory(metrics: Metrics, job: Job, *, lead: Technician, length: float) -> None:
    liked = lead.preferred_territories
    if liked is None or job.territory is None or job.territory in liked:
        return
    metrics.outside_visits += 1
    metrics.preference_cost += lead.cost.per_outside_visit + lead.cost.per_outside_s * length


def surplus(
    requirement: Requirement, lead: Technician, *, span: tuple[float, float] | None
) -> float:
    """How far the lead exceeds what is asked for: the smallest surplus among the names."""
    if requirement.excluded:
        return 0
    over = [level(lead, skill=name, span=span) - requirement.level for name in requirement.names]
    return min((more for more in over if more >= 0), default=0)


def _add_wishes_of(metrics: Metrics, job: Job, *, served: Served) -> None:
    for wish in job.wishes:
        if isinstance(wish, TechnicianWish):
            if not served.route.people & wish.technicians:
                metrics.missed_technicians += 1
                metrics.preference_cost += wish.cost
            continue
        missed = missed_by(wish, start=served.start)
        if missed > TOLERANCE:
            metrics.missed_windows += 1
            cost = wish.cost + wish.cost_per_s * missed
            metrics.preference_cost += cost if wish.max_cost is None else min(cost, wish.max_cost)


def _add_continuity(metrics: Metrics, timetable: Timetable) -> None:
    """The price of more leads than one for jobs that would like the same."""
    for relation in timetable.problem.relations:
        if relation.type is not RelationType.SAME_TECHNICIAN or relation.cost is None:
            continue
        leads = {
            timetable.served[job].route.lead.id for job in relation.jobs if job in timetable.served
        }
        splits = max(0, len(leads) - 1)
        metrics.splits += splits
        metrics.continuity_cost += splits * relation.cost
