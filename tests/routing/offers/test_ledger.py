"""What is offered can be kept, and what was promised is kept, whatever the engine says."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from routing.check import judge
from routing.offers import Ledger, Still
from routing.solution import Solution
from tests.routing.offers import streams


class Liar(Still):
    """An engine that answers with plans which keep nothing, or which are for another question."""

    def __init__(self, rng):
        self._rng = rng
        self._seen = [Solution()]

    def begin(self, problem, *, seconds):  # noqa: ARG002 - the protocol's signature
        self._seen.append(problem.incumbent)

    def better(self):
        return self._rng.choice([None, *self._seen])

    def fit(self, problem, *, job, windows, seconds):  # noqa: ARG002 - the protocol's
        return [self.better() for _ in windows]


class Late(Still):
    """An engine that finds the same stops in the opposite order, which is late somewhere."""

    def __init__(self):
        self._plan = None

    def begin(self, problem, *, seconds):  # noqa: ARG002 - the protocol's signature
        self._plan = replace(
            problem.incumbent,
            routes=tuple(
                replace(
                    route,
                    stops=tuple(
                        replace(stop, arrival=None, start=None, end=None)
                        for stop in reversed(route.stops)
                    ),
                    depart=None,
                    back=None,
                )
                for route in problem.incumbent.routes
            ),
        )

    def better(self):
        return self._plan


def opened(problem, replan):
    return Ledger(problem, plan=Solution(problem=problem.name), replan=replan)


def played(ledger, jobs, rng):
    """Customers who take any window that they are offered. Gives the promised ones."""
    promised = {}
    for job in jobs:
        offered = ledger.offer(job, windows=streams.WINDOWS)
        if offered:
            taken = rng.choice(offered)
            ledger.promise(job, proposal=taken)
            promised[job.id] = taken.window
        ledger.think(seconds=0)
        ledger.improve()
    return promised


def broken(ledger, promised):
    """What the judge finds wrong, and the jobs that are not where they were promised to be."""
    asked = {job.id: job.windows for job in ledger.problem.jobs}
    served = [job for route in ledger.plan.routes for job in route.jobs]
    found = [violation.code for violation in judge(ledger.plan, problem=ledger.problem).violations]
    wrong = [job for job in promised if asked[job] != (promised[job],) or job not in served]
    return found + wrong + sorted(set(served) - set(promised))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("engine", [lambda _: Still(), Liar, lambda _: Late()])
def test_no_promise_is_broken_on_a_random_stream(seed, engine):
    rng = Random(seed)
    ledger = opened(streams.problem(rng, customers=24), engine(rng))

    promised = played(ledger, streams.jobs(rng, customers=24), rng)

    assert len(promised) > 10
    assert broken(ledger, promised) == []


def test_every_proposal_is_proved_by_a_plan_of_its_own():
    rng = Random(5)
    ledger = opened(streams.problem(rng, customers=20), Still())
    *others, last = streams.jobs(rng, customers=20)
    played(ledger, others, rng)

    found = ledger.proposals(last, windows=streams.WINDOWS)

    asked = {
        proposal.window: replace(
            ledger.problem,
            jobs=(*ledger.problem.jobs, replace(last, windows=(proposal.window,), mandatory=True)),
        )
        for proposal in found
    }
    assert found
    assert all(judge(one.plan, problem=asked[one.window]).feasible for one in found)


def test_the_shortest_road_is_offered_first():
    rng = Random(3)
    ledger = opened(streams.problem(rng, customers=12), Still())
    *others, last = streams.jobs(rng, customers=12)
    played(ledger, others, rng)

    extras_s = [one.extra_s for one in ledger.offer(last, windows=streams.WINDOWS)]

    assert extras_s == sorted(extras_s)


def test_a_proposal_of_before_another_promise_is_refused():
    rng = Random(1)
    first, second = streams.jobs(rng, customers=2)
    ledger = opened(streams.problem(rng, customers=2), Still())
    outdated = ledger.offer(second, windows=streams.WINDOWS)[0]
    ledger.promise(first, proposal=ledger.offer(first, windows=streams.WINDOWS)[0])

    with pytest.raises(ValueError, match="breaks a rule"):
        ledger.promise(second, proposal=outdated)


def test_a_ledger_does_not_begin_with_a_plan_that_breaks_a_rule():
    rng = Random(1)
    [job] = streams.jobs(rng, customers=1)
    problem = replace(streams.problem(rng, customers=1), jobs=(replace(job, mandatory=True),))

    with pytest.raises(ValueError, match="breaks a rule"):
        opened(problem, Still())
