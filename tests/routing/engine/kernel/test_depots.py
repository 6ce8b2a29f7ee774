"""Depot stops in the kernel: what the van lacks is what the exact rule says, and none is in vain."""

from __future__ import annotations

from random import Random

import pytest

from routing.engine.kernel.depots import first_short
from routing.engine.kernel.encode import encode
from routing.engine.kernel.state import Plan
from routing.engine.telling import begun, order_of
from routing.trial.van import Van
from tests.routing import days
from tests.routing.engine.kernel import sayable


def lasts(tables, vehicle, order):
    """Whether van and numbers of jobs suffice, by the exact rule."""
    van, jobs = Van(tables.vehicles[vehicle]), len(tables.jobs)
    for code in order:
        if code >= jobs:
            van.load_at(tables.problem.depots[code - jobs])
        elif not van.serves(tables.jobs[code]):
            return False
    served = [tables.jobs[code] for code in order if code < jobs]
    shift = tables.vehicles[vehicle].shift
    return (shift.max_visits is None or len(served) <= shift.max_visits) and all(
        sum(tag in job.tags for job in served) <= most
        for tag, most in shift.max_visits_by_tag.items()
    )


def short(plan, vehicle, *, behind=-1, depot=-1, job=-1, without=0):
    q = plan.question
    return first_short(
        vehicle, behind, depot, job, without, plan._rows, plan._desk, plan._load, q.crew, q.need,
        q.room,
    )  # fmt: skip


def changes(rng, order, *, jobs, depots):
    """A route as it is, with one more job, by way of a depot, and with a depot moved or dropped."""
    job = next(n for n in rng.sample(range(jobs), jobs) if n not in order)
    depot, behind = rng.choice(depots), rng.randint(0, len(order))
    before, after = order[:behind], order[behind:]
    yield {}, order
    yield {"behind": behind, "job": job}, [*before, job, *after]
    yield {"behind": behind, "job": job, "depot": depot}, [*before, depot, job, *after]
    places = [n for n, code in enumerate(order) if code >= jobs]
    if places:
        place = rng.choice(places)
        less = [*order[:place], *order[place + 1 :]]
        yield {"without": place + 1}, less
        to = behind - (behind > place)
        moved = [*less[:to], order[place], *less[to:]]
        if behind != place + 1:
            yield {"without": place + 1, "behind": behind, "depot": order[place]}, moved


def test_a_van_is_short_where_the_exact_rule_says_so():
    found = {True: 0, False: 0}
    for seed, trial in sayable.days_of(40, make=sayable.laden):
        rng, plan, jobs = Random(seed), Plan(encode(trial), seed=1), len(trial.holder)
        depots = list(range(jobs, len(plan.question.node)))
        for vehicle in range(plan.question.vehicles if depots else 0):
            stops = [*range(jobs), *depots, *depots]
            order = rng.sample(stops, rng.randint(0, 6))
            plan.take([(vehicle, order)])
            for what, whole in changes(rng, order, jobs=jobs, depots=depots):
                exact = lasts(trial.tables, vehicle, whole)
                assert (short(plan, vehicle, **what) == 0) == exact, (seed, vehicle, what, order)
                found[exact] += 1

    assert min(found.values()) > 100


@pytest.mark.parametrize("make", [sayable.laden, sayable.crooked_laden])
def test_after_each_step_every_van_lasts_and_every_depot_is_needed(make):
    loaded, wrong, straight = 0, [], make is sayable.laden
    for seed, trial in sayable.days_of(20, make=make):
        plan = Plan(encode(trial), seed=seed)
        jobs = plan.question.count
        for _ in range(60):
            sayable.walk(plan, steps=1)
            for vehicle, order in plan.now:
                bare = [code for code in order if code < jobs]
                loaded += len(bare) < len(order)
                vain = len(bare) < len(order) and lasts(trial.tables, vehicle, bare) and straight
                if vain or not bare or not lasts(trial.tables, vehicle, order):
                    wrong.append((seed, vehicle, order))

    assert loaded > 500
    assert wrong == []


def store(**keys):
    """Two visits far from each other that need a ladder, which the depot between them has."""
    day = days.plain(Random(1), visits=2, technicians=1)
    for place, x in zip(day["locations"], (0, 30, 15), strict=False):
        place |= {"x": x, "y": 0}
    for n, visit in enumerate(day["visits"]):
        visit |= {"location": f"place-{n}", "windows": [[28800, 61200]], "tools": ["ladder"]}
    day["technicians"][0] |= {"start_location": "place-0", "end_location": "place-0"}
    depot = {"id": "store", "location": "place-2", "duration_s": 60} | keys
    day["locations"].append({"id": "place-2", "x": 15, "y": 0})
    day["locations"] = list({place["id"]: place for place in day["locations"]}.values())
    return day | {"depots": [depot]}


def test_a_depot_on_the_way_is_found_from_nothing():
    plan = sayable.planned(sayable.trial_of(store()), seed=1, steps=50)

    [(_, order)] = plan.best
    assert order[0] == 2
    assert sorted(order) == [0, 1, 2]


def test_a_depot_behind_the_last_visit_is_not_taken_over():
    plan = Plan(encode(sayable.trial_of(store())), seed=1)

    plan.take_most([(0, [2, 0, 1, 2])])

    assert plan.now == [(0, [2, 0, 1])]


def test_a_depot_that_closes_too_early_takes_those_along_who_need_it():
    plan = Plan(encode(sayable.trial_of(store(windows=[[28800, 28801]]))), seed=1)

    plan.take_most([(0, [2, 0, 1])])

    assert plan.now == []


def test_a_depot_alone_is_no_route_of_a_trial():
    trial = sayable.trial_of(store())
    lost = trial.hold_most(0, [2])

    assert lost == []
    assert trial.routes == [None]


def test_a_plan_in_force_that_comes_by_a_depot_in_vain_can_be_taken_over():
    day = days.plain(Random(1), visits=3, technicians=1)
    store = {"id": "store", "location": day["locations"][0]["id"], "duration_s": 0}
    stops = [{"type": "depot", "depot": "store"}, {"visit": day["visits"][0]["id"]}]
    route = {"technician": day["technicians"][0]["id"], "stops": stops}
    day["depots"] = [store | {"supplies": True}]
    day["incumbent"] = {"format": "onsite-plan/1", "routes": [route], "unserved": []}

    trial = begun(sayable.trial_of(day))
    plan = Plan(encode(trial), seed=1)
    plan.take_most([(v, list(stops)) for v, stops in order_of(trial.remember()).routes])

    assert plan.now == [(0, [0])]


def test_a_stop_that_nobody_knows_is_refused():
    plan = Plan(encode(sayable.trial_of(days.plain(Random(1), visits=3, technicians=1))), seed=1)

    with pytest.raises(ValueError, match="does not know"):
        plan.take([(0, [0, 3])])
