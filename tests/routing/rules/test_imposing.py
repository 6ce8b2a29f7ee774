"""Rules on a draft: silent where they do not apply, and biting where they do."""

from __future__ import annotations

import math

import pytest

from routing.problem import (
    Break,
    ChangeCost,
    Depot,
    Equipment,
    Pin,
    Relation,
    RelationType,
    Requirement,
    Skill,
    Window,
)
from routing.rules.draft import Amount, Apart
from routing.rules.spans import ALWAYS, NEVER
from routing.trial.tables import tabulate
from tests.routing import build

MORNING = Window(opens=28800, closes=36000)
NOON = Window(opens=43200, closes=46800)
FIBRE = Requirement(names=("fibre",), level=2)


def spans_of(*, who=None, **keys):
    """Starts that one technician may choose for a job with these keys."""
    question = build.problem(build.job(**keys), technicians=(who or build.technician(),))
    return tabulate(question).draft.spans[0][0]


def drafted(*jobs, **keys):
    return tabulate(build.problem(*jobs, **keys)).draft


def test_a_plain_job_may_start_at_any_time():
    assert spans_of() == ALWAYS


def test_windows_bound_the_start():
    assert spans_of(windows=(NOON, MORNING)) == ((28800, 36000), (43200, 46800))


def test_work_that_must_end_inside_starts_earlier():
    assert spans_of(windows=(MORNING,), finish_inside=True) == ((28800, 34200),)


def test_lateness_that_is_allowed_widens_the_window():
    assert spans_of(windows=(MORNING,), max_lateness_s=600) == ((28800, 36600),)


def test_work_longer_than_its_window_has_no_start():
    assert spans_of(windows=(MORNING,), finish_inside=True, duration_s=9000) == NEVER


def test_a_hard_promise_and_a_release_bound_the_start():
    promised = Window(opens=30000, closes=33600)

    assert spans_of(promise=promised, release=31000) == ((31000, 33600),)


def test_a_promise_that_is_lost_may_be_late_but_not_early():
    promised = Window(opens=30000, closes=33600)

    assert spans_of(promise=promised, promise_hard=False) == ((30000, math.inf),)


@pytest.mark.parametrize(
    ("skills", "expected"),
    [
        ({"fibre": Skill(level=2)}, ALWAYS),
        ({"fibre": Skill(level=1)}, NEVER),
        ({}, NEVER),
        ({"fibre": Skill(level=2, valid_until=40000)}, ((-math.inf, 38200),)),
        ({"fibre": Skill(level=3, valid_from=30000)}, ((30000, math.inf),)),
    ],
)
def test_a_skill_is_needed_at_its_level_during_the_whole_work(skills, expected):
    assert spans_of(who=build.technician(skills=skills), skills=(FIBRE,)) == expected


def test_a_skill_that_nobody_may_have_keeps_its_holders_away():
    unwanted = Requirement(names=("fibre",), excluded=True)
    holder = build.technician(skills={"fibre": Skill()})

    assert spans_of(who=holder, skills=(unwanted,)) == NEVER
    assert spans_of(skills=(unwanted,)) == ALWAYS


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"allowed_technicians": frozenset({"łukasz"})}, ALWAYS),
        ({"allowed_technicians": frozenset({"田中"})}, NEVER),
        ({"forbidden_technicians": frozenset({"łukasz"})}, NEVER),
        ({"crew_size": 2}, NEVER),
        ({"pin": Pin(technician="田中")}, NEVER),
        ({"pin": Pin(technician="łukasz", start=30000, slack_s=60)}, ((29940, 30060),)),
        ({"tools": frozenset({"ladder"})}, NEVER),
        ({"demand": {"boxes": 5}}, NEVER),
        ({"demand": {"boxes": 2}}, ALWAYS),
        ({"parts": {"router": 1}}, NEVER),
    ],
)
def test_who_may_go_follows_from_people_pins_and_the_van(keys, expected):
    names = ("łukasz", "田中")
    people = tuple(build.technician(name, capacity={"boxes": 3}) for name in names)
    question = build.problem(build.job(**keys), technicians=people)

    assert tabulate(question).draft.spans[0][0] == expected


def test_a_depot_lets_an_empty_van_hope():
    store = Depot(id="store", location="bank", duration_s=300)
    question = build.problem(build.job(parts={"router": 1}), depots=(store,))

    assert tabulate(question).draft.spans[0][0] == ALWAYS


