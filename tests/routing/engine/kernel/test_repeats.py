"""The same seed, steps and workers give the same plan, and a search may end at any moment."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.compiled import Compiled
from routing.engine.kernel.encode import encode
from routing.engine.kernel.squad import Manner, Squad
from routing.trial.trial import Trial
from tests.routing import days
from tests.routing.engine.kernel import sayable
from tests.routing.plans import UNAVOIDABLE

ROOT = Path(__file__).parents[4]


def squad_after(trial, *, workers, epochs=6):
    squad = Squad(encode(trial), seed=5, workers=workers, manner=Manner())
    squad.take([])
    for number in range(epochs):
        squad.epoch(100, heat=squad.question.scale * 10 / (number + 1))
        if number == epochs // 2:
            squad.meet()
    return squad


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("technicians", [4, 25])
def test_the_same_seed_and_workers_give_the_same_plan(workers, technicians):
    day = days.plain(Random(3), visits=60, technicians=technicians)
    trial = sayable.trial_of(day)

    one, other = (squad_after(trial, workers=workers) for _ in range(2))

    assert one.best == other.best
    assert one.best_cost == other.best_cost


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("technicians", [4, 25])
def test_the_best_plan_of_a_squad_costs_what_it_says(workers, technicians):
    trial = sayable.trial_of(days.plain(Random(3), visits=60, technicians=technicians))

    squad = squad_after(trial, workers=workers)

    assert sayable.lay(trial, squad.best) == []
    assert trial.total() == pytest.approx(squad.best_cost, rel=1e-6)
    assert squad.best_cost <= squad.cost + 1e-6


def search(problem, *, seconds, stopped):
    now = time.monotonic()
    return Compiled(
        trial=Trial(sayable.tabulate(problem)),
        workers=2,
        seed=1,
        began=now,
        deadline=now + seconds,
        stopped=stopped,
    )


@pytest.mark.parametrize("moment", [Random(n).randrange(12) for n in sayable.many(3)])
def test_a_search_that_is_stopped_at_any_moment_has_told_a_valid_plan(moment):
    problem = interchange.problem_of(days.plain(Random(4), visits=40, technicians=12))
    asked = itertools.count()

    searching = search(problem, seconds=30, stopped=lambda: next(asked) >= moment)
    told = [best for best in searching.run() if best is not None]

    plan = interchange.solution_of(told[-1].plan, problem=problem)
    assert judge(plan, problem=problem).feasible


def child(*options):
    return subprocess.Popen(
        [sys.executable, "-m", "routing.engine", str(os.getpid()), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def last_plan(output):
    """The plan of the last complete line that has one, without its clock."""
    events = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith("\n")]
    plans = [event["plan"] for event in events if event["event"] == "best"]
    return plans[-1] if plans else None


@pytest.mark.slow
def test_the_child_process_repeats_its_plan_when_it_counts_its_steps():
    document = json.dumps(days.plain(Random(3), visits=40, technicians=12))
    options = ("--time-limit", "60", "--seed", "7", "--workers", "2", "--iterations", "2000")

    plans = [last_plan(child(*options).communicate(document)[0]) for _ in range(2)]

    assert plans[0] is not None
    assert plans[0] == plans[1]


def told_until_killed(day, *, after_s):
    """What a child wrote before it was killed, so long after its first plan."""
    with child("--time-limit", "20") as process:
        process.stdin.write(json.dumps(day))
        process.stdin.close()
        lines = [process.stdout.readline(), process.stdout.readline()]
        time.sleep(after_s)
        process.kill()
        return "".join(lines) + process.stdout.read()


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [Random(n).random() / 2 for n in sayable.many(2)])
def test_a_child_that_is_killed_at_any_moment_leaves_a_valid_plan(after_s):
    day = sayable.eager(8)
    problem = interchange.problem_of(day)

    plan = last_plan(told_until_killed(day, after_s=after_s))

    finding = judge(interchange.solution_of(plan, problem=problem), problem=problem)
    assert {violation.code for violation in finding.violations} <= UNAVOIDABLE
