"""Lines of ways made small: corners that nobody sees are left out, the rest is packed as text.

The text is Google's encoded polyline with five decimals, which browsers' code unpacks in a few lines
(developers.google.com/maps/documentation/utilities/polylinealgorithm).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polyline
from numpy.typing import NDArray

from routing.travel.crowfly import EARTH_M
from routing.travel.provider import Point

# Metres by which a line may miss a corner: less than a road is wide.
TOLERANCE_M = 5.0


def simplified(line: Sequence[Point], *, tolerance_m: float = TOLERANCE_M) -> tuple[Point, ...]:
    """The line without points that lie nearer than ``tolerance_m`` to it; its ends stay.

    Douglas and Peucker 1973, Algorithms for the reduction of the number of points.
    """
    plane = _on_plane(line)
    kept = np.zeros(len(line), dtype=np.bool_)
    kept[[0, -1]] = True
    open_spans = [(0, len(line) - 1)]
    while open_spans:
        begin, end = open_spans.pop()
        if end - begin < 2:
            continue
        off = _off_chord(plane[begin : end + 1])
        worst = int(off.argmax())
        if off[worst] > tolerance_m:
            middle = begin + 1 + worst
            kept[middle] = True
            open_spans += [(begin, middle), (middle, end)]
    return tuple(line[index] for index in np.flatnonzero(kept).tolist())


def packed(line: Sequence[Point]) -> str:
    """The line as text, rounded to five decimals."""
    return str(polyline.encode(list(line), 5))


def unpacked(text: str) -> tuple[Point, ...]:
    """The points of a packed line."""
    return tuple(Point(lat, lon) for lat, lon in polyline.decode(text, 5))


def _on_plane(line: Sequence[Point]) -> NDArray[np.float64]:
    """``(n, 2)`` metres to the north and east, true enough over the length of a drive."""
    radians = np.radians(np.array(line, dtype=np.float64).reshape(len(line), 2))
    shrink = np.cos(radians[:, 0].mean())
    plane: NDArray[np.float64] = radians * (EARTH_M, EARTH_M * shrink)
    return plane


def _off_chord(span: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(n - 2,)`` metres of the inner points from the straight line between the ends."""
    chord, inner = span[-1] - span[0], span[1:-1] - span[0]
    length = float(chord @ chord)
    along = np.clip(inner @ chord / length, 0.0, 1.0) if length else np.zeros(len(inner))
    off: NDArray[np.float64] = np.linalg.norm(inner - along[:, None] * chord, axis=1)
    return off
