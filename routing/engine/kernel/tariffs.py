"""Prices of starts as lines in pieces: lateness, promises, deadlines, delay, wishes, moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel.columns import TICKS
from routing.problem import DeadlineOf, Job, WindowWish
from routing.trial.trial import Trial

# Steps of a price that grows by started hours; beyond them it goes on as one line.
MOST_STEPS = 24
# Seconds behind an edge at which the next piece is read off, more than the judge's tolerance.
BEHIND_S = 0.004
# Where a line ends that has no end.
LAST_S = 1e7


def tariffs(
    trial: Trial, *, hand_of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the pieces of row ``hand * jobs + job`` begin, and pieces ``(k, 3)``: from which tick,
    the price there, and its growth per tick. No rows at all when no start has a price.
    """
    jobs = len(trial.tables.jobs)
    priced = trial.prices.start_priced
    if not priced:
        return np.zeros(1, dtype=np.int64), np.zeros((0, 3))
    pieces: list[tuple[float, float, float]] = []
    begins = [0]
    for hand in range(int(hand_of.max()) + 1):
        vehicle = int(np.argmax(hand_of == hand))
        for job in range(jobs):
            if job in priced:
                pieces += _pieces(trial, job, vehicle)
            begins.append(len(pieces))
    return np.array(begins, dtype=np.int64), np.array(pieces).reshape(-1, 3)


def _pieces(trial: Trial, job: int, vehicle: int) -> Iterator[tuple[float, float, float]]:
    what, length = trial.tables.jobs[job], trial.tables.lengths[vehicle][job]

    def price(start: float) -> float:
        return trial.prices.scalar(trial.prices.start_price(job, vehicle=vehicle, start=start))

    first = min(v.shift.start for v in trial.tables.vehicles) - 1
    last = max(v.latest for v in trial.tables.vehicles) + 1
    edges = sorted({e for e in _edges(trial, what, length) if first < e < last})
    edges = [first, *edges]
    for edge, after in zip(edges, [*edges[1:], last], strict=True):
        low, high = edge + BEHIND_S, max(edge + 2 * BEHIND_S, after - BEHIND_S)
        begin = price(low)
        slope = (price(high) - begin) / (high - low)
        yield edge * TICKS, begin, slope / TICKS


def _edges(trial: Trial, job: Job, length: float) -> Iterator[float]:
    """Starts at which the price changes its step or its slope."""
    for window in job.windows:
        yield from (window.opens, window.closes, window.closes - length)
    if job.promise is not None:
        yield job.promise.closes
    yield job.release or 0.0
    for deadline in job.deadlines:
        shift = length if deadline.of is DeadlineOf.END else 0.0
        yield deadline.at - shift
        for hours in deadline.hours or ():
            yield from (hours.opens - shift, hours.closes - shift)
        if deadline.step_s:
            yield from (deadline.at - shift + n * deadline.step_s for n in range(1, MOST_STEPS))
    yield from (step.start for step in job.delay_steps)
    for wish in job.wishes:
        if isinstance(wish, WindowWish):
            for window in wish.windows:
                reach = (wish.max_cost or 0.0) / wish.cost_per_s if wish.cost_per_s else 0.0
                yield from (window.opens, window.closes, window.opens - reach)
                yield window.closes + reach
    former = trial.prices.former_start(job.id)
    if former is not None:
        tolerance = trial.tables.problem.change_cost.tolerance_s
        yield from (former - tolerance, former, former + tolerance)
