from __future__ import annotations

import pytest

from routing.rules import limits
from tests.routing import build

# Out to the mill and back: 600 s and 10 km each way, 1800 s of work.
ROUTE = build.route(build.visit(start=30000, end=31800), depart=29400, back=32400)


def found(**keys):
    day = build.shift(**keys)
    job = build.job(tags=frozenset({"heavy"}))
    question = build.problem(job, technicians=(build.technician(day=day),))
    return build.broken_on(limits, question, ROUTE)


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("max_duration_s", 3000),
        ("max_travel_s", 1200),
        ("max_distance_m", 20000),
        ("max_leg_s", 600),
        ("max_visits", 1),
        ("last_end", 31800),
    ],
)
def test_a_limit_may_be_reached_but_not_passed(limit, value):
    assert found(**{limit: value}) == []
    assert found(**{limit: value - 1}) == ["E_LIMIT"]


def test_no_work_before_the_first_start():
    assert found(first_start=30000) == []
    assert found(first_start=30001) == ["E_LIMIT"]


def test_tags_are_counted():
    assert found(max_visits_by_tag={"heavy": 1, "light": 0}) == []
    assert found(max_visits_by_tag={"heavy": 0}) == ["E_LIMIT"]
