"""Who goes: Anna lives next to the visit, Bob far away, and a rule sends Bob all the same."""

from __future__ import annotations

from typing import Any

import pytest

from routing.problem import (
    Break,
    Cost,
    MatrixTravel,
    OvertimeStep,
    Pin,
    Requirement,
    Skill,
    SoftLimit,
    SoftLimitKind,
    TechnicianWish,
    Window,
)
from tests.routing import build
from tests.routing.build import EIGHT
from tests.routing.engine.obeying import (
    Case,
    assert_the_engine_obeys,
    assert_the_rule_decides,
    person,
    problem,
)

GAS = Requirement(names=("gas",), level=2)
DEAR = 900  # more than the 400 that Bob's road costs
SOON = (Window(opens=EIGHT, closes=EIGHT + 1800),)
AT_25 = Window(opens=EIGHT + 1500, closes=EIGHT + 1500)
LUNCH = {"id": "lunch", "duration_s": 1800}


def sends_bob(
    *,
    job: dict[str, Any] | None = None,
    anna: dict[str, Any] | None = None,
    bob: dict[str, Any] | None = None,
    always: dict[str, Any] | None = None,
    bob_always: dict[str, Any] | None = None,
    without: dict[str, Any] | None = None,
    question: dict[str, Any] | None = None,
) -> Case:
    """Keys of the visit and of both people; ``always`` are keys of the visit that stay when the
    rule goes, ``bob_always`` those of Bob, ``without`` what Anna has instead; ``question`` has keys
    of the problem.
    """

    def asked(visit: dict[str, Any], near: dict[str, Any], far: dict[str, Any]) -> Any:
        people = (
            person("anna", home="młyn", **near),
            person("bob", home="farm", **(bob_always or {}), **far),
        )
        return problem(build.job(**(always or {}), **visit), people=people, **(question or {}))

    return Case(
        kept=asked(job or {}, anna or {}, bob or {}),
        free=asked({}, without or {}, {}),
        best={"bob": ("till",)},
    )


def line(seconds: int, **keys: Any) -> MatrixTravel:
    """Ten kilometres and so many seconds from place to place."""
    rows = {
        name: tuple(tuple(step * abs(i - j) for j in range(4)) for i in range(4))
        for name, step in (("seconds", seconds), ("metres", 10000))
    }
    return MatrixTravel(**rows, **keys)


def has(**skills: float) -> dict[str, Any]:
    return {"skills": {name: Skill(level=level) for name, level in skills.items()}}


def costs(**prices: Any) -> dict[str, Any]:
    return {"cost": Cost(per_m=0.01, **prices)}


def limit_at_the_bank(**day: Any) -> Case:
    """Both are ten minutes away from the bank, Bob is a little dearer, and Anna has a limit."""
    return sends_bob(
        always={"location": "bank"}, anna={"day": day}, bob_always=costs(per_visit=100)
    )


def soft(limit: SoftLimitKind, value: float) -> Case:
    """Passing the limit costs Anna a fortune."""
    return limit_at_the_bank(soft_limits=(SoftLimit(limit=limit, value=value, price=DEAR),))


