"""The hour at which a plan drives each leg, where hours have tables of their own.

The kernel knows one pace an hour for all legs. Each leg gets the free flow with which it takes, at
that pace, as long as its own table says for the hour at which the plan would drive it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel.hours import factor_of, has_tables
from routing.flow import slices_between
from routing.problem import TrafficSlice, of_profile
from routing.roads import NO_ROAD
from routing.trial.tables import Legs, Tables
from routing.trial.trial import Trial

# What the kernel cannot say, and can be told by the hour.
HOURLY = frozenset({"hours"})

Floats = NDArray[np.float64]


class Hourly:
    """Legs of a problem by the hours of a plan."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._hours = {
            profile: _hours(tables, profile, legs=legs) for profile, legs in tables.legs.items()
        }
        self._opening = _Opening.of(tables)

    def legs(self, plan: Trial) -> dict[str, Legs]:
        """By profile, the free flow that each leg is to be given at the hours of this plan."""
        leave = self._opening.departures(plan)
        return {
            profile: self._legs(legs, profile, leave=leave)
            for profile, legs in self._tables.legs.items()
        }

    def _legs(self, legs: Legs, profile: str, *, leave: Floats) -> Legs:
        if not self._hours[profile]:
            return legs
        begin = self._opening.clipped(leave, legs.seconds)
        free = _free_flow(begin, self._hours[profile])
        seconds = np.where(legs.seconds >= NO_ROAD, legs.seconds, free)
        np.fill_diagonal(seconds, 0)
        return replace(legs, seconds=seconds)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Hour:
    """Until when it lasts, its pace in the kernel, and what each leg takes in it: ``(n, n)``."""

    end: float
    pace: float
    seconds: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Opening:
    """``opens`` and ``closes``, ``(n,)``: between which instants work begins at each location."""

    tables: Tables
    opens: Floats
    closes: Floats

    @classmethod
    def of(cls, tables: Tables) -> Self:
        size = len(tables.problem.locations)
        opens, closes = np.full(size, np.inf), np.full(size, -np.inf)
        for job in range(len(tables.jobs)):
            place = tables.places[job]
            for span in {span for row in tables.spans for span in row[job]}:
                opens[place] = min(opens[place], span[0])
                closes[place] = max(closes[place], span[1])
        first, last = _day(tables)
        opens = np.clip(np.where(np.isinf(opens), first, opens), first, last)
        closes = np.clip(np.where(np.isinf(closes), last, closes), first, last)
        return cls(tables=tables, opens=opens, closes=closes)

    def clipped(self, leave: Floats, free: Floats) -> Floats:
        """``(n, n)`` instants to leave: nobody goes long before a place opens or after it closes."""
        return np.clip(leave[:, None], self.opens[None, :] - free, self.closes[None, :] - free)

    def departures(self, plan: Trial) -> Floats:
        """``(n,)`` when the plan leaves each location; where it never does, the middle of its hours."""
        total, count = np.zeros(len(self.opens)), np.zeros(len(self.opens))
        for laid in plan.routes:
            if laid is None:
                continue
            vehicle = self.tables.vehicles[laid.vehicle]
            if vehicle.begin is not None:
                total[vehicle.begin] += laid.depart
                count[vehicle.begin] += 1
            for code, end in zip(laid.stops, laid.ends, strict=True):
                if code >= 0:
                    total[self.tables.places[code]] += end
                    count[self.tables.places[code]] += 1
        middle = (self.opens + self.closes) / 2
        return np.where(count > 0, total / np.maximum(1, count), middle)


def _day(tables: Tables) -> tuple[float, float]:
    """The first and the last instant of all shifts."""
    return (
        min(vehicle.shift.start for vehicle in tables.vehicles),
        max(vehicle.latest for vehicle in tables.vehicles),
    )


def _hours(tables: Tables, profile: str, *, legs: Legs) -> list[_Hour]:
    """The slices of the traffic over all shifts; none where the kernel knows all of it."""
    travel = of_profile(tables.problem.travel, profile)
    if travel.traffic is None or not has_tables(travel):
        return []
    begin, end = _day(tables)
    slices = slices_between(travel.traffic, begin=begin, end=end)
    ends = [*(piece.start for piece in slices[1:]), math.inf]
    return [
        _Hour(end=end, pace=factor_of(piece, travel), seconds=_seconds(legs.seconds, piece))
        for end, piece in zip(ends, slices, strict=True)
    ]


def _seconds(free: Floats, piece: TrafficSlice) -> Floats:
    if piece.seconds is None:
        return free * piece.factor
    table = np.array(piece.seconds, dtype=np.float64).reshape(free.shape)
    return np.where(np.isnan(table), free, table)


def _free_flow(leave: Floats, hours: Sequence[_Hour]) -> Floats:
    """The seconds of free flow that the kernel must be given for who leaves then, leg by leg.

    The share of the way is used up slice by slice; each slice counts by the pace of the kernel.
    """
    now, rest, free = leave.copy(), np.ones_like(leave), np.zeros_like(leave)
    for hour in hours:
        room = np.maximum(0.0, hour.end - now)
        takes = hour.seconds > 0
        part = np.minimum(rest, np.divide(room, hour.seconds, out=np.ones_like(rest), where=takes))
        free += part * hour.seconds / hour.pace
        now, rest = now + part * hour.seconds, rest - part
    return free
