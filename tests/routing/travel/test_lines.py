from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from routing.travel.crowfly import EARTH_M
from routing.travel.lines import packed, simplified, unpacked
from routing.travel.provider import Point

LINES = st.lists(
    st.builds(Point, st.floats(45.0, 45.02), st.floats(7.0, 7.02)), min_size=2, max_size=30
)


def metres(points):
    shrink = np.cos(np.radians(45.01))
    return np.radians(np.array(points)) * (EARTH_M, EARTH_M * shrink)


def off(point, line):
    """Metres from a point to the nearest part of a line, by trying 500 places on each part."""
    corners, here = metres(line), metres([point])[0]
    shares = np.linspace(0, 1, 500)[:, None]
    parts = [a + shares * (b - a) for a, b in itertools.pairwise(corners)]
    return min(float(np.linalg.norm(part - here, axis=1).min()) for part in parts)


@given(LINES)
def test_a_simplified_line_passes_every_corner_within_its_tolerance(line):
    kept = simplified(line, tolerance_m=50.0)

    assert (kept[0], kept[-1]) == (line[0], line[-1])
    assert all(off(point, kept) <= 58.0 for point in line)  # 500 places lie up to 6 m apart


def test_points_on_a_straight_road_are_left_out_and_its_corner_stays():
    road = [Point(45.0, 7.0 + i * 0.001) for i in range(9)] + [Point(45.004, 7.008)]

    assert simplified(road) == (Point(45.0, 7.0), Point(45.0, 7.008), Point(45.004, 7.008))


def test_a_road_that_comes_back_to_where_it_began_keeps_its_far_end():
    loop = [Point(45.0, 7.0), Point(45.001, 7.0), Point(45.002, 7.0), Point(45.0, 7.0)]

    assert Point(45.002, 7.0) in simplified(loop)


@given(LINES)
def test_a_packed_line_comes_back_with_five_decimals(line):
    assert unpacked(packed(line)) == tuple(point.rounded() for point in line)
