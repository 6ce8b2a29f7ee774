from __future__ import annotations

import pytest

from routing.problem import Pin
from routing.rules import pins
from tests.routing import build

PAIR = (
    build.technician("anna"),
    build.technician(
        "bob",
        shifts=(build.shift(id="mon"), build.shift(id="tue", start=115200, end=147600)),
    ),
)
FIRST = build.route(build.visit(start=30000), build.visit("b", start=40000), crew=("anna",))
SECOND = build.route(build.visit("b", start=30000), build.visit(start=40000), crew=("anna",))
MONDAY = build.route(build.visit(start=30000), crew=("bob",), shift="mon")


def found(pin, *routes):
    question = build.problem(build.job(pin=pin), build.job("b"), technicians=PAIR)
    return build.broken_between(pins, question, *routes)


@pytest.mark.parametrize(
    "pin",
    [
        Pin(technician="anna"),
        Pin(position=1),
        Pin(start=30000),
        Pin(start=31800, slack_s=1800),
        Pin(technician="anna", position=1, start=30000),
    ],
)
def test_what_is_pinned_and_stays_is_fine(pin):
    assert found(pin, FIRST) == []


@pytest.mark.parametrize(
    "pin", [Pin(technician="bob"), Pin(position=1), Pin(position=3), Pin(start=31800, slack_s=1800)]
)
def test_what_is_pinned_does_not_move(pin):
    assert found(pin, SECOND) == ["E_PINNED"]


def test_a_shift_may_be_pinned():
    assert found(Pin(technician="bob", shift="mon"), MONDAY) == []
    assert found(Pin(technician="bob", shift="tue"), MONDAY) == ["E_PINNED"]


def test_a_pinned_job_is_served_unless_it_need_not_be():
    assert found(Pin(technician="anna")) == ["E_PINNED"]
    assert found(Pin(technician="anna", must_serve=False)) == []


def test_a_pinned_technician_may_be_anywhere_in_the_crew():
    crewed = build.route(build.visit(), crew=("anna", "bob"))

    assert found(Pin(technician="bob"), crewed) == []
