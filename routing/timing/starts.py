"""When work may begin: windows, promise, release and pin of a job together.

Intervals are closed pairs of instants; infinities stand for "any time".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from routing.problem import Job, Window

# Seconds, metres and units of the objective that a judge forgives, by the format.
TOLERANCE = 1e-3

Interval = tuple[float, float]
ALWAYS: Interval = (-math.inf, math.inf)


def intervals(windows: Sequence[Window]) -> list[Interval]:
    """No windows is any time."""
    return [(window.opens, window.closes) for window in windows] or [ALWAYS]


def grace(job: Job) -> float:
    """Seconds that work may start after the last start on time."""
    return math.inf if job.max_lateness_s is None else job.max_lateness_s


def latest_on_time(job: Job, *, closes: float, length: float) -> float:
    """The last start on time in a window, for work of this length."""
    return closes - length if job.finish_inside else closes


def bounds(job: Job) -> Interval:
    """No start before the first nor after the second, whatever the windows: release, promise, pin.

    A promise that is not hard bounds the first only.
    """
    lowest, highest = ALWAYS
    if job.release is not None:
        lowest = job.release
    if job.promise:
        lowest = max(lowest, job.promise.opens)
        highest = job.promise.closes if job.promise_hard else highest
    if job.pin and job.pin.start is not None:
        lowest = max(lowest, job.pin.start - job.pin.slack_s)
        highest = min(highest, job.pin.start + job.pin.slack_s)
    return lowest, highest


def permitted(job: Job, *, length: float) -> list[Interval]:
    """Intervals in which work of this length may start."""
    lowest, highest = bounds(job)
    found = [
        (
            max(opens, lowest),
            min(latest_on_time(job, closes=closes, length=length) + grace(job), highest),
        )
        for opens, closes in intervals(job.windows)
    ]
    return [(first, last) for first, last in found if first <= last]


def earliest_start(allowed: Sequence[Interval], *, ready: float) -> float | None:
    """Earliest allowed start at or after ``ready``; None when there is none."""
    return min((max(ready, first) for first, last in allowed if ready <= last), default=None)


def latest_start(allowed: Sequence[Interval], *, by: float) -> float | None:
    """Latest allowed start at or before ``by``; None when there is none."""
    return max((min(by, last) for first, last in allowed if by >= first), default=None)


def lateness(job: Job, *, start: float, length: float) -> float:
    """Seconds after the last start on time of the nearest window that had opened."""
    return min(
        (
            max(0, start - latest_on_time(job, closes=closes, length=length))
            for opens, closes in intervals(job.windows)
            if start >= opens - TOLERANCE
        ),
        default=0,
    )
