"""Random days that the kernel can say, and plans that it makes of them.

MANY, from ONSITE_MANY, is how many times more days are tried than in the everyday suite.
"""

from __future__ import annotations

import functools
import os
from itertools import pairwise
from random import Random

from routing import interchange
from routing.engine.kernel.columns import TICKS
from routing.engine.kernel.encode import encode
from routing.engine.kernel.frozen import put_first
from routing.engine.kernel.question import beyond
from routing.engine.kernel.state import Plan, starts_of
from routing.engine.telling import begun, order_of
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import days
from tests.routing.plans import plan_of, searched

MANY = int(os.environ.get("ONSITE_MANY", "1"))  # noqa: TID251 - for these tests alone


def nasty(seed):
    """A small day with a pinch of every rule that the kernel knows."""
    day = days.nasty(seed) | {"equipment": []}
    day["relations"] = [one for one in day["relations"] if "cost" in one]
    day["travel"].pop("traffic", None)
    day["change_cost"]["max_changes"] = None
    for technician in day["technicians"]:
        technician["shifts"] = technician["shifts"][:1]
        for pause in technician["shifts"][0]["breaks"]:
            pause.pop("location", None)
    for visit in day["visits"]:
        visit.pop("equipment", None)
        visit.pop("crew_size", None)
        visit.get("pin", {}).pop("position", None)
    if day.get("incumbent"):
        day["incumbent"] = _alone(day["incumbent"])
    return day


def linked(seed):
    """The nasty day where it pays to serve, and where most visits hang together."""
    rng = Random(seed)
    names = [visit["id"] for visit in days.nasty(seed)["visits"]]
    return eager(seed) | {"relations": relations(names, rng)}


def linked_plain(seed):
    """A plain day with time for everybody, where most visits hang together."""
    rng = Random(seed)
    day = days.plain(rng, visits=14, technicians=6)
    for visit in day["visits"]:
        visit["windows"] = [[visit["windows"][0][0], 61200]]
    names = [visit["id"] for visit in day["visits"]]
    return day | {"relations": [one for _ in range(2) for one in relations(names, rng)]}


def linked_crowded(seed):
    """A day on which many more visits hang together than anybody has time for."""
    day = days.plain(Random(seed), visits=90, technicians=2)
    names = [visit["id"] for visit in day["visits"]]
    pairs = zip(names[::2], names[1::2], strict=True)
    return day | {"relations": [{"type": "same_start", "visits": list(pair)} for pair in pairs]}


def linked_shared(seed):
    """A day of fair shares and familiar faces where some visits hang together."""
    day = shared(seed)
    names = [visit["id"] for visit in day["visits"]]
    return day | {"relations": [*day["relations"], *relations(names, Random(seed))]}


def linked_frozen(seed):
    """A day that has begun, where most visits hang together."""
    day = frozen(seed)
    names = [visit["id"] for visit in day["visits"]]
    return day | {"relations": relations(names, Random(seed))}


def linked_laden(seed):
    """A day of scarce loads where most visits hang together."""
    day = laden(seed)
    names = [visit["id"] for visit in day["visits"]]
    return day | {"relations": relations(names, Random(seed))}


def crooked_linked(seed):
    """The same on roads on which a detour may be shorter."""
    return crooked(linked(seed), Random(seed))


def relations(names, rng):
    """Pairs and threes of every kind, in one order, so that there are no circles."""
    found = []
    for _ in range(rng.randint(1, 4)):
        members = [names[n] for n in sorted(rng.sample(range(len(names)), 3))]
        pair = members[:2]
        least = rng.choice([-900, 0, 600.5])
        found += rng.choice([
            [{"type": "same_start", "visits": members}],
            [{"type": "same_start", "visits": pair, "max_s": 900}],
            [{"type": kind, "visits": pair} for kind in ("same_start", "different_technician")],
            [{"type": "precedence", "visits": pair, "min_s": 300, "max_s": 5400}],
            [{"type": "precedence", "visits": [a, b]} for a, b in pairwise(members)],
            [{"type": "gap", "visits": pair, "min_s": least, "max_s": least + 3600}],
            [{"type": "gap", "visits": pair, "min_s": 1800}],
            [{"type": "all_or_none", "visits": members}],
            [{"type": "same_technician", "visits": members}],
            [{"type": "different_technician", "visits": members}],
        ])  # fmt: skip
    return found


EAGER = [
    [{"metric": "unserved_penalty"}, {"metric": "unserved", "weight": 0.5}],
    [{"metric": "broken_promises"}, {"metric": "overdue_visits"}, {"metric": "late_visits"}],
    [{"metric": "cost"}, {"metric": "duration_s", "weight": 0.25}],
]


