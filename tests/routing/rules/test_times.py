from __future__ import annotations

import pytest

from routing.problem import Break
from routing.rules import times
from tests.routing import build

LUNCH = Break(id="lunch", duration_s=1800)


def question():
    day = build.shift(breaks=(LUNCH,))
    return build.problem(build.job(), technicians=(build.technician(day=day),))


def test_times_that_make_sense_are_fine():
    lunch = build.pause("lunch", start=31800, end=33600)
    route = build.route(build.visit(arrival=29400, start=30000, end=31800), lunch)

    assert build.broken_on(times, question(), route) == []


@pytest.mark.parametrize(
    ("visit", "codes"),
    [
        ({"start": 30000, "end": 29999}, ["E_TIME_ORDER", "E_DURATION"]),
        ({"arrival": 30001, "start": 30000, "end": 31800}, ["E_TIME_ORDER"]),
        ({"start": 30000, "end": 31799}, ["E_DURATION"]),
    ],
    ids=["ends first", "before arrival", "too short"],
)
def test_times_that_make_no_sense_are_reported(visit, codes):
    assert build.broken_on(times, question(), build.route(build.visit(**visit))) == codes


def test_staying_longer_is_allowed():
    route = build.route(build.visit(start=30000, end=40000))

    assert build.broken_on(times, question(), route) == []


def test_nobody_works_during_a_break():
    lunch = build.pause("lunch", start=30000, end=31800)
    route = build.route(lunch, build.visit(start=31000, end=32800), depart=28800)

    assert build.broken_on(times, question(), route) == ["E_OVERLAP"]


def test_no_break_begins_during_work():
    lunch = build.pause("lunch", start=31000, end=32800)
    route = build.route(build.visit(start=30000, end=31800), lunch)

    assert build.broken_on(times, question(), route) == ["E_OVERLAP"]


@pytest.mark.parametrize(("end", "codes"), [(33600, []), (33599, ["E_DURATION"])])
@pytest.mark.parametrize(
    ("hands", "work"),
    [({"service_factor": 2}, {}), ({}, {"duration_by_technician": {"łukasz": 3600}})],
)
def test_work_takes_its_time_in_these_hands(hands, work, end, codes):
    question = build.problem(build.job(**work), technicians=(build.technician(**hands),))

    route = build.route(build.visit(start=30000, end=end))

    assert build.broken_on(times, question, route) == codes
