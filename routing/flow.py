"""Traffic on one leg: how fast its way is used up at each hour.

While a factor f holds, f seconds pass for each free-flow second, so nobody who leaves later arrives
earlier, whatever the factors are (Ichoua, Gendreau and Potvin 2003).
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from routing.problem import MatrixTravel, Traffic, TrafficSlice, TravelSpec, profiles_of

# Seconds; instants this near to the border of a traffic slice lie on it.
BORDER_S = 1e-9


class Flow:
    """A slice is walked by its number, not found again by its instant, so walks always end."""

    __slots__ = ("_begins", "_ends", "_factors", "_repeat")

    def __init__(self, traffic: Traffic, *, factors: Sequence[float]) -> None:
        """``factors`` are those of the slices of ``traffic`` on this leg."""
        self._repeat = traffic.repeat_s or None
        self._begins = [piece.start for piece in traffic.slices]
        self._factors = [*factors]
        first = 0 if self._repeat else -math.inf
        if self._begins[0] != first:  # the last slice wraps round; without repeat, free flow
            self._begins.insert(0, first)
            self._factors.insert(0, factors[-1] if self._repeat else 1)
        self._ends = [*self._begins[1:], self._repeat or math.inf]

    def advance(self, leave: float, *, work: float) -> float:
        """Arrival of a drive of ``work`` free-flow seconds that starts at ``leave``."""
        now, work = self._whole_turns(leave, work=work, sign=1)
        for _, end, factor in self._onwards(now):
            room = max(0, end - now) / factor
            if room >= work:
                return now + work * factor
            work -= room
            now = max(now, end)
        return now  # pragma: no cover - the last slice has no end

    def retreat(self, arrive: float, *, work: float) -> float:
        """Latest departure of a drive of ``work`` free-flow seconds that is over at ``arrive``."""
        now, work = self._whole_turns(arrive, work=work, sign=-1)
        for begin, _, factor in self._backwards(now):
            room = max(0, now - begin) / factor
            if room >= work:
                return now - work * factor
            work -= room
            now = min(now, begin)
        return now  # pragma: no cover - the first slice has no begin

    def driven(self, begin: float, *, end: float) -> float:
        """Free-flow seconds that a drive from ``begin`` to ``end`` covers."""
        if end <= begin:
            return 0
        total, now = 0.0, begin
        if self._repeat:
            turns = math.floor((end - begin) / self._repeat)
            total, now = turns * self._per_turn(), begin + turns * self._repeat
        for _, close, factor in self._onwards(now):
            total += max(0, min(close, end) - now) / factor
            if close >= end:
                break
            now = max(now, close)
        return total

    def _per_turn(self) -> float:
        """Free-flow seconds that one repetition holds."""
        slices = zip(self._begins, self._ends, self._factors, strict=True)
        return sum((end - begin) / factor for begin, end, factor in slices)

    def _whole_turns(self, now: float, *, work: float, sign: int) -> tuple[float, float]:
        """Skips repetitions that a long drive uses up entirely."""
        if not self._repeat:
            return now, work
        per_turn = self._per_turn()
        if work < 2 * per_turn:
            return now, work
        turns = math.floor(work / per_turn) - 1
        return now + sign * turns * self._repeat, work - turns * per_turn

    def _onwards(self, now: float) -> Iterator[tuple[float, float, float]]:
        base, index = self._locate(now)
        while True:
            yield base + self._begins[index], base + self._ends[index], self._factors[index]
            index += 1
            if index == len(self._begins):
                base, index = base + (self._repeat or 0), 0

    def _backwards(self, now: float) -> Iterator[tuple[float, float, float]]:
        base, index = self._locate(now)
        while True:
            yield base + self._begins[index], base + self._ends[index], self._factors[index]
            index -= 1
            if index < 0:
                base, index = base - (self._repeat or 0), len(self._begins) - 1

    def _locate(self, now: float) -> tuple[float, int]:
        """Begin of the repetition, and number of the slice that holds ``now``."""
        base = 0.0
        if self._repeat:
            turn = math.floor(now / self._repeat)
            if self._repeat * (turn + 1) - now < BORDER_S:
                turn += 1
            base = turn * self._repeat
        index = bisect.bisect_right(self._begins, now - base + BORDER_S) - 1
        return base, max(index, 0)


class Flows:
    """The traffic of all legs of one profile. Raises ValueError where only a matrix has tables."""

    __slots__ = ("_everywhere", "_free", "_traffic")

    def __init__(self, traffic: Traffic, *, travel: TravelSpec) -> None:
        self._traffic = traffic
        self._free = travel.seconds if isinstance(travel, MatrixTravel) else None
        self._everywhere: Flow | None = None
        if all(piece.seconds is None for piece in traffic.slices):
            self._everywhere = Flow(traffic, factors=[piece.factor for piece in traffic.slices])
        elif self._free is None:
            raise ValueError("tables of traffic beside travel that is no matrix")

    def on(self, origin: int, target: int) -> Flow:
        """The traffic between two different places."""
        if self._everywhere is not None:
            return self._everywhere
        return Flow(self._traffic, factors=self._factors(origin, target))

    def _factors(self, origin: int, target: int) -> list[float]:
        assert self._free is not None
        free = self._free[origin][target]
        if not free:  # no road, or none that takes time
            return [1.0] * len(self._traffic.slices)
        return [
            piece.factor
            if piece.seconds is None
            else (piece.seconds[origin][target] or free) / free
            for piece in self._traffic.slices
        ]


def extremes(travel: TravelSpec) -> tuple[float, float]:
    """The least and the most seconds that may pass for a free-flow second, on any leg."""
    least = most = 1.0
    for own in profiles_of(travel):
        for piece in own.traffic.slices if own.traffic else ():
            found = [piece.factor] if piece.seconds is None else _ratios(own, piece.seconds)
            least, most = min([least, *found]), max([most, *found])
    return least, most


def _ratios(travel: TravelSpec, table: Sequence[Sequence[float | None]]) -> list[float]:
    """What each leg takes in a table, for each of its free-flow seconds."""
    assert isinstance(travel, MatrixTravel)
    return [
        slow / free
        for i, (row, own) in enumerate(zip(table, travel.seconds, strict=True))
        for j, (slow, free) in enumerate(zip(row, own, strict=True))
        if slow and free and i != j
    ]


def slices_between(traffic: Traffic, *, begin: float, end: float) -> list[TrafficSlice]:
    """The slices in force from one instant to another; the first starts at ``begin``."""
    pieces = list(traffic.slices)
    if traffic.repeat_s:
        first, last = (math.floor(at / traffic.repeat_s) for at in (begin, end))
        pieces = [
            replace(piece, start=piece.start + turn * traffic.repeat_s)
            for turn in range(first - 1, last + 1)
            for piece in traffic.slices
        ]
    before = [piece for piece in pieces if piece.start <= begin]
    now = replace(before[-1], start=begin) if before else TrafficSlice(start=begin)
    return [now, *(piece for piece in pieces if begin < piece.start < end)]
