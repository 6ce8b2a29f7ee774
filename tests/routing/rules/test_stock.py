from __future__ import annotations

import pytest

from routing.problem import Depot
from routing.rules import stock
from tests.routing import build

ALL = Depot(id="main", location="base", duration_s=0)
SOME = Depot(id="store", location="base", duration_s=0, supplies=frozenset({"router", "ladder"}))
NONE = Depot(id="yard", location="base", duration_s=0, supplies=frozenset())


def found(*stops, jobs, **carried):
    question = build.problem(
        *jobs, technicians=(build.technician(**carried),), depots=(ALL, SOME, NONE)
    )
    return build.broken_on(stock, question, build.route(*stops))


def routers(*names):
    return [build.job(name, parts={"router": 1}) for name in names]


def test_what_is_carried_may_be_used_up():
    stops = (build.visit("a"), build.visit("b"))

    assert found(*stops, jobs=routers("a", "b"), parts={"router": 2}) == []


def test_parts_run_out_in_the_order_of_the_stops():
    stops = (build.visit("a"), build.visit("b"))

    assert found(*stops, jobs=routers("a", "b"), parts={"router": 1}) == ["E_PART"]


@pytest.mark.parametrize("depot", ["main", "store"])
def test_a_depot_on_the_way_supplies(depot):
    assert found(build.loading(depot), build.visit("a"), jobs=routers("a")) == []


def test_a_depot_supplies_nothing_backwards():
    assert found(build.visit("a"), build.loading("main"), jobs=routers("a")) == ["E_PART"]


def test_a_depot_that_supplies_nothing_does_not_help():
    assert found(build.loading("yard"), build.visit("a"), jobs=routers("a")) == ["E_PART"]


def test_tools_are_needed_not_used_up():
    jobs = [build.job(name, tools=frozenset({"ladder"})) for name in ("a", "b")]
    stops = (build.visit("a"), build.visit("b"))

    assert found(*stops, jobs=jobs, tools=frozenset({"ladder"})) == []
    assert found(*stops, jobs=jobs) == ["E_TOOL", "E_TOOL"]


def test_the_van_is_emptied_at_a_depot():
    jobs = [build.job(name, demand={"boxes": 2}) for name in ("a", "b")]
    straight = (build.visit("a"), build.visit("b"))
    emptied = (build.visit("a"), build.loading("yard"), build.visit("b"))

    assert found(*straight, jobs=jobs, capacity={"boxes": 3}) == ["E_CAPACITY"]
    assert found(*emptied, jobs=jobs, capacity={"boxes": 3}) == []


def test_a_dimension_without_capacity_is_unlimited():
    jobs = [build.job("a", demand={"boxes": 99})]

    assert found(build.visit("a"), jobs=jobs, capacity={"litres": 1}) == []


def test_a_crew_carries_together():
    pair = (
        build.technician("a", parts={"router": 1}, capacity={"boxes": 1}),
        build.technician("b", parts={"router": 1}, capacity={"boxes": 1}),
    )
    job = build.job(parts={"router": 2}, demand={"boxes": 2})
    question = build.problem(job, technicians=pair)

    assert build.broken_on(stock, question, build.route(build.visit(), crew=("a", "b"))) == []
