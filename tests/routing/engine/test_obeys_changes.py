"""Several days, the plan in force, and what a dispatcher has decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.problem import (
    ChangeCost,
    Cost,
    Job,
    Pin,
    Problem,
    Relation,
    RelationType,
    Shift,
    Technician,
    Term,
    Window,
)
from routing.solution import Solution
from tests.routing import build
from tests.routing.build import EIGHT, NOON
from tests.routing.engine.obeying import (
    MONEY,
    PER_M,
    assert_the_engine_obeys,
    assert_the_rule_decides,
    case,
    person,
    problem,
)

DEAR = 900
DAY_S = 86400
ANNA, BOB = person("anna", home="młyn"), person("bob", home="farm")
BOTH = (ANNA, BOB)
DEAR_BOB = person("bob", home="farm", cost=Cost(per_m=0.01, per_visit=50))
AT_EIGHT = (Window(opens=EIGHT, closes=EIGHT),)
SOON = 0.01  # the price of a second of delay: the next day costs 864


def on(name: str, *, day: int, **keys: Any) -> Shift:
    hours = {"start": EIGHT + day * DAY_S, "end": build.FIVE + day * DAY_S}
    return build.shift(
        **({"id": name} | hours | {"start_location": "młyn", "end_location": "młyn"} | keys)
    )


def several(*days: Shift, name: str = "anna", **keys: Any) -> Technician:
    return build.technician(name, shifts=days, cost=PER_M, **keys)


def in_force(**rounds: dict[str, float]) -> Solution:
    """A plan with the starts of each round."""
    return build.solution(
        *(
            build.route(
                *(build.visit(job, start=at, end=at + 1800) for job, at in starts.items()),
                crew=(name,),
            )
            for name, starts in rounds.items()
        )
    )


# --- several days ---

MON, TUE = on("mon", day=0), on("tue", day=1)
NEXT_MORNING = (Window(opens=EIGHT + DAY_S, closes=EIGHT + DAY_S + 1800),)
EVENING = (Window(opens=build.FIVE - 3600, closes=build.FIVE - 3600),)
BOB_TUE = several(on("tue", day=1, start_location="farm", end_location="farm"), name="bob")
NIGHT_SHIFT = (
    build.job("late", windows=EVENING),
    build.job("early", windows=NEXT_MORNING),
)
PARTS = tuple(
    build.job(name, duration_s=18000, delay_cost_per_s=SOON) for name in ("part1", "part2")
)
FOLLOWS = (
    Relation(type=RelationType.PRECEDENCE, jobs=("part1", "part2"), max_s=2 * DAY_S),
    Relation(type=RelationType.SAME_TECHNICIAN, jobs=("part1", "part2")),
)
TWO_WEEKDAYS = (
    several(MON, TUE),
    several(
        *(replace(one, start_location="farm", end_location="farm") for one in (MON, TUE)),
        name="bob",
    ),
)
TILL = build.job(location="farm", delay_cost_per_s=SOON / 100)
DAYS = {
    "several days at once": case(
        problem(
            build.job(delay_cost_per_s=SOON, windows=NEXT_MORNING), people=(several(MON, TUE),)
        ),
        problem(build.job(delay_cost_per_s=SOON), people=(several(MON, TUE),)),
        anna__tue="till",
    ),
    "rest between shifts": case(
        problem(*NIGHT_SHIFT, people=(several(MON, TUE, min_rest_s=57600), BOB_TUE)),
        problem(*NIGHT_SHIFT, people=(several(MON, TUE), BOB_TUE)),
        anna__mon="late",
        bob__tue="early",
    ),
    "night away": case(
        problem(TILL, people=(several(MON, replace(TUE, start_location="farm")),)),
        problem(TILL, people=(several(MON, TUE),)),
        anna__tue="till",
    ),
    "long work in parts": case(
        problem(*PARTS, people=TWO_WEEKDAYS, relations=FOLLOWS),
        problem(*PARTS, people=TWO_WEEKDAYS),
        anna__mon="part1",
        anna__tue="part2",
    ),
}

# --- the plan in force ---


def instead_of(
    former: Solution,
    *jobs: Job,
    people: tuple[Technician, ...] = BOTH,
    other: ChangeCost | None = None,
    **cost: Any,
) -> dict[str, Problem]:
    """Leaving the plan in force costs something, or nothing."""
    free = problem(*jobs, people=people, incumbent=former, change_cost=other or ChangeCost())
    return {"kept": replace(free, change_cost=ChangeCost(**cost)), "free": free}


WITH_BOB = in_force(bob={"till": EIGHT + 3600})
AT_NOON = in_force(anna={"till": NOON})
ON_TUESDAY = build.solution(build.route(build.visit(), crew=("anna",), shift="tue"))
TWO_WITH_BOB = build.solution(build.route(build.visit(), build.visit("next"), crew=("bob",)))
TILL_AND_NEXT = (
    build.job("till"),
    build.job("next", location="bank", windows=(Window(opens=NOON, closes=NOON),)),
)
OPTIONAL = ((Term(metric="cost"),),)
CHANGES = {
    "price of another technician": case(
        **instead_of(WITH_BOB, build.job(), per_technician_change=DEAR), bob="till"
    ),
    "price of any change": case(**instead_of(WITH_BOB, build.job(), per_change=DEAR), bob="till"),
    "price of another shift": case(
        **instead_of(
            ON_TUESDAY,
            build.job(delay_cost_per_s=SOON),
            people=(several(MON, TUE),),
            per_shift_change=DEAR,
        ),
        anna__tue="till",
    ),
    "price of a moved start": case(
        **instead_of(AT_NOON, build.job(delay_cost_per_s=SOON), per_moved_s=0.1),
        starts={"till": NOON},
        anna="till",
    ),
    "tolerance of a moved start": case(
        **instead_of(
            AT_NOON,
            build.job(delay_cost_per_s=SOON),
            per_moved_s=1,
            tolerance_s=NOON - EIGHT,
            other=ChangeCost(per_moved_s=1),
        ),
        starts={"till": EIGHT},
        anna="till",
    ),
    "price of a visit that is dropped": case(
        **instead_of(WITH_BOB, build.job(), per_drop=DEAR, per_technician_change=DEAR), bob="till"
    ),
    "factor of a visit that may move": case(
        **instead_of(
            TWO_WITH_BOB,
            *(replace(one, change_factor=int(one.id == "next")) for one in TILL_AND_NEXT),
            people=(ANNA, DEAR_BOB),
            per_technician_change=DEAR,
        ),
        anna="till",
        bob="next",
    ),
    "most changes": case(
        **instead_of(TWO_WITH_BOB, *TILL_AND_NEXT, people=(ANNA, DEAR_BOB), max_changes=1),
        anna="till",
        bob="next",
    ),
    "no change at all": case(
        **instead_of(in_force(bob={"till": NOON}), build.job(delay_cost_per_s=SOON), max_changes=0),
        starts={"till": NOON},
        bob="till",
    ),
    "starts that keep within the changes": case(
        **instead_of(
            in_force(bob={"till": EIGHT + 3600, "next": NOON}),
            build.job(),
            build.job("next", location="bank"),
            people=(ANNA, DEAR_BOB),
            max_changes=1,
        ),
        starts={"next": NOON},
        anna="till",
        bob="next",
    ),
    "most changes of starts": case(
        **instead_of(
            in_force(anna={"first": EIGHT + 7200, "second": NOON}),
            build.job("first", delay_cost_per_s=SOON),
            build.job("second", delay_cost_per_s=2 * SOON),
            people=(ANNA,),
            max_changes=1,
        ),
        starts={"first": EIGHT + 7200, "second": EIGHT},
        anna="second first",
    ),
}

# --- decisions ---

AT_LAST = build.job("last", windows=(Window(opens=NOON, closes=NOON),))
FROZEN_AT_NOON = Pin(technician="bob", start=NOON)
FROZEN = Pin(technician="bob", start=EIGHT + 3600, position=1)
PROMISED = build.job("promised", promise=Window(opens=EIGHT, closes=EIGHT), mandatory=True)
URGENT = build.job("urgent", priority=1, windows=AT_EIGHT)
BY_CLASS = (
    (Term(metric="unserved", priority=1),),
    (
        Term(metric="broken_promises", weight=900),
        Term(metric="promise_late_s"),
        Term(metric="dropped_promises", weight=86400),
    ),
    *MONEY,
)
DECISIONS = {
    "frozen stop": case(
        problem(build.job(pin=FROZEN), people=BOTH),
        problem(build.job(), people=BOTH),
        starts={"till": EIGHT + 3600},
        bob="till",
    ),
    "pinned shift": case(
        problem(
            build.job(delay_cost_per_s=SOON, pin=Pin(technician="anna", shift="tue")),
            people=(several(MON, TUE),),
        ),
        problem(build.job(delay_cost_per_s=SOON), people=(several(MON, TUE),)),
        anna__tue="till",
    ),
    "pin that must be served": case(
        problem(
            build.job("till", unserved_penalty=1, pin=Pin(technician="bob")),
            people=BOTH,
            objective=OPTIONAL,
        ),
        problem(
            build.job("till", unserved_penalty=1, pin=Pin(technician="bob", must_serve=False)),
            people=BOTH,
            objective=OPTIONAL,
        ),
        bob="till",
    ),
    "selection that may move": case(
        problem(build.job("near"), replace(AT_LAST, pin=FROZEN_AT_NOON), people=(ANNA, DEAR_BOB)),
        problem(build.job("near"), AT_LAST, people=(ANNA, DEAR_BOB)),
        anna="near",
        bob="last",
    ),
    "promise that is kept": case(
        problem(PROMISED, URGENT, people=(ANNA,), objective=BY_CLASS),
        problem(replace(PROMISED, mandatory=False), URGENT, people=(ANNA,), objective=BY_CLASS),
        anna="promised",
    ),
    "promises that may be broken": case(
        problem(replace(PROMISED, promise_hard=False), URGENT, people=(ANNA,), objective=BY_CLASS),
        problem(PROMISED, URGENT, people=(ANNA,), objective=BY_CLASS),
        anna="urgent promised",
    ),
}
CASES = DAYS | CHANGES | DECISIONS


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_alone_decides_what_stays(rule):
    assert_the_rule_decides(CASES[rule])


@pytest.mark.slow
@pytest.mark.parametrize("rule", CASES)
def test_the_engine_leaves_what_stays(rule):
    assert_the_engine_obeys(CASES[rule])
