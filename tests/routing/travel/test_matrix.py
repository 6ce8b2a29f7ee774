from __future__ import annotations

import numpy as np
import pytest

from routing.travel.matrix import TravelMatrix


def table(seconds: list[list[int]]) -> TravelMatrix:
    cells = np.array(seconds, dtype=np.int32)
    return TravelMatrix(
        seconds=cells, metres=cells * 10, estimated=cells > 600, source="test", graph_version="7"
    )


def test_a_part_of_a_table_keeps_order_and_marks():
    whole = table([[0, 60, 700], [70, 0, 90], [650, 100, 0]])

    part = whole.between(origins=[2, 0], destinations=[1, 2])

    assert part.seconds.tolist() == [[100, 0], [60, 700]]
    assert part.estimated.tolist() == [[False, False], [False, True]]
    assert part.graph_version == "7"


def test_a_table_counts_its_estimates():
    assert table([[0, 601], [602, 0]]).estimated_cells == 2


def test_tables_of_different_shape_are_refused():
    wide, square = np.zeros((2, 3), np.int32), np.zeros((2, 2), np.int32)

    with pytest.raises(ValueError, match="shape"):
        TravelMatrix(seconds=wide, metres=square, estimated=wide > 0, source="test")


def test_floats_are_refused():
    cells = np.zeros((2, 2))

    with pytest.raises(ValueError, match="int32"):
        TravelMatrix(seconds=cells, metres=cells, estimated=cells > 0, source="test")


def test_negative_travel_is_refused():
    cells = np.array([[0, -1], [0, 0]], np.int32)

    with pytest.raises(ValueError, match="negative"):
        TravelMatrix(seconds=cells, metres=abs(cells), estimated=cells > 0, source="test")
