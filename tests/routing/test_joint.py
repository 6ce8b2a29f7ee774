"""A place for everybody at once, or none: what is found passes the judge as a whole."""

from __future__ import annotations

from routing.joint import JointIncumbent
from routing.problem import Pin, Relation, RelationType, Requirement, Skill, Window
from routing.solution import Solution
from tests.routing import build
from tests.routing.build import EIGHT, FIVE, NOON

FIVE_MINUTES = 300
LEAD, HELPER = "till", "till.2"


def together(*, people, others=(), lead=None, within_s=FIVE_MINUTES):
    """A question with a visit for two, and with other work."""
    jobs = (build.job(LEAD, **(lead or {})), build.job(HELPER, unserved_penalty=0))
    relations = (
        Relation(type=RelationType.SAME_START, jobs=(LEAD, HELPER), max_s=within_s),
        Relation(type=RelationType.DIFFERENT_TECHNICIAN, jobs=(LEAD, HELPER)),
    )
    return build.problem(*jobs, *others, technicians=tuple(people), relations=relations)


NOTHING = Solution()


def asked(question, incumbent=NOTHING, **wanted):
    return JointIncumbent(question, solution=incumbent, jobs=(LEAD, HELPER)).cheapest(**wanted)


def starts(joint):
    stops = [stop for route in joint.routes for stop in route.stops]
    return {stop.id: stop.start for stop in stops if stop.id in {LEAD, HELPER}}


def test_both_are_placed_and_begin_together():
    question = together(people=[build.technician("łukasz"), build.technician("田中")])

    joint = asked(question)

    found = starts(joint)
    assert abs(found[LEAD] - found[HELPER]) <= FIVE_MINUTES
    assert {route.lead for route in joint.routes} == {"łukasz", "田中"}
    assert build.broken(question, Solution(routes=joint.routes)) == set()


def test_one_person_is_nobody_to_go_in_twos():
    assert asked(together(people=[build.technician("łukasz")])) is None


def test_everybody_begins_in_the_window_that_is_asked_for():
    question = together(people=[build.technician("łukasz"), build.technician("田中")])
    window = Window(opens=NOON, closes=NOON + 3600)

    joint = asked(question, window=window)

    assert all(window.opens <= start <= window.closes for start in starts(joint).values())


def test_who_leads_can_be_asked_for():
    question = together(people=[build.technician("łukasz"), build.technician("田中")])

    leads = [asked(question, lead=name).lead for name in ("łukasz", "田中")]

    assert leads == ["łukasz", "田中"]


def test_whoever_cannot_lead_leads_nobody():
    skilled = build.technician("łukasz", skills={"gas": Skill(level=1)})
    question = together(
        people=[skilled, build.technician("田中")],
        lead={"skills": (Requirement(names=("gas",)),)},
    )

    assert asked(question, lead="田中") is None


def test_nobody_takes_part_who_is_left_alone():
    question = together(people=[build.technician("łukasz"), build.technician("田中")])

    assert asked(question, without={"田中"}) is None


def test_a_lead_who_is_free_early_waits_for_a_helper_who_is_free_late():
    busy = build.job("morning", duration_s=3 * 3600, pin=Pin(technician="田中", start=EIGHT + 1800))
    question = together(
        people=[build.technician("łukasz"), build.technician("田中")], others=(busy,)
    )
    planned = Solution(
        routes=(build.route(build.visit("morning", start=EIGHT + 1800), crew=("田中",)),)
    )

    joint = asked(question, planned)

    assert min(starts(joint).values()) >= EIGHT + 1800 + 3 * 3600 - FIVE_MINUTES


def test_two_who_are_never_there_together_have_no_place():
    early = build.technician("łukasz", day=build.shift(end=NOON))
    late = build.technician("田中", day=build.shift(start=NOON, end=FIVE))

    assert asked(together(people=[early, late])) is None


def test_asking_leaves_the_plan_as_it_was():
    question = together(people=[build.technician("łukasz"), build.technician("田中")])
    incumbent = JointIncumbent(question, solution=Solution(), jobs=(LEAD, HELPER))

    first, second = incumbent.cheapest(), incumbent.cheapest()

    assert first == second
    assert [row for row in incumbent.trial().routes if row is not None] == []


def test_the_price_is_what_both_rounds_grow_by():
    question = together(people=[build.technician("łukasz"), build.technician("田中")])

    joint = asked(question)

    assert joint.extra_travel_s == 4 * 600
    assert joint.extra_metres == 4 * 10_000
