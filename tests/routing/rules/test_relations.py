from __future__ import annotations

import pytest

from routing.problem import Relation, RelationType
from routing.rules import relations
from tests.routing import build

PAIR = (build.technician("anna"), build.technician("bob"))


def a_and_b(kind, **keys):
    return Relation(type=kind, jobs=("a", "b"), **keys)


def found(relation, *routes):
    question = build.problem(
        build.job("a"), build.job("b"), technicians=PAIR, relations=(relation,)
    )
    return build.broken_between(relations, question, *routes)


def anna(*visits):
    return build.route(*visits, crew=("anna",))


def bob(*visits):
    return build.route(*visits, crew=("bob",))


def test_the_same_technician_serves_both():
    same = a_and_b(RelationType.SAME_TECHNICIAN)

    assert found(same, anna(build.visit("a"), build.visit("b"))) == []
    assert found(same, anna(build.visit("a")), bob(build.visit("b"))) == ["E_RELATION"]


def test_the_same_technician_may_only_be_a_wish():
    wish = a_and_b(RelationType.SAME_TECHNICIAN, cost=5)

    assert found(wish, anna(build.visit("a")), bob(build.visit("b"))) == []


def test_different_technicians_are_different():
    other = a_and_b(RelationType.DIFFERENT_TECHNICIAN)

    assert found(other, anna(build.visit("a")), bob(build.visit("b"))) == []
    assert found(other, anna(build.visit("a"), build.visit("b"))) == ["E_RELATION"]


def test_one_pair_in_the_same_hands_is_enough_to_break_it():
    other = Relation(type=RelationType.DIFFERENT_TECHNICIAN, jobs=("a", "b", "c"))
    jobs = [build.job(name) for name in ("a", "b", "c")]
    question = build.problem(*jobs, technicians=PAIR, relations=(other,))

    found = build.broken_between(
        relations, question, anna(build.visit("a"), build.visit("c")), bob(build.visit("b"))
    )

    assert found == ["E_RELATION"]


@pytest.mark.parametrize("kind", [RelationType.ALL_OR_NONE, RelationType.SAME_START])
def test_a_part_is_not_served_alone(kind):
    assert found(a_and_b(kind)) == []
    assert found(a_and_b(kind), anna(build.visit("a"))) == ["E_RELATION"]


@pytest.mark.parametrize(("start", "codes"), [(30600, []), (30601, ["E_RELATION"])])
def test_people_who_meet_start_together(start, codes):
    meeting = a_and_b(RelationType.SAME_START, max_s=600)

    routes = anna(build.visit("a", start=30000)), bob(build.visit("b", start=start))

    assert found(meeting, *routes) == codes


def test_without_a_limit_people_who_meet_start_at_one_instant():
    meeting = a_and_b(RelationType.SAME_START)
    first, late = build.visit("a", start=30000), build.visit("b", start=30000.5)

    assert found(meeting, anna(first), bob(build.visit("b", start=30000))) == []
    assert found(meeting, anna(first), bob(late)) == ["E_RELATION"]


@pytest.mark.parametrize(
    ("start", "codes"),
    [(31859, ["E_RELATION"]), (31860, []), (31920, []), (31921, ["E_RELATION"])],
)
def test_the_second_follows_the_end_of_the_first(start, codes):
    order = a_and_b(RelationType.PRECEDENCE, min_s=60, max_s=120)

    routes = anna(build.visit("a", start=30000)), bob(build.visit("b", start=start))

    assert found(order, *routes) == codes


def test_the_second_is_not_served_without_the_first():
    order = a_and_b(RelationType.PRECEDENCE)

    assert found(order, anna(build.visit("a"))) == []
    assert found(order, anna(build.visit("b"))) == ["E_RELATION"]


@pytest.mark.parametrize(
    ("start", "codes"),
    [(29939, ["E_RELATION"]), (29940, []), (30060, []), (30061, ["E_RELATION"])],
)
def test_a_gap_lies_between_two_starts(start, codes):
    gap = a_and_b(RelationType.GAP, min_s=-60, max_s=60)

    routes = anna(build.visit("a", start=30000)), bob(build.visit("b", start=start))

    assert found(gap, *routes) == codes


def test_a_gap_counts_only_when_both_are_served():
    assert found(a_and_b(RelationType.GAP, min_s=60), anna(build.visit("b"))) == []


def test_an_order_that_no_schedule_can_meet_is_reported():
    order = a_and_b(RelationType.PRECEDENCE)

    backwards = anna(build.visit("b"), build.visit("a"))

    assert set(found(order, backwards)) == {"E_RELATION"}
