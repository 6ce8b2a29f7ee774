"""What the kernel says that a plan costs is what the exact trial finds."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.state import Plan
from tests.routing import days
from tests.routing.engine.kernel import sayable

# Prices are kept in 32 bits and times in whole milliseconds, rounded up.
NEAR = 1e-6


MAKES = [
    sayable.nasty, sayable.eager, sayable.crooked_eager, sayable.lasting, sayable.moving,
    sayable.shared, sayable.laden, sayable.crooked_laden, sayable.jammed(sayable.nasty),
    sayable.jammed(sayable.crooked_eager), sayable.jammed(sayable.lasting),
    sayable.jammed(sayable.moving), sayable.jammed(sayable.laden),
]  # fmt: skip


def priced_twice(seeds, *, make=sayable.nasty):
    """Seed, whether times had a free choice, and the two prices of each plan that was laid out."""
    found = []
    for seed, trial in sayable.days_of(seeds, make=make):
        plan = sayable.planned(trial, seed=seed)
        if not sayable.lay(trial, plan.now):
            free = any(may_choose(trial, v, jobs) for v, jobs in plan.now)
            if free and trial.shared.rate:
                continue  # a route that is cheaper by itself may be less fair
            found.append((seed, bool(free), plan.cost[0], trial.total(), size(trial)))
    return found


def may_choose(trial, vehicle, jobs):
    """Whether the trial tries more ways to lay the route out than the kernel."""
    hours = [trial.prices.hours.get(stop) for stop in jobs]
    wishes = [some for some in hours if some]
    several = len(wishes) > 1 or any(len(opens) > 1 for opens in wishes)
    return bool(trial.tables.vehicles[vehicle].breaks) or several


def size(trial):
    """The sum of all amounts that make up a price, whatever their signs."""
    routes = [laid for laid in trial.routes if laid is not None]
    parts = [abs(trial.route_price(laid)) for laid in routes]
    worked = abs(trial.shared.rate) * sum(laid.duration_s for laid in routes)
    return 1 + worked + sum(parts) + sum(abs(trial.worth(job)) for job in range(len(trial.holder)))


@pytest.mark.parametrize("make", MAKES)
def test_a_plan_costs_what_the_trial_finds(make):
    found = priced_twice(70, make=make)

    wrong = [
        (seed, kernel, exact)
        for seed, free, kernel, exact, whole in found
        if not free and abs(kernel - exact) > NEAR * whole
    ]
    assert len(found) > 20
    assert wrong == []


def test_routes_wait_for_starts_of_the_plan_in_force_where_that_pays():
    waited = 0
    for seed, trial in sayable.days_of(20, make=sayable.moving):
        plan = sayable.planned(trial, seed=seed)
        hurried = Plan(replace(plan.question, tariff_at=hurrying(plan.question)), seed=seed)
        hurried.take(plan.now)
        waited += hurried.cost[0] > plan.cost[0] + 1

    assert waited > 5


def hurrying(question):
    """Starts as they are priced, with no reason to wait."""
    at = question.tariff_at.copy()
    at[:, c.AIM] = -c.FAR
    return at


@pytest.mark.parametrize(
    "make", [sayable.nasty, sayable.eager, sayable.frozen, sayable.jammed(sayable.eager)]
)
def test_where_routes_can_be_laid_out_in_many_ways_the_trial_finds_a_plan_no_dearer(make):
    found = priced_twice(80, make=make)

    cheaper = [
        (seed, kernel, exact)
        for seed, _, kernel, exact, whole in found
        if kernel < exact - NEAR * whole
    ]
    assert sum(free for _, free, *_ in found) > 5
    assert cheaper == []


def test_a_price_that_was_added_up_in_many_steps_is_the_price_of_the_plan():
    day = days.plain(Random(3), visits=40, technicians=6)
    day["objective"] = {
        "levels": [[{"metric": "unserved", "weight": 1e5}, {"metric": "distance_m"}]]
    }

    plan = sayable.planned(sayable.trial_of(day), seed=3, steps=5000)

    assert plan.cost[0] == pytest.approx(sayable.clone(plan).cost[0], abs=1e-5)


def priced_alone(day, order, *, vehicle=0):
    """The kernel's price and the exact one of a plan with one route."""
    trial = sayable.trial_of(day)
    plan = Plan(encode(trial), seed=1)
    plan.take([(vehicle, order)])
    assert sayable.lay(trial, [(vehicle, order)]) == []
    return plan.cost[0], trial.total()


