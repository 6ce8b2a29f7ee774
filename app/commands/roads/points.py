"""Points and travel matrices as JSON files, as people exchange them.

Points: ``{"coordinates": [[latitude, longitude], …]}``. A matrix has the same, and ``seconds``,
``metres`` and ``estimated``, each a list of rows.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from routing.travel.matrix import TravelMatrix
from routing.travel.provider import Point


class PointsWrong(Exception):
    """A file of points that cannot be used; the message says where."""


def read_points(file: Path) -> list[Point]:
    """The points of a file. Raises PointsWrong with the file and the place in it."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as wrong:
        raise PointsWrong(f"{file} is no JSON file: {wrong}") from wrong
    rows = content.get("coordinates") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        raise PointsWrong(f'{file}: there are no points; give {{"coordinates": [[lat, lon], …]}}')
    return [_point(row, place=f"{file}: coordinates[{i}]") for i, row in enumerate(rows)]


def matrix_text(points: list[Point], matrix: TravelMatrix) -> str:
    """The file of a matrix."""
    content = {
        "coordinates": [list(point) for point in points],
        "seconds": matrix.seconds.tolist(),
        "metres": matrix.metres.tolist(),
        "estimated": matrix.estimated.tolist(),
        "source": matrix.source,
        "graph_version": matrix.graph_version,
    }
    return json.dumps(content) + "\n"


def _point(row: object, *, place: str) -> Point:
    if not isinstance(row, list) or len(row) != 2 or not all(_is_number(each) for each in row):
        raise PointsWrong(f"{place} is not [latitude, longitude] in degrees")
    lat, lon = row
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise PointsWrong(f"{place} is not on earth: latitude comes first, then longitude")
    return Point(float(lat), float(lon))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
