"""Places between stops as flat arrays, so that one expression tests all of them for a job.

The test is necessary, not sufficient: it leaves out breaks, stock, limits and traffic jams. What
passes is laid out exactly afterwards; what fails could never have been.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from routing.flow import extremes
from routing.rules.draft import Vehicle
from routing.rules.spans import Span
from routing.trial.instants import NOISE_S
from routing.trial.laying import Laid
from routing.trial.tables import Tables

# Rows of a block: place before, place after, leaves at the earliest, must be met at the latest,
# vehicle, position among the stops without breaks, set-up at the place after (at home there is none).
BEFORE, AFTER, LEAVES, LATEST, VEHICLE, POSITION, SETUP = range(7)

Block = NDArray[np.float64]


class Routes(Protocol):
    """Something with a route, or none, for each vehicle."""

    @property
    def routes(self) -> Sequence[Laid | None]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Gaps in which a job might fit: one entry a gap. ``start`` is the earliest that it could be."""

    vehicle: NDArray[np.int64]
    position: NDArray[np.int64]
    extra_s: NDArray[np.float64]
    extra_m: NDArray[np.float64]
    start: NDArray[np.float64]


class Gaps:
    """Builds blocks of one route each and tests a job against many of them at once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        size, legs = len(tables.setups), tuple(tables.legs.values())
        # One table for each profile. The last row and column stand for an open end: from there and
        # to there it is no way.
        self.seconds = np.zeros((len(legs), size + 1, size + 1))
        self.metres = np.zeros((len(legs), size + 1, size + 1))
        for table, own in enumerate(legs):
            self.seconds[table, :size, :size] = own.seconds
            self.metres[table, :size, :size] = own.metres
        self._tables_of = table_numbers(tables)
        self._setups = np.array([*tables.setups, 0.0])
        self._setup_list = [*tables.setups, 0.0]
        self._open = size
        self._jobs = len(tables.jobs)
        # Roads are never faster than this.
        self.ease = extremes(tables.problem.travel)[0]
        self._factors = np.array([vehicle.travel_factor for vehicle in tables.vehicles])
        # Of each job that was asked about: lengths of work, who may go, all starts of somebody.
        self._known: dict[int, tuple[NDArray[np.float64], NDArray[np.bool_], Sequence[Span]]] = {}

    def put_job(self, number: int) -> None:
        """Forget what the tables said of this number."""
        self._known.pop(number, None)

    def _about(self, job: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], Sequence[Span]]:
        known = self._known.get(job)
        if known is None:
            tables = self._tables
            lengths = np.array([row[job] for row in tables.lengths], dtype=np.float64)
            may = np.array([bool(row[job]) for row in tables.spans], dtype=np.bool_)
            known = self._known[job] = lengths, may, _all_spans(tables, job)
        return known

    def block(self, vehicle: Vehicle, bare: Sequence[int]) -> Block:
        """``(7, n + 1)`` of a route given as its stops without breaks."""
        places = [self._tables.places[code] for code in bare]
        first = self._open if vehicle.begin is None else vehicle.begin
        last = self._open if vehicle.finish is None else vehicle.finish
        leaves = self._earliest(vehicle, bare, [first, *places])
        latest = self._latest(vehicle, bare, [*places, last])
        count = len(bare) + 1
        return np.array(
            [
                [first, *places],
                [*places, last],
                leaves,
                latest,
                [vehicle.index] * count,
                range(count),
                [*(self._setup_list[place] for place in places), 0],
            ],
            dtype=np.float64,
        )

    def _earliest(
        self, vehicle: Vehicle, bare: Sequence[int], before: Sequence[int]
    ) -> list[float]:
        """When the route can leave each place before a gap."""
        factor = vehicle.travel_factor * self.ease
        leaves = [vehicle.shift.start]
        for n, code in enumerate(bare):
            here, there = before[n], before[n + 1]
            road = self._road(vehicle, here, there) * factor
            ready = leaves[-1] + road + self._setup(here, there)
            spans, length = self._work(vehicle, code)
            start = next((max(a, ready) for a, b in spans if ready <= b + NOISE_S), math.inf)
            leaves.append(start + length)
        return leaves

    def _latest(self, vehicle: Vehicle, bare: Sequence[int], after: Sequence[int]) -> list[float]:
        """When work after each gap must start, or the route be home, so that the rest is kept."""
        factor = vehicle.travel_factor * self.ease
        latest = [vehicle.latest]
        for n in range(len(bare) - 1, -1, -1):
            here, there = after[n], after[n + 1]
            spans, length = self._work(vehicle, bare[n])
            road = self._road(vehicle, here, there) * factor
            road += self._setup(here, there) if n + 1 < len(bare) else 0
            bound = latest[-1] - road - length
            start = max(
                (min(b, bound) for a, b in spans if a <= bound + NOISE_S), default=-math.inf
            )
            latest.append(start)
        return latest[::-1]

    def _work(self, vehicle: Vehicle, code: int) -> tuple[Sequence[Span], float]:
        if code < self._jobs:
            row = vehicle.index
            return self._tables.spans[row][code], self._tables.lengths[row][code]
        depot = self._tables.problem.depots[code - self._jobs]
        spans = [(w.opens, w.closes) for w in depot.windows] or [(-math.inf, math.inf)]
        return spans, depot.duration_s

    def _road(self, vehicle: Vehicle, here: int, there: int) -> float:
        rows = self._tables.legs[vehicle.profile].second_rows  # quicker to ask one by one
        return 0.0 if self._open in (here, there) else rows[here][there]

    def _setup(self, here: int, there: int) -> float:
        return 0.0 if here in (there, self._open) else self._setup_list[there]

    def missing(self, job: int, block: Block, vehicle: Vehicle) -> float:
        """Seconds by which the best gap of one route is too short; infinite outside of windows."""
        best = math.inf
        place, length = self._tables.places[job], self._tables.lengths[vehicle.index][job]
        for before, after, leaves, latest, _, _, setup in block.T.tolist():
            here, there = int(before), int(after)
            into = self._road(vehicle, here, place) * vehicle.travel_factor
            out = self._road(vehicle, place, there) * vehicle.travel_factor
            ready = leaves + into * self.ease + self._setup(here, place)
            done = length + out * self.ease + (0 if place == there else setup)
            for opens, closes in self._tables.spans[vehicle.index][job]:
                start = max(opens, ready)
                best = min(best, max(start - closes, 0) + max(start + done - latest, 0))
        return best

    def fits(self, job: int, *, blocks: Sequence[Block], fixed: Span | None) -> Fits:
        """The gaps of these blocks that the job passes, with the extra road through each."""
        gaps = np.concatenate(blocks, axis=1)
        vehicle = gaps[VEHICLE].astype(np.int64)
        lengths, may, spans = self._about(job)
        allowed = may[vehicle]
        if not allowed.all():
            gaps, vehicle = gaps[:, allowed], vehicle[allowed]
        before, after = gaps[BEFORE].astype(np.int64), gaps[AFTER].astype(np.int64)
        place, factor = self._tables.places[job], self._factors[vehicle]
        table = self._tables_of[vehicle]
        into = self.seconds[table, before, place] * factor
        out = self.seconds[table, place, after] * factor
        ready = gaps[LEAVES] + into * self.ease
        ready += np.where((before != place) & (before != self._open), self._setups[place], 0)
        start = np.full(len(ready), np.inf)
        for opens, closes in reversed(spans):
            start = np.where(ready <= closes + NOISE_S, np.maximum(ready, opens), start)
        if fixed is not None:
            start = np.where(start <= fixed[1] + NOISE_S, np.maximum(start, fixed[0]), np.inf)
        met = start + lengths[vehicle] + out * self.ease
        met += np.where(after != place, gaps[SETUP], 0)
        good = met <= gaps[LATEST] + NOISE_S
        direct = self.seconds[table, before, after] * factor
        metres = self.metres
        extra_m = metres[table, before, place] + metres[table, place, after]
        extra_m -= metres[table, before, after]
        return Fits(
            vehicle=vehicle[good],
            position=gaps[POSITION].astype(np.int64)[good],
            extra_s=(into + out - direct)[good],
            extra_m=extra_m[good],
            start=start[good],
        )


class Room:
    """How short the nearest gap of a trial is for a job."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._gaps = Gaps(tables)

    def nearest(self, trial: Routes, *, job: int) -> tuple[int, float] | None:
        """The vehicle with the least missing seconds, and how many; None when nobody may go."""
        found: tuple[float, int] | None = None
        for vehicle in self._tables.vehicles:
            if not self._tables.spans[vehicle.index][job]:
                continue
            missing = self.missing(trial, job=job, vehicle=vehicle.index)
            if found is None or missing < found[0]:
                found = missing, vehicle.index
        return None if found is None else (found[1], max(0.0, found[0]))

    def missing(self, trial: Routes, *, job: int, vehicle: int) -> float:
        """Seconds by which the nearest gap of one route is too short; 0 or less when it is not."""
        crew, laid = self._tables.vehicles[vehicle], trial.routes[vehicle]
        bare = () if laid is None else tuple(code for code in laid.stops if code >= 0)
        return self._gaps.missing(job, self._gaps.block(crew, bare), crew)


def _all_spans(tables: Tables, job: int) -> tuple[Span, ...]:
    """Starts that some vehicle may choose, in order."""
    return tuple(sorted({span for row in tables.spans for span in row[job]}))


def table_numbers(tables: Tables) -> NDArray[np.int64]:
    """``(vehicles,)``: which of the tables of ``Gaps`` holds for each."""
    number = {profile: table for table, profile in enumerate(tables.legs)}
    return np.array([number[vehicle.profile] for vehicle in tables.vehicles], dtype=np.int64)
