"""The hours of a day that have traffic of their own: eight parts on working days, eight on weekends.

A problem has one table of seconds; what an hour does to them is a factor, and `routing.roads` spends
a drive part by part, so that whoever leaves later never arrives earlier.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

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
# Factors nearer to 1 than this are noise: the problem stays without traffic.
NOISE = 0.03
SATURDAY = 5


@runtime_checkable
class KnowsHours(Protocol):
    """A provider that knows what each part of the day does to a drive, by its name."""

    @property
    def hours(self) -> Mapping[str, float]: ...


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


def changes(
    factors: Mapping[str, float], *, opens_at: datetime, closes_at: datetime
) -> tuple[tuple[float, float], ...]:
    """When a drive becomes slower or faster, by name of a part: seconds after ``opens_at``, factor.

    The first is at 0; nothing at all where every factor is 1. ``opens_at`` carries the zone whose
    wall clock counts, so a day of 23 or 25 hours is cut right.
    """
    found: list[tuple[float, float]] = []
    for begin, part in _begins(opens_at, closes_at):
        factor = factors.get(part.name, 1.0)
        factor = 1.0 if abs(factor - 1) < NOISE else factor
        if not found or found[-1][1] != factor:
            found.append((begin, factor))
    return tuple(found) if any(factor != 1 for _, factor in found) else ()


def _begins(opens_at: datetime, closes_at: datetime) -> list[tuple[float, DayPart]]:
    """When parts begin, in seconds after ``opens_at``, in order of time."""
    found: dict[float, DayPart] = {0.0: part_of(opens_at)}
    day, last = opens_at.date(), closes_at.astimezone(opens_at.tzinfo).date()
    while day <= last:
        for minute in EDGES[:-1]:
            wall = datetime(day.year, day.month, day.day, tzinfo=opens_at.tzinfo)
            edge = wall.replace(hour=minute // 60, minute=minute % 60)
            after = edge.timestamp() - opens_at.timestamp()
            if 0 < after < (closes_at - opens_at).total_seconds():
                found[after] = part_of(edge)
        day += timedelta(days=1)
    return sorted(found.items())
