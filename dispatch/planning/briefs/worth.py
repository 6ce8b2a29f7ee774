"""What leaving a visit out costs: its class, and inside the class its age; or the price of waiting."""

from __future__ import annotations

from datetime import timedelta

from dispatch import places
from dispatch.planning.briefs.prices import CLASSES, MAY_WAIT, UNSERVED, UNSERVED_AGE_CAP, Settings
from dispatch.planning.briefs.reading import Reading
from dispatch.tickets import Priority
from dispatch.visits import Visit

# Days after this one that are searched for an opening of the site before the visit is due.
AHEAD_DAYS = 7


def class_of(reading: Reading, visit: Visit) -> int:
    """The level on which leaving it out counts; what may wait counts as money alone."""
    if visit.priority is not Priority.URGENT and not _is_due(reading, visit):
        return MAY_WAIT
    return CLASSES[visit.priority]


def penalty(reading: Reading, visit: Visit, *, dearest: int, settings: Settings) -> int:
    """What leaving it out costs; ``dearest`` is the highest hourly rate, in minor units."""
    if class_of(reading, visit) != MAY_WAIT:
        return UNSERVED + _age(reading, visit)
    waited = max(reading.now - visit.requested_at, timedelta(0))
    wait = settings.wait_minor + settings.wait_minor_per_day * waited.days
    if visit.due_at is not None and visit.due_at < reading.closes_at + timedelta(days=1):
        wait += settings.wait_eve_minor
    work = visit.work_minutes * dearest // 60
    # Several people work and drive as often as there are of them.
    return (work + round(wait * settings.wait_factor[visit.priority])) * visit.crew_size


def _age(reading: Reading, visit: Visit) -> int:
    """Hours since it was due, those that are due longest first; a due hour to come counts less."""
    due = visit.due_at or reading.closes_at
    overdue = (reading.closes_at - due) // timedelta(hours=1)
    return min(max(UNSERVED_AGE_CAP // 2 + overdue, 0), UNSERVED_AGE_CAP)


def _is_due(reading: Reading, visit: Visit) -> bool:
    """Whether this is the last day on which it can be in time, or it is promised."""
    if visit.id in reading.promises:
        return True
    due = visit.due_at
    if due is None:
        return False
    return due < reading.closes_at or not _opens_again(reading, visit)


def _opens_again(reading: Reading, visit: Visit) -> bool:
    """Whether the site opens on a later day before the visit is due."""
    due = visit.due_at
    if due is None or not visit.site.opening_hours:
        return True
    later = (reading.day + timedelta(days=ahead) for ahead in range(1, AHEAD_DAYS + 1))
    return due >= reading.closes_at + timedelta(days=AHEAD_DAYS) or any(
        opens < due for day in later for opens, _ in places.open_windows(visit.site, day=day)
    )
