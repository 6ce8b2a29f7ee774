"""What a judge says does not depend on names, on the order of lists, or on where north is."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest

from routing.check import document, report
from tests.routing import spice
from tests.routing.damage import damaged

SEEDS = range(20)


@pytest.fixture(params=SEEDS)
def question_and_plan(request):
    rng = Random(request.param)
    problem = spice.spiced(spice.town(), rng)
    plan = spice.order(problem, rng)
    return problem, damaged(spice.timed(problem, plan) if request.param % 2 else plan, rng)


def finding(problem, plan):
    """How often each code, the objective and the metrics, as one flat mapping."""
    judged = report(json.dumps(problem).encode(), json.dumps(plan).encode())
    assert judged.finding is not None, judged.faults
    found = document(judged.finding)
    codes = Counter(error["code"] for error in found["errors"])
    levels = {f"level {number}": value for number, value in enumerate(found["objective"])}
    return dict(codes) | levels | found["metrics"]


def same(flat):
    """Equal up to what sums in another order keep."""
    return pytest.approx(flat, rel=1e-9, abs=1e-6)


def test_a_mirrored_map_is_the_same_map(question_and_plan):
    problem, plan = question_and_plan
    before = finding(problem, plan)

    for place in problem["locations"]:
        place["x"], place["y"] = place["y"], -place["x"]

    assert finding(problem, plan) == same(before)


def test_the_order_of_lists_does_not_matter(question_and_plan):
    problem, plan = question_and_plan
    before = finding(problem, plan)

    for key in ("visits", "technicians", "locations", "depots", "equipment", "relations"):
        problem[key].reverse()
    plan["unserved"].reverse()

    assert finding(problem, plan) == same(before)


def test_other_ids_are_the_same_things(question_and_plan):
    problem, plan = question_and_plan
    before = finding(problem, plan)
    names = {
        one["id"]: f"Żółć {number}"
        for number, one in enumerate(
            [*problem["visits"], *problem["technicians"], *problem["locations"]]
        )
    }

    assert finding(_renamed(problem, names), _renamed(plan, names)) == same(before)


def _renamed(value, names):
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(content, names) for key, content in value.items()}
    if isinstance(value, list):
        return [_renamed(content, names) for content in value]
    return names.get(value, value) if isinstance(value, str) else value
