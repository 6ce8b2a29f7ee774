"""Which order of a sheet a job is laid out by, and whether waiting for a wish could be cheaper.

`Settler` chooses by the price of the route alone; what all routes cost together comes on top. It
then lets the chosen order wait for wished hours where that pays: a bound tells where it cannot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.trial.bounds import Costs
from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.remembered import Remembered
from routing.trial.sheets import Sheet, Times
from routing.trial.trial import Trial

# Of a price; more than sums of floats lose.
SURE = 1e-6


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


class Listed(NamedTuple):
    """Rows as lists. ``codes`` and ``starts`` are those that have a price, ``begins`` where those
    of each row begin, and in the end their number.

    ``aimed`` are rows that wait for their aims; ``other`` is the same order with or without, -1
    where there is none.
    """

    own: list[float]
    beside: list[float]
    position: list[int]
    vehicle: list[int]
    codes: list[int]
    starts: list[float]
    begins: list[int]
    aimed: list[bool]
    other: list[int]


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
        # By code of a sheet, phantoms among them: the first and the last hour to wait for.
        self._hours = np.empty((2, len(trial.tables.places) + 1))
        self._hours[0], self._hours[1] = math.inf, -math.inf
        for job, hours in trial.prices.hours.items():
            self._hours[:, job] = _ends(hours)

    def forget(self, job: int) -> None:
        """The number stands for another job by now."""
        self._start_prices.forget(job)
        self._hours[:, job] = _ends(self._prices.hours[job])

    def least_of(self, rows: Rows) -> Floats:
        """What each row adds at least, starts aside; with less waiting where that might pay."""
        first, last = self._hours[:, rows.codes]
        inside = first <= np.max(rows.sheet.closes, axis=0)
        waiting = np.any(inside & (rows.times.starts < last), axis=0)
        eased = rows.own - rows.costs.spare + rows.least_beside
        found: Floats = np.where(waiting, eased, rows.own + rows.beside)
        return found

    def listed(self, rows: Rows) -> Listed:
        """The rows of a sheet, ready to be looked at one by one."""
        priced = np.zeros(int(rows.codes.max(initial=0)) + 1, dtype=np.bool_)
        priced[[code for code in self._prices.start_priced if code < len(priced)]] = True
        which, lines = np.nonzero(priced[rows.codes].T)
        aimed: NDArray[np.bool_] = np.any(rows.sheet.floor > -math.inf, axis=0)
        here = np.full((2, int(rows.order.max(initial=0)) + 1), -1, dtype=np.int64)
        here[aimed.astype(np.int64), rows.order] = np.arange(len(aimed))
        return Listed(
            own=rows.own.tolist(),
            beside=rows.beside.tolist(),
            position=rows.position.tolist(),
            vehicle=rows.sheet.vehicle.tolist(),
            codes=rows.codes[lines, which].tolist(),
            starts=rows.times.starts[lines, which].tolist(),
            begins=np.searchsorted(which, np.arange(len(rows.own) + 1)).tolist(),
            aimed=aimed.tolist(),
            other=here[1 - aimed, rows.order].tolist(),
        )

    def chosen(self, rows: Rows, listed: Listed, which: Sequence[int]) -> list[Choice]:
        """Of the rows of one pair the cheapest for each position, the first of equals.

        ``which`` has the rows by what the route gains, the least first.
        """
        found: dict[int, Choice] = {}
        positive, most_changes = self._prices.positive, self._trial.tables.draft.most_changes
        for row in which:
            own, position = listed.own[row], listed.position[row]
            known = found.get(position)
            if positive and known is not None and own >= known.weight:
                continue
            weight = price = own + self._starts_price(listed, row)
            if most_changes is not None:
                weight += self._moved_price(rows, row)
            if known is None or weight < known.weight:
                found[position] = Choice(weight, price + listed.beside[row], row)
        return [own._replace(waiting=self._waiting(rows, listed, own)) for own in found.values()]

    def aimed(self, rows: Rows, listed: Listed, choice: Choice) -> bool | None:
        """Whether the row waits for its aims, None where rounding might choose the other."""
        row, other = choice.row, listed.other[choice.row]
        if other >= 0 and not _is_alike(rows.times, row, other):
            weight = listed.own[other] + self._starts_price(listed, other)
            if weight <= choice.weight + SURE * (1 + abs(choice.weight)):
                return None
        return listed.aimed[row]

    def _starts_price(self, listed: Listed, row: int) -> float:
        """What the starts of a row cost by themselves."""
        here, vehicle = slice(listed.begins[row], listed.begins[row + 1]), listed.vehicle[row]
        price_of, total = self._start_prices.of, 0.0
        for code, start in zip(listed.codes[here], listed.starts[here], strict=True):
            total += price_of(code, vehicle, start)
        return total

    def _start_price(self, code: int, vehicle: int, start: float) -> float:
        return self._prices.scalar(self._prices.start_price(code, vehicle=vehicle, start=start))

    def _moved_price(self, rows: Rows, row: int) -> float:
        stops, starts = rows.codes[:, row].tolist(), rows.times.starts[:, row].tolist()
        return self._trial.moved_price(int(rows.sheet.vehicle[row]), stops=stops, starts=starts)

    # --- waiting ---

    def _waiting(self, rows: Rows, listed: Listed, choice: Choice) -> float:
        """What it adds at least where it might pay to wait for some wished hour first of all."""
        row, other = choice.row, listed.other[choice.row]
        waits = self._waits(rows, row)
        if not waits:
            return math.inf
        if not self._prices.positive:
            return -math.inf
        beside = float(rows.least_beside[row])
        if listed.aimed[row]:
            if other < 0:
                return float(rows.own[row] - rows.costs.spare[row]) + beside
            row = other
        least = self._least_waiting(rows, row, waits)
        return min(choice.price, least + beside) if least < choice.weight else math.inf

    def _waits(self, rows: Rows, row: int) -> list[tuple[int, float]]:
        """Lines of jobs that begin before a wished hour at which they may, and these hours."""
        hours, starts, sheet = self._prices.hours, rows.times.starts, rows.sheet
        return [
            (line, hour)
            for line, code in enumerate(rows.codes[:, row].tolist())
            for hour in hours.get(code, ())
            if starts[line, row] < hour
            and ((sheet.opens[:, line, row] <= hour) & (hour <= sheet.closes[:, line, row])).any()
        ]

    def _least_waiting(self, rows: Rows, row: int, waits: Sequence[tuple[int, float]]) -> float:
        """What a row without aims weighs at least when it waits at one of these lines.

        Work that keeps its start does so before the line; after it everything comes later or not,
        and costs nothing at best.
        """
        sheet, fleet = rows.sheet, self._fleet
        vehicle, codes = int(sheet.vehicle[row]), rows.codes[:, row].tolist()
        starts, length = rows.times.starts[:, row].tolist(), sheet.length[:, row].tolist()
        busy, solid = (sheet.road[:, row] + sheet.setup[:, row]).tolist(), sheet.solid[:, row]
        first_solid = int(solid.argmax()) if solid.any() else len(codes)
        home, end = float(sheet.home[row]), float(fleet.end[vehicle])
        depart, back = float(rows.times.depart[row]), float(rows.times.back[row])
        per_s = float(fleet.per_duration_s[vehicle] + fleet.per_wait_s[vehicle])
        late_s, own = float(fleet.per_overtime_s[vehicle]), float(rows.own[row])
        found = math.inf
        for line, opens in waits:
            tail = sum(length[line:]) + sum(busy[line + 1 :]) + home
            later = max(back, opens + tail)
            anchor, met = (line, opens)
            if first_solid < line:
                anchor, met = first_solid, starts[first_solid]
            leave = max(depart, met - sum(busy[: anchor + 1]) - sum(length[:anchor]))
            over = max(0.0, later - end) - max(0.0, back - end)
            least = own + per_s * (later - leave - (back - depart)) + late_s * over
            if least < found:
                least += self._prices_of(codes[: line + 1], vehicle, [*starts[:line], opens])
                found = min(found, least)
        return found

    def _prices_of(self, codes: Sequence[int], vehicle: int, starts: Sequence[float]) -> float:
        """What these starts cost, whichever of them has a price."""
        priced = self._prices.start_priced
        return sum(
            self._start_prices.of(code, vehicle, start)
            for code, start in zip(codes, starts, strict=True)
            if code in priced
        )


def _ends(hours: Sequence[float]) -> tuple[float, float]:
    return min(hours, default=math.inf), max(hours, default=-math.inf)


def _is_alike(times: Times, row: int, other: int) -> bool:
    """Whether two rows have the same times."""
    return bool(
        times.depart[row] == times.depart[other]
        and times.back[row] == times.back[other]
        and (times.starts[:, row] == times.starts[:, other]).all()
    )
