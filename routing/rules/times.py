"""The times of a stop make sense: start after arrival, end after start, work at full length, and
no work or break inside another break.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.rules.rule import Violation
from routing.rules.travel import is_too_early
from routing.solution import StopKind
from routing.timing import TOLERANCE, TimedRoute

CODES = ("E_TIME_ORDER", "E_OVERLAP", "E_DURATION")


def check(route: TimedRoute) -> Iterator[Violation]:
    for stop in route.stops:
        label = f"{route.name}: {stop.kind} {stop.id}"
        lasts = stop.end - stop.start
        if lasts < -TOLERANCE:
            yield Violation(
                code="E_TIME_ORDER", text=f"{label} ends before it starts", route=route.name
            )
        if stop.arrival is not None and stop.start < stop.arrival - TOLERANCE:
            yield Violation(
                code="E_TIME_ORDER", text=f"{label} starts before the arrival", route=route.name
            )
        if stop.start < stop.free - TOLERANCE and not is_too_early(stop):
            yield Violation(
                code="E_OVERLAP",
                text=f"{label} starts at {stop.start:.3f}, before {stop.free:.3f}",
                route=route.name,
            )
        if lasts < stop.length_s - TOLERANCE and stop.kind is not StopKind.BREAK:
            yield Violation(
                code="E_DURATION",
                text=f"{label} lasts {lasts:.3f} s, it needs {stop.length_s:.3f} s",
                route=route.name,
            )
