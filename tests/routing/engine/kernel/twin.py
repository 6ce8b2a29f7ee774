"""One route driven in plain Python: every choice of breaks, no slack, nothing kept.

It shares no code with the kernel and none with the trial. Seconds are whole, so nothing is rounded.
"""

from __future__ import annotations

import itertools
import math

# As the trial: a break is missed by a clear margin, in seconds.
CLEAR_S = 0.02


def can_drive(tables, vehicle, order, *, late_on_purpose=True):
    """Whether the vehicle can serve these jobs in this order.

    Each break is taken on some leg, or missed by leaving after it opens, or by returning before it
    is over. ``late_on_purpose`` lets the route wait for a break to open, to miss it.
    """
    breaks = sorted(vehicle.breaks, key=lambda one: one.window.opens if one.window else -math.inf)
    ways = itertools.product((*range(len(order) + 1), "late", "early"), repeat=len(breaks))
    return any(
        _drives(tables, vehicle, order, list(zip(breaks, way, strict=True)))
        for way in ways
        if _in_order(way) and (late_on_purpose or "late" not in way)
    )


def _in_order(way):
    legs = [leg for leg in way if isinstance(leg, int)]
    return legs == sorted(legs)


def _drives(tables, vehicle, order, choice):
    missed = [(one, how) for one, how in choice if isinstance(how, str)]
    if any(one.window is None for one, _ in missed):
        return False
    leave = vehicle.shift.start
    limit = vehicle.latest
    for one, how in missed:
        if how == "late":
            leave = max(leave, one.window.opens + CLEAR_S)
        else:
            limit = min(limit, one.window.closes + one.duration_s - CLEAR_S)
    here = vehicle.begin
    for leg, job in enumerate(order):
        place = tables.places[job]
        ready = _arrive(tables, vehicle, (here, place), leave, _due(choice, leg))
        ready += tables.setups[place] if here not in (None, place) else 0
        start = _start(tables.spans[vehicle.index][job], ready)
        leave, here = start + tables.lengths[vehicle.index][job], place
    back = _arrive(tables, vehicle, (here, vehicle.finish), leave, _due(choice, len(order)))
    return back <= limit


def _due(choice, leg):
    return [one for one, how in choice if how == leg]


def _arrive(tables, vehicle, ends, leave, pauses):
    """When road and breaks of a leg are over, infinity when that never is."""
    here, there = ends
    road = 0 if None in ends else tables.seconds[here][there] * vehicle.travel_factor
    longest = vehicle.shift.max_leg_s
    if longest is not None and road > longest:
        return math.inf
    clock, left = leave, road
    for pause in pauses:
        begin = clock if pause.window is None else max(clock, pause.window.opens)
        if pause.window is not None and begin > pause.window.closes:
            return math.inf
        left -= min(left, begin - clock)
        clock = begin + pause.duration_s
    return clock + left


def _start(spans, ready):
    return min((max(ready, opens) for opens, closes in spans if ready <= closes), default=math.inf)
