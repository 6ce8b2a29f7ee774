"""Who may go, when, for how long and at which price, as arrays of the kernel."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.hours import slices_of
from routing.engine.kernel.places import Places, road_kind
from routing.engine.kernel.question import Ints
from routing.engine.kernel.whole import NOISE, down, up, windows
from routing.problem import Break, Depot
from routing.rules.draft import Amount
from routing.rules.spans import ALWAYS, Spans, unite
from routing.trial.pricing import Price
from routing.trial.trial import Trial

# Unlimited amounts.
ENDLESS = 1e15


class Crews:
    """Numbers of all vehicles of a trial."""

    def __init__(self, trial: Trial, *, places: Places) -> None:
        self._trial = trial
        self._tables = trial.tables
        self._vehicles = trial.tables.vehicles
        self._jobs = range(len(trial.tables.jobs))
        self._places = places
        self.hands = self._hands()
        self.lines, self.who = self._who()
        self.crew = self._crew()
        self.crew[:, c.HAND], self.crew[:, c.LINE] = self._hand, self.lines

    def _crew(self) -> Ints:
        wide = c.PAUSE + c.PAUSE_WIDTH * max((len(v.breaks) for v in self._vehicles), default=0)
        crew = np.zeros((len(self._vehicles), wide), dtype=np.int64)
        limits = self._tables.draft.limits
        people = numbered([vehicle.lead.id for vehicle in self._vehicles])
        for v, vehicle in enumerate(self._vehicles):
            row = crew[v]
            row[c.ROAD], row[c.BREAKS] = self._places.kinds[road_kind(vehicle)], len(vehicle.breaks)
            row[c.START], row[c.END] = up(vehicle.shift.start), down(vehicle.latest)
            row[c.FIRST], row[c.LAST] = self._places.first[v], self._places.last[v]
            row[c.PERSON] = people[v]
            # Stops are limited here; beside depots jobs are counted like a load.
            most = ENDLESS if self._tables.depots else limits.get((v, Amount.VISITS), ENDLESS)
            row[c.MOST_JOBS] = int(most)
            row[c.DEPOTS] = len(self._jobs)
            row[c.MOST_TIME] = down(limits.get((v, Amount.DURATION_S), math.inf))
            slices = slices_of(self._tables, vehicle)
            row[c.SLICES] = len(slices)
            for s, (until, pace) in enumerate(slices):
                at = c.SLICE + s * c.SLICE_WIDTH
                row[at : at + c.SLICE_WIDTH] = until, pace
            for b, pause in enumerate(sorted(vehicle.breaks, key=opening)):
                at = c.PAUSE + b * c.PAUSE_WIDTH
                long = math.ceil(pause.duration_s * c.TICKS - NOISE)
                if pause.window is None:
                    opens, closes = row[c.START], row[c.END] - long
                    excused_from, excused_until = c.FAR, -c.FAR
                else:
                    opens, closes = up(pause.window.opens), down(pause.window.closes)
                    # A clear hundredth of a second, as in the trial.
                    excused_from = opens + c.TICKS // 50
                    excused_until = closes + long - c.TICKS // 50
                row[at : at + c.PAUSE_WIDTH] = opens, closes, long, excused_from, excused_until
        return crew

    def _hands(self) -> Ints:
        """Lengths and windows; vehicles for which they are the same share them."""
        tables = self._tables
        alike = np.array(tables.draft.alike)
        firsts = np.unique(alike)
        spans: dict[Spans, int] = {}
        rows = [[spans.setdefault(one, len(spans)) for one in tables.spans[v]] for v in firsts]
        numbers = np.array(rows, dtype=np.int64).reshape(len(firsts), len(self._jobs))
        lengths = np.array([tables.lengths[v] for v in firsts]).reshape(numbers.shape)
        allowed = numbers != spans.get((), -1)
        # Who may not go has the windows of somebody who may, so that few rows differ.
        some, usual = allowed.argmax(axis=0), np.arange(len(self._jobs))
        numbers = np.where(allowed, numbers, numbers[some, usual][None, :])
        lengths = np.where(allowed, lengths, lengths[some, usual][None, :])
        kinds = numbered(
            [(n.tobytes(), m.tobytes()) for n, m in zip(numbers, lengths, strict=True)]
        )
        self._first_rank = np.searchsorted(firsts, alike)
        self._allowed, self._hand = allowed, kinds[self._first_rank]
        depots = [_depot_spans(depot) for depot in tables.depots]
        table = _edges([*spans, *depots])
        _, chosen = np.unique(kinds, return_index=True)
        jobs, stops = len(self._jobs), len(self._jobs) + len(depots)
        hands = np.zeros((len(chosen), stops, c.WINDOWS + table.shape[1]), dtype=np.int64)
        setups = np.array(tables.setups)[tables.places[:stops]]
        hands[:, :, c.SETUP] = np.ceil(setups * c.TICKS - NOISE)
        loading = np.array([depot.duration_s for depot in tables.depots])
        hands[:, jobs:, c.WORK] = np.ceil(loading * c.TICKS - NOISE)
        hands[:, jobs:, c.WINDOWS :] = table[len(spans) :]
        for h, v in enumerate(chosen):
            hands[h, :jobs, c.WORK] = np.ceil(lengths[v] * c.TICKS - NOISE)
            hands[h, :jobs, c.WINDOWS :] = table[numbers[v]]
        return hands

    def _who(self) -> tuple[Ints, NDArray[np.float32]]:
        """The line of each vehicle, and prices by line and job; infinite where it must not go."""
        prices, scalar, tables = self._trial.prices, self._trial.prices.scalar, self._tables
        firsts = np.unique(tables.draft.alike)
        known: dict[object, float] = {}

        def number(price: Price) -> float:
            if price not in known:
                known[price] = scalar(price)
            return known[price]

        # Most jobs cost the same whoever goes: half a million calls less at 2,000 jobs.
        usual = np.full(len(self._jobs), np.nan)
        for job in self._jobs:
            if prices.is_same_for_all(job) and len(firsts):
                usual[job] = number(prices.who(int(firsts[0]), job=job))
        plain = np.where(self._allowed, usual, np.inf)
        for row, v, allowed in zip(plain, firsts.tolist(), self._allowed, strict=True):
            able = np.flatnonzero(allowed & np.isnan(usual))
            row[able] = [number(prices.who(v, job=job)) for job in able.tolist()]
        loading = np.array([depot.duration_s for depot in tables.depots])
        lines: list[int] = []
        rows: list[NDArray[np.float32]] = []
        keys: dict[Hashable, int] = {}
        for v, vehicle in enumerate(self._vehicles):
            road, first = prices.road(vehicle.index), int(self._first_rank[v])
            wait = scalar(road.wait)
            extra = scalar(road.visit), scalar(road.busy[0]) - wait, scalar(road.busy[3]) - wait
            if (first, extra) not in keys:
                keys[first, extra] = len(rows)
                lengths = np.array(tables.lengths[vehicle.index])
                own = plain[first] + extra[0] + extra[1] * lengths
                rows.append(np.append(own, extra[2] * loading).astype(np.float32))
            lines.append(keys[first, extra])
        same = numbered([row.tobytes() for row in rows])
        _, chosen = np.unique(same, return_index=True)
        return same[np.array(lines)], np.array([rows[r] for r in chosen])


def _depot_spans(depot: Depot) -> Spans:
    """When loading may begin."""
    return unite([(window.opens, window.closes) for window in depot.windows]) or ALWAYS


def _edges(spans: Sequence[Spans]) -> Ints:
    """For each of them the number of windows in it, then opening and close of each."""
    edges = [windows(span) for span in spans]
    most = max((len(one) for one in edges), default=1)
    table = np.zeros((len(edges), 1 + 2 * max(1, most)), dtype=np.int64)
    for row, one in zip(table, edges, strict=True):
        row[0] = len(one)
        row[1 : 1 + 2 * len(one)] = [edge for window in one for edge in window]
    return table


def numbered(keys: Sequence[Hashable]) -> Ints:
    """Equal numbers, from 0, for equal keys."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)


def opening(pause: Break) -> float:
    """Breaks are taken in this order."""
    return -math.inf if pause.window is None else pause.window.opens
