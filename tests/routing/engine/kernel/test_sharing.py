"""Fair shares of work and familiar faces cost the kernel what they cost the judge."""

from __future__ import annotations

import statistics
from random import Random

import numpy as np
import pytest

from routing.check import judge
from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.question import beyond
from routing.engine.kernel.sharing import add_work, lean, unfair
from routing.engine.kernel.squad import Manner, Squad
from routing.engine.kernel.state import Plan
from routing.trial.writing import solution_of
from tests.routing import days
from tests.routing.engine.kernel import sayable
from tests.routing.plans import searched


def unequal(seed, *, visits=10, technicians=4, **keys):
    """A plain day on which fairness has a price, and hours; serving everybody comes first."""
    rng = Random(seed)
    day = days.plain(rng, visits=visits, technicians=technicians) | keys
    for visit in day["visits"]:
        visit["windows"] = [[28800, 61200]]
        visit["duration_s"] = 1800
    for technician in day["technicians"]:
        group = rng.choice("aab")
        technician["history"] = {"worked_s": rng.randint(0, 20000), "group": group}
        technician["cost"] = {"per_duration_s": 0.02}
    day["fairness"] = {"tolerance_s": rng.choice([0, 1800]), "cost_per_s": 0.01}
    day["objective"] = {"levels": [[{"metric": "unserved"}], [{"metric": "cost"}]]}
    return day


def familiar(seed, *, sets=3, cost=40):
    """The same with visits that would like one face."""
    day, rng = unequal(seed), Random(seed)
    names = [visit["id"] for visit in day["visits"]]
    day["relations"] = [
        {"type": "same_technician", "visits": rng.sample(names, k=k % 3 + 2), "cost": cost}
        for k in range(sets)
    ]
    return day


@pytest.mark.parametrize("make", [unequal, familiar, sayable.shared])
def test_the_judge_finds_the_same_excess_and_the_same_splits(make):
    seen = 0
    for seed, trial in sayable.days_of(15, make=make):
        plan = sayable.planned(trial, seed=seed)
        if sayable.lay(trial, plan.now) or any(vehicle.breaks for vehicle in trial.tables.vehicles):
            continue
        metrics = judge(
            solution_of(trial, reasons=None), problem=trial.tables.problem
        ).score.metrics  # fmt: skip
        costs = [cost for _, cost in trial.shared.familiar]
        money = metrics.fairness_cost + metrics.continuity_cost
        scale = trial.prices.scalar(trial.prices.weights("fairness_cost"))
        seen += money > 0 and bool(costs or make is unequal)
        assert plan.cost[c.IN_COMMON] == pytest.approx(money * scale, rel=1e-5, abs=0.05 * scale)

    assert seen > 1


@pytest.mark.parametrize("seed", range(20))
def test_excess_is_that_of_every_group_around_its_own_median(seed):
    rng = np.random.default_rng(seed)
    plan = Plan(encode(sayable.trial_of(unequal(seed, technicians=seed % 6 + 1))), seed=1)
    sharing = plan._sharing
    for _ in range(30):
        add_work(int(rng.integers(len(sharing.people))), int(rng.integers(9_000_000)), sharing)
        price, tolerance = sharing.fair
        groups = np.split(sharing.staff, np.unique(sharing.staff[:, c.GROUP_END])[:-1])
        expected = 0.0
        for group in groups:
            middle = statistics.median(group[:, c.WORKED].tolist())
            expected += sum(max(0, abs(one - middle) - tolerance) for one in group[:, c.WORKED])
        assert unfair(sharing) == pytest.approx(price * expected)


def test_the_guess_for_a_route_is_what_a_tick_more_of_it_adds():
    for seed in range(30):
        plan = Plan(encode(sayable.trial_of(unequal(seed, technicians=5))), seed=1)
        sharing, load = plan._sharing, plan._load
        before = unfair(sharing)
        lean(load, sharing)
        guess = load[:, c.SLOPE].copy()
        for v in range(5):
            add_work(v, 1, sharing)
            after = unfair(sharing)
            add_work(v, -1, sharing)
            works = sharing.staff[:, c.WORKED].tolist()
            if len(set(works)) == len(works):  # of equals only one stands in the middle
                assert after - before == pytest.approx(guess[v])


def test_work_is_shared_out_where_that_costs_less_than_the_road():
    day = unequal(5, visits=8, technicians=4)
    for technician in day["technicians"]:
        technician["history"] = {"group": "all"}
    trial = sayable.trial_of(day)

    plan = sayable.planned(trial, seed=1, steps=1500)

    assert beyond(trial) == set()
    assert len(plan.best) == 4
    assert plan.cost[1] <= searched(trial.tables.problem, steps=30).total() * (1 + 1e-6)


def test_one_face_serves_those_who_would_like_it():
    day = familiar(4, sets=1, cost=1e6)
    day.pop("fairness")
    trial = sayable.trial_of(day)

    plan = sayable.planned(trial, seed=1, steps=1500)

    [(jobs, _)] = trial.shared.familiar
    assert sum(bool(set(jobs) & set(served)) for _, served in plan.best) == 1


@pytest.mark.parametrize("make", [unequal, familiar])
def test_the_kernel_is_no_worse_than_the_plain_search(make):
    for seed in range(3):
        trial = sayable.trial_of(make(seed))
        plan = sayable.planned(trial, seed=1, steps=2000)

        assert plan.cost[1] <= searched(trial.tables.problem, steps=30).total() * (1 + 1e-6)


def test_a_plan_of_several_searchers_costs_what_it_costs_as_a_whole():
    day = unequal(3, visits=60, technicians=14)
    for technician in day["technicians"]:
        technician["history"] = {"group": "all"}
    trial = sayable.trial_of(day)
    squad = Squad(encode(trial), seed=1, workers=2, manner=Manner())
    squad.take([])
    squad.epoch(600, heat=squad.question.scale)
    squad.meet()
    assert len(squad._parts()) == 2

    for _ in range(12):
        squad.epoch(60, heat=squad.question.scale)
        alone = Plan(squad.question, seed=1)
        alone.take(squad.now)
        assert squad.cost == pytest.approx(alone.cost[0])
        alone.take(squad.best)
        assert squad.best_cost == pytest.approx(alone.cost[0])
