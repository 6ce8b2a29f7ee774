"""Visits that hang together: served together, by the right people, at starts that suit all."""

from __future__ import annotations

from random import Random

import pytest

from routing.check import judge
from routing.engine.kernel.encode import encode
from routing.engine.kernel.squad import Manner, Squad
from routing.trial.writing import solution_of
from tests.routing import days
from tests.routing.engine.kernel import sayable
from tests.routing.plans import UNAVOIDABLE

LINKED = [
    sayable.linked,
    sayable.crooked_linked,
    sayable.linked_plain,
    sayable.linked_laden,
    sayable.linked_shared,
    sayable.linked_frozen,
    sayable.jammed(sayable.linked),
    sayable.jammed(sayable.linked_plain),
    sayable.jammed(sayable.linked_laden),
]


def is_whole(trial, orders):
    """Whether of each group all are served or none; on a day that has begun some may have to wait."""
    served = {job for _, jobs in orders for job in jobs}
    return bool(trial.tables.draft.positions) or all(
        served.issuperset(group) or not served.intersection(group)
        for group in trial.partners.groups.values()
    )


@pytest.mark.parametrize("make", LINKED)
def test_groups_are_served_whole_and_the_judge_is_content(make):
    found, lost, halves, groups = set(), [], [], 0
    for seed, trial in sayable.days_of(60, make=make):
        plan = sayable.planned(trial, seed=seed)
        lost += [(seed, job) for job in sayable.lay(trial, plan.now, plan.starts)]
        halves += [] if is_whole(trial, plan.now) else [seed]
        trial.drop_half_served()  # those that began before the others were asked for
        groups += sum(trial.holder[group[0]] >= 0 for group in set(trial.partners.groups.values()))
        finding = judge(solution_of(trial, reasons=None), problem=trial.tables.problem)
        found |= {(seed, violation.code) for violation in finding.violations}

    assert lost == []
    assert halves == []
    assert {code for _, code in found} <= UNAVOIDABLE, found
    assert groups > 5


@pytest.mark.parametrize("make", LINKED)
def test_a_plan_of_groups_costs_no_less_than_the_trial_finds(make):
    cheaper = []
    for seed, trial in sayable.days_of(60, make=make):
        plan = sayable.planned(trial, seed=seed)
        sayable.lay(trial, plan.now, plan.starts)
        if plan.cost[0] < trial.total() - 1e-6 * (1 + abs(trial.total())):
            cheaper.append((seed, plan.cost[0], trial.total()))

    assert cheaper == []


@pytest.mark.parametrize("workers", [1, 2])
def test_several_searchers_keep_what_hangs_together(workers):
    day = days.plain(Random(3), visits=60, technicians=16)
    names = [visit["id"] for visit in day["visits"]]
    for visit in day["visits"]:
        visit["windows"] = [[visit["windows"][0][0], 61200]]
    day["relations"] = [
        {"type": kind, "visits": names[n : n + 2]}
        for n in range(0, 40, 2)
        for kind in ("same_start", "different_technician")
    ]
    trial = sayable.trial_of(day)
    squad = Squad(encode(trial), seed=1, workers=workers, manner=Manner())
    squad.take([])

    for epoch in range(8):
        squad.epoch(100, heat=squad.question.scale / (epoch + 1))
        squad.meet()

    assert sayable.lay(trial, squad.best, squad.best_starts) == []
    assert is_whole(trial, squad.best)
    assert len(squad.best_starts) > 30
    finding = judge(solution_of(trial, reasons=None), problem=trial.tables.problem)
    assert {violation.code for violation in finding.violations} <= UNAVOIDABLE
    assert trial.total() == pytest.approx(squad.best_cost)


def test_a_plan_in_force_is_taken_over_with_its_starts():
    for seed, trial in sayable.days_of(30, make=sayable.linked):
        plan = sayable.planned(trial, seed=seed)

        again = sayable.clone(plan)

        assert again.now == plan.now
        assert again.starts == plan.starts
        assert again.cost[0] == pytest.approx(plan.cost[0], rel=1e-9)


def test_who_has_no_start_on_a_route_with_a_break_stays_out_with_the_partners():
    day = days.plain(Random(3), visits=6, technicians=3)
    for visit in day["visits"]:
        visit["windows"] = [[28800, 61200]]
    for technician in day["technicians"]:
        technician["shifts"][0]["breaks"] = [
            {"id": "lunch", "duration_s": 1800, "window": [39600, 45000]}
        ]
    day["relations"] = [{"type": "same_start", "visits": ["visit-0", "visit-1"]}]
    plan = sayable.planned(sayable.trial_of(day), seed=1)
    assert set(plan.starts) == {0, 1}

    plan.take_most(plan.now, {0: plan.starts[0]})

    assert {0, 1}.isdisjoint(job for _, jobs in plan.now for job in jobs)
