"""When work is done: Anna passes młyn (a) and then bank (b) on her way to farm, unless a rule turns
the order round, which costs her twenty kilometres.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.problem import (
    Break,
    Deadline,
    DeadlineOf,
    DelayStep,
    Depot,
    MatrixTravel,
    PlanarTravel,
    Relation,
    RelationType,
    Term,
    Traffic,
    TrafficSlice,
    Window,
    WindowWish,
)
from routing.problem import Pin as Pinned
from tests.routing import build
from tests.routing.build import EIGHT, NOON
from tests.routing.engine.obeying import (
    Case,
    Rounds,
    assert_the_engine_obeys,
    assert_the_rule_decides,
    person,
    problem,
)

FIRST_B, FIRST_A = {"anna": ("b", "a")}, {"anna": ("a", "b")}
# On the way over młyn Anna is at the bank at 8:50, straight away at 8:20.
EARLY = Window(opens=EIGHT, closes=EIGHT + 1500)
MORNING = (Window(opens=EIGHT, closes=EIGHT + 7200),)
LATER = Window(opens=NOON, closes=NOON + 600)
DEAR = 900
STORE = Depot(id="store", location="młyn", duration_s=60)


def turns(
    *,
    a: dict[str, Any] | None = None,
    b: dict[str, Any] | None = None,
    day: dict[str, Any] | None = None,
    always_a: dict[str, Any] | None = None,
    always_b: dict[str, Any] | None = None,
    without_b: dict[str, Any] | None = None,
    question: dict[str, Any] | None = None,
    without_question: dict[str, Any] | None = None,
    best: Rounds = FIRST_B,
    starts: dict[str, float] | None = None,
) -> Case:
    """Keys of both visits, of Anna's shift and of the problem; ``always_*`` stay when the
    rule goes, ``without_*`` are there instead of it.
    """

    def asked(
        first: dict[str, Any], second: dict[str, Any], hours: dict[str, Any], rest: dict[str, Any]
    ) -> Any:
        there = {"start_location": "base", "end_location": "farm"}
        return problem(
            build.job("a", **(always_a or {}), **first),
            build.job("b", location="bank", **(always_b or {}), **second),
            people=(person("anna", home=None, day=there | hours),),
            **rest,
        )

    return Case(
        kept=asked(a or {}, b or {}, day or {}, question or {}),
        free=asked({}, without_b or {}, {}, without_question or {}),
        best=best,
        starts=starts or {},
    )


def deadline(**keys: Any) -> dict[str, Any]:
    return {"deadlines": (Deadline(**keys),)}


def related(kind: RelationType, *jobs: str, **keys: Any) -> dict[str, Any]:
    return {"relations": (Relation(type=kind, jobs=jobs, **keys),)}


WISH = WindowWish(windows=(EARLY,), cost_per_s=0.5)
SLOW = Traffic(slices=(TrafficSlice(start=EIGHT, factor=2),))
# From młyn to the bank the morning takes three times as long, elsewhere as ever.
STRAIGHT = tuple(tuple(600 * abs(i - j) for j in range(4)) for i in range(4))
STUCK = (STRAIGHT[0], (600, 0, 1800, 1200), *STRAIGHT[2:])
TIDE = MatrixTravel(
    seconds=STRAIGHT,
    metres=tuple(tuple(10000 * abs(i - j) for j in range(4)) for i in range(4)),
    traffic=Traffic(slices=(TrafficSlice(start=EIGHT, seconds=STUCK),)),
)
LATE_AND_CHEAP = {"windows": (EARLY,), "max_lateness_s": None}
CASES = {
    "window": turns(b={"windows": (EARLY,)}),
    "several windows": turns(
        a={"windows": (Window(opens=EIGHT, closes=EIGHT + 300), LATER)},
        always_b={"windows": MORNING},
        starts={"a": NOON},
    ),
    "work that ends inside": turns(
        b={"finish_inside": True},
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 3300),)},
    ),
    "price of lateness": turns(
        b=LATE_AND_CHEAP | {"lateness_cost_per_s": 1}, without_b=LATE_AND_CHEAP
    ),
    "cap of lateness": turns(
        b={"windows": (EARLY,), "max_lateness_s": 1499}, without_b=LATE_AND_CHEAP
    ),
    "promise": turns(b={"promise": EARLY}),
    "promise that is lost": turns(
        b={"promise": EARLY, "promise_hard": False},
        question={
            "objective": (
                (Term(metric="unserved"),),
                (Term(metric="broken_promises", weight=900), Term(metric="promise_late_s")),
                (Term(metric="cost"),),
            )
        },
    ),
    "release": turns(a={"release": NOON}, always_b={"windows": MORNING}),
    "respond by": turns(b=deadline(of=DeadlineOf.START, at=EIGHT + 1500, cost=DEAR)),
    "resolve by": turns(b=deadline(of=DeadlineOf.END, at=EIGHT + 3300, cost=DEAR)),
    "price of each late second": turns(
        b=deadline(of=DeadlineOf.START, at=EIGHT + 1500, cost_per_s=0.2)
    ),
    "price of each started hour": turns(
        b=deadline(of=DeadlineOf.END, at=EIGHT + 3400, cost_per_s=0.1, step_s=3600),
        without_b=deadline(of=DeadlineOf.END, at=EIGHT + 3400, cost_per_s=0.1),
    ),
    "hours of the agreement": turns(
        b=deadline(
            of=DeadlineOf.START,
            at=EIGHT,
            cost_per_s=0.2,
            hours=(Window(opens=EIGHT + 1500, closes=EIGHT + 4000),),
        ),
        without_b=deadline(
            of=DeadlineOf.START,
            at=EIGHT,
            cost_per_s=0.2,
            hours=(Window(opens=NOON, closes=NOON + 4000),),
        ),
    ),
    "price of waiting for service": turns(b={"delay_cost_per_s": 0.2}),
    "days of waiting": turns(
        b={
            "delay_steps": (
                DelayStep(start=EIGHT, cost=10),
                DelayStep(start=EIGHT + 2000, cost=DEAR),
            )
        }
    ),
    "preferred window": turns(b={"wishes": (WISH,)}),
    "several preferred windows": turns(
        b={"wishes": (WindowWish(windows=(EARLY, LATER), cost=DEAR),)},
        always_b={"windows": MORNING},
    ),
    "most that a wish costs": turns(
        b={"wishes": (WindowWish(windows=(EARLY,), cost_per_s=0.5, max_cost=100),)},
        without_b={"wishes": (WISH,)},
        best=FIRST_A,
    ),
    "pinned position": turns(a={"pin": Pinned(position=2)}),
    "pinned start": turns(
        a={"pin": Pinned(start=NOON)}, always_b={"windows": MORNING}, starts={"a": NOON}
    ),
    "slack of a pinned start": turns(
        b={"pin": Pinned(start=EIGHT + 1200, slack_s=1799)},
        without_b={"pin": Pinned(start=EIGHT + 1200, slack_s=1800)},
    ),
    "one after the other": turns(question=related(RelationType.PRECEDENCE, "b", "a")),
    "gap between starts": turns(question=related(RelationType.GAP, "b", "a", min_s=60)),
    "longest gap after the first": turns(question=related(RelationType.GAP, "a", "b", max_s=-60)),
    "break between stops": turns(
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 3600),)},
        day={
            "breaks": (
                Break(
                    id="tea",
                    duration_s=1800,
                    window=Window(opens=EIGHT + 3000, closes=EIGHT + 3000),
                ),
            )
        },
    ),
    "floating break": turns(
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 3600),)},
        day={
            "breaks": (
                Break(
                    id="tea", duration_s=1800, window=Window(opens=EIGHT + 900, closes=EIGHT + 3100)
                ),
            )
        },
    ),
    "time slots of the road": turns(
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 3600),)},
        question={"travel": PlanarTravel(seconds_per_unit=60, metres_per_unit=1000, traffic=SLOW)},
    ),
    "tables of the hours": turns(
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 3600),)},
        question={"travel": TIDE},
        without_question={"travel": replace(TIDE, traffic=None)},
    ),
    "time to get in": turns(
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 3600),)},
        question={
            "locations": tuple(
                build.Location(id=one.id, x=one.x, y=one.y, setup_s=400) for one in build.PLACES
            )
        },
    ),
    "refill at a depot": turns(
        a={"parts": {"router": 1}},
        always_b={"windows": (Window(opens=EIGHT, closes=EIGHT + 1210),)},
        question={"depots": (Depot(id="store", location="bank", duration_s=60),)},
        best={"anna": ("b", "store", "a")},
    ),
    "hours of a depot": turns(
        always_a={"parts": {"router": 1}},
        always_b={"windows": MORNING},
        question={"depots": (replace(STORE, windows=(LATER,)),)},
        without_question={"depots": (STORE,)},
        best={"anna": ("b", "store", "a")},
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_alone_decides_the_order(rule):
    assert_the_rule_decides(CASES[rule])


@pytest.mark.slow
@pytest.mark.parametrize("rule", CASES)
def test_the_engine_keeps_the_right_order(rule):
    assert_the_engine_obeys(CASES[rule])
