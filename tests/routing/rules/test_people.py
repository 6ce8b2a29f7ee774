from __future__ import annotations

from routing.rules import people
from tests.routing import build

EARLY = build.shift(id="early", start=28800, end=43200)
LATE = build.shift(id="late", start=43200, end=61200)


def question(**keys):
    bob = build.technician("bob", shifts=(EARLY, LATE), **keys)
    anna = build.technician("anna", day=build.shift(start=28800, end=50000))
    return build.problem(build.job("a"), build.job("b"), technicians=(bob, anna))


def on(shift, name="a", *, crew=("bob",), **ends):
    return build.route(build.visit(name), crew=crew, shift=shift, **ends)


def test_one_route_in_each_shift_is_fine():
    assert build.broken_between(people, question(), on("early"), on("late", "b")) == []


def test_nobody_has_two_routes_in_one_shift():
    found = build.broken_between(people, question(), on("early"), on("early", "b"))

    assert found == ["E_SHIFT_TWICE"]


def test_everybody_in_the_crew_is_on_shift_while_the_lead_is():
    together, too_long = on("early", crew=("bob", "anna")), on("late", crew=("bob", "anna"))

    assert build.broken_between(people, question(), together) == []
    assert build.broken_between(people, question(), too_long) == ["E_CREW_SHIFT"]


def test_routes_of_one_person_leave_a_rest_between_them():
    morning = build.route(
        build.visit("a", start=30000), crew=("bob",), shift="early", depart=28800, back=42000
    )
    evening = build.route(
        build.visit("b", start=50000), crew=("bob",), shift="late", depart=45600, back=61000
    )

    assert build.broken_between(people, question(min_rest_s=3600), morning, evening) == []
    assert build.broken_between(people, question(min_rest_s=3601), evening, morning) == ["E_REST"]
