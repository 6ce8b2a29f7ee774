"""Small random days on which one or two rules pinch. Each rule is a function that changes a day.

The rules are mild enough that most visits can be served, and hot enough that the best plan without
them is seldom the best with them.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.routing import days
from tests.routing.engine.changing import (
    NOON,
    Document,
    Pinch,
    both,
    each_shift,
    everybody,
    in_force,
    relation_between,
    some,
)

FIVE = 61200
DAY_S = 86400
# Rules that multiply the plans there are, and those that tie routes to each other.
LARGE = {
    "breaks",
    "break anywhere",
    "place of a break",
    "unpaid break",
    "two breaks",
    "depot",
    "empty the van",
    "wished hours",
    "deadlines",
    "lateness",
    "lost promise",
    "deferral",
    "moved starts",
}
JOINT = {
    "same technician",
    "continuity",
    "different technician",
    "same start",
    "precedence",
    "gap",
    "all or none",
    "machine",
    "fairness",
    "most changes",
    "crew",
    "two shifts",
    "pinned position",
    "pinned start",
    "pinned technician",
}


def day(seed: int) -> tuple[Document, tuple[str, ...]]:
    """A day, and the one or two rules that pinch on it."""
    rng = Random(seed)
    names = sorted(RULES)
    chosen = tuple(rng.sample(names, rng.choice([1, 2])))
    if seed < len(names):
        chosen = (names[seed],)
    size = 5 - bool({*chosen} & LARGE) - bool({*chosen} & JOINT)
    made = days.plain(rng, visits=max(size, 4 - len(chosen)), technicians=2)
    for technician in made["technicians"]:
        technician["cost"] = {"per_m": 0.01}
        technician["shifts"][0]["id"] = "day"
    made["objective"] = {"levels": [[{"metric": "unserved"}], [{"metric": "cost"}]]}
    for visit in made["visits"]:
        opens = visit["windows"][0][0]
        visit["windows"] = [[opens - 3600, opens + 7200]]
    for name in chosen:
        RULES[name](made, rng)
    return made, chosen


def _depot(made: Document, rng: Random) -> None:
    where = rng.choice(made["locations"])["id"]
    made["depots"] = [{"id": "store", "location": where, "duration_s": 300}]


def _machine(made: Document, _: Random) -> None:
    made["equipment"] = [{"id": "lift", "count": 1}]
    for visit in made["visits"][:2]:
        visit["equipment"] = {"lift": 1}
        visit["windows"] = [[visit["windows"][0][0]] * 2]


def _priorities(made: Document, rng: Random) -> None:
    for visit in made["visits"]:
        visit |= {"priority": rng.randint(1, 3), "duration_s": 2 * visit["duration_s"]}
    made["objective"]["levels"] = [
        *([{"metric": "unserved", "priority": tier}] for tier in (1, 2, 3)),
        [{"metric": "cost"}],
    ]


def _penalties(made: Document, rng: Random) -> None:
    for visit in made["visits"]:
        visit["unserved_penalty"] = rng.randint(100, 900)
    made["objective"] = {"levels": [[{"metric": "cost"}]]}


def _two_shifts(made: Document, _: Random) -> None:
    technician = made["technicians"][0]
    today = technician["shifts"][0]
    tomorrow = {key: value + DAY_S for key, value in today.items() if key in {"start", "end"}}
    technician["shifts"] = [today, today | tomorrow | {"id": "tomorrow"}]
    technician["min_rest_s"] = DAY_S - FIVE + 28800
    for visit in made["visits"][::2]:
        visit["windows"] = [[one + DAY_S for one in window] for window in visit["windows"]]


def _set_up(made: Document, rng: Random) -> None:
    for place in made["locations"]:
        place["setup_s"] = rng.choice([0, 300, 900])
    made["visits"][1]["location"] = made["visits"][0]["location"]


def _traffic(made: Document, rng: Random) -> None:
    starts = (28800, 34200, 43200, 52200)
    slices = [{"start": at, "factor": rng.choice([0.8, 1, 1.5, 2])} for at in starts]
    made["travel"]["traffic"] = {"slices": slices, "repeat_s": DAY_S}


def _person(made: Document, rng: Random) -> Document:
    return rng.choice(made["technicians"])


def _own_minutes(made: Document, rng: Random) -> None:
    for visit in made["visits"]:
        visit["duration_by_technician"] = {_person(made, rng)["id"]: rng.randrange(600, 9000, 300)}


def _pinned(made: Document, rng: Random) -> None:
    made["visits"][0]["pin"] = {"technician": _person(made, rng)["id"]}


def _pause(**keys: Any) -> Callable[[Random], list[Document]]:
    return lambda _: [{"id": "lunch", "duration_s": 2700, **keys}]


def _at_a_place(made: Document, rng: Random) -> None:
    where = rng.choice(made["locations"])["id"]
    each_shift(breaks=_pause(window=[NOON - 3600, NOON + 3600], location=where))(made, rng)


def _skill(rng: Random) -> Document:
    return {name: rng.choice([1, 2, 3]) for name in rng.sample(["gas", "tills", "fibre"], 2)}


def _needs(rng: Random) -> list[Document]:
    return [
        rng.choice(
            [
                {"skill": rng.choice(["gas", "tills"]), "level": rng.randint(1, 2)},
                {"any_of": ["gas", "fibre"], "level": 2},
                {"none_of": ["fibre"]},
            ]
        )
    ]


def _technician(rng: Random) -> str:
    return f"technician-{rng.randrange(2)}"


def _hours(rng: Random, *, length: int = 3600) -> list[int]:
    opens = rng.randrange(28800, 54000, 1800)
    return [opens, opens + length]


def _deadline(rng: Random) -> list[Document]:
    at = rng.randrange(28800, 54000, 1800)
    return [
        {
            "of": rng.choice(["start", "end"]),
            "at": at,
            "cost": 50,
            "cost_per_s": 0.02,
            "step_s": rng.choice([0, 3600]),
        }
    ]


def _soft(rng: Random) -> list[Document]:
    values = {
        "max_duration_s": 15000,
        "max_travel_s": 5000,
        "max_distance_m": 60000,
        "max_visits": 2,
        "last_end": 50000,
    }
    name = rng.choice(sorted(values))
    return [{"limit": name, "value": values[name], "price": 100 if name == "max_visits" else 0.02}]


AREAS = ["north", "south"]
ANY_TIME = [[28800, FIVE]]
RULES: dict[str, Pinch] = {
    "skills": both(everybody(skills=_skill), some(0.6, skills=_needs)),
    "spare levels": both(
        everybody(skills=_skill, cost=lambda _: {"per_spare_level": 150}),
        some(0.6, skills=lambda _: [{"any_of": ["gas", "tills", "fibre"]}]),
    ),
    "certificates": both(
        everybody(skills=lambda rng: {"gas": {"until": rng.randrange(36000, 54000, 600)}}),
        some(0.5, skills=lambda _: [{"skill": "gas"}]),
    ),
    "chosen and refused": both(
        some(0.4, allowed_technicians=lambda rng: [_technician(rng)]),
        some(0.4, forbidden_technicians=lambda rng: [_technician(rng)]),
    ),
    "favourites": some(
        0.6, wishes=lambda rng: [{"technicians": [_technician(rng)], "cost": rng.randint(50, 400)}]
    ),
    "territories": both(
        everybody(
            allowed_territories=lambda rng: rng.sample(AREAS, rng.randint(1, 2)),
            preferred_territories=lambda rng: rng.sample(AREAS, 1),
            cost=lambda _: {"per_outside_s": 0.05, "per_outside_visit": 40},
        ),
        some(0.7, territory=lambda rng: rng.choice(AREAS)),
    ),
    "prices": everybody(
        cost=lambda rng: {
            "fixed": rng.choice([0, 200]),
            "per_m": rng.choice([0.005, 0.02]),
            "per_visit": rng.choice([0, 100]),
            "per_travel_s": rng.choice([0, 0.05]),
        }
    ),
    "price of hours": everybody(cost=lambda rng: {"per_duration_s": rng.choice([0.01, 0.05])}),
    "overtime": both(
        everybody(
            cost=lambda _: {
                "per_overtime_s": 0.05,
                "overtime_steps": [{"after_s": 1800, "per_s": 0.1}],
            }
        ),
        each_shift(end=lambda _: 46800, max_overtime_s=lambda rng: rng.choice([3600, 9000])),
    ),
    "limits": each_shift(
        max_duration_s=lambda rng: rng.choice([12000, 20000]),
        max_travel_s=lambda rng: rng.choice([5000, 9000]),
        max_distance_m=lambda _: 120000,
        max_leg_s=lambda _: 3000,
        max_visits=lambda rng: rng.randint(1, 3),
    ),
    "tags": both(
        some(0.6, tags=lambda _: ["heavy"]), each_shift(max_visits_by_tag=lambda _: {"heavy": 1})
    ),
    "first and last": each_shift(first_start=lambda _: 34200, last_end=lambda _: 52200),
    "soft limits": each_shift(soft_limits=_soft),
    "tools": both(
        everybody(tools=lambda rng: rng.choice([[], ["ladder"]])),
        some(0.5, tools=lambda _: ["ladder"]),
    ),
    "parts": both(
        everybody(parts=lambda rng: {"router": rng.randint(0, 2)}),
        some(0.6, parts=lambda _: {"router": 1}),
    ),
    "capacity": both(
        everybody(capacity=lambda rng: {"boxes": rng.randint(2, 4)}),
        some(0.8, demand=lambda rng: {"boxes": rng.randint(1, 2)}),
    ),
    "depot": both(_depot, some(0.6, parts=lambda _: {"router": 1}, windows=lambda _: ANY_TIME)),
    "empty the van": both(
        _depot,
        everybody(capacity=lambda _: {"boxes": 2}),
        some(0.8, demand=lambda _: {"boxes": 1}, windows=lambda _: ANY_TIME),
    ),
    "own speeds": everybody(
        service_factor=lambda rng: rng.choice([0.7, 1.6]),
        travel_factor=lambda rng: rng.choice([0.8, 1.4]),
    ),
    "own minutes": _own_minutes,
    "several windows": some(0.7, windows=lambda rng: [_hours(rng), _hours(rng)]),
    "finish inside": some(
        0.7, finish_inside=lambda _: True, windows=lambda rng: [_hours(rng, length=6000)]
    ),
    "lateness": some(
        0.4,
        windows=lambda rng: [_hours(rng, length=600)],
        max_lateness_s=lambda rng: rng.choice([1800, None]),
        lateness_cost_per_s=lambda _: 0.05,
    ),
    "promise": some(0.5, promise=_hours, windows=lambda _: ANY_TIME),
    "lost promise": both(
        some(
            0.4,
            promise=lambda rng: _hours(rng, length=600),
            promise_hard=lambda _: False,
            windows=lambda _: ANY_TIME,
        ),
        lambda made, _: made["objective"]["levels"].insert(
            -1,
            [
                {"metric": "broken_promises", "weight": 900},
                {"metric": "promise_late_s"},
                {"metric": "dropped_promises", "weight": 86400},
            ],
        ),
    ),
    "release": some(
        0.5, release=lambda rng: rng.randrange(36000, 50000, 600), windows=lambda _: ANY_TIME
    ),
    "deadlines": some(0.4, deadlines=_deadline, windows=lambda _: ANY_TIME),
    "deferral": some(
        0.4,
        delay_steps=lambda _: [
            {"from": 0, "cost": 0},
            {"from": 36000, "cost": 80},
            {"from": NOON, "cost": 300},
        ],
        delay_cost_per_s=lambda _: 0.001,
        windows=lambda _: ANY_TIME,
    ),
    "wished hours": some(
        0.3,
        wishes=lambda rng: [
            {"windows": [_hours(rng)], "cost": 30, "cost_per_s": 0.02, "max_cost": 200}
        ],
        windows=lambda _: ANY_TIME,
    ),
    "breaks": each_shift(breaks=_pause(window=[NOON - 1800, NOON + 1800])),
    "fixed break": each_shift(breaks=_pause(window=[NOON, NOON])),
    "break anywhere": each_shift(breaks=_pause()),
    "unpaid break": both(
        each_shift(breaks=_pause(window=[NOON - 1800, NOON], paid=False)),
        everybody(cost=lambda _: {"per_duration_s": 0.02}),
    ),
    "place of a break": _at_a_place,
    "two breaks": each_shift(
        breaks=lambda _: [
            *_pause(window=[NOON, NOON + 1800])(_),
            {"id": "tea", "duration_s": 600, "window": [34200, 36000]},
        ]
    ),
    "traffic": _traffic,
    "set-up": _set_up,
    "priorities": _priorities,
    "penalties": _penalties,
    "mandatory": both(_penalties, some(0.3, mandatory=lambda _: True)),
    "open ends": everybody(start_location=lambda _: None),
    "pinned technician": _pinned,
    "pinned position": some(
        0.1, pin=lambda rng: {"position": rng.randint(1, 2), "must_serve": False}
    ),
    "pinned start": some(
        0.3,
        pin=lambda rng: {
            "start": rng.randrange(28800, 54000, 600),
            "slack_s": 600,
            "must_serve": False,
        },
        windows=lambda _: ANY_TIME,
    ),
    "same technician": relation_between("same_technician"),
    "continuity": relation_between("same_technician", cost=150),
    "different technician": relation_between("different_technician"),
    "same start": relation_between("same_start", max_s=lambda rng: rng.choice([0, 900])),
    "precedence": relation_between(
        "precedence",
        min_s=lambda rng: rng.choice([0, 1800]),
        max_s=lambda rng: rng.choice([None, 7200]),
    ),
    "gap": relation_between("gap", min_s=1800, max_s=lambda rng: rng.choice([None, 9000])),
    "all or none": relation_between("all_or_none"),
    "machine": _machine,
    "fairness": both(
        lambda made, _: made.update(fairness={"cost_per_s": 0.02, "tolerance_s": 1800}),
        everybody(history=lambda rng: {"worked_s": rng.randrange(0, 9000, 900)}),
    ),
    "crew": some(0.2, crew_size=lambda _: 2),
    "two shifts": _two_shifts,
    "changed technician": in_force(per_technician_change=120, per_drop=500),
    "moved starts": in_force(per_moved_s=0.01, per_change=30),
    "most changes": in_force(max_changes=2),
}
