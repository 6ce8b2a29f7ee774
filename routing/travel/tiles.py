"""Large tables in pieces that a provider takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from routing.travel.provider import Point

Tile = tuple[range, range]
Floats = NDArray[np.float64]


def tiles(rows: int, columns: int, *, most: int | None) -> Iterator[Tile]:
    """Pieces of a ``rows`` by ``columns`` table, about equal, with at most ``most`` cells each."""
    if most is None or rows * columns <= most:
        if rows and columns:
            yield range(rows), range(columns)
        return
    if most < 1:
        raise ValueError(f"tiles of {most} cells")
    wide = _even(columns, min(columns, max(math.isqrt(most), most // rows)))
    high = _even(rows, max(1, most // wide))
    for top in range(0, rows, high):
        for left in range(0, columns, wide):
            yield range(top, min(rows, top + high)), range(left, min(columns, left + wide))


def _even(length: int, most: int) -> int:
    """The least length of as many equal parts as parts of ``most`` would be."""
    return -(-length // -(-length // most))


def tiled(
    origins: Sequence[Point],
    destinations: Sequence[Point],
    *,
    most: int | None,
    ask: Callable[[list[Point], list[Point]], tuple[Floats, Floats]],
) -> tuple[Floats, Floats]:
    """``(n, m)`` seconds and metres put together from tables of at most so many cells."""
    shape = (len(origins), len(destinations))
    seconds, metres = np.full(shape, np.nan), np.full(shape, np.nan)
    for rows, columns in tiles(*shape, most=most):
        where = np.ix_(rows, columns)
        seconds[where], metres[where] = ask(
            [origins[i] for i in rows], [destinations[j] for j in columns]
        )
    return seconds, metres
