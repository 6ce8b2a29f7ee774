"""One region in search: its problem as arrays, the plan in hand, and the way back to names."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from routing.engine.compiled import manner_for
from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.frozen import put_first
from routing.engine.kernel.question import beyond
from routing.engine.kernel.state import Orders, Plan, Starts, starts_of
from routing.engine.laid import laid_out, orders_of
from routing.engine.recreate import Recreate
from routing.engine.telling import begun
from routing.problem import Problem
from routing.solution import Route, Solution
from routing.trial.crews import likely_crews
from routing.trial.tables import Tables, tabulate
from routing.trial.trial import Trial
from routing.trial.writing import solution_of

# Steps of the first slice, by which the speed is measured.
FIRST_STEPS = 100

# Who drives in which shift, and the stops: jobs by id, depots by their number in the problem.
Rounds = Mapping[tuple[frozenset[str], str | None], list[str | int]]


@dataclass(frozen=True, slots=True)
class Outline:
    """Rounds by names, with the starts, in ticks, of jobs that others depend on."""

    rounds: Rounds = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)


def joined(parts: list[Outline]) -> Outline:
    """What several regions found, as one plan."""
    return Outline(
        {crew: stops for one in parts for crew, stops in one.rounds.items()},
        {job: start for one in parts for job, start in one.starts.items()},
    )


class RegionSearch:
    """A region of a day. ``is_sayable`` says whether the kernel can search it."""

    def __init__(self, problem: Problem, *, seed: int) -> None:
        self.tables: Tables = tabulate(problem, crews=likely_crews(problem))
        self._seed = seed
        trial = Trial(self.tables)
        self.is_sayable = not beyond(trial)
        self._steps_each_s = FIRST_STEPS / 0.1
        self.steps = 0

    def begin(self, found: Outline | None) -> None:
        """Go on from what was found, or from the plan in force where nothing was."""
        trial = begun(Trial(self.tables))
        if found is None:
            put_first(trial)
            orders, starts = orders_of(trial), starts_of(trial)
        else:
            orders, starts = self._coded(found)
        self._question = question = encode(trial)
        self._manner = manner_for(self.tables)
        self._plan = Plan(question, seed=self._seed)
        self._plan.take_most(orders, starts)

    def search(self, *, share: float, seconds: float | None, steps: int = 0) -> None:
        """So many seconds, or steps where the clock does not count, at the heat of this share."""
        manner, question = self._manner, self._question
        heat = question.scale * manner.hot * (manner.cold / manner.hot) ** min(1.0, share)
        began = time.monotonic()
        wanted = steps if seconds is None else max(10, int(self._steps_each_s * seconds))
        self._plan.run(
            wanted, hot=heat, cold=heat * 0.999, removed=manner.removed, longest=manner.longest,
            blink=manner.blink, full=question.count <= manner.everywhere,
        )  # fmt: skip
        self.steps += wanted
        took = max(1e-4, time.monotonic() - began)
        if seconds is not None:
            ratio = min(8.0, wanted / took / self._steps_each_s)
            self._steps_each_s *= max(0.25, ratio)

    @property
    def now(self) -> Outline:
        """The plan in hand."""
        return self._named(self._plan.now, self._plan.starts)

    @property
    def best(self) -> Outline:
        """The cheapest plan met since it began."""
        return self._named(self._plan.best, self._plan.best_starts)

    @property
    def least(self) -> float:
        """The price of that one: the sum over all regions is the same for every cut."""
        return float(self._plan.cost[c.BEST])

    # --- names and numbers ---

    def _named(self, orders: Orders, starts: Starts) -> Outline:
        jobs, vehicles = self.tables.jobs, self.tables.vehicles
        return Outline(
            {
                (vehicles[v].people, vehicles[v].shift.id): [
                    jobs[code].id if code < len(jobs) else code - len(jobs) for code in stops
                ]
                for v, stops in orders
            },
            {jobs[job].id: start for job, start in starts.items()},
        )

    def _coded(self, found: Outline) -> tuple[Orders, Starts]:
        tables, count = self.tables, len(self.tables.jobs)
        orders = [
            (
                tables.vehicle_of[crew],
                [tables.job_number[one] if isinstance(one, str) else count + one for one in stops],
            )
            for crew, stops in found.rounds.items()
            if crew in tables.vehicle_of
        ]
        starts = {
            tables.job_number[job]: start
            for job, start in found.starts.items()
            if job in tables.job_number
        }
        return orders, starts

    def laid(self, found: Outline) -> Trial:
        """Rounds of this region with their exact times."""
        return laid_out(self.tables, *self._coded(found))

    def routes(self, found: Outline) -> tuple[Route, ...]:
        """The same as routes of a solution."""
        return _routes(self.laid(found))

    def filled(self, found: Outline, *, over: Callable[[], bool]) -> Trial:
        """The same with all absent jobs that fit and pay, as far as time reaches."""
        trial = self.laid(found)
        Recreate(self.tables, chance=random.Random(self._seed)).all(trial, over=over)
        return trial


def _routes(trial: Trial) -> tuple[Route, ...]:
    solution: Solution = solution_of(trial, reasons=None)
    return solution.routes
