"""A limit of changes becomes a price for each, by which the kernel keeps to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.engine.charge import Charge
from routing.engine.framed import Framed, is_framed
from routing.engine.telling import begun
from routing.invented.technicians import technician_day
from routing.problem import ChangeCost
from routing.trial.changes import Changes
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import solution_of
from tests.routing.hours import with_tables

MOST = 6


@pytest.fixture(scope="module", params=[lambda day: day, with_tables], ids=["calm", "rush"])
def trial(request):
    """A day of 40 visits whose plan in force serves them in the order of their numbers."""
    problem = request.param(technician_day(visits=40, technicians=8, seed=3))
    first = Trial(tabulate(problem))
    for job in range(len(problem.jobs)):
        option = first.best(job, tries=1)
        if option is not None:
            first.put(option)
    limited = replace(
        problem,
        incumbent=solution_of(first, reasons=None),
        change_cost=ChangeCost(max_changes=MOST, tolerance_s=900),
    )
    return begun(Trial(tabulate(limited)))


def changed(trial):
    unlimited = replace(
        trial.tables.problem, change_cost=ChangeCost(max_changes=0, tolerance_s=900)
    )
    counted = Changes(tabulate(unlimited))
    return counted.beyond(trial.routes, holder=trial.holder)


def test_the_kernel_finds_a_cheaper_plan_with_as_many_changes_as_are_allowed(trial):
    assert is_framed(trial)
    framed, before, best = Framed(trial, seed=1), trial.total(), trial.remember()

    for _ in range(12):
        found = framed.search(best, hot=2.0, over=iter((0.0, 0.3, 0.6, 1.0)).__next__)
        if found is not None:
            trial.recall(found)
            assert changed(trial) <= MOST
            best = found if trial.total() < before else best
            before = min(before, trial.total())

    trial.recall(best)
    assert 0 < changed(trial) <= MOST


def test_a_change_costs_more_while_there_are_too_many(trial):
    charge = Charge(trial.tables.problem, scale=100.0)
    first = charge.trial().prices.weights("changes")[-1]
    empty = Trial(trial.tables)

    kept = charge.learn(empty)

    assert not kept
    assert charge.trial().prices.weights("changes")[-1] > first
    assert charge.learn(begun(Trial(trial.tables)))
