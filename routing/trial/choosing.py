"""Which order of a sheet a job is laid out by, and whether waiting for a wish could be cheaper.

`Settler` chooses by the price of the route alone; what all routes cost together comes on top. It
then lets the chosen order wait for wished hours where that pays: a bound tells where it cannot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.trial.bounds import Costs
from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.pricing import REMEMBERED
from routing.trial.sheets import Sheet, Times
from routing.trial.trial import Trial


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rows:
    """Orders of pairs that keep the rules, with their times, the last axis of every array.

    ``position`` is that of the job among the stops, where a pair has several. ``order`` are numbers
    of orders; an order that waits for its aims has the same as one that does not. ``own`` is what
    the route gains in price, starts aside; ``beside`` what all routes gain together.
    """

    pair: Ints
    position: Ints
    order: Ints
    sheet: Sheet
    times: Times
    codes: Ints
    stops: Ints
    costs: Costs
    own: Floats
    beside: Floats


class Choice(NamedTuple):
    """A row, what it is chosen by, and what it adds to the price of the plan.

    ``waits``: waiting for a wished hour might be cheaper.
    """

    weight: float
    price: float
    row: int
    waits: bool = False


class Chooser:
    """Knows the prices of one trial."""

    def __init__(self, trial: Trial, *, fleet: Fleet) -> None:
        self._trial, self._prices, self._fleet = trial, trial.prices, fleet
        self._start_prices: dict[tuple[int, int, float], float] = {}

    def forget(self, job: int) -> None:
        """The number stands for another job by now."""
        if len(self._start_prices) > REMEMBERED:
            self._start_prices.clear()
        self._start_prices = {key: p for key, p in self._start_prices.items() if key[0] != job}

    def chosen(self, rows: Rows, which: Ints) -> dict[tuple[int, int], Choice]:
        """For each pair and position the cheapest of these rows, the first of equals."""
        found: dict[tuple[int, int], Choice] = {}
        positive = self._prices.positive
        for row in which[np.lexsort((rows.order[which], rows.own[which]))].tolist():
            key, own = (int(rows.pair[row]), int(rows.position[row])), float(rows.own[row])
            known = found.get(key)
            if positive and known is not None and own >= known.weight:
                continue
            vehicle, starts = int(rows.sheet.vehicle[row]), rows.times.starts[:, row].tolist()
            stops = rows.codes[:, row].tolist()
            price = own + self._starts_price(stops, vehicle, starts)
            weight = price + self._trial.moved_price(vehicle, stops=stops, starts=starts)
            if known is None or weight < known.weight:
                found[key] = Choice(weight, price + float(rows.beside[row]), row)
        return {key: own._replace(waits=self._may_wait(rows, own)) for key, own in found.items()}

    def _starts_price(self, codes: Sequence[int], vehicle: int, starts: Sequence[float]) -> float:
        """What the starts of a route cost by themselves."""
        return sum(
            self._start_price(code, vehicle, start)
            for code, start in zip(codes, starts, strict=True)
        )

    def _start_price(self, code: int, vehicle: int, start: float) -> float:
        if code not in self._prices.start_priced:
            return 0.0
        key = code, vehicle, start
        known = self._start_prices.get(key)
        if known is None:
            price = self._prices.start_price(code, vehicle=vehicle, start=start)
            known = self._start_prices[key] = self._prices.scalar(price)
        return known

    # --- waiting ---

    def _may_wait(self, rows: Rows, choice: Choice) -> bool:
        """Whether it might pay to wait for some wished hour first of all."""
        waits = list(self._waits(rows, choice.row))
        if not waits or not self._prices.positive:
            return bool(waits)
        [same] = np.nonzero(rows.order == rows.order[choice.row])
        early = int(same[0])
        if (rows.sheet.floor[:, early] > -math.inf).any():
            return True
        return any(
            self._least_waiting(rows, early, line, opens) < choice.weight for line, opens in waits
        )

    def _waits(self, rows: Rows, row: int) -> Iterator[tuple[int, float]]:
        """Lines of jobs that begin before a wished hour, and these hours."""
        hours = self._prices.hours
        for line, code in enumerate(rows.codes[:, row].tolist()):
            for opens in hours.get(code, ()):
                if rows.times.starts[line, row] < opens:
                    yield line, opens

    def _least_waiting(self, rows: Rows, row: int, line: int, opens: float) -> float:
        """What a row without aims weighs at least when it waits there.

        Work that keeps its start does so before the line; after it everything comes later or not,
        and costs nothing at best.
        """
        sheet, times, fleet = rows.sheet, rows.times, self._fleet
        vehicle, starts = int(sheet.vehicle[row]), times.starts[:, row]
        busy = sheet.road[:, row] + sheet.setup[:, row]
        length = sheet.length[:, row]
        tail = length[line:].sum() + busy[line + 1 :].sum() + sheet.home[row]
        back = max(times.back[row], opens + tail)
        [solid] = np.nonzero(sheet.solid[:line, row])
        anchor, met = (int(solid[0]), starts[solid[0]]) if len(solid) else (line, opens)
        head = busy[: anchor + 1].sum() + length[:anchor].sum()
        depart = max(times.depart[row], met - head)
        more = back - depart - (times.back[row] - times.depart[row])
        end = fleet.end[vehicle]
        over = max(0.0, back - end) - max(0.0, times.back[row] - end)
        codes = rows.codes[: line + 1, row].tolist()
        own = rows.own[row] + (fleet.per_duration_s + fleet.per_wait_s)[vehicle] * more
        own += fleet.per_overtime_s[vehicle] * over
        return float(own) + self._starts_price(codes, vehicle, [*starts[:line].tolist(), opens])


def least_of(rows: Rows, *, waiting: NDArray[np.bool_], least: Floats) -> Floats:
    """What each row adds at least, starts aside; those that may be ``waiting`` might wait less.

    ``least`` is the least that all routes gain when no time is spent waiting.
    """
    eased = rows.own - rows.costs.spare + least
    found: Floats = np.where(waiting, eased, rows.own + rows.beside)
    return found
