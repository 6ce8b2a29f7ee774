from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.travel.matrix import NOISE, TravelMatrix, factor_between


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


def seconds_of(*seconds):
    return np.array([seconds], np.int32)


def test_a_table_that_is_everywhere_one_factor_of_another_is_told_by_that_factor():
    usual = seconds_of(0, 61, 599, 1200, 7)

    assert factor_between(usual, np.rint(usual * 1.37).astype(np.int32)) == 1.37


def test_two_tables_that_differ_by_more_than_rounding_have_no_factor():
    assert factor_between(seconds_of(600, 1200), seconds_of(900, 1500)) is None


@pytest.mark.parametrize("held_up", [(615, 1195), (600, 1200), (612, 1224)])
def test_what_differs_by_less_than_noise_is_no_traffic(held_up):
    assert factor_between(seconds_of(600, 1200), seconds_of(*held_up)) == 1


def test_between_places_that_are_one_there_is_no_traffic():
    assert factor_between(seconds_of(0, 0), seconds_of(0, 0)) == 1


@given(
    st.lists(st.integers(1, 20_000), min_size=1, max_size=30),
    st.lists(st.integers(1, 40_000), min_size=30, max_size=30),
    st.floats(0.5, 2),
    st.booleans(),
)
def test_a_factor_is_right_for_every_way_up_to_rounding_or_to_noise(
    usual, others, factor, is_uniform
):
    free = seconds_of(*usual)
    exact = np.rint(free * factor).astype(np.int32)
    slow = np.maximum(exact, 1) if is_uniform else seconds_of(*others[: len(usual)])

    found = factor_between(free, slow)

    if found is not None:
        loose = NOISE * free if found == 1 else 0
        assert (np.abs(free * found - slow) <= loose + 0.5 * (1 + found) + 1e-6).all()
    assert not is_uniform or found is not None