def eager(seed):
    """The nasty day where it pays to serve, with levels as our own briefs have them.

    Everybody works as much as they like, so that each route has a price of its own.
    """
    day = nasty(seed) | {"objective": {"levels": EAGER}}
    day.pop("fairness", None)
    return day


def lasting(seed):
    """A plain day on which hours are paid, waiting among them."""
    day = days.plain(Random(seed), visits=14, technicians=3)
    return day | {"objective": {"levels": [[{"metric": "unserved"}], [{"metric": "duration_s"}]]}}


LADEN = [
    [[{"metric": "unserved"}], [{"metric": "distance_m", "weight": 0.01}]],
    [[{"metric": "unserved"}], [{"metric": "duration_s"}, {"metric": "depot_s", "weight": 2}]],
    [[{"metric": "unserved", "weight": 2000}, {"metric": "wait_s"}, {"metric": "travel_s"}]],
]


def laden(seed):
    """A day on which hardly anybody has everything in the van, with depots of all kinds."""
    rng = Random(seed)
    day = days.plain(rng, visits=10, technicians=3)
    places = [place["id"] for place in day["locations"]]
    for place in day["locations"]:
        place["setup_s"] = 0 if "wait_s" in str(LADEN[seed % 3]) else rng.choice([0, 600])
    for visit in day["visits"]:
        visit |= {
            "duration_s": rng.choice([300, 1800]),
            "tools": rng.sample(["ladder", "drill"], rng.choice([0, 0, 1, 2])),
            "parts": {name: rng.choice([0, 1, 2]) for name in rng.sample("abc", 2)},
            "demand": {"boxes": rng.choice([0, 1, 2.5])},
            "windows": rng.choice([visit["windows"], [[28800, 61200]]]),
            "tags": rng.choice([[], ["heavy"]]),
        }
    for technician in day["technicians"]:
        technician |= {
            "tools": rng.choice([[], ["ladder"], ["ladder", "drill"]]),
            "parts": {name: rng.choice([0, 1, 4]) for name in "ab"},
            "capacity": rng.choice([{}, {"boxes": 3}, {"boxes": 6}]),
        }
        [shift] = technician["shifts"]
        shift |= rng.choice([{}, {"max_visits": rng.randint(2, 4)}])
        shift |= rng.choice([{}, {"max_visits_by_tag": {"heavy": 2}}])
        if rng.random() < 0.3:
            shift["breaks"] = [{"id": "lunch", "duration_s": 1800, "window": [39600, 45000]}]
    hours = [[[0, 90000]], [[28800, 36000]], [[30000, 33000], [40000, 50000]]]
    day["depots"] = [
        {"id": str(n), "location": rng.choice(places), "duration_s": rng.choice([0, 300])}
        | {"supplies": what, "windows": rng.choice(hours)}
        for n, what in enumerate([True, False, ["ladder", "a"], ["drill", "b", "c"]])
        if rng.random() < 0.7
    ]
    return day | {"objective": {"levels": LADEN[seed % 3]}}


def crooked_laden(seed):
    """The same on roads on which a detour may be shorter."""
    return crooked(laden(seed), Random(seed))


def moving(seed):
    """A day with a plan in force whose starts lie where the windows allow them, at a price."""
    rng = Random(seed)
    day = days.plain(rng, visits=12, technicians=3)
    day["objective"] = {"levels": [[{"metric": "unserved"}], [{"metric": "cost"}]]}
    day["change_cost"] = {"per_moved_s": 0.05, "per_change": 30, "tolerance_s": 300}
    for technician in day["technicians"]:
        technician["cost"] = {"per_m": 0.001, "per_duration_s": rng.choice([0.001, 0.01])}
    routes = []
    for n, technician in enumerate(day["technicians"]):
        stops = [
            {"visit": visit["id"], "arrival": start, "start": start, "end": start + 600}
            for visit in sorted(day["visits"][n::3], key=lambda visit: visit["windows"])
            for start in [rng.randint(*visit["windows"][0])]
        ]
        ends = {"depart": stops[0]["start"], "return": stops[-1]["end"]}
        routes.append({"technician": technician["id"], "stops": stops} | ends)
    return day | {"incumbent": {"format": "onsite-plan/1", "routes": routes, "unserved": []}}


