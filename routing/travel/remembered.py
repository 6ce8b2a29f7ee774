"""Travel that was asked before is not asked again: rows in a store, and a grid of them in memory.

A place is known by its code, a whole number that stands for its rounded point, so a place that
moves is another place. One more place costs two questions, its ways to all others and theirs to
it, and two rows; a table that was answered before costs none. What a provider left to an estimate
because it was ill is used once and not kept.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from routing.travel.chain import Answer, Chain
from routing.travel.forwarding import Forwarding
from routing.travel.grid import Grid, code_of
from routing.travel.lines import packed, simplified, unpacked
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import (
    ALL_DAY,
    DayPart,
    Path,
    Point,
    Profile,
    Way,
)

# Places of one grid: 36 MB. Whoever needs more begins a new grid and reads rows again.
MOST_PLACES = 2_000


class Key(NamedTuple):
    """What a row depends on beside its places."""

    provider: str
    profile: Profile
    day_part: str
    graph_version: str


class Row(NamedTuple):
    """Ways of one place ``outward`` to others, or from them to it; all arrays ``(n,)``."""

    place: int
    outward: bool
    others: NDArray[np.int64]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    estimated: NDArray[np.bool_]


class Leg(NamedTuple):
    """From one place to another."""

    origin: int
    destination: int


class Line(NamedTuple):
    """The way of one leg, its line packed (routing/travel/lines.py)."""

    leg: Leg
    seconds: int
    metres: int
    shape: str
    straight: bool


class Reach(Protocol):
    """Keeps rows and lines. Later ones win over earlier ones."""

    @property
    def busy(self) -> bool:
        """Whether the caller holds a lock for which others wait: then nobody outside is asked."""

    def rows(self, key: Key, places: Sequence[int]) -> Iterable[Row]:
        """All rows of these places, oldest first."""

    def append(self, key: Key, rows: Sequence[Row], *, days: int | None) -> None:
        """Keep rows for so many days (None: for good). Trouble with the store is not raised."""

    def lines(self, key: Key, legs: Sequence[Leg]) -> Iterable[Line]:
        """The lines of these legs, oldest first."""

    def append_lines(self, key: Key, lines: Sequence[Line], *, days: int | None) -> None:
        """Keep lines, as rows are kept."""


class Remembered(Forwarding):
    """A chain that is asked only for what its store does not know."""

    def __init__(self, chain: Chain, *, reach: Reach, most_places: int = MOST_PLACES) -> None:
        self._chain, self._reach, self._most_places = chain, reach, most_places
        self._lock = threading.Lock()
        self._grids: dict[Key, Grid] = {}

    @property
    def asked(self) -> Chain:
        return self._chain

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """A complete table; asks the chain at most twice, and not at all for what is known."""
        code = {point: code_of(point) for point in dict.fromkeys((*origins, *destinations))}
        points = {each: point.rounded() for point, each in code.items()}
        codes = list(points)
        number = {each: index for index, each in enumerate(codes)}
        rows = [number[code[point]] for point in origins]
        columns = [number[code[point]] for point in destinations]
        day_part = self._chain.capabilities.known(day_part, profile=profile)
        key = Key(self._chain.name, profile, day_part.name, self._chain.graph_version)
        sheet = self._known(key, codes, rows, columns)
        wanted = np.zeros_like(sheet.known)
        wanted[np.ix_(rows, columns)] = True
        missing = wanted & ~sheet.known
        if missing.any():
            places = _Places(codes, list(points.values()), profile, day_part)
            for asked in self._questions(missing):
                self._ask(key, places, sheet, *asked)
        return sheet.table(rows, columns, source=key.provider, version=key.graph_version)

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """The chain's way with simplified lines; asks the chain for legs that are not known."""
        places = [point.rounded() for point in points]
        codes = [code_of(point) for point in places]
        legs = [Leg(*ends) for ends in itertools.pairwise(codes)]
        day_part = self._chain.capabilities.known(day_part, profile=profile)
        key = Key(self._chain.name, profile, day_part.name, self._chain.graph_version)
        known = {line.leg: _way(line) for line in self._reach.lines(key, legs)}
        for run in _runs([leg not in known for leg in legs]):
            known |= self._drawn(key, places[run.start : run.stop + 1], day_part)
        return Path(legs=tuple(known[leg] for leg in legs))

    def _drawn(self, key: Key, places: Sequence[Point], day_part: DayPart) -> Mapping[Leg, Way]:
        """The ways from place to place; those that last are kept."""
        legs = [Leg(*map(code_of, ends)) for ends in itertools.pairwise(places)]
        if self._reach.busy:
            ways = self._chain.straight(places, profile=key.profile).legs
            return dict(zip(legs, ways, strict=True))
        drawing = self._chain.draw(places, profile=key.profile, day_part=day_part)
        lines = [
            Line(leg, way.seconds, way.metres, packed(simplified(way.line)), way.straight)
            for leg, way in zip(legs, drawing.path.legs, strict=True)
        ]
        kept = [line for line, lasts in zip(lines, drawing.lasting, strict=True) if lasts]
        self._reach.append_lines(key, kept, days=self._chain.capabilities.may_cache_days)
        return {line.leg: _way(line) for line in lines}

    def _known(
        self, key: Key, codes: list[int], rows: Sequence[int], columns: Sequence[int]
    ) -> Grid:
        """A copy of what the grid knows between these places, after a look into the store."""
        with self._lock:
            grid = self._grid(key, codes)
            if not grid.knows_all(codes, rows, columns):
                for row in self._reach.rows(key, codes):
                    grid.take(row.place, row.outward, row.others, row[3:])
            return grid.part(codes)

    def _grid(self, key: Key, codes: Sequence[int]) -> Grid:
        grid = self._grids.get(key)
        if grid is None or grid.size_with(codes) > self._most_places:
            self._grids = {old: kept for old, kept in self._grids.items() if old != key}
            grid = self._grids[key] = Grid()
        grid.add(codes)
        return grid

    def _questions(self, missing: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
        """At most two tables that hold every missing cell, and little that is known."""
        new = _fewest(missing)
        old = [index for index in range(len(missing)) if index not in new]
        outward = [index for index in new if missing[index].any()]
        inward = [index for index in new if missing[old, index].any()]
        reached = np.flatnonzero(missing[outward].any(axis=0)).tolist()
        return [
            asked
            for asked in ((outward, reached), ([i for i in old if missing[i].any()], inward))
            if all(asked)
        ]

    def _ask(
        self, key: Key, places: _Places, sheet: Grid, rows: list[int], columns: list[int]
    ) -> None:
        """Ask the chain, fill the sheet, and keep what lasts."""
        origins = [places.points[i] for i in rows]
        destinations = [places.points[j] for j in columns]
        if self._reach.busy:
            guess = self._chain.guess(origins, destinations=destinations, profile=places.profile)
            sheet.write(rows, columns, guess)
            return
        answer = self._chain.ask(
            origins,
            destinations=destinations,
            profile=places.profile,
            day_part=places.day_part,
        )
        sheet.write(rows, columns, answer.table)
        kept = list(_rows(answer, places.codes, rows, columns))
        with self._lock:
            grid = self._grid(key, places.codes)
            for row in kept:
                grid.take(row.place, row.outward, row.others, row[3:])
        self._reach.append(key, kept, days=self._chain.capabilities.may_cache_days)


class _Places(NamedTuple):
    codes: list[int]
    points: list[Point]
    profile: Profile
    day_part: DayPart


def _way(line: Line) -> Way:
    return Way(
        seconds=line.seconds,
        metres=line.metres,
        line=unpacked(line.shape),
        straight=line.straight,
    )


def _runs(wanted: Sequence[bool]) -> list[range]:
    """The stretches in which everything is wanted."""
    edges = np.flatnonzero(np.diff([False, *wanted, False]))
    return [range(begin, end) for begin, end in edges.reshape(-1, 2).tolist()]


def _fewest(missing: NDArray[np.bool_]) -> list[int]:
    """Few places whose rows and columns hold every missing cell; all, where nearly all are new."""
    if 2 * missing.sum() > missing.size:
        return list(range(len(missing)))
    left = missing.copy()
    chosen: list[int] = []
    while left.any():
        worst = int((left.sum(axis=0) + left.sum(axis=1)).argmax())
        chosen.append(worst)
        left[worst, :] = left[:, worst] = False
    if len(chosen) >= len(missing) - 1:
        return list(range(len(missing)))
    return chosen


def _rows(
    answer: Answer, codes: Sequence[int], rows: list[int], columns: list[int]
) -> Iterable[Row]:
    """The lasting cells as rows of the side that has fewer places."""
    table, lasting = answer.table, answer.lasting
    outward = len(rows) <= len(columns)
    mine, others = (rows, columns) if outward else (columns, rows)
    numbers = np.array([codes[j] for j in others], dtype=np.int64)
    for place, index in enumerate(mine):
        line = (place, slice(None)) if outward else (slice(None), place)
        keep = lasting[line] & (numbers != codes[index])
        if keep.any():
            yield Row(
                codes[index],
                outward,
                numbers[keep],
                table.seconds[line][keep],
                table.metres[line][keep],
                table.estimated[line][keep],
            )
