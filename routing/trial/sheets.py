"""Many orders laid out at once, as arrays: exactly what `Layer` says of each, one after the other.

A sheet has one column an order, and one line a stop. Columns end together, so a shorter route
begins with phantoms: stops without length at the place where it begins. Two passes find the
earliest schedule and the latest departure that keeps it, a third the schedule from there.

Only plain routes are written on sheets (see `Fleet`): without traffic, depot stops, or jobs that
must meet others.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from numpy.typing import NDArray

from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.instants import NOISE_S

# A clear hundredth, so that no rounding decides whether a break may be left out; as in `Layer`.
CLEAR_S = 0.01
# In place of a line: the break is not taken.
LEFT_OUT = -1
# Seconds, wider than all roundings: what is tested by them could not be laid out anyway.
SLACK_S = 1e-3


@dataclass(slots=True, eq=False, kw_only=True)
class Sheet:
    """Orders to lay out, the last axis of every array.

    ``(lines, orders)``: ``road`` are the seconds of the leg that ends at each stop, ``floor`` the
    starts that are waited for, ``solid`` the stops that keep their earliest start. ``home`` are the
    seconds of the last leg. ``opens`` and ``closes`` are ``(spans, lines, orders)``: when each job
    may start. ``taken`` is ``(breaks, orders)``: the line before which each break is taken; the
    other arrays of breaks are those of the vehicle.
    """

    vehicle: Ints
    road: Floats
    home: Floats
    setup: Floats
    length: Floats
    opens: Floats
    closes: Floats
    floor: Floats
    solid: NDArray[np.bool_]
    taken: Ints
    break_opens: Floats
    break_closes: Floats
    break_s: Floats

    def chosen(self, orders: Ints) -> Sheet:
        """These orders only."""
        return Sheet(**{own.name: getattr(self, own.name)[..., orders] for own in fields(self)})

    @property
    def lines(self) -> int:
        return len(self.road)


@dataclass(slots=True, eq=False, kw_only=True)
class Times:
    """When each order leaves, starts its jobs and is back; infinite when it cannot be."""

    depart: Floats
    starts: Floats
    back: Floats

    def chosen(self, orders: Ints) -> Times:
        """Those of these orders only."""
        return Times(
            depart=self.depart[orders], starts=self.starts[:, orders], back=self.back[orders]
        )


def lay_all(sheet: Sheet, *, fleet: Fleet) -> tuple[Ints, Sheet, Times]:
    """Numbers of the orders that keep the rules of one route, their sheet, and their times."""
    early = _forward(sheet, fleet.start[sheet.vehicle])
    [kept] = np.nonzero(early.back <= fleet.latest[sheet.vehicle] + NOISE_S)
    sheet, early = sheet.chosen(kept), early.chosen(kept)
    depart = np.maximum(early.depart, _latest_depart(sheet, early))
    later = _forward(sheet, depart)
    moved = (depart > early.depart) & (later.back <= early.back + NOISE_S)
    times = Times(
        depart=np.where(moved, depart, early.depart),
        starts=np.where(moved, later.starts, early.starts),
        back=np.where(moved, later.back, early.back),
    )
    good = times.back - times.depart <= fleet.most_duration_s[sheet.vehicle] + NOISE_S
    good &= _rested(sheet, times, fleet)
    [left] = np.nonzero(good)
    return kept[left], sheet.chosen(left), times.chosen(left)


def rooms(sheet: Sheet, *, fleet: Fleet) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where each break might be taken in orders without breaks, and whether it might be left out.

    ``(breaks, lines + 1, orders)`` and ``(breaks, orders)``. Necessary, not sufficient: with breaks
    everything is later than without, and must begin sooner.
    """
    start, last = fleet.start[sheet.vehicle], fleet.latest[sheet.vehicle]
    early, met = _forward(sheet, start), _latest_ready(sheet, last) + SLACK_S
    leave = np.concatenate([start[None], early.starts + sheet.length])
    reached = leave + np.concatenate([sheet.road, sheet.home[None]])
    due = sheet.break_closes + sheet.break_s
    begins = np.maximum(leave, sheet.break_opens[:, None])
    taken = begins <= sheet.break_closes[:, None] + SLACK_S
    taken &= np.maximum(begins, reached) + sheet.break_s[:, None] <= met
    left = met[0] - sheet.road[0] > sheet.break_opens + CLEAR_S
    left |= early.back < due - CLEAR_S + SLACK_S
    left &= ~fleet.always_due[:, sheet.vehicle]
    left |= np.arange(len(due))[:, None] >= fleet.breaks[sheet.vehicle]
    return taken, left & (early.back <= met[-1])


