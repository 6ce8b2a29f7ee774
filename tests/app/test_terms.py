"""What an installation sets reaches the planner."""

from __future__ import annotations

from app import terms
from app.config import load


def planned_with(**set_to):
    return terms.planning(load(set_to, environ={}))


def test_nothing_is_limited_unless_somebody_says_so():
    settings = planned_with()

    assert (settings.most_changes, settings.most_visits, settings.reserve_share) == (None, None, 0)


def test_limits_reach_the_planner():
    settings = planned_with(repair_changes=5, shift_visits=8, reserve_percent=20)

    assert (settings.most_changes, settings.most_visits, settings.reserve_share) == (5, 8, 0.2)
