"""How time passes on a route: the exact clock of a solution, as it promises or as its order allows.

Instants are seconds after the problem's zero. A solution with starts is taken at its word, apart
from the seconds on the road, which are always computed; one without starts gets the earliest
schedule of its order, each route leaving as late as that allows.

Why a package: ``placed`` looks names up, ``starts`` knows when work may begin, ``order`` and
``promised`` find the instants, ``timetable`` joins them with the roads.
"""

from __future__ import annotations

from routing.timing.placed import PlacedRoute, PlacedStop, length_of
from routing.timing.starts import (
    TOLERANCE,
    bounds,
    earliest_start,
    grace,
    intervals,
    lateness,
    latest_on_time,
    latest_start,
    permitted,
)
from routing.timing.timetable import (
    Leg,
    Mode,
    RouteFigures,
    Served,
    TimedRoute,
    TimedStop,
    Timetable,
    timetable,
)

__all__ = [
    "TOLERANCE",
    "Leg",
    "Mode",
    "PlacedRoute",
    "PlacedStop",
    "RouteFigures",
    "Served",
    "TimedRoute",
    "TimedStop",
    "Timetable",
    "bounds",
    "earliest_start",
    "grace",
    "intervals",
    "lateness",
    "latest_on_time",
    "latest_start",
    "length_of",
    "permitted",
    "timetable",
]
