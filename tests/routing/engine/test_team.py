"""The whole team with real processes: better plans as they come, and never one worse than before."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.team import Team
from routing.insertion import Incumbent
from routing.score import compare
from routing.solution import StopKind
from tests.routing import days
from tests.routing.plans import UNAVOIDABLE, plan_of, searched

pytestmark = pytest.mark.slow


def told_by(problem, *, workers, seconds, enough=sys.maxsize):
    """The plans that a team tells, in their order; it is stopped when they are enough."""
    told, now = [], time.monotonic()
    team = Team(
        problem=problem,
        workers=workers,
        seed=1,
        began=now,
        deadline=now + seconds,
        stopped=lambda: len(told) >= enough,
    )
    for best in team.run():
        told += [] if best is None else [best]
    return told


def test_each_plan_that_is_told_is_judged_and_better_than_the_one_before():
    problem = interchange.problem_of(days.plain(Random(4), visits=50, technicians=5))

    told = told_by(problem, workers=2, seconds=60, enough=2)

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


def with_lunch(document):
    """The same day, and a break of half an hour in each shift."""
    lunch = {"id": "lunch", "duration_s": 1800, "window": [39600, 46800]}
    crew = [
        one | {"shifts": [shift | {"breaks": [lunch]} for shift in one["shifts"]]}
        for one in document["technicians"]
    ]
    return document | {"technicians": crew}


def without_breaks(solution):
    """The plan as a database knows it: visits with their times, and no breaks."""
    return replace(
        solution,
        objective=None,
        routes=tuple(
            replace(
                route,
                depart=None,
                back=None,
                stops=tuple(stop for stop in route.stops if stop.kind is StopKind.VISIT),
            )
            for route in solution.routes
        ),
    )


def test_the_plan_in_force_is_the_first_answer_however_short_the_time_and_without_its_breaks():
    day = with_lunch(days.plain(Random(4), visits=50, technicians=5))
    problem = interchange.problem_of(day)
    former = plan_of(searched(problem))
    again = replace(problem, incumbent=without_breaks(former))
    laid = Incumbent.of(again, solution=without_breaks(former)).solution()

    first = told_by(again, workers=1, seconds=0)[0]

    plan = interchange.solution_of(first.plan, problem=again)
    assert not judge(without_breaks(former), problem=again).feasible
    assert judge(plan, problem=again).feasible
    assert compare(first.worth.objective, judge(laid, problem=again).objective) <= 0
