from __future__ import annotations

from routing.rules import technicians
from tests.routing import build

PAIR = (build.technician("anna"), build.technician("bob"))
ANNA = build.route(build.visit(), crew=("anna",))
BOB = build.route(build.visit(), crew=("bob",))
BOTH = build.route(build.visit(), crew=("bob", "anna"))


def test_one_chosen_technician_in_the_crew_is_enough():
    question = build.problem(build.job(allowed_technicians=frozenset({"anna"})), technicians=PAIR)

    assert build.broken_on(technicians, question, BOTH) == []
    assert build.broken_on(technicians, question, BOB) == ["E_ALLOWED"]


def test_one_refused_technician_in_the_crew_is_too_many():
    question = build.problem(build.job(forbidden_technicians=frozenset({"anna"})), technicians=PAIR)

    assert build.broken_on(technicians, question, BOB) == []
    assert build.broken_on(technicians, question, BOTH) == ["E_ALLOWED"]


def test_an_empty_choice_allows_nobody():
    question = build.problem(build.job(allowed_technicians=frozenset()), technicians=PAIR)

    assert build.broken_on(technicians, question, ANNA) == ["E_ALLOWED"]
