from __future__ import annotations

from routing.rules import shifts
from tests.routing import build


def test_a_route_inside_its_shift_is_fine():
    question = build.problem(build.job())
    route = build.route(build.visit(start=30000), depart=28800, back=61200)

    assert build.broken_on(shifts, question, route) == []


def test_nobody_leaves_before_the_shift():
    question = build.problem(build.job())
    route = build.route(build.visit(start=30000), depart=28799)

    assert build.broken_on(shifts, question, route) == ["E_SHIFT"]


def test_nobody_is_back_later_than_overtime_allows():
    day = build.shift(max_overtime_s=600)
    question = build.problem(build.job(), technicians=(build.technician(day=day),))
    late = build.route(build.visit(start=30000), back=61800)
    later = build.route(build.visit(start=30000), back=61801)

    assert build.broken_on(shifts, question, late) == []
    assert build.broken_on(shifts, question, later) == ["E_SHIFT"]
