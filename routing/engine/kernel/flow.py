"""Driving through traffic, in ticks: what is in ``routing.flow``, rounded so that it never is faster.

Legs are ticks of free flow, the time to get in behind them. Invariants: nobody who leaves later
arrives earlier, and `advance` is back by ``arrive`` for whoever leaves when `retreat` says.
"""

from __future__ import annotations

from routing.engine.kernel.columns import PACE, SLICE, SLICE_WIDTH, SLICES, UNTIL, WHOLE
from routing.engine.kernel.compiling import inlined, kernel


@kernel
def advance(crew, v, leave, work):
    """Arrival of a drive of so many ticks of free flow that begins then."""
    at = SLICE
    for s in range(crew[v, SLICES] - 1):
        at = SLICE + s * SLICE_WIDTH
        if leave < crew[v, at + UNTIL]:
            room = (crew[v, at + UNTIL] - leave) * WHOLE // crew[v, at + PACE]
            if room >= work:
                return leave - (-work * crew[v, at + PACE]) // WHOLE
            work -= room
            leave = crew[v, at + UNTIL]
    at = SLICE + (crew[v, SLICES] - 1) * SLICE_WIDTH
    return leave - (-work * crew[v, at + PACE]) // WHOLE


@kernel
def retreat(crew, v, arrive, work):
    """Latest departure of a drive of so many ticks of free flow that is over by ``arrive``."""
    for s in range(crew[v, SLICES] - 1, 0, -1):
        at = SLICE + s * SLICE_WIDTH
        begin = crew[v, at - SLICE_WIDTH + UNTIL]
        if arrive > begin:
            room = (arrive - begin) * WHOLE // crew[v, at + PACE]
            if room >= work:
                return arrive + (-work * crew[v, at + PACE]) // WHOLE
            work -= room
            arrive = begin
    return arrive + (-work * crew[v, SLICE + PACE]) // WHOLE


@kernel
def driven(crew, v, begin, end):
    """Ticks of free flow that a drive from ``begin`` to ``end`` covers, at least."""
    work, last = 0, crew[v, SLICES] - 1
    for s in range(last + 1):
        at = SLICE + s * SLICE_WIDTH
        if s < last and begin >= crew[v, at + UNTIL]:
            continue
        until = end if s == last else min(end, crew[v, at + UNTIL])
        work += (until - begin) * WHOLE // crew[v, at + PACE]
        begin = until
        if begin >= end:
            break
    return work


@inlined
def after(crew, v, leave, leg, setup):
    """When who leaves then is ready at the other end of a leg."""
    if crew[v, SLICES] > 0:
        return advance(crew, v, leave, leg - setup) + setup
    return leave + leg


@inlined
def before(crew, v, ready, leg, setup):
    """The latest departure of who is ready then at the other end of a leg."""
    if crew[v, SLICES] > 0:
        return retreat(crew, v, ready - setup, leg - setup)
    return ready - leg
