"""Random days that the kernel can say, and plans that it makes of them.

MANY, from ONSITE_MANY, is how many times more days are tried than in the everyday suite.
"""

from __future__ import annotations

import os
from random import Random

from routing import interchange
from routing.engine.kernel.encode import encode
from routing.engine.kernel.frozen import put_first
from routing.engine.kernel.question import beyond
from routing.engine.kernel.state import Plan
from routing.engine.telling import begun, order_of
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import days
from tests.routing.plans import plan_of, searched

MANY = int(os.environ.get("ONSITE_MANY", "1"))  # noqa: TID251 - for these tests alone


def nasty(seed):
    """A small day with a pinch of every rule that the kernel knows."""
    day = days.nasty(seed) | {"depots": [], "equipment": []}
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


def _alone(plan):
    """A plan without crews, depots, and shifts that are gone."""
    routes = [
        route
        | {"technician": route.get("technician") or route["technicians"][0]}
        | {"stops": [stop for stop in route["stops"] if stop.get("type") != "depot"]}
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
        plan.take_most([(v, list(stops)) for v, stops in order_of(first.remember()).routes])
    return plan


def walk(plan, *, steps, heat=10.0, full=True):
    hot = plan.question.scale * heat
    plan.run(steps, hot=hot, cold=hot / 20, removed=4.0, longest=5.0, blink=0.01, full=full)


def lay(trial, orders):
    """Lay orders out exactly. Gives the jobs that were lost."""
    return [job for vehicle, jobs in orders for job in trial.hold_most(vehicle, jobs)]


def clone(plan):
    """The same orders, with everything worked out anew."""
    again = Plan(plan.question, seed=1)
    again.take(plan.now)
    return again


def many(seeds):
    return range(seeds * MANY)


def days_of(seeds, *, make=nasty):
    """Trials of the days that the kernel can say among so many, with their seeds."""
    trials = [(seed, trial_of(make(seed))) for seed in many(seeds)]
    return [(seed, trial) for seed, trial in trials if is_sayable(trial)]
