from __future__ import annotations

import pytest

from routing.problem import Break, Window
from routing.rules import breaks
from tests.routing import build

LUNCH = Break(id="lunch", duration_s=1800, window=Window(opens=39600, closes=43200))
WHOLE_DAY = {"depart": 28800, "back": 61200}


def question(pause=LUNCH):
    day = build.shift(breaks=(pause,))
    return build.problem(build.job(), technicians=(build.technician(day=day),))


def found(*stops, pause=LUNCH, **ends):
    return build.broken_on(breaks, question(pause), build.route(*stops, **(WHOLE_DAY | ends)))


@pytest.mark.parametrize("start", [39600, 43200])
def test_a_break_in_its_window_is_fine(start):
    assert found(build.visit(start=30000), build.pause("lunch", start=start)) == []


@pytest.mark.parametrize(
    "lunch",
    [{"start": 39599}, {"start": 43201}, {"start": 40000, "end": 41799}],
    ids=["early", "late", "short"],
)
def test_a_break_is_whole_and_in_time(lunch):
    assert found(build.visit(start=30000), build.pause("lunch", **lunch)) == ["E_BREAK"]


def test_a_break_is_not_taken_twice():
    stops = (build.pause("lunch", start=40000), build.pause("lunch", start=42000))

    assert found(build.visit(start=30000), *stops) == ["E_BREAK"]


def test_a_day_around_lunch_has_lunch():
    assert found(build.visit(start=30000)) == ["E_BREAK"]


@pytest.mark.parametrize("ends", [{"depart": 39601}, {"back": 44999}])
def test_a_short_day_may_do_without(ends):
    assert found(build.visit(start=40200), **ends) == []


def test_a_break_without_window_is_always_due():
    tea = Break(id="tea", duration_s=600)

    assert found(build.visit(start=40200), pause=tea, depart=39601) == ["E_BREAK"]


def test_a_route_without_work_owes_no_break():
    assert found(build.pause("lunch", start=20000)) == []
