"""Short searches from a plan in force, in compiled code and without it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from routing.check import judge
from routing.engine.kernel.question import beyond
from routing.engine.mending import Mender
from routing.insertion import Incumbent
from routing.offers import Ledger, Still
from routing.problem import Traffic, TrafficSlice, Window
from routing.solution import Solution
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing.hours import CALM, with_tables
from tests.routing.offers import streams

# More than any of these needs: what is asserted is found long before.
PLENTY_S = 5.0


def filled(rng, *, customers):
    """A stream at the moment when a customer comes for whom plain insertion has no morning."""
    problem = streams.problem(rng, customers=customers)
    ledger = Ledger(problem, plan=Solution(problem=problem.name), replan=Still())
    for job in streams.jobs(rng, customers=customers):
        found = ledger.proposals(job, windows=streams.WINDOWS)
        if len(found) < len(streams.WINDOWS):
            return ledger, job
        ledger.promise(job, proposal=rng.choice(found))
    raise AssertionError("the days never fill up")


def with_job(ledger, job, *windows):
    asked = replace(job, windows=windows, mandatory=True)
    jobs = (*ledger.problem.jobs, asked)
    return replace(ledger.problem, jobs=jobs, incumbent=ledger.plan)


def beyond_the_kernel(problem):
    """The same question with more hours of traffic than the kernel knows, which change nothing."""
    slices = tuple(TrafficSlice(start=600 * n) for n in range(60))
    other = replace(problem, travel=replace(problem.travel, traffic=Traffic(slices=slices)))
    assert beyond(Trial(tabulate(other)))
    return other


def by_the_hour(problem):
    """The same question with a table for each hour, which change nothing either."""
    return with_tables(problem, hours=CALM)


@pytest.mark.parametrize("spoken", [lambda problem: problem, beyond_the_kernel, by_the_hour])
def test_a_job_is_fitted_in_where_plain_insertion_has_no_room(spoken):
    ledger, job = filled(Random(4), customers=60)
    plain = Incumbent.of(ledger.problem, solution=ledger.plan)
    ways = plain.insertions(job, windows=streams.WINDOWS, most=1)
    missing = [window for window in streams.WINDOWS if window not in {w.window for w in ways}]

    mender = Mender(spoken(with_job(ledger, job, *streams.WINDOWS)), seed=1)
    plans = [(window, mender.fit(job.id, window, seconds=PLENTY_S)) for window in missing]

    found = [(window, plan) for window, plan in plans if plan is not None]
    assert found
    assert all(
        judge(plan, problem=spoken(with_job(ledger, job, window))).feasible
        for window, plan in found
    )


def test_a_job_is_fitted_into_the_window_asked_for_and_no_other():
    rng = Random(1)
    *others, job = streams.jobs(rng, customers=4)
    problem = streams.problem(rng, customers=4)
    ledger = Ledger(problem, plan=Solution(problem=problem.name), replan=Still())
    for other in others:
        ledger.promise(other, proposal=ledger.proposals(other, windows=streams.WINDOWS)[0])

    mender = Mender(with_job(ledger, job, *streams.WINDOWS), seed=1)
    plans = [mender.fit(job.id, window, seconds=PLENTY_S) for window in streams.WINDOWS]

    promised = [with_job(ledger, job, window) for window in streams.WINDOWS]
    found = [judge(plan, problem=one) for plan, one in zip(plans, promised, strict=True)]
    assert all(finding.feasible for finding in found)


def test_a_window_outside_of_every_shift_is_not_fitted():
    ledger, job = filled(Random(4), customers=60)
    night = Window(opens=0, closes=7200)

    mender = Mender(with_job(ledger, job, night, *streams.WINDOWS), seed=1)

    assert mender.fit(job.id, night, seconds=0.05) is None


@pytest.mark.parametrize("spoken", [lambda problem: problem, beyond_the_kernel, by_the_hour])
def test_a_search_from_a_plan_in_force_keeps_it_or_makes_it_better(spoken):
    ledger, _ = filled(Random(2), customers=60)
    problem = spoken(replace(ledger.problem, incumbent=ledger.plan))

    mender = Mender(problem, seed=1)
    before = mender.price
    mender.search(seconds=0.2)

    assert mender.price <= before
    assert judge(mender.solution(), problem=problem).feasible
