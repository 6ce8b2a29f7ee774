from __future__ import annotations

from routing.problem import ChangeCost
from routing.rules import stability
from tests.routing import build

OLD = build.solution(build.route(build.visit("a", start=30000), build.visit("b", start=40000)))


def found(route, *, most):
    question = build.problem(
        build.job("a"), build.job("b"), incumbent=OLD, change_cost=ChangeCost(max_changes=most)
    )
    return build.broken_between(stability, question, route)


def test_not_more_changes_than_allowed():
    kept = OLD.routes[0]
    moved = build.route(build.visit("a", start=30000), build.visit("b", start=41000))

    assert found(kept, most=0) == []
    assert found(moved, most=1) == []
    assert found(moved, most=0) == ["E_CHANGES"]


def test_without_a_limit_everything_may_change():
    assert found(build.route(build.visit("b", start=50000)), most=None) == []


def test_a_job_that_is_dropped_has_changed():
    assert found(build.route(build.visit("a", start=30000)), most=0) == ["E_CHANGES"]
