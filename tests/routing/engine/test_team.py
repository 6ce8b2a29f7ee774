"""The whole team with real processes: better plans as they come, and never one worse than before."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.team import Team
from routing.score import compare
from tests.routing import days
from tests.routing.plans import UNAVOIDABLE, plan_of, searched

pytestmark = pytest.mark.slow


def told_by(problem, *, workers, seconds):
    """All plans that a team tells, in their order."""
    now = time.monotonic()
    team = Team(
        problem=problem,
        workers=workers,
        seed=1,
        began=now,
        deadline=now + seconds,
        stopped=lambda: False,
    )
    return [best for best in team.run() if best is not None]


def test_each_plan_that_is_told_is_judged_and_better_than_the_one_before():
    problem = interchange.problem_of(days.plain(Random(4), visits=50, technicians=5))

    told = told_by(problem, workers=2, seconds=2)

    plans = [interchange.solution_of(best.plan, problem=problem) for best in told]
    assert len(told) > 1
    assert all(judge(plan, problem=problem).feasible for plan in plans)
    assert all(b.beats(a) for a, b in pairwise(told))


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_in_force_that_keeps_all_rules_is_never_made_worse(seed):
    document = days.nasty(seed) | {"incumbent": None}
    problem = interchange.problem_of(document)
    former = plan_of(searched(problem, seed=seed))
    again = replace(problem, incumbent=former)
    before = judge(former, problem=again)

    best = told_by(again, workers=1, seconds=0.6)[-1]

    after = judge(interchange.solution_of(best.plan, problem=again), problem=again)
    assert {violation.code for violation in after.violations} <= UNAVOIDABLE
    assert not before.feasible or compare(after.objective, before.objective) <= 0


def test_a_plan_in_force_with_things_that_are_gone_is_a_start_all_the_same():
    problem = interchange.problem_of(days.plain(Random(4)))
    former = plan_of(searched(problem))
    gone = former.routes[0].jobs[0]
    left = tuple(job for job in problem.jobs if job.id != gone)

    told = told_by(replace(problem, jobs=left, incumbent=former), workers=1, seconds=0.6)

    assert told[0].served == sum(len(route.jobs) for route in former.routes) - 1
