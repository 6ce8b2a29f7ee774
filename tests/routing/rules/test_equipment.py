from __future__ import annotations

from routing.problem import Equipment, Window
from routing.rules import equipment
from tests.routing import build

LIFT = Equipment(id="lift", count=1)


def found(first, second, *, pool=LIFT):
    jobs = [build.job(name, equipment={"lift": 1}) for name in ("a", "b")]
    pair = (build.technician("anna"), build.technician("bob"))
    question = build.problem(*jobs, technicians=pair, equipment=(pool,))
    return build.broken_between(
        equipment,
        question,
        build.route(build.visit("a", start=first), crew=("anna",)),
        build.route(build.visit("b", start=second), crew=("bob",)),
    )


def test_uses_that_touch_do_not_overlap():
    assert found(30000, 31800) == []


def test_one_machine_is_not_at_two_places():
    assert found(30000, 31799) == ["E_EQUIPMENT"]


def test_two_machines_are():
    assert found(30000, 30000, pool=Equipment(id="lift", count=2)) == []


def test_a_machine_is_used_only_while_it_can_be_had():
    hours = Equipment(id="lift", windows=(Window(opens=30000, closes=40000),))

    assert found(30000, 38200, pool=hours) == []
    assert found(30000, 38201, pool=hours) == ["E_EQUIPMENT"]
