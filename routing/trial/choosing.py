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
from routing.trial.remembered import Remembered
from routing.trial.sheets import Sheet, Times
from routing.trial.trial import Trial


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rows:
    """Orders of pairs that keep the rules, with their times, the last axis of every array.

    ``position`` is that of the job among the stops, where a pair has several. ``order`` are numbers
    of orders; an order that waits for its aims has the same as one that does not. ``own`` is what
    the route gains in price, starts aside; ``beside`` what all routes gain together, at least
    ``least_beside`` when they spend no time waiting.
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
    least_beside: Floats


class Choice(NamedTuple):
    """A row, what it is chosen by, and what it adds to the price of the plan.

    ``waiting`` is what it adds at least where waiting for a wished hour might be cheaper,
    infinite elsewhere.
    """

    weight: float
    price: float
    row: int
    waiting: float = math.inf


class Chooser:
    """Knows the prices of one trial."""

    def __init__(self, trial: Trial, *, fleet: Fleet) -> None:
        self._trial, self._prices, self._fleet = trial, trial.prices, fleet
        self._start_prices = Remembered(self._start_price)

    def forget(self, job: int) -> None:
        """The number stands for another job by now."""
        self._start_prices.forget(job)

    def chosen(self, rows: Rows, which: Sequence[int]) -> list[Choice]:
        """Of the rows of one pair the cheapest for each position, the first of equals.

        ``which`` has the rows by what the route gains, the least first.
        """
        found: dict[int, Choice] = {}
        positive, moved_price = self._prices.positive, self._trial.moved_price
        for row in which:
            own, position = float(rows.own[row]), int(rows.position[row])
            known = found.get(position)
            if positive and known is not None and own >= known.weight:
                continue
            vehicle, starts = int(rows.sheet.vehicle[row]), rows.times.starts[:, row].tolist()
            stops = rows.codes[:, row].tolist()
            price = own + self._starts_price(stops, vehicle, starts)
            weight = price + moved_price(vehicle, stops=stops, starts=starts)
            if known is None or weight < known.weight:
                found[position] = Choice(weight, price + float(rows.beside[row]), row)
        return [own._replace(waiting=self._waiting(rows, own)) for own in found.values()]

    def _starts_price(self, codes: Sequence[int], vehicle: int, starts: Sequence[float]) -> float:
        """What the starts of a route cost by themselves."""
        priced, price_of, total = self._prices.start_priced, self._start_prices.of, 0.0
        for code, start in zip(codes, starts, strict=True):
            if code in priced:
                total += price_of(code, vehicle, start)
        return total

    def _start_price(self, code: int, vehicle: int, start: float) -> float:
        return self._prices.scalar(self._prices.start_price(code, vehicle=vehicle, start=start))

    # --- waiting ---

    def _waiting(self, rows: Rows, choice: Choice) -> float:
        """What it adds at least where it might pay to wait for some wished hour first of all."""
        waits = list(self._waits(rows, choice.row))
        if not waits:
            return math.inf
        if not self._prices.positive:
            return -math.inf
        [same] = np.nonzero(rows.order == rows.order[choice.row])
        early, beside = int(same[0]), float(rows.least_beside[choice.row])
        if (rows.sheet.floor[:, early] > -math.inf).any():
            return float((rows.own - rows.costs.spare)[same].min()) + beside
        least = min(self._least_waiting(rows, early, line, opens) for line, opens in waits)
        return min(choice.price, least + beside) if least < choice.weight else math.inf

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


def least_of(rows: Rows, *, waiting: NDArray[np.bool_]) -> Floats:
    """What each row adds at least, starts aside; those that may be ``waiting`` might wait less."""
    eased = rows.own - rows.costs.spare + rows.least_beside
    found: Floats = np.where(waiting, eased, rows.own + rows.beside)
    return found
