"""Short searches from a plan in force: a better plan, or room for one more job in a window.

Compiled code where it can say the problem, ruin and recreate on the trial otherwise.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from routing.engine.hourly import HOURLY, Hourly
from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.hours import has_tables
from routing.engine.kernel.question import Question, beyond
from routing.engine.kernel.state import Orders, Plan
from routing.engine.search import Search
from routing.engine.telling import begun, nothing, order_of
from routing.problem import Problem, Window
from routing.rules.spans import Span, intersect
from routing.solution import Solution
from routing.trial.crews import likely_crews
from routing.trial.tables import tabulate
from routing.trial.trial import UNHELD, Memory, Trial
from routing.trial.writing import solution_of

# Temperatures of one cycle, in short legs, and its seconds: from tuning on booking streams.
HOT, COLD, CYCLE_S = 1.5, 0.08, 0.1
# Ruin: mean number of jobs, longest string, chance to pass over a place.
REMOVED, LONGEST, BLINK = 10.0, 10.0, 0.01
# Steps of the first cycle, whose speed is not known yet, and of one try to fit a job in.
FIRST_STEPS, TRY_STEPS = 200, 200
# Tries with a job that found no place, before its window is given up.
TRIES = 8


class Mender:
    """One problem and the plan from which its searches begin. ``price`` is the best met so far."""

    def __init__(self, problem: Problem, *, seed: int) -> None:
        self._problem = problem
        self._seed = seed
        self._trial = begun(Trial(tabulate(problem, crews=likely_crews(problem))))
        self._begin = self._trial.remember()
        self.price = self._trial.total()
        self._best = self._begin
        self._question: Question | None = None
        if not beyond(self._trial) - HOURLY:
            self._question = encode(self._by_the_hour())
            self._plan = Plan(self._question, seed=seed)
            self._plan.take(_orders_of(self._begin))
        self._rate = FIRST_STEPS / CYCLE_S

    def search(self, *, seconds: float) -> None:
        """Go on from the best for so long."""
        if self._question is None:
            self._anneal_trial(seconds)
            return
        until = time.monotonic() + seconds
        self._plan.take(self._plan.best)
        price = self._plan.cost[1]
        while (left := until - time.monotonic()) > 0:
            self._cycle(self._plan, seconds=min(left, CYCLE_S))
        if self._plan.cost[1] < price - 1e-7 * max(1.0, abs(price)):
            found = self._laid(self._plan.best, fixed={})
            if found is not None and self._trial.total() < self.price:
                self.price, self._best = self._trial.total(), found

    def solution(self) -> Solution:
        """The best plan met; jobs that are left out carry no reason."""
        return self._told(self._best)

    def fit(self, job: str, window: Window, *, seconds: float) -> Solution | None:
        """A plan that also serves the job in this window, or None."""
        number = self._trial.tables.job_number[job]
        until = time.monotonic() + seconds
        if self._question is None:
            return self._fit_trial(job, window, until=until)
        narrowed = _narrowed(self._question, number, window)
        if narrowed is None:
            return None
        plan = Plan(narrowed, seed=self._seed)
        plan.take(_orders_of(self._begin))
        for _ in range(TRIES):
            _run(plan, steps=TRY_STEPS)
            if time.monotonic() > until or self._is_full(plan.best):
                break
        if not self._is_full(plan.best):
            return None
        found = self._laid(plan.best, fixed={number: (window.opens, window.closes)})
        return None if found is None else self._told(found)

    def _is_full(self, orders: Orders) -> bool:
        """Whether every job is served that must be."""
        served = {job for _, jobs in orders for job in jobs}
        return self._trial.tables.draft.musts <= served

    def _cycle(self, plan: Plan, *, seconds: float) -> None:
        """As many steps as the seconds have room for, from hot to cold."""
        before = time.monotonic()
        steps = max(1, int(self._rate * seconds))
        _run(plan, steps=steps)
        self._rate = steps / max(1e-4, time.monotonic() - before)

    def _laid(self, orders: Orders, *, fixed: dict[int, Span]) -> Memory | None:
        """The orders laid out exactly, or None when a rule that the kernel rounds refuses them.

        Jobs in ``fixed`` start within that span.
        """
        trial = self._trial
        trial.recall(replace(nothing(trial), fixed=fixed))
        for vehicle, bare in orders:
            laid = trial.try_route(vehicle, bare)
            if laid is None:
                return None
            trial.hold(laid)
        return trial.remember()

    def _told(self, memory: Memory) -> Solution:
        self._trial.recall(memory)
        return solution_of(self._trial, reasons=None)

    def _by_the_hour(self) -> Trial:
        """The trial, or an empty one whose legs are those of the hours of the plan in force."""
        tables = self._trial.tables
        if not has_tables(self._problem.travel):
            return self._trial
        return Trial(replace(tables, legs=Hourly(tables).legs(self._trial)))

    # --- what the kernel cannot say ---

    def _anneal_trial(self, seconds: float) -> None:
        self._trial.recall(self._best)
        search = Search(self._trial, seed=self._seed, repairing=True)
        now = time.monotonic()
        search.run(until=now + seconds, begun=now, end=now + seconds)
        if search.best_price < self.price:
            self.price, self._best = search.best_price, search.best

    def _fit_trial(self, job: str, window: Window, *, until: float) -> Solution | None:
        """The same with another trial, whose job has this window only."""
        jobs = tuple(
            replace(one, windows=(window,)) if one.id == job else one for one in self._problem.jobs
        )
        other = Mender(replace(self._problem, jobs=jobs), seed=self._seed)
        while (now := time.monotonic()) < until:
            other.search(seconds=min(CYCLE_S, until - now))
            if other.serves(job):
                return other.solution()
        return None

    def serves(self, job: str) -> bool:
        """Whether the best plan met serves the job."""
        return self._best.holder[self._trial.tables.job_number[job]] != UNHELD


def _run(plan: Plan, *, steps: int) -> None:
    scale = plan.question.scale
    plan.run(
        steps, hot=HOT * scale, cold=COLD * scale, removed=REMOVED, longest=LONGEST, blink=BLINK,
        full=True,
    )  # fmt: skip


def _narrowed(question: Question, number: int, window: Window) -> Question | None:
    """The question with the job in this window only; None when nobody may go then."""
    hands = question.hands.copy()
    only = (math.ceil(window.opens * c.TICKS), math.floor(window.closes * c.TICKS))
    possible = False
    for row in hands[:, number]:
        count = row[c.WINDOWS]
        edges = row[c.WINDOW : c.WINDOW + 2 * count].tolist()
        spans = intersect(list(zip(edges[::2], edges[1::2], strict=True)), (only,))
        # Where nothing is left it opens when every shift is over.
        kept = spans or [(c.FAR // 2, c.FAR // 2)]
        possible = possible or bool(spans)
        row[c.WINDOWS] = len(kept)
        row[c.WINDOW : c.WINDOW + 2 * len(kept)] = [edge for span in kept for edge in span]
    return replace(question, hands=hands) if possible else None


def _orders_of(memory: Memory) -> Orders:
    return [(vehicle, list(stops)) for vehicle, stops in order_of(memory).routes]
