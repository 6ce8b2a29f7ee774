"""A price for each change of the plan in force, by which the kernel keeps to a number of changes.

The kernel knows prices of changes but no limit on their number. A price that rises while there are
too many changes, and falls while there are not, leads it there (Lagrangian relaxation; Fisher 1981);
the exact trial counts.
"""

from __future__ import annotations

from dataclasses import replace

from routing.problem import Problem, Term
from routing.trial.changes import Changes
from routing.trial.crews import likely_crews
from routing.trial.tables import tabulate
from routing.trial.trial import Trial

# The first price, in means of a short leg, and by how much it rises and falls.
FIRST, DEARER, CHEAPER = 1.0, 2.0, 0.7


class Charge:
    """What a change costs now. ``scale`` is the price of a short leg."""

    def __init__(self, problem: Problem, *, scale: float) -> None:
        self._problem = problem
        self._price = FIRST * scale

    def trial(self) -> Trial:
        """An empty trial of the problem with this price instead of the limit."""
        *upper, last = self._problem.objective
        own = Term(metric="changes", weight=self._price)
        problem = replace(
            self._problem,
            objective=(*upper, (*last, own)),
            change_cost=replace(self._problem.change_cost, max_changes=None),
        )
        return Trial(tabulate(problem, crews=likely_crews(problem)))

    def learn(self, trial: Trial) -> bool:
        """Whether the plan keeps to the number of changes; the price follows."""
        beyond = Changes(trial.tables).beyond(trial.routes, holder=trial.holder)
        self._price *= DEARER if beyond else CHEAPER
        return not beyond
