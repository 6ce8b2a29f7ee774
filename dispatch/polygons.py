"""Points and borders on the ground, as [[latitude, longitude], ..] in degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]


def contains(polygon: Sequence[Sequence[float]], point: Point) -> bool:
    """Whether a ray to the east crosses the border an odd number of times."""
    latitude, longitude = point
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in _edges(polygon):
        if (lat_a > latitude) != (lat_b > latitude):
            crossing = lon_a + (latitude - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            inside ^= longitude < crossing
    return inside


def distance(polygon: Sequence[Sequence[float]], point: Point) -> float:
    """Degrees of latitude to the nearest point of the border; endless without a border."""
    shrink = math.cos(math.radians(point[0]))

    def to_edge(a: Point, b: Point) -> float:
        ay, ax = a[0] - point[0], (a[1] - point[1]) * shrink
        by, bx = b[0] - point[0], (b[1] - point[1]) * shrink
        length = (by - ay) ** 2 + (bx - ax) ** 2
        along = -((ay * (by - ay)) + ax * (bx - ax)) / length if length else 0.0
        share = min(1.0, max(0.0, along))
        return math.hypot(ay + share * (by - ay), ax + share * (bx - ax))

    return min((to_edge(a, b) for a, b in _edges(polygon)), default=math.inf)


def _edges(polygon: Sequence[Sequence[float]]) -> list[tuple[Point, Point]]:
    corners = [(corner[0], corner[1]) for corner in polygon]
    return list(zip(corners, corners[1:] + corners[:1], strict=True))