def day_of_two(**keys):
    """Two visits near each other, open from nine to five; the objective is money."""
    day = days.plain(Random(7), visits=2, technicians=2)
    day["objective"] = {"levels": [[{"metric": "cost"}]]}
    for n, place in enumerate(day["locations"]):
        place |= {"x": n, "y": 0}
    for visit in day["visits"]:
        visit.update({"windows": [[32400, 61200]]} | keys)
    return day


HOURS = [[30000, 36000], [37000, 60000]]
PRICED = {
    "a wish from the opening": {"wishes": [{"windows": [[32400, 40000]], "cost": 9}]},
    "a wish with a cap": {
        "wishes": [{"windows": [[32000, 33000]], "cost": 9, "cost_per_s": 0.01, "max_cost": 99}]
    },
    "the nearer of two wished windows": {
        "wishes": [{"windows": [[28800, 30000], [31000, 32000]], "cost_per_s": 1}]
    },
    "a step of delay at the opening": {
        "delay_steps": [{"from": 0, "cost": 1}, {"from": 32400, "cost": 50}]
    },
    "a deadline by steps": {
        "deadlines": [{"of": "end", "at": 20000, "cost": 5, "cost_per_s": 0.01, "step_s": 3600}]
    },
    "a deadline by steps of service hours": {
        "deadlines": [
            {"of": "start", "at": 29000, "cost_per_s": 0.01, "step_s": 900, "hours": HOURS}
        ]
    },
    "lateness": {"windows": [[28800, 30000]], "max_lateness_s": 20000, "lateness_cost_per_s": 2},
    "a window of an instant": {
        "windows": [[28800, 28900], [45000, 45000]],
        "max_lateness_s": None,
        "lateness_cost_per_s": 1,
    },
}  # fmt: skip


@pytest.mark.parametrize("what", PRICED)
def test_a_start_costs_what_the_trial_says_even_at_an_edge(what):
    kernel, exact = priced_alone(day_of_two(**PRICED[what]), [0, 1])

    assert kernel == pytest.approx(exact, rel=NEAR, abs=0.01)


def test_a_route_waits_for_a_wished_hour_and_takes_its_break_meanwhile():
    day = day_of_two(duration_s=1800)
    lunch = {"id": "lunch", "duration_s": 3600, "window": [36000, 39600]}
    for technician in day["technicians"]:
        technician["cost"] = {"per_duration_s": 0.01}
        technician["shifts"][0]["breaks"] = [lunch]
    day["visits"][0]["windows"] = [[32400, 32700]]
    day["visits"][1]["wishes"] = [{"windows": [[43200, 50000]], "cost": 900}]

    kernel, exact = priced_alone(day, [0, 1])
    day["visits"][1]["wishes"] = []
    hurried, _ = priced_alone(day, [0, 1])

    assert kernel == pytest.approx(exact, rel=NEAR)
    assert hurried + 10 < kernel < hurried + 150


def test_a_moved_start_is_no_second_change_of_who_has_changed():
    day = day_of_two(windows=[[32400, 45000]])
    stop = {"visit": "visit-0", "arrival": 50000, "start": 50000, "end": 52000}
    day["incumbent"] = {
        "format": "onsite-plan/1",
        "routes": [
            {"technician": "technician-1", "depart": 49000, "return": 53000, "stops": [stop]}
        ],
        "unserved": [{"visit": "visit-1"}],
    }
    day["change_cost"] = {"per_change": 100, "per_technician_change": 7}

    stayed, changed = (priced_alone(day, [1, 0], vehicle=who) for who in (1, 0))

    assert stayed[0] == pytest.approx(stayed[1])
    assert changed[0] == pytest.approx(changed[1])


def test_hands_that_differ_for_one_visit_have_its_own_deadline():
    day = day_of_two(deadlines=[{"of": "end", "at": 20000, "cost_per_s": 1}])
    day["visits"][0] |= {
        "duration_by_technician": {"technician-1": 9000},
        "allowed_technicians": ["technician-1"],
    }

    kernel, exact = priced_alone(day, [0, 1], vehicle=1)

    assert kernel == pytest.approx(exact, rel=NEAR)
