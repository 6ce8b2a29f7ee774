"""The hours of the day that have traffic of their own: eight parts on working days, eight on weekends.

`routing.flow` spends a drive part by part, so that whoever leaves later never arrives earlier.
"""

from __future__ import annotations

import itertools
from datetime import datetime, time, timedelta

from routing.travel.provider import DayPart

# Minutes after midnight at which traffic changes, as makers of traffic data cut the day.
EDGES = (0, 390, 450, 540, 690, 840, 960, 1110, 1440)
NAMES = (
    "night",
    "early",
    "morning-rush",
    "late-morning",
    "midday",
    "afternoon",
    "evening-rush",
    "evening",
)
SATURDAY = 5


def _parts(*, weekend: bool) -> tuple[DayPart, ...]:
    prefix = "weekend-" if weekend else ""
    return tuple(
        DayPart(name=prefix + name, begins_minute=begin, ends_minute=end, weekend=weekend)
        for name, (begin, end) in zip(NAMES, itertools.pairwise(EDGES), strict=True)
    )


WORKING_DAY, WEEKEND = _parts(weekend=False), _parts(weekend=True)
PARTS = {part.name: part for part in (*WORKING_DAY, *WEEKEND)}


def part_of(moment: datetime) -> DayPart:
    """The part in which a moment lies, by the clock on its wall; the moment carries its zone."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime: {moment!r}")
    minute = moment.hour * 60 + moment.minute
    parts = WEEKEND if moment.weekday() >= SATURDAY else WORKING_DAY
    return next(part for part in parts if part.begins_minute <= minute < part.ends_minute)


def touched(begins_at: datetime, ends_at: datetime) -> tuple[tuple[datetime, DayPart], ...]:
    """The parts that a stretch of time touches, in their order, and the moment at which each begins.

    ``begins_at`` carries the zone whose wall clock counts, so a day of 23 or 25 hours is cut right.
    The first part begins at the stretch's begin or before. Raises ValueError for a naive moment.
    """
    part_of(begins_at)  # a moment with a zone
    zone, last = begins_at.tzinfo, ends_at.astimezone(begins_at.tzinfo).date()
    days = [begins_at.date() + timedelta(days=n) for n in range((last - begins_at.date()).days + 1)]
    edges = [
        datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
        for day in days
        for minute in EDGES[:-1]
    ]
    # Instants are compared, for wall clocks are put back.
    earlier = [edge for edge in edges if edge.timestamp() <= begins_at.timestamp()]
    inside = [e for e in edges if begins_at.timestamp() < e.timestamp() < ends_at.timestamp()]
    return tuple((edge, part_of(edge)) for edge in (*earlier[-1:], *inside))
