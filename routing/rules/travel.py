"""Nobody arrives sooner than the road allows, nor works before getting in.

Road times come from the problem; what a solution says about them is not believed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from routing.rules.rule import Violation
from routing.timing import TOLERANCE, TimedRoute, TimedStop

CODES = ("E_TRAVEL", "E_SETUP")


def check(route: TimedRoute) -> Iterator[Violation]:
    for stop in route.stops:
        if stop.leg is None:
            continue
        if not stop.leg.connected:
            yield _travel(route, f"no road leads to {stop.kind} {stop.id}")
        elif is_too_early(stop):
            yield _travel(
                route,
                f"{stop.kind} {stop.id} is reached or started before"
                f" {stop.leg.earliest_arrival:.3f}, the earliest possible",
            )
        if stop.setup_s and stop.start < _at_the_door(stop) + stop.setup_s - TOLERANCE:
            yield Violation(
                code="E_SETUP",
                text=f"{route.name}: {stop.kind} {stop.id} starts without the"
                f" {stop.setup_s} s to get in",
                route=route.name,
            )
    home = route.home
    if home and not home.connected:
        yield _travel(route, "no road leads back")
    elif route.back < _earliest_return(route) - TOLERANCE:
        yield _travel(
            route, f"back at {route.back:.3f}, {_earliest_return(route):.3f} is the earliest"
        )


def is_too_early(stop: TimedStop) -> bool:
    """Whether the road (or its absence) alone forbids the times of a stop."""
    if stop.leg is None:
        return False
    given = stop.start if stop.arrival is None else min(stop.start, stop.arrival)
    return not stop.leg.connected or given < stop.leg.earliest_arrival - TOLERANCE


def _at_the_door(stop: TimedStop) -> float:
    assert stop.leg is not None
    arrival = -math.inf if stop.arrival is None else stop.arrival
    return max(stop.leg.earliest_arrival, stop.free, arrival)


def _earliest_return(route: TimedRoute) -> float:
    arrival = route.home.earliest_arrival if route.home else route.depart
    return max(arrival, route.free)


def _travel(route: TimedRoute, text: str) -> Violation:
    return Violation(code="E_TRAVEL", text=f"{route.name}: {text}", route=route.name)
