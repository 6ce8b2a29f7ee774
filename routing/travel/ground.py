"""The ground under maps without tiles: main roads, simplified, and names of towns; one small file.

It lies beside the road graph as ``ground.json`` and is made with it. A line is an encoded polyline
with five decimals; lines are as rough as the file's size demands, and where that is not enough the
smaller classes of roads are left out.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polyline
from numpy.typing import NDArray

from routing.travel.extract import PRECISION, Extract, Town
from routing.travel.network import Network
from routing.travel.vehicles import CLASS_NUMBERS

FILE = "ground.json"
ATTRIBUTION = "© OpenStreetMap contributors"
CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary")
MOST_BYTES = 300_000
MOST_TOWNS = 400
# How many classes are shown, and how many metres a line may lie off; tried in this order.
STEPS = (
    *((5, 10.0), (5, 20.0), (5, 40.0), (5, 80.0), (4, 40.0), (4, 80.0), (3, 80.0), (3, 160.0)),
    *((2, 160.0), (2, 320.0), (2, 640.0), (1, 1280.0)),
)
METRES_PER_DEGREE = 111_195.0
Floats = NDArray[np.float64]


class Line(NamedTuple):
    """A road between two crossings with others of its class: points ``(p, 2)`` in degrees."""

    kind: str
    points: Floats


def made(network: Network, extract: Extract) -> bytes:
    """The file's text, at most 300 kB; half a second for a city."""
    lines = [line for kind in CLASSES for line in _joined(network, kind)]
    towns = _labels(extract.towns)
    for classes, off_m in STEPS:
        shown = [line for line in lines if line.kind in CLASSES[:classes]]
        text = _text([Line(line.kind, _simplified(line.points, off_m)) for line in shown], towns)
        if len(text) <= MOST_BYTES:
            return text
    return _text([], towns)


def write(path: Path, text: bytes) -> None:
    """Write beside and rename. Raises OSError; then a former file stays as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _text(lines: Sequence[Line], towns: Sequence[Town]) -> bytes:
    roads: dict[str, list[str]] = {}
    for line in lines:
        roads.setdefault(line.kind, []).append(polyline.encode(line.points.tolist(), 5))
    content = {
        "attribution": ATTRIBUTION,
        "roads": roads,
        "towns": [[round(each.lat, 4), round(each.lon, 4), each.name] for each in towns],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _labels(towns: Sequence[Town]) -> list[Town]:
    """The largest first: a map shows the first names that fit."""
    return sorted(towns, key=lambda each: (each.rank, -each.people, each.name))[:MOST_TOWNS]


def _joined(network: Network, kind: str) -> Iterator[Line]:
    """Pieces of one class put together wherever exactly two of them meet."""
    states = np.nonzero(network.kind == CLASS_NUMBERS[kind])[0]
    pieces = np.unique(network.piece[states]).tolist()
    ends = {
        piece: (int(network.begins[piece]), int(network.begins[piece + 1]) - 1) for piece in pieces
    }
    meeting: dict[int, list[int]] = {}
    for piece, both in ends.items():
        for end in both:
            meeting.setdefault(int(network.node_ids[end]), []).append(piece)
    left = dict.fromkeys(pieces)
    while left:
        piece, _ = left.popitem()
        begin, end = ends[piece]
        chain = [*reversed(_onward(network, begin, left=left, meeting=meeting, ends=ends))]
        chain = [np.flip(each) for each in chain]
        chain += [np.arange(begin, end + 1)]
        chain += _onward(network, end, left=left, meeting=meeting, ends=ends)
        places = np.concatenate(chain)
        points = np.column_stack((network.lat[places], network.lon[places])) / PRECISION
        yield Line(kind, points)


def _onward(
    network: Network,
    end: int,
    *,
    left: dict[int, None],
    meeting: dict[int, list[int]],
    ends: dict[int, tuple[int, int]],
) -> list[NDArray[np.int64]]:
    """Pieces that go on from a point, away from it, until several meet; they are taken from ``left``."""
    found: list[NDArray[np.int64]] = []
    while len(here := meeting[int(network.node_ids[end])]) == 2:
        piece = next((each for each in here if each in left), None)
        if piece is None:
            break
        del left[piece]
        first, last = ends[piece]
        along = network.node_ids[first] == network.node_ids[end]
        found.append(np.arange(first, last + 1) if along else np.arange(last, first - 1, -1))
        end = last if along else first
    return found


def _simplified(points: Floats, off_m: float) -> Floats:
    """Leave out points that lie less than ``off_m`` off the line without them.

    Douglas and Peucker, "Algorithms for the reduction of the number of points required to represent
    a digitized line or its caricature" (1973); with a stack, O(p²) at worst.
    """
    scale = np.array([1.0, np.cos(np.radians(points[0, 0]))]) * METRES_PER_DEGREE
    flat = points * scale
    kept = np.zeros(len(points), dtype=np.bool_)
    kept[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        off = _distances(flat[first + 1 : last], flat[first], flat[last])
        farthest = int(off.argmax())
        if off[farthest] > off_m:
            middle = first + 1 + farthest
            kept[middle] = True
            waiting += [(first, middle), (middle, last)]
    return points[kept]


def _distances(points: Floats, begin: Floats, end: Floats) -> Floats:
    """Metres from each point to the stretch between two others, which may be one."""
    way = end - begin
    square = float(way @ way)
    share = np.clip((points - begin) @ way / square, 0.0, 1.0) if square else np.zeros(len(points))
    return np.asarray(np.hypot(*(points - begin - share[:, None] * way).T))