def _latest_ready(sheet: Sheet, last: Floats) -> Floats:
    """When each place must be reached, and at last home, so that everything can be kept."""
    met = np.empty((sheet.lines + 1, len(last)))
    met[-1], road = last, sheet.home
    for line in range(sheet.lines - 1, -1, -1):
        bound = met[line + 1] - road - sheet.length[line] + NOISE_S
        start = np.full(len(last), -np.inf)
        for opens, closes in zip(sheet.opens[:, line], sheet.closes[:, line], strict=True):
            start = np.where(opens <= bound, np.minimum(closes, bound), start)
        met[line], road = start - sheet.setup[line], sheet.road[line]
    return met


@cache
def break_choices(stops: int, *, breaks: int, width: int) -> Ints:
    """``(width, ways)``: for each way to put breaks into a route, the stop before which each is.

    The number of stops stands for the way home. In the order in which `Settler` tries them.
    """
    places = range(stops + 1)
    nothing = (LEFT_OUT,) * width
    alone = [
        (*nothing[:which], place, *nothing[which + 1 :])
        for which in range(breaks)
        for place in places
    ]
    both = [(first, second) for first in places for second in range(first, stops + 1)]
    ways = [nothing, *alone, *(both if breaks > 1 else ())]
    return np.array(ways, dtype=np.int64).T


def _forward(sheet: Sheet, depart: Floats) -> Times:
    """The earliest schedule from these departures."""
    leave, lines = depart, sheet.lines
    starts = np.empty(sheet.road.shape)
    for line in range(lines):
        ready = _reached(sheet, leave, sheet.road[line], line) + sheet.setup[line]
        ready = np.maximum(ready, sheet.floor[line])
        start = np.full(len(ready), np.inf)
        for opens, closes in zip(sheet.opens[::-1, line], sheet.closes[::-1, line], strict=True):
            start = np.where(ready <= closes + NOISE_S, np.maximum(opens, ready), start)
        starts[line] = start
        leave = start + sheet.length[line]
    return Times(depart=depart, starts=starts, back=_reached(sheet, leave, sheet.home, lines))


def _reached(sheet: Sheet, leave: Floats, road: Floats, line: int) -> Floats:
    """When the place of a line is reached and the breaks before it are over.

    Driving goes on whenever no break is taken, so it is over after all seconds of road and of
    breaks, or with the last break.
    """
    total = leave + road
    over = sheet.taken == line
    if not over.any():
        return total
    free = leave
    for n, here in enumerate(over):
        start = np.maximum(free, sheet.break_opens[n])
        late = start > sheet.break_closes[n] + NOISE_S
        free = np.where(here, np.where(late, np.inf, start + sheet.break_s[n]), free)
        total = np.where(here, total + sheet.break_s[n], total)
    return np.maximum(free, total)


def _latest_depart(sheet: Sheet, early: Times) -> Floats:
    """The latest departure that delays neither the return nor any solid start."""
    limit, road = early.back, sheet.home
    for stop in range(sheet.lines - 1, -1, -1):
        start, length = early.starts[stop], sheet.length[stop]
        latest = _latest_leave(sheet, limit, road, stop + 1, sure=start + length) - length
        found = start
        for opens, closes in zip(sheet.opens[:, stop], sheet.closes[:, stop], strict=True):
            last = np.maximum(found, np.minimum(latest, closes))
            found = np.where(opens <= latest, last, found)
        limit = np.where(sheet.solid[stop], start, found) - sheet.setup[stop]
        road = sheet.road[stop]
    return _latest_leave(sheet, limit, road, 0, sure=early.depart)


def _latest_leave(sheet: Sheet, limit: Floats, road: Floats, line: int, *, sure: Floats) -> Floats:
    """Latest instant to leave and be ready by ``limit``, with the breaks before the line taken."""
    plain = limit - road
    over = sheet.taken == line
    if not over.any():
        return plain
    bound, total = limit, plain
    possible = np.ones(len(limit), dtype=np.bool_)
    for n in range(len(over) - 1, -1, -1):
        here, length = over[n], sheet.break_s[n]
        start = np.minimum(sheet.break_closes[n], bound - length)
        possible &= ~here | (sheet.break_opens[n] <= start + NOISE_S)
        bound = np.where(here, start, bound)
        total = np.where(here, total - length, total)
    leave = np.maximum(sure, np.where(possible, np.minimum(bound, total), sure))
    return np.where(over.any(axis=0), leave, plain)


def _rested(sheet: Sheet, times: Times, fleet: Fleet) -> NDArray[np.bool_]:
    """Each break is taken, or the route leaves after it opened or is back before it is due."""
    good = np.ones(len(sheet.vehicle), dtype=np.bool_)
    for n, taken in enumerate(sheet.taken):
        left = (fleet.breaks[sheet.vehicle] > n) & (taken == LEFT_OUT)
        due = sheet.break_closes[n] + sheet.break_s[n]
        excused = times.depart > sheet.break_opens[n] + CLEAR_S
        excused |= times.back < due - CLEAR_S
        good &= ~left | (excused & ~fleet.always_due[n, sheet.vehicle])
    return good
