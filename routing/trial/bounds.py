"""What routes of a sheet cost, and what a route with one more job costs at least.

All prices are those of `Prices.scalar`, without what who goes and when work starts cost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.openings import Drawn
from routing.trial.sheets import CLEAR_S, LEFT_OUT, Sheet, Times


class Costs(NamedTuple):
    """By order: its price, and how much of that it might do without if it left and came back so
    that it had nothing to wait for; ``busy`` are the seconds that would be left.
    """

    price: Floats
    spare: Floats
    busy: Floats


class Bounds(NamedTuple):
    """By pair, at least: the price, and how long the route lasts."""

    price: Floats
    duration: Floats


class Hours(NamedTuple):
    """By pair: its last job is over from ``over`` on, its first has begun by ``begun``."""

    over: Floats
    begun: Floats


def sums(drawn: Drawn, *, fleet: Fleet) -> Floats:
    """The part of the price that roads and jobs alone decide."""
    vehicle = drawn.vehicle
    total: Floats = (
        fleet.per_route[vehicle]
        + fleet.per_metre[vehicle] * drawn.metres
        + fleet.per_travel_s[vehicle] * drawn.travel_s
        + fleet.per_service_s[vehicle] * drawn.service_s
        + fleet.per_setup_s[vehicle] * drawn.setup_s
        + fleet.per_depot_s[vehicle] * drawn.depot_s
        + fleet.per_job[vehicle] * drawn.jobs
    )
    return total


def prices(
    sheet: Sheet, times: Times, *, drawn: Drawn, gap: Ints, fixed: Floats, fleet: Fleet
) -> Costs:
    """The price of each order; ``gap`` is its number among the drawn, ``fixed`` their `sums`."""
    vehicle, duration = sheet.vehicle, times.back - times.depart
    rest, unpaid = np.zeros(len(vehicle)), np.zeros(len(vehicle))
    for n, taken in enumerate(sheet.taken):
        rest += np.where(taken != LEFT_OUT, fleet.break_s[n, vehicle], 0)
        unpaid += np.where(taken != LEFT_OUT, fleet.unpaid_s[n, vehicle], 0)
    overtime = np.maximum(0, times.back - fleet.end[vehicle])
    busy = _busy(drawn)[gap] + rest
    wait = duration - busy
    late = fleet.per_overtime_s[vehicle] * overtime
    for after, price in zip(fleet.step_after_s, fleet.step_price, strict=True):
        late += price[vehicle] * np.maximum(0, overtime - after[vehicle])
    total: Floats = (
        fixed[gap]
        + fleet.per_duration_s[vehicle] * duration
        + fleet.per_unpaid_s[vehicle] * unpaid
        + fleet.per_break_s[vehicle] * rest
        + fleet.per_wait_s[vehicle] * wait
        + late
    )
    spare = (fleet.per_duration_s + fleet.per_wait_s)[vehicle] * wait + late
    return Costs(price=total, spare=spare, busy=busy)


def bounds(drawn: Drawn, *, gap: Ints, hours: Hours, fixed: Floats, fleet: Fleet) -> Bounds:
    """What each pair costs at least, if no price is negative.

    A route lasts as long as its roads, its work and the breaks that it cannot miss, and from its
    first job to the end of its last. Nobody is back before that, counted from the shift's start.
    """
    vehicle, busy = drawn.vehicle[gap], _busy(drawn)[gap]
    back = np.maximum(fleet.start[vehicle] + busy, hours.over)
    rest, paid, unpaid = np.zeros(len(gap)), np.zeros(len(gap)), np.zeros(len(gap))
    per_s = fleet.per_duration_s[vehicle]
    for n, length in enumerate(fleet.break_s[:, vehicle]):
        due = back >= fleet.break_closes[n, vehicle] + length - CLEAR_S
        due &= hours.begun <= fleet.break_opens[n, vehicle] + CLEAR_S
        due |= fleet.always_due[n, vehicle]
        less = fleet.per_unpaid_s[vehicle] * fleet.unpaid_s[n, vehicle]
        own = (per_s + fleet.per_break_s[vehicle]) * length + less
        rest += np.where(due, length, 0)
        paid += np.where(due, own, 0)
        unpaid += less
    lasting = per_s * np.maximum(0, hours.over - hours.begun) + unpaid
    back = np.maximum(back, fleet.start[vehicle] + busy + rest)
    overtime = fleet.per_overtime_s[vehicle] * np.maximum(0, back - fleet.end[vehicle])
    total: Floats = fixed[gap] + np.maximum(per_s * busy + paid, lasting) + overtime
    return Bounds(price=total, duration=np.maximum(busy, hours.over - hours.begun))


def _busy(drawn: Drawn) -> Floats:
    total: Floats = drawn.travel_s + drawn.service_s + drawn.setup_s + drawn.depot_s
    return total
