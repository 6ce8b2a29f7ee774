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
from routing.trial.passes import Lines, forward, latest_depart, latest_ready, rests_of, spans_of

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
    lines, soonest = _lines(sheet), fleet.start[sheet.vehicle]
    starts, back = forward(lines, soonest)
    depart = latest_depart(lines, depart=soonest, starts=starts, back=back)
    depart = np.maximum(soonest, depart)
    later, home = forward(lines, depart)
    good = back <= fleet.latest[sheet.vehicle] + NOISE_S
    moved = (depart > soonest) & (home <= back + NOISE_S)
    times = Times(
        depart=np.where(moved, depart, soonest),
        starts=np.where(moved, later, starts),
        back=np.where(moved, home, back),
    )
    good &= times.back - times.depart <= fleet.most_duration_s[sheet.vehicle] + NOISE_S
    good &= _rested(sheet, times, fleet)
    [left] = np.nonzero(good)
    return left, sheet.chosen(left), times.chosen(left)


def _lines(sheet: Sheet) -> Lines:
    rests, resting = rests_of(
        sheet.taken, sheet.lines,
        opens=sheet.break_opens, closes=sheet.break_closes, length=sheet.break_s,
    )  # fmt: skip
    has_floor = np.any(sheet.floor > -np.inf, axis=1).tolist()
    return Lines(
        road=[*sheet.road, sheet.home],
        setup=sheet.setup,
        length=sheet.length,
        solid=sheet.solid,
        spans=spans_of(sheet.opens, sheet.closes),
        floor=[own if has else None for own, has in zip(sheet.floor, has_floor, strict=True)],
        rests=rests,
        resting=resting,
    )


def rooms(sheet: Sheet, *, fleet: Fleet) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where each break might be taken in orders without breaks, and whether it might be left out.

    ``(breaks, lines + 1, orders)`` and ``(breaks, orders)``. Necessary, not sufficient: with breaks
    everything is later than without, and must begin sooner.
    """
    start, last, lines = fleet.start[sheet.vehicle], fleet.latest[sheet.vehicle], _lines(sheet)
    starts, back = forward(lines, start)
    met = latest_ready(lines, last) + SLACK_S
    leave = np.concatenate([start[None], starts + sheet.length])
    reached = leave + np.concatenate([sheet.road, sheet.home[None]])
    due = sheet.break_closes + sheet.break_s
    begins = np.maximum(leave, sheet.break_opens[:, None])
    taken = begins <= sheet.break_closes[:, None] + SLACK_S
    taken &= np.maximum(begins, reached) + sheet.break_s[:, None] <= met
    left = met[0] - sheet.road[0] > sheet.break_opens + CLEAR_S
    left |= back < due - CLEAR_S + SLACK_S
    left &= ~fleet.always_due[:, sheet.vehicle]
    left |= np.arange(len(due))[:, None] >= fleet.breaks[sheet.vehicle]
    return taken, left & (back <= met[-1])


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
