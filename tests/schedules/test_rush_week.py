"""A week in which ways take the time of the hour: who plans with the hours comes late less often."""

from __future__ import annotations

import pytest

from benchmarks import rush

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def week():
    return rush.driven_week(seed=1, steps=60)


def test_plans_with_tables_of_hours_have_30_percent_fewer_late_arrivals_or_better(week):
    assert sum(day.late for day in week.without) >= 8
    assert week.fewer >= 0.3


def test_they_serve_as_many_visits_but_for_one_in_a_hundred(week):
    served, usually = (
        sum(day.arrivals for day in days) for days in (week.with_hours, week.without)
    )

    assert served >= 0.99 * usually
