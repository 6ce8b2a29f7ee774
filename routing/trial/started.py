"""What the start of a job is measured by: lateness, deadlines, delay, wishes, certificates."""

from __future__ import annotations

from routing.problem import DeadlineOf, Job, Technician, WindowWish
from routing.rules.spans import Span
from routing.score.service import charged, overdue
from routing.score.wishes import missed_by, surplus
from routing.timing import TOLERANCE, lateness

Values = dict[str, float]


def values_of_start(job: Job, *, start: float, length: float, lead: Technician) -> Values:
    """Metrics of a job that begins then and ends without delay, changes of plan aside.

    Those that are nothing may be missing. Spare levels are those fewer than while all certificates
    are valid.
    """
    values: Values = {}
    late = lateness(job, start=start, length=length) if job.windows else 0.0
    if late > TOLERANCE:
        lateness_cost = late * job.lateness_cost_per_s
        values |= {"late_visits": 1.0, "lateness_s": late, "lateness_cost": lateness_cost}
    if job.promise is not None and start > job.promise.closes + TOLERANCE:
        values |= {"broken_promises": 1, "promise_late_s": start - job.promise.closes}
    if job.deadlines:
        values |= _overdue(job, start, start + length)
    values["delay_s"] = delay = max(0.0, start - (job.release or 0))
    if job.delay_cost_per_s or job.delay_steps:
        steps = [s.cost for s in job.delay_steps if s.start <= start + TOLERANCE]
        values["delay_cost"] = delay * job.delay_cost_per_s + (steps[-1] if steps else 0)
    if job.wishes:
        values |= _missed_windows(job, start)
    lapsed = _lapsed_levels(job, lead, (start, start + length)) if job.skills else 0
    if lapsed:
        values.setdefault("preference_cost", 0.0)
        values["spare_levels"] = -lapsed
        values["preference_cost"] -= lapsed * lead.cost.per_spare_level
    return values


def _overdue(job: Job, start: float, end: float) -> Values:
    seconds = cost = 0.0
    for deadline in job.deadlines:
        over = overdue(deadline, at=start if deadline.of is DeadlineOf.START else end)
        if over > TOLERANCE:
            seconds += over
            cost += deadline.cost + deadline.cost_per_s * charged(deadline, over)
    return {"overdue_s": seconds, "overdue_visits": float(seconds > 0), "overdue_cost": cost}


def _missed_windows(job: Job, start: float) -> Values:
    count = cost = 0.0
    for wish in job.wishes:
        if isinstance(wish, WindowWish):
            by = missed_by(wish, start=start)
            if by > TOLERANCE:
                price = wish.cost + wish.cost_per_s * by
                count += 1
                cost += price if wish.max_cost is None else min(price, wish.max_cost)
    return {"missed_windows": count, "preference_cost": cost}


def _lapsed_levels(job: Job, lead: Technician, span: Span) -> float:
    """How many fewer they are while some certificate is not valid."""
    return sum(
        surplus(needed, lead, span=None) - surplus(needed, lead, span=span)
        for needed in job.skills
        if not needed.excluded and any(_is_dated(lead, name) for name in needed.names)
    )


def _is_dated(lead: Technician, name: str) -> bool:
    held = lead.skills.get(name)
    return held is not None and not (held.valid_from is None and held.valid_until is None)