CASES = {
    "skill at its level": sends_bob(job={"skills": (GAS,)}, anna=has(gas=1), bob=has(gas=2)),
    "all of several skills": sends_bob(
        job={"skills": (GAS, Requirement(names=("tills",)))},
        anna=has(gas=2),
        bob=has(gas=2, tills=1),
    ),
    "one of several skills": sends_bob(
        job={"skills": (Requirement(names=("gas", "tills")),)}, anna=has(atm=3), bob=has(tills=1)
    ),
    "skill that nobody may have": sends_bob(
        job={"skills": (Requirement(names=("gas",), excluded=True),)}, anna=has(gas=1)
    ),
    "price of spare levels": sends_bob(
        job={"skills": (GAS,)},
        anna=has(gas=4) | costs(per_spare_level=DEAR / 2),
        bob=has(gas=2),
    ),
    "certificate": sends_bob(
        job={"skills": (GAS,)},
        anna={"skills": {"gas": Skill(level=2, valid_until=EIGHT + 1799)}},
        bob=has(gas=2),
    ),
    "chosen technician": sends_bob(job={"allowed_technicians": frozenset({"bob"})}),
    "refused technician": sends_bob(job={"forbidden_technicians": frozenset({"anna"})}),
    "preferred technician": sends_bob(
        job={"wishes": (TechnicianWish(technicians=frozenset({"bob"}), cost=DEAR),)}
    ),
    "technician of the last visit": sends_bob(
        job={"wishes": (TechnicianWish(technicians=frozenset({"bob", "gone"}), cost=DEAR),)}
    ),
    "pinned technician": sends_bob(job={"pin": Pin(technician="bob")}),
    "price of a round": sends_bob(anna=costs(fixed=DEAR)),
    "price of a visit": sends_bob(anna=costs(per_visit=DEAR)),
    "price of an hour": sends_bob(anna=costs(per_duration_s=DEAR / 1800)),
    "price of the road": sends_bob(
        always={"location": "bank"}, anna={"cost": Cost(per_m=1)}, bob_always=costs(per_visit=100)
    ),
    "price of minutes on the road": sends_bob(
        always={"location": "bank"}, anna=costs(per_travel_s=1), bob_always=costs(per_visit=100)
    ),
    "closed territory": sends_bob(
        job={"territory": "north"}, anna={"allowed_territories": frozenset({"south"})}
    ),
    "forbidden territory": sends_bob(
        job={"territory": "north"}, anna={"forbidden_territories": frozenset({"north"})}
    ),
    "open territory": sends_bob(
        job={"territory": "north"},
        anna={"preferred_territories": frozenset({"south"})} | costs(per_outside_s=DEAR / 1800),
    ),
    "price of a visit outside": sends_bob(
        job={"territory": "north"},
        anna={"preferred_territories": frozenset({"south"})} | costs(per_outside_visit=DEAR),
    ),
    "tools": sends_bob(job={"tools": frozenset({"ladder"})}, bob={"tools": frozenset({"ladder"})}),
    "parts": sends_bob(
        job={"parts": {"router": 2}}, anna={"parts": {"router": 1}}, bob={"parts": {"router": 2}}
    ),
    "room in the van": sends_bob(job={"demand": {"boxes": 2}}, anna={"capacity": {"boxes": 1}}),
    "factor of the work": sends_bob(
        always={"windows": SOON, "finish_inside": True, "duration_s": 600},
        anna={"service_factor": 3.1},
    ),
    "own minutes for a visit": sends_bob(
        always={"windows": SOON, "finish_inside": True, "duration_s": 600},
        job={"duration_by_technician": {"anna": 1900}},
    ),
    "factor of the road": sends_bob(
        always={"location": "bank", "windows": SOON},
        anna={"travel_factor": 3.1},
        bob_always=costs(per_visit=100),
    ),
    "own roads": sends_bob(
        always={"location": "bank", "windows": SOON},
        anna={"profile": "bike"},
        bob_always=costs(per_visit=100),
        question={"travel": line(600, profiles={"bike": line(1860)})},
    ),
    "shift": sends_bob(anna={"day": {"end": EIGHT + 1700}}),
    "absence": sends_bob(always={"windows": SOON}, anna={"day": {"start": EIGHT + 3600}}),
    "cap of overtime": sends_bob(
        anna={"day": {"end": EIGHT + 900, "max_overtime_s": 899}},
        without={"day": {"end": EIGHT + 900, "max_overtime_s": 900}},
    ),
    "price of overtime": sends_bob(
        anna={"day": {"end": EIGHT + 900, "max_overtime_s": 900}} | costs(per_overtime_s=1),
        without={"day": {"end": EIGHT + 900, "max_overtime_s": 900}},
    ),
    "steps of overtime": sends_bob(
        anna={"day": {"end": EIGHT, "max_overtime_s": 1800}}
        | costs(per_overtime_s=0.1, overtime_steps=(OvertimeStep(after_s=1200, per_s=1),)),
        without={"day": {"end": EIGHT, "max_overtime_s": 1800}} | costs(per_overtime_s=0.1),
    ),
    "longest day": limit_at_the_bank(max_duration_s=2999),
    "longest time on the road": limit_at_the_bank(max_travel_s=1199),
    "longest road": limit_at_the_bank(max_distance_m=19999),
    "longest leg": limit_at_the_bank(max_leg_s=599),
    "number of visits": limit_at_the_bank(max_visits=0),
    "number of visits by tag": sends_bob(
        always={"tags": frozenset({"heavy"})}, anna={"day": {"max_visits_by_tag": {"heavy": 0}}}
    ),
    "first start": sends_bob(always={"windows": SOON}, anna={"day": {"first_start": EIGHT + 1801}}),
    "last end": limit_at_the_bank(last_end=EIGHT + 2399),
    "soft longest day": soft(SoftLimitKind.DURATION, 2998),
    "soft time on the road": soft(SoftLimitKind.TRAVEL, 1198),
    "soft longest road": soft(SoftLimitKind.DISTANCE, 19998),
    "soft number of visits": soft(SoftLimitKind.VISITS, 0),
    "soft last end": soft(SoftLimitKind.LAST_END, EIGHT + 2398),
    "fixed break": sends_bob(
        always={
            "windows": (Window(opens=EIGHT, closes=EIGHT + 1400),),
            "duration_s": 3600,
        },
        anna={"day": {"breaks": (Break(**LUNCH, window=AT_25),)}},
    ),
    "break that is paid": sends_bob(
        anna={"day": {"breaks": (Break(**LUNCH),)}} | costs(per_duration_s=0.2),
        without={"day": {"breaks": (Break(**LUNCH, paid=False),)}} | costs(per_duration_s=0.2),
    ),
    "place of a break": sends_bob(
        anna={"day": {"breaks": (Break(**LUNCH, location="base"),)}} | {"cost": Cost(per_m=0.03)},
        without={"day": {"breaks": (Break(**LUNCH),)}} | {"cost": Cost(per_m=0.03)},
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_alone_decides_who_goes(rule):
    assert_the_rule_decides(CASES[rule])


@pytest.mark.slow
@pytest.mark.parametrize("rule", CASES)
def test_the_engine_sends_the_right_technician(rule):
    assert_the_engine_obeys(CASES[rule])
