from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.travel.tiles import tiles


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 500) | st.none())
def test_pieces_cover_every_cell_once_and_none_is_too_large(rows, columns, most):
    seen = np.zeros((rows, columns), int)

    for high, wide in tiles(rows, columns, most=most):
        assert most is None or len(high) * len(wide) <= most
        seen[np.ix_(high, wide)] += 1

    assert (seen == 1).all()


def test_pieces_are_about_equal():
    sizes = [len(high) * len(wide) for high, wide in tiles(300, 300, most=40_000)]

    assert sizes == [150 * 150] * 4


def test_pieces_of_no_cell_are_refused():
    with pytest.raises(ValueError, match="0 cells"):
        list(tiles(5, 5, most=0))
