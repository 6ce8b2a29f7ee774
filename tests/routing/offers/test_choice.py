"""How many windows a customer sees."""

from __future__ import annotations

import pytest

from routing.offers.choice import LEAST, shown


@pytest.mark.parametrize("count", range(LEAST + 1))
def test_few_windows_are_all_shown(count):
    assert shown([5000.0 * n for n in range(count)], asked=8, seed=1) == count


def test_windows_that_cost_about_the_same_are_all_shown():
    assert shown([0.0, 60.0, 90.0, 120.0, 150.0, 180.0], asked=8, seed=1) == 6


def test_windows_with_a_long_way_are_hidden_behind_the_first_three():
    assert shown([0.0, 60.0, 7200.0, 9000.0, 9000.0], asked=8, seed=1) == LEAST


def test_a_day_without_any_window_shows_none():
    assert shown([], asked=0, seed=1) == 0
