"""What holds between rounds, days and plans: who meets whom, what is left out, what may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.check import judge
from routing.problem import (
    Break,
    Cost,
    Depot,
    Equipment,
    Fairness,
    History,
    Job,
    Location,
    Problem,
    Relation,
    RelationType,
    Requirement,
    Skill,
    Technician,
    Term,
    Window,
    WindowWish,
)
from tests.routing import build
from tests.routing.build import EIGHT, NOON
from tests.routing.engine.obeying import (
    MONEY,
    assert_the_engine_obeys,
    assert_the_rule_decides,
    case,
    person,
    problem,
    rounds_of,
    solved,
)

DEAR = 900
DAY_S = 86400
ANNA, BOB = person("anna", home="młyn"), person("bob", home="farm")
BOTH = (ANNA, BOB)
NEAR = build.job("near")
GAS = {"gas": Skill()}
MORNING = Window(opens=EIGHT, closes=EIGHT + 7200)
AT_EIGHT = (Window(opens=EIGHT, closes=EIGHT),)
AT_NOON = Window(opens=NOON, closes=NOON + 600)
FAR = build.job("far", location="farm", windows=(MORNING,))
LAST = build.job("last", windows=(AT_NOON,))


def without(kept: Problem, **keys: Any) -> Problem:
    return replace(kept, **keys)


def related(
    kind: RelationType, *jobs: Job, people: tuple[Technician, ...] = BOTH, **keys: Any
) -> dict[str, Problem]:
    """The problem with a relation between all its visits, and without."""
    relation = Relation(type=kind, jobs=tuple(job.id for job in jobs), **keys)
    free = problem(*jobs, people=people)
    return {"kept": without(free, relations=(relation,)), "free": free}


def equipped(*jobs: Job, lift: dict[str, Any], other: dict[str, Any]) -> dict[str, Problem]:
    """One lift for everybody, and another one that is no obstacle."""
    asked = problem(*jobs, people=BOTH)
    return {
        "kept": without(asked, equipment=(Equipment(id="lift", **lift),)),
        "free": without(asked, equipment=(Equipment(id="lift", **other),)),
    }


DEAR_BOB = person("bob", home="farm", cost=Cost(per_m=0.01, per_visit=50))


def traveller(pause: Break) -> Technician:
    return person("anna", home="base", day={"breaks": (pause,)})


SMALL = person("anna", home="młyn", capacity={"boxes": 1})
STORE = Depot(id="store", location="bank", duration_s=60)
LATE_STORE = replace(STORE, windows=(Window(opens=NOON - 3600, closes=NOON),))
# One hour: room for one visit.
BUSY = person("anna", home="młyn", day={"end": EIGHT + 3600})
RIVALS = (
    build.job("urgent", location="bank", priority=1),
    build.job("first", duration_s=1700, windows=AT_EIGHT),
    build.job("second", duration_s=1700),
)
BY_CLASS = ((Term(metric="unserved", priority=1),), *MONEY)
HEAVY = build.job("heavy", location="bank", unserved_penalty=1000)
LIGHT = build.job("light", unserved_penalty=10)
RESERVE = build.job("reserve", duration_s=3600, unserved_penalty=1200)
APART = (
    build.job("soon", windows=AT_EIGHT),
    build.job("later", windows=(AT_NOON,)),
)
WAIT = ((Term(metric="unserved"),), (Term(metric="cost"), Term(metric="wait_s")))
UNEQUAL = (
    replace(ANNA, history=History(worked_s=10000)),
    replace(BOB, history=History(worked_s=4000)),
)
TEA = Break(id="tea", duration_s=600, window=Window(opens=EIGHT + 600, closes=EIGHT + 900))
APPOINTED = build.job(
    "far", location="farm", windows=(Window(opens=EIGHT + 2400, closes=EIGHT + 2400),)
)
DEAREST_BOB = person("bob", home="farm", cost=Cost(per_m=0.01, per_visit=2000))
# Ten minutes of road and fifteen to get in, twice half an hour of work, and home again.
SHORT = person("anna", home="młyn", day={"end": EIGHT + 5700})
WITH_A_WAY_IN = (
    *build.PLACES[:2],
    Location(id="bank", x=20, y=0, setup_s=900),
    Location(id="annexe", x=20, y=0, setup_s=900),
    build.PLACES[3],
)
AT_ONE_PLACE = (
    build.job("x", location="bank", windows=(Window(opens=EIGHT, closes=EIGHT + 1500),)),
    build.job("y", location="bank"),
)
CASES = {
    "crew of two": case(
        problem(build.job(crew_size=2), people=BOTH),
        problem(build.job(), people=BOTH),
        anna_bob="till",
    ),
    "skill of two people": case(
        problem(
            build.job(skills=(Requirement(names=("gas",), count=2),)),
            people=tuple(replace(one, skills=GAS) for one in BOTH),
        ),
        problem(build.job(), people=BOTH),
        anna_bob="till",
    ),
    "people who meet": case(
        **related(
            RelationType.SAME_START,
            build.job("lead", skills=(Requirement(names=("gas",)),)),
            build.job("helper"),
            people=(replace(ANNA, skills=GAS), BOB),
        ),
        anna="lead",
        bob="helper",
    ),
    "same technician": case(
        **related(RelationType.SAME_TECHNICIAN, LAST, FAR, people=(ANNA, DEAR_BOB)), anna="far last"
    ),
    "continuity": case(
        **related(RelationType.SAME_TECHNICIAN, LAST, FAR, people=(ANNA, DEAR_BOB), cost=DEAR),
        anna="far last",
    ),
    "different technicians": case(
        **related(
            RelationType.DIFFERENT_TECHNICIAN,
            LAST,
            build.job("next", location="bank"),
            people=(ANNA, DEAR_BOB),
        ),
        anna="last",
        bob="next",
    ),
    "all or none": case(
        **related(
            RelationType.ALL_OR_NONE, NEAR, build.job("never", allowed_technicians=frozenset())
        )
    ),
    "not without the first": case(
        **related(
            RelationType.PRECEDENCE, build.job("never", allowed_technicians=frozenset()), NEAR
        )
    ),
    "scarce machine": case(
        **equipped(
            build.job("near", equipment={"lift": 1}, windows=AT_EIGHT, unserved_penalty=500),
            build.job("far", location="farm", equipment={"lift": 1}, windows=AT_EIGHT),
            lift={},
            other={"count": 2},
        ),
        anna="near",
    ),
    "hours of a machine": case(
        **equipped(
            build.job(equipment={"lift": 1}, delay_cost_per_s=0.001),
            lift={"windows": (Window(opens=NOON, closes=NOON + 3600),)},
            other={},
        ),
        starts={"till": NOON},
        anna="till",
    ),
    "van that is emptied at a depot": case(
        problem(
            *(replace(one, demand={"boxes": 1}) for one in (FAR, LAST)),
            people=(SMALL,),
            depots=(STORE,),
        ),
        problem(FAR, LAST, people=(SMALL,), depots=(STORE,)),
        anna="far store last",
    ),
    "tools from a depot": case(
        problem(
            FAR, replace(LAST, tools=frozenset({"ladder"})), people=(ANNA,), depots=(LATE_STORE,)
        ),
        problem(FAR, LAST, people=(ANNA,), depots=(LATE_STORE,)),
        anna="far store last",
    ),
    "way in that neighbours share": case(
        problem(*AT_ONE_PLACE, people=(SHORT, DEAR_BOB), locations=WITH_A_WAY_IN),
        problem(
            AT_ONE_PLACE[0],
            replace(AT_ONE_PLACE[1], location="annexe"),
            people=(SHORT, DEAR_BOB),
            locations=WITH_A_WAY_IN,
        ),
        anna="x y",
    ),
    "break on the road": case(
        problem(APPOINTED, people=(traveller(TEA), DEAREST_BOB)),
        problem(APPOINTED, people=(traveller(replace(TEA, location="base")), DEAREST_BOB)),
        anna="far",
    ),
    "urgent visits first": case(
        problem(*RIVALS, people=(BUSY,), objective=BY_CLASS),
        problem(*RIVALS, people=(BUSY,)),
        anna="urgent",
    ),
    "heavier visits first": case(
        problem(HEAVY, LIGHT, people=(BUSY,)),
        problem(replace(HEAVY, unserved_penalty=1), LIGHT, people=(BUSY,)),
        anna="heavy",
    ),
    "mandatory visits": case(
        problem(replace(HEAVY, mandatory=True, unserved_penalty=1), LIGHT, people=(BUSY,)),
        problem(replace(HEAVY, unserved_penalty=1), LIGHT, people=(BUSY,)),
        anna="heavy",
    ),
    "visit that may wait": case(
        problem(
            replace(FAR, unserved_penalty=300), people=(ANNA,), objective=((Term(metric="cost"),),)
        ),
        problem(replace(FAR, unserved_penalty=300), people=(ANNA,)),
    ),
    "reserve for emergencies": case(
        problem(build.job("any"), RESERVE, people=(BUSY,)),
        problem(build.job("any"), replace(RESERVE, unserved_penalty=0), people=(BUSY,)),
        anna="reserve",
    ),
    "price of waiting": case(
        problem(*APART, people=BOTH, objective=WAIT),
        problem(*APART, people=BOTH),
        anna="soon",
        bob="later",
    ),
    "preferred hour that is waited for": case(
        problem(build.job(wishes=(WindowWish(windows=(AT_NOON,), cost=DEAR),)), people=BOTH),
        problem(build.job(), people=BOTH),
        starts={"till": NOON},
        anna="till",
    ),
    "fair share of work": case(
        problem(NEAR, people=UNEQUAL, fairness=Fairness(cost_per_s=1)),
        problem(NEAR, people=UNEQUAL),
        bob="near",
    ),
    "tolerance of fairness": case(
        problem(NEAR, people=UNEQUAL, fairness=Fairness(cost_per_s=1, tolerance_s=6000)),
        problem(NEAR, people=UNEQUAL, fairness=Fairness(cost_per_s=1)),
        anna="near",
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_alone_decides(rule):
    assert_the_rule_decides(CASES[rule])


@pytest.mark.slow
@pytest.mark.parametrize("rule", CASES)
def test_the_engine_joins_the_right_visits(rule):
    assert_the_engine_obeys(CASES[rule])


@pytest.mark.slow
def test_the_engine_waits_for_a_machine_that_is_in_use():
    lift = {"equipment": {"lift": 1}}
    at_work = build.job("near", **lift, windows=AT_EIGHT)
    waiting = build.job("far", **lift, location="farm", windows=(MORNING,))
    question = problem(at_work, waiting, people=BOTH, equipment=(Equipment(id="lift"),))

    answer = solved(question, target=(0, 0))

    assert rounds_of(answer) == {"anna": ("near",), "bob": ("far",)}
    assert judge(answer, problem=question).feasible