def shared(seed):
    """The eager day where unequal work and unknown faces cost more than any road."""
    rng, day = Random(seed), eager(seed)
    day["fairness"] = {"tolerance_s": rng.choice([0, 1800, 7200]), "cost_per_s": 0.25}
    for technician in day["technicians"]:
        worked = rng.choice([0, rng.randint(0, 30000)])
        technician["history"] = {"worked_s": worked, "group": rng.choice("ab")}
    names = [visit["id"] for visit in day["visits"]]
    day["relations"] = [
        {
            "type": "same_technician",
            "visits": rng.sample(names, k=min(len(names), rng.randint(2, 4))),
            "cost": cost,
        }
        for cost in (50, 300)
    ]
    return day


def frozen(seed):
    """An eager day with a plan in force, of which the first stops of each route stay."""
    day = eager(seed) | {"incumbent": None}
    for visit in day["visits"]:
        visit.pop("pin", None)
    plan = plan_of(searched(interchange.problem_of(day)))
    rng, visits = Random(seed), {visit["id"]: visit for visit in day["visits"]}
    for route in plan.routes:
        for n, job in enumerate(route.jobs[: rng.randint(0, 3)], start=1):
            visits[job]["pin"] = {
                "technician": route.technicians[0],
                "position": n,
                "must_serve": rng.random() < 0.5,
            }
    return day | {"incumbent": interchange.document_of(plan)}


def crooked_eager(seed):
    """The same on roads on which a detour may be shorter."""
    return crooked(eager(seed), Random(seed))


def jammed(make):
    """The same days with hours of traffic, on roads without a limit on the wheel."""

    @functools.wraps(make)
    def made(seed):
        rng, day = Random(seed), make(seed)
        starts = sorted(rng.sample(range(27000, 61200, 600), rng.randint(1, 5)))
        slices = [{"start": at, "factor": rng.choice([0.8, 1, 1.3, 2, 3.7])} for at in starts]
        for technician in day["technicians"]:
            for shift in technician["shifts"]:
                for key in ("max_leg_s", "max_travel_s"):
                    shift.pop(key, None)
                softs = shift.get("soft_limits", [])
                shift["soft_limits"] = [one for one in softs if one["limit"] != "travel_s"]
        repeat = rng.choice([None, 86400])
        traffic = {"traffic": {"slices": slices, "repeat_s": repeat}}
        return day | {"travel": day["travel"] | traffic}

    return made


def _alone(plan):
    """A plan without crews, and shifts that are gone."""
    routes = [
        route | {"technician": route.get("technician") or route["technicians"][0]}
        for route in plan["routes"]
        if route["shift"] == "early"
    ]
    for route in routes:
        route.pop("technicians", None)
    return plan | {"routes": routes} if routes else None


def crooked(day, rng, *, grain=1):
    """The day on roads of whole seconds where a detour may be shorter than the straight way."""
    size, legs = len(day["locations"]), range(grain, 3600, grain)
    tables = [[[rng.choice(legs) for _ in range(size)] for _ in range(size)] for _ in "sm"]
    return day | {"travel": {"type": "matrix", "seconds": tables[0], "metres": tables[1]}}


def trial_of(day):
    return Trial(tabulate(interchange.problem_of(day)))


def is_sayable(trial):
    return not beyond(trial)


def planned(trial, *, seed, steps=150):
    """The kernel's plan after so many steps from nothing but what has a place in a route."""
    plan = begun_plan(trial, seed=seed)
    walk(plan, steps=steps)
    return plan


def begun_plan(trial, *, seed):
    """A searcher's plan before its first step: empty, or the plan in force with its frozen stops."""
    plan = Plan(encode(trial), seed=seed)
    if trial.tables.draft.positions:
        first = begun(Trial(trial.tables))
        put_first(first)
        orders = [(v, list(stops)) for v, stops in order_of(first.remember()).routes]
        plan.take_most(orders, starts_of(first))
    return plan


def walk(plan, *, steps, heat=10.0, full=True):
    hot = plan.question.scale * heat
    plan.run(steps, hot=hot, cold=hot / 20, removed=4.0, longest=5.0, blink=0.01, full=full)


def lay(trial, orders, starts=None):
    """Lay orders out exactly. Gives the jobs that were lost."""
    trial.fixed = {job: (at / TICKS, at / TICKS) for job, at in (starts or {}).items()}
    return [job for vehicle, jobs in orders for job in trial.hold_most(vehicle, jobs)]


def clone(plan):
    """The same orders, with everything worked out anew."""
    again = Plan(plan.question, seed=1)
    again.take(plan.now, plan.starts)
    return again


def many(seeds):
    return range(seeds * MANY)


def days_of(seeds, *, make=nasty):
    """Trials of the days that the kernel can say among so many, with their seeds."""
    trials = [(seed, trial_of(make(seed))) for seed in many(seeds)]
    return [(seed, trial) for seed, trial in trials if is_sayable(trial)]