def test_a_closed_territory_keeps_away():
    inside = build.technician(allowed_territories=frozenset({"north"}))

    assert spans_of(who=inside, territory="north") == ALWAYS
    assert spans_of(who=inside, territory="south") == NEVER


def test_first_start_and_last_end_bound_all_work():
    day = build.shift(first_start=30000, last_end=50000)

    assert spans_of(who=build.technician(day=day)) == ((30000, 48200),)


def test_a_machine_can_be_had_in_its_windows_only():
    lift = Equipment(id="lift", windows=(MORNING,))
    draft = drafted(build.job(equipment={"lift": 1}), equipment=(lift,))

    assert draft.spans[0][0] == ((28800, 34200),)
    assert draft.machines == {"lift": {0: 1}}


def test_more_machines_than_there_are_cannot_be_had():
    draft = drafted(build.job(equipment={"lift": 2}), equipment=(Equipment(id="lift"),))

    assert draft.spans[0][0] == NEVER


def test_limits_of_a_shift_are_amounts():
    day = build.shift(max_visits=4, max_distance_m=9000, max_visits_by_tag={"long": 1})
    draft = drafted(build.job(tags=frozenset({"long"})), technicians=(build.technician(day=day),))

    assert draft.limits == {(0, Amount.VISITS): 4, (0, Amount.DISTANCE_M): 9000}
    assert draft.counts == {(0, "long"): (frozenset({0}), 1)}


def test_a_route_is_away_until_the_last_overtime():
    day = build.shift(max_overtime_s=1800)

    assert drafted(technicians=(build.technician(day=day),)).away == {0: (28800, 63000)}


def test_breaks_belong_to_the_vehicle_of_their_shift():
    lunch = Break(id="lunch", duration_s=1800, window=NOON)

    draft = drafted(technicians=(build.technician(day=build.shift(breaks=(lunch,))),))

    assert draft.pauses == {0: (lunch,)}


def test_mandatory_and_pinned_jobs_must_be_served():
    loose = Pin(position=2, must_serve=False)
    draft = drafted(
        build.job("must", mandatory=True), build.job("pinned", pin=Pin()), build.job(pin=loose)
    )

    assert draft.musts == {0, 1}
    assert draft.positions == {2: 2}


def test_one_person_rests_between_two_shifts_and_never_works_twice_in_one():
    night = build.shift(id="night", start=72000, end=90000)
    both = build.technician(shifts=(build.shift(id="day"), night), min_rest_s=28800)

    draft = drafted(technicians=(both,))

    assert draft.rests == {(0, 1): 28800}
    assert draft.exclusive == set()


def test_relations_become_demands_between_numbers():
    jobs = [build.job(name) for name in ("a", "b", "c", "d")]
    relations = (
        Relation(type=RelationType.SAME_START, jobs=("a", "b"), max_s=60),
        Relation(type=RelationType.PRECEDENCE, jobs=("b", "c"), max_s=600),
        Relation(type=RelationType.GAP, jobs=("c", "d"), min_s=-60),
        Relation(type=RelationType.ALL_OR_NONE, jobs=("a", "d")),
        Relation(type=RelationType.SAME_TECHNICIAN, jobs=("a", "c")),
        Relation(type=RelationType.SAME_TECHNICIAN, jobs=("a", "b"), cost=5),
        Relation(type=RelationType.DIFFERENT_TECHNICIAN, jobs=("a", "b")),
    )

    draft = drafted(*jobs, relations=relations)

    follows = Apart(first=1, second=2, least_s=0, most_s=600, after_end=True, needs_first=True)
    gap = Apart(first=2, second=3, least_s=-60, most_s=None)
    assert draft.meetings == {((0, 1), 60)}
    assert draft.aparts == {follows, gap}
    assert draft.all_or_none == {(0, 3)}
    assert draft.same_people == {(0, 2)}
    assert draft.other_people == {(0, 1)}


def test_a_limit_of_changes_is_taken_over():
    assert drafted(change_cost=ChangeCost(max_changes=2)).most_changes == 2
    assert drafted().most_changes is None


def test_a_number_that_stands_for_another_job_forgets_the_former():
    tables = tabulate(build.problem(build.job(mandatory=True, windows=(MORNING,))))

    tables.put_job(build.job("other", windows=(NOON,)), number=0)

    assert tables.spans[0][0] == ((43200, 46800),)
    assert tables.draft.musts == set()
