"""Ways between places in square arrays that grow: what is known, and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.travel.matrix import TravelMatrix
from routing.travel.provider import Point

SMALLEST = 64
LON_BITS = 26  # 36,000,000 steps of 0.00001 degrees around the earth


def code_of(point: Point) -> int:
    """A whole number below 2**51 for a rounded point; the same for two spellings of one doorstep."""
    lat, lon = round((point.lat + 90) * 1e5), round((point.lon + 180) * 1e5)
    return lat << LON_BITS | lon


class Grid:
    """``(n, n)`` ways by code of a place; the way from a place to itself is known and takes nothing."""

    def __init__(self, capacity: int = SMALLEST) -> None:
        self._number: dict[int, int] = {}
        self._seconds = np.zeros((capacity, capacity), np.int32)
        self._metres = np.zeros((capacity, capacity), np.int32)
        self._estimated = np.zeros((capacity, capacity), np.bool_)
        self._known = np.eye(capacity, dtype=np.bool_)

    @property
    def known(self) -> NDArray[np.bool_]:
        """``(n, n)`` cells that hold an answer, in the order in which places were added."""
        size = len(self._number)
        return self._known[:size, :size]

    def size_with(self, codes: Sequence[int]) -> int:
        """How many places there would be with these."""
        return len(self._number) + sum(code not in self._number for code in codes)

    def add(self, codes: Sequence[int]) -> None:
        """Make room for places; the arrays double when they are full."""
        for code in codes:
            self._number.setdefault(code, len(self._number))
        capacity = len(self._known)
        while capacity < len(self._number):
            capacity *= 2
        if capacity > len(self._known):
            self._grow(capacity)

    def knows_all(self, codes: Sequence[int], rows: Sequence[int], columns: Sequence[int]) -> bool:
        """Whether every way from ``codes[rows]`` to ``codes[columns]`` is known."""
        numbers = [self._number[code] for code in codes]
        where = np.ix_([numbers[i] for i in rows], [numbers[j] for j in columns])
        return bool(self._known[where].all())

    def take(
        self,
        place: int,
        outward: bool,  # noqa: FBT001 - a row's direction
        others: NDArray[np.int64],
        values: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]],
    ) -> None:
        """Keep a place's ways to others, or from them; who is not in the grid is passed over."""
        here = self._number.get(place)
        if here is None:
            return
        numbers = np.array([self._number.get(other, -1) for other in others.tolist()], np.int64)
        inside = numbers >= 0
        there = numbers[inside]
        where = (here, there) if outward else (there, here)
        for table, value in zip(
            (self._seconds, self._metres, self._estimated), values, strict=True
        ):
            table[where] = value[inside]
        self._known[where] = True

    def part(self, codes: Sequence[int]) -> Grid:
        """A copy with these places in this order."""
        numbers = [self._number[code] for code in codes]
        copy = Grid(capacity=max(1, len(numbers)))
        copy._number = {code: index for index, code in enumerate(codes)}
        where = np.ix_(numbers, numbers)
        copy._seconds, copy._metres = self._seconds[where], self._metres[where]
        copy._estimated, copy._known = self._estimated[where], self._known[where]
        return copy

    def write(self, rows: Sequence[int], columns: Sequence[int], table: TravelMatrix) -> None:
        """Lay a table over the cells of these places."""
        where = np.ix_(rows, columns)
        self._seconds[where], self._metres[where] = table.seconds, table.metres
        self._estimated[where], self._known[where] = table.estimated, True

    def table(
        self, rows: Sequence[int], columns: Sequence[int], *, source: str, version: str
    ) -> TravelMatrix:
        """The ways from these places to those."""
        where = np.ix_(rows, columns)
        assert self._known[where].all()
        return TravelMatrix(
            seconds=self._seconds[where],
            metres=self._metres[where],
            estimated=self._estimated[where],
            source=source,
            graph_version=version,
        )

    def _grow(self, capacity: int) -> None:
        more = capacity - len(self._known)
        edge = ((0, more), (0, more))
        self._seconds, self._metres = np.pad(self._seconds, edge), np.pad(self._metres, edge)
        self._estimated, self._known = np.pad(self._estimated, edge), np.pad(self._known, edge)
        np.fill_diagonal(self._known, val=True)
