"""Prices of starts as lines in pieces: lateness, promises, deadlines, delay, wishes, moves.

The pieces are read off the trial's own prices, tick by tick where one ends, so that a start at an
edge costs here what it costs there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel.columns import FAR, PIECE, PIECES, TICKS
from routing.engine.kernel.columns import TARIFF_WIDTH as WIDTH
from routing.engine.kernel.question import Ints
from routing.engine.kernel.whole import down, up
from routing.rules.draft import Vehicle
from routing.trial.changes import former_places
from routing.trial.trial import Trial
from routing.trial.turns import lapses

# Seconds beside an edge at which a piece is read off, more than the judge's tolerance.
BESIDE_S = 0.004
# Ticks around an edge in which one piece may give way to the next: the judge's tolerance is one.
AROUND = (-1, 0, 1, 2)

Piece = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tariffs:
    """``line`` of each vehicle; ``at[line * jobs + job]`` the ``pieces`` of its starts, those of the
    least price from each start on, and the hours that are worth waiting for.

    Pieces are ``(k, 3)``: from which tick on, the price there, and its growth per tick. ``at`` has
    no rows when no start has a price.
    """

    line: Ints
    at: Ints
    pieces: NDArray[np.float64]

    def cheap_until(self, count: int) -> Ints:
        """``(count,)`` the tick up to which each job may begin without costing more than at best."""
        until = np.full(count, FAR)
        for row, (first, last) in enumerate(self.at[:, [PIECE, PIECES]].tolist()):
            if first == last:
                continue
            rows = self.pieces[first:last]
            ends = [*rows[1:, 0].tolist(), float(FAR)]
            least, cheap = float(rows[:, 1].min()), float(FAR)
            for (begin, value, growth), end in zip(rows.tolist(), ends, strict=True):
                if value <= least and growth <= 0:
                    cheap = end
                elif value <= least:
                    cheap = begin
            until[row % count] = min(until[row % count], max(1, int(cheap)))
        return until


def tariffs(trial: Trial) -> Tariffs:
    """The tariffs of all vehicles; those to which all starts cost the same share a line."""
    tables, priced = trial.tables, sorted(trial.prices.start_priced)
    if not priced:
        none = np.zeros(len(tables.vehicles), dtype=np.int64)
        return Tariffs(line=none, at=np.zeros((0, WIDTH), dtype=np.int64), pieces=np.zeros((0, 3)))
    former = {tables.job_number[j]: one for j, one in former_places(tables.problem).items()}
    pieces: list[Piece] = []
    spans: dict[Hashable, tuple[int, int, int, int]] = {}
    lines: dict[tuple[tuple[int, ...], ...], int] = {}
    line = []
    for vehicle in tables.vehicles:
        own = []
        for job in priced:
            # Who changes hands has changed already, and a moved start is no change of its own.
            changed = job in former and not former[job].has(vehicle)
            length = tables.lengths[vehicle.index][job]
            lapsing = lapses(tables.jobs[job], length=length, lead=vehicle.lead)
            key = job, length, changed, vehicle.lead.id if lapsing else None
            if key not in spans:
                found = _pieces(trial, job, vehicle.index)
                least = _least(found, end=_ends(tables.vehicles)[1] * TICKS)
                first, middle = len(pieces), len(pieces) + len(found)
                spans[key] = first, middle, middle, middle + len(least)
                pieces += found + least
            aim, wish = trial.prices.aims.get(job), min(trial.prices.hours[job], default=None)
            hours = _worth_waiting(trial, job, vehicle.index, (aim, wish))
            own.append((*spans[key], *hours))
        line.append(lines.setdefault(tuple(own), len(lines)))
    stops = len(tables.jobs) + len(tables.depots)
    at = np.zeros((len(lines), stops, WIDTH), dtype=np.int64)
    at[:, priced] = np.array(list(lines), dtype=np.int64)
    return Tariffs(
        line=np.array(line, dtype=np.int64),
        at=at.reshape(-1, WIDTH),
        pieces=np.array(pieces, dtype=np.float64),
    )


def _worth_waiting(
    trial: Trial, job: int, vehicle: int, hours: Sequence[float | None]
) -> Iterator[int]:
    """These hours as ticks, -FAR for those at which these hands may not begin the job."""
    for hour in hours:
        found = -FAR
        for opens, closes in trial.tables.spans[vehicle][job]:
            if hour is not None and opens <= hour <= closes:
                found = min(up(hour), down(closes))
        yield found


def _ends(vehicles: Sequence[Vehicle]) -> tuple[float, float]:
    """Seconds between which all starts lie."""
    return min(v.shift.start for v in vehicles) - 1, max(v.latest for v in vehicles) + 1


def _least(pieces: Sequence[Piece], *, end: float) -> list[Piece]:
    """The least price from each tick on, up to the tick ``end``: what a start costs that may wait."""
    found: list[Piece] = []
    later = float("inf")
    for tick, value, growth in reversed(pieces):
        at_end = value + growth * (end - tick)
        if growth <= 0 or value >= later:
            later = min(value, at_end, later)
            found.append((tick, later, 0.0))
        else:
            if at_end > later:
                found.append((tick + (later - value) / growth, later, 0.0))
            found.append((tick, value, growth))
            later = value
        end = tick
    return found[::-1]


def _pieces(trial: Trial, job: int, vehicle: int) -> list[Piece]:
    def price(start: float) -> float:
        return trial.prices.scalar(trial.prices.start_price(job, vehicle=vehicle, start=start))

    first, last = _ends(trial.tables.vehicles)
    edges = [
        first,
        *sorted({e for e in trial.prices.turns(job, vehicle=vehicle) if first < e < last}),
        last,
    ]
    found: list[Piece] = []
    for edge, after in pairwise(edges):
        low, high = edge + BESIDE_S, after - BESIDE_S
        if low >= high:  # a start alone, such as a former one that must be kept
            low, slope = (edge + after) / 2, 0.0
        else:
            slope = (price(high) - price(low)) / (high - low) / TICKS
        here = price(low) - low * TICKS * slope
        tick = edge * TICKS
        if found:
            at, value, growth = found[-1]
            for around in AROUND:
                tick = float(edge * TICKS // 1) + around
                exact = price(tick / TICKS)
                if abs(exact - here - tick * slope) <= abs(exact - value - (tick - at) * growth):
                    break
        found.append((tick, here + tick * slope, slope))
    return found
