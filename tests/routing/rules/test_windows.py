from __future__ import annotations

import pytest

from routing.problem import Depot, Window
from routing.rules import windows
from tests.routing import build

MORNING = Window(opens=30000, closes=34000)
EVENING = Window(opens=50000, closes=54000)


@pytest.mark.parametrize("start", [30000, 34000, 50000, 54000])
def test_work_may_start_at_both_ends_of_each_window(start):
    question = build.problem(build.job(windows=(MORNING, EVENING)))

    assert build.broken_on(windows, question, build.route(build.visit(start=start))) == []


@pytest.mark.parametrize("start", [29999, 34001, 49999, 54001])
def test_work_does_not_start_outside_the_windows(start):
    question = build.problem(build.job(windows=(MORNING, EVENING)))

    found = build.broken_on(windows, question, build.route(build.visit(start=start)))

    assert found == ["E_WINDOW"]


def test_work_that_must_end_inside_starts_earlier():
    question = build.problem(build.job(windows=(MORNING,), finish_inside=True))
    inside = build.route(build.visit(start=32200))
    beyond = build.route(build.visit(start=32201))

    assert build.broken_on(windows, question, inside) == []
    assert build.broken_on(windows, question, beyond) == ["E_WINDOW"]


def test_lateness_is_allowed_up_to_its_limit():
    question = build.problem(build.job(windows=(MORNING,), max_lateness_s=600))
    late = build.route(build.visit(start=34600))
    later = build.route(build.visit(start=34601))

    assert build.broken_on(windows, question, late) == []
    assert build.broken_on(windows, question, later) == ["E_WINDOW"]


def test_without_a_limit_only_the_opening_counts():
    question = build.problem(build.job(windows=(MORNING,), max_lateness_s=None))
    late = build.route(build.visit(start=60000))
    early = build.route(build.visit(start=29999))

    assert build.broken_on(windows, question, late) == []
    assert build.broken_on(windows, question, early) == ["E_WINDOW"]


def test_a_depot_has_hours_as_well():
    store = Depot(id="store", location="base", duration_s=300, windows=(MORNING,))
    question = build.problem(depots=(store,))
    opened = build.route(build.loading("store", start=30000))
    closed = build.route(build.loading("store", start=29999))

    assert build.broken_on(windows, question, opened) == []
    assert build.broken_on(windows, question, closed) == ["E_WINDOW"]
