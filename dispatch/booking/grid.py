"""Windows that may be offered: so many hours each, by the clock on the wall of the site.

They begin with the opening hours, so that no offer speaks of hours in which nobody is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from dispatch import places
from dispatch.places import Site
from dispatch.planning.briefs import bounds

Period = tuple[datetime, datetime]


def windows_of(
    site: Site, *, day: date, length: timedelta, not_before: datetime
) -> Iterator[Period]:
    """Half-open windows of one local day of the site, one after the other.

    What is left at the end of the opening hours is a window, too, when it is at least half as long.
    Lengths count on the wall: on the night when clocks change, 02:00 to 04:00 lasts an hour.
    """
    for opens, closes in opening(site, day=day):
        edges = _edges(opens, closes=closes, length=length, site=site)
        for begin, end in pairwise(edges):
            if end - begin >= length / 2 and begin >= not_before:
                yield begin, end


def opening(site: Site, *, day: date) -> tuple[Period, ...]:
    """Opening hours of a day; of a site that is always open, the whole day."""
    if site.opening_hours:
        return places.open_windows(site, day=day)
    return (bounds(site.tz, day=day),)


def _edges(
    opens: datetime, *, closes: datetime, length: timedelta, site: Site
) -> Iterator[datetime]:
    """Instants at which windows end and begin: every so many hours on the wall, and the close."""
    yield opens
    wall = opens.astimezone(site.tz).replace(tzinfo=None)
    while True:
        wall += length
        edge = wall.replace(tzinfo=site.tz).astimezone(UTC)
        if edge >= closes:
            yield closes
            return
        if edge > opens:
            yield edge
