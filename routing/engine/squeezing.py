"""Does with one route less, where a route costs more than all the road that it could save.

One route is taken away and its jobs may stay out for a while, at a price that grows for those that
stay out for long; when everybody is served again, the plan has a route less. So the search passes
through plans that are not whole, which it never would while each absent job outweighs everything
(after the fleet minimisation of Christiaens and Vanden Berghe 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.question import Question
from routing.engine.kernel.state import Orders, Plan, Starts

# A route that costs so many short legs is worth the trouble.
WORTHWHILE = 50.0
# Price of an absent job at first, in short legs, and by how much it grows while it stays out.
ABSENT, GROWTH = 20.0, 1.15
# Temperature in short legs, and steps between two looks at who is absent.
HEAT, SLICE = 1.0, 400


def is_worthwhile(question: Question) -> bool:
    """Whether routes are dear, everybody must be served, and nobody has a place in some route."""
    dear = float(question.pay[:, c.USED].min()) > WORTHWHILE * question.scale
    free = bool(question.jobs[:, c.MUST].all()) and not question.position.any()
    return dear and question.count > 1 and free


class Squeeze:
    """Tries to serve all jobs of these orders with a route less."""

    def __init__(
        self,
        question: Question,
        orders: Orders,
        starts: Starts = MappingProxyType({}),
        *,
        seed: int,
    ) -> None:
        crew, jobs = question.crew.copy(), question.jobs.copy()
        _, victim = min((len(served), vehicle) for vehicle, served in orders)
        kept = [(vehicle, served) for vehicle, served in orders if vehicle != victim]
        closed = np.ones(question.vehicles, dtype=np.bool_)
        closed[[vehicle for vehicle, _ in kept]] = False
        crew[closed, c.MOST_JOBS] = 0
        jobs[:, c.WORTH] = ABSENT * question.scale
        pay = question.pay.copy()
        pay[:, c.USED] = 0
        self._jobs, self._count, self._heat = jobs, question.count, HEAT * question.scale
        self._plan = Plan(replace(question, crew=crew, jobs=jobs, pay=pay), seed=seed)
        self._plan.take(kept, starts)

    def search(self, *, over: Callable[[], bool]) -> tuple[Orders, Starts] | None:
        """All jobs on one route less, or None when that was not found until ``over``."""
        while not over():
            self._plan.run(
                SLICE, hot=self._heat, cold=self._heat, removed=10.0, longest=10.0, blink=0.01,
                full=True,
            )  # fmt: skip
            if _absent(self._plan.best, self._count).size == 0:
                return self._plan.best, self._plan.best_starts
            now, starts = self._plan.now, self._plan.starts
            self._jobs[_absent(now, self._count), c.WORTH] *= GROWTH
            self._plan.take(now, starts)
        return None


def _absent(orders: Orders, count: int) -> NDArray[np.int64]:
    """Jobs that nobody serves."""
    absent = np.ones(count, dtype=np.bool_)
    absent[[code for _, stops in orders for code in stops if code < count]] = False
    return np.flatnonzero(absent)
