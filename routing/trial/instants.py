"""Instants that windows and breaks allow: the earliest start, the latest departure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from routing.problem import Window
from routing.rules.draft import Vehicle
from routing.rules.spans import Span

# Seconds; sums of floats may miss a bound by less, the judge allows a thousandth.
NOISE_S = 1e-6
# Seconds; far below what is noise, far above what sums of floats lose.
HAIR_S = 1e-9


def latest_before(
    vehicle: Vehicle, breaks: Sequence[int], *, limit: float, work: float, sure: float
) -> float:
    """Latest instant to leave where nothing but breaks delays the road; ``sure`` if there is none.

    Driving goes on whenever no break is taken, so road and breaks are over after all their seconds,
    or with the last break.
    """
    bound, total = limit, limit - work
    for number in reversed(breaks):
        pause = vehicle.breaks[number]
        total -= pause.duration_s
        bound -= pause.duration_s
        if pause.window is not None:
            bound = min(bound, pause.window.closes)
            if pause.window.opens > bound + NOISE_S:
                return sure
    # A drive that ends as a break begins goes on after it: written times are rounded, and one that
    # is reached before may be written as one that is not.
    return min(bound, total + HAIR_S)


def kept(limit: float | None, value: float) -> bool:
    return limit is None or value <= limit + NOISE_S


def earliest(spans: Sequence[Span], ready: float, fixed: Span | None) -> float:
    """The earliest allowed start from ``ready`` on, infinity when there is none."""
    if fixed is not None:
        ready = max(ready, fixed[0])
    for opens, closes in spans:
        if ready <= closes + NOISE_S:
            start = max(opens, ready)
            return start if fixed is None or start <= fixed[1] + NOISE_S else math.inf
    return math.inf


def first(windows: Sequence[Window], ready: float) -> float:
    """The earliest start inside a window, or at once where there are none."""
    if not windows:
        return ready
    starts = [max(ready, w.opens) for w in windows if ready <= w.closes + NOISE_S]
    return min(starts, default=math.inf)
