"""Plans made by a few steps of the search, without OR-Tools, processes or a clock."""

from __future__ import annotations

from routing.engine.search import Search
from routing.reasons import Reasons
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import follow, solution_of

STEPS = 40
# Left undone when nobody can do it, or when the incumbent itself breaks a rule.
UNAVOIDABLE = {"E_MANDATORY", "E_PINNED", "E_CHANGES"}


def searched(problem, *, seed=1, steps=STEPS, crews=()):
    trial = Trial(tabulate(problem, crews=crews))
    if problem.incumbent is not None:
        follow(trial, problem.incumbent)
        trial.drop_half_served()
    search = Search(trial, seed=seed, repairing=False)
    search.fill(over=lambda: False)
    for step in range(steps):
        search.step(heat=1000.0 / (step + 1))
    search.take(search.best)
    search.fill(over=lambda: False)
    trial.recall(search.best)
    return trial


def plan_of(trial):
    return solution_of(trial, reasons=Reasons(trial.tables).of(trial))
