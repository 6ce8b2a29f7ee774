"""Days whose hours have tables of their own, in the compiled search.

Every so often the plan in hand is laid out exactly, what does not hold leaves it, and all legs follow
the hours of the rest: solve, look at the hours, solve again. What was laid out and is best is the
answer.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from routing.engine.hourly import Hourly
from routing.engine.kernel.encode import fit_legs
from routing.engine.kernel.squad import Squad
from routing.engine.kernel.state import Orders, Starts, starts_of
from routing.engine.kernel.tolls import tolls_of
from routing.engine.laid import laid_out, orders_of
from routing.trial.tables import Legs, Tables
from routing.trial.trial import Trial

# To lay a plan out takes time of the search: after it comes a pause of so many times as long.
PAUSE = 4.0


class Calm:
    """A squad whose legs follow the hours. ``best`` is the best plan that was laid out.

    ``plan`` is the one that was laid out last, and ``legs`` are those of its hours, by profile.
    """

    plan: Trial
    legs: dict[str, Legs]

    def __init__(self, tables: Tables, squad: Squad) -> None:
        self._tables, self._squad = tables, squad
        self._hourly = Hourly(tables)
        self._tolls = tolls_of(Trial(tables))
        self.best: Orders = []
        self.best_starts: Starts = {}
        self.best_cost = math.inf
        self._next = 0.0
        self.look(at_once=True)

    def look(self, *, at_once: bool = False, last: bool = False) -> None:
        """Lay the plan in hand out and let its legs follow the hours, unless that was just done.

        With ``at_once`` it does not matter when that was; the ``last`` time the legs stay.
        """
        began = time.monotonic()
        if last:
            self._lay(self._squad.best, self._squad.best_starts)
            return
        if not at_once and began < self._next:
            return
        self.plan = self._lay(*self._squad.present)
        self.legs = self._hourly.legs(self.plan)
        fit_legs(self._squad.question, replace(self._tables, legs=self.legs), tolls=self._tolls)
        self._squad.begin(orders_of(self.plan), starts_of(self.plan))
        took = time.monotonic() - began
        self._next = began + (1 + PAUSE) * took

    def _lay(self, orders: Orders, starts: Starts) -> Trial:
        plan = laid_out(self._tables, orders, starts)
        cost = plan.total()
        if cost < self.best_cost:
            self.best, self.best_starts = orders_of(plan), starts_of(plan)
            self.best_cost = cost
        return plan
