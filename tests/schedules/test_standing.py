"""The engine that stays, as a real child: it answers, and when it dies nobody waits for it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from routing.check import judge
from routing.offers import Ledger, Still
from routing.solution import Solution
from schedules.standing import StandingEngine
from tests.routing.offers import streams

pytestmark = pytest.mark.slow


@pytest.fixture
def engine():
    with StandingEngine() as standing:
        yield standing


def with_job(ledger, job, *windows):
    asked = replace(job, windows=windows, mandatory=True)
    return replace(ledger.problem, jobs=(*ledger.problem.jobs, asked), incumbent=ledger.plan)


def opened(engine, rng):
    problem = streams.problem(rng, customers=10)
    return Ledger(problem, plan=Solution(problem=problem.name), replan=engine)


def test_a_job_is_fitted_into_each_window_and_the_judge_is_content(engine):
    rng = Random(1)
    ledger = opened(Still(), rng)
    *others, job = streams.jobs(rng, customers=4)
    for other in others:
        ledger.promise(other, proposal=ledger.offer(other, windows=streams.WINDOWS)[0])

    plans = engine.fit(
        with_job(ledger, job, *streams.WINDOWS), job=job.id, windows=streams.WINDOWS, seconds=5
    )

    found = [
        judge(plan, problem=with_job(ledger, job, window))
        for plan, window in zip(plans, streams.WINDOWS, strict=True)
    ]
    assert all(finding.feasible for finding in found)


def test_customers_are_served_one_after_the_other_by_the_same_child(engine):
    rng = Random(2)
    ledger = opened(engine, rng)
    jobs = streams.jobs(rng, customers=10)

    for job in jobs:
        ledger.promise(job, proposal=ledger.offer(job, windows=streams.WINDOWS)[-1])
        ledger.think(seconds=1)
    ledger.improve()

    assert engine.alive
    assert judge(ledger.plan, problem=ledger.problem).feasible
    assert {name for route in ledger.plan.routes for name in route.jobs} == {j.id for j in jobs}


def test_windows_are_still_offered_when_the_child_has_died(engine):
    rng = Random(3)
    ledger = opened(engine, rng)
    first, second = streams.jobs(rng, customers=2)
    ledger.promise(first, proposal=ledger.offer(first, windows=streams.WINDOWS)[0])

    engine._child.kill()
    engine._child.wait()

    offered = ledger.offer(second, windows=streams.WINDOWS)
    ledger.promise(second, proposal=offered[0])
    assert not engine.alive
    assert judge(ledger.plan, problem=ledger.problem).feasible
