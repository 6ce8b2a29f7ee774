"""What the kernel plans can be laid out, and what was laid out can be taken over."""

from __future__ import annotations

from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.kernel.encode import encode
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.state import Plan
from routing.trial.writing import follow, solution_of
from tests.routing import days
from tests.routing.engine.kernel import sayable, twin
from tests.routing.engine.kernel.test_times import any_breaks, tangled
from tests.routing.plans import UNAVOIDABLE, plan_of, searched


def is_late_on_purpose(tables, vehicle, order):
    """Whether the route waits for a break to open, to miss it: the trial does not try that."""
    crew = tables.vehicles[vehicle]
    return bool(crew.breaks) and not twin.can_drive(tables, crew, order, late_on_purpose=False)


def tangled_day(seed):
    """Whole seconds, and breaks however they lie."""
    return tangled(Random(seed), breaks=any_breaks)


def lost_in(seeds, *, make):
    """Orders that the trial does not hold, how many routes there were, and how many it lost that
    wait for a break on purpose.
    """
    lost, routes, late = [], 0, 0
    for seed, trial in sayable.days_of(seeds, make=make):
        plan = sayable.planned(trial, seed=seed)
        for vehicle, order in plan.now:
            routes += 1
            if trial.try_route(vehicle, order) is None:
                late += is_late_on_purpose(trial.tables, vehicle, order)
                lost += [(seed, vehicle, order)] * (
                    not is_late_on_purpose(trial.tables, vehicle, order)
                )
    return lost, routes, late


@pytest.mark.parametrize(
    "make",
    [
        sayable.eager,
        sayable.crooked_eager,
        tangled_day,
        sayable.frozen,
        sayable.laden,
        sayable.crooked_laden,
        sayable.jammed(sayable.eager),
        sayable.jammed(sayable.crooked_eager),
        sayable.jammed(tangled_day),
        sayable.jammed(sayable.laden),
    ],
)
def test_the_trial_holds_every_order_of_the_kernel(make):
    lost, routes, late = lost_in(50, make=make)

    assert lost == []
    assert routes > 50
    assert late <= 1 + routes / 100


def test_the_judge_is_content_with_what_the_kernel_plans():
    found = set()
    for seed, trial in sayable.days_of(40):
        sayable.lay(trial, sayable.planned(trial, seed=seed).now)
        finding = judge(solution_of(trial, reasons=None), problem=trial.tables.problem)
        found |= {violation.code for violation in finding.violations}

    assert found <= UNAVOIDABLE


@pytest.mark.parametrize("metric", ["travel_s", "duration_s", "overtime_s"])
def test_of_routes_that_hold_by_less_than_a_tick_the_kernel_takes_what_it_can(metric):
    day = days.plain(Random(3), visits=10, technicians=2)
    day["objective"] = {"levels": [[{"metric": "unserved"}], [{"metric": metric}]]}
    trial = sayable.trial_of(pinned(day))
    follow(trial, trial.tables.problem.incumbent)
    orders = [(laid.vehicle, list(trial.bare(laid))) for laid in trial.routes]
    plan = Plan(encode(trial), seed=1)

    plan.take_most(orders)

    sure = [row for row in plan.now if trial.try_route(*row) is not None]
    assert sure == plan.now
    assert 0 < sum(len(jobs) for _, jobs in plan.now) < sum(len(jobs) for _, jobs in orders)
    assert plan.cost[0] < trial.total() + 10 * max(trial.worth(job) for job in range(10))


@pytest.mark.parametrize("limit", ["max_travel_s", "max_distance_m", "max_duration_s"])
@pytest.mark.parametrize("seed", range(5))
def test_a_route_that_is_too_long_by_a_hair_is_too_long_here_too(limit, seed):
    day = days.plain(Random(seed), visits=6, technicians=1)
    for visit in day["visits"]:
        visit["windows"] = [[28800, 61200]]
    [shift] = day["technicians"][0]["shifts"]
    shift["end"] = 90000
    laid = sayable.trial_of(day).try_route(0, range(6))
    shift[limit] = getattr(laid, limit.removeprefix("max_")) - 1e-4
    trial = sayable.trial_of(day)
    plan = Plan(encode(trial), seed=1)

    plan.take_most([(0, list(range(6)))])

    assert trial.try_route(0, range(6)) is None
    assert plan.now != [(0, list(range(6)))]
    assert plan.cost[0] < NEVER


def pinned(day):
    """The day with a plan in force whose starts are kept to the last digit."""
    plan = plan_of(searched(interchange.problem_of(day)))
    starts = {stop.id: stop.start for route in plan.routes for stop in route.stops}
    for visit in day["visits"]:
        if visit["id"] in starts:
            visit["pin"] = {"start": starts[visit["id"]], "must_serve": False}
    return day | {"incumbent": interchange.document_of(plan)}


def test_of_idle_technicians_who_differ_in_a_limit_of_the_road_each_is_tried():
    day = days.plain(Random(1), visits=1, technicians=2)
    for technician in day["technicians"]:
        technician |= {"start_location": "place-1", "end_location": "place-1"}
    lazy = day["technicians"][1]["shifts"][0]
    lazy["max_travel_s"] = 1

    plan = sayable.planned(sayable.trial_of(day), seed=1, steps=10)

    assert plan.now == [(0, [0])]
