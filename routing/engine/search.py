"""The search of one process: ruin and recreate with annealing, for as long as it is given."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable

import numpy as np

from routing.engine.recreate import Recreate
from routing.engine.ruin import Ruin
from routing.problem import Problem
from routing.trial.tables import Tables
from routing.trial.trial import Memory, Trial

# Temperatures at begin and end, in means of the road to a job's three nearest: from tuning on
# public problems, where jobs must be served and where they may stay out.
HOT, HOT_OPTIONAL, COLD = 10.0, 20.0, 0.1
# Repair from a plan in force begins cooler, so that it stays recognisable.
HOT_REPAIR = 2.0
# With this many steps a job the search may begin as hot as that; with a hundredth of it, it begins
# cold, because there is no time to cool down.
ENOUGH_STEPS = 100.0
# Seconds between two looks at the clock's consequences: stop, news, best so far.
SLICE_S = 0.05
# Days of so few jobs are small: there is time to look at each order closely.
SMALL = 10


def is_small(problem: Problem) -> bool:
    """Whether orders are laid out at their cheapest times while the search is on."""
    return len(problem.jobs) <= SMALL


class Search:
    """Anneals one trial. `best` is the cheapest state met, by the trial's own number."""

    def __init__(self, trial: Trial, *, seed: int, repairing: bool) -> None:
        tables = trial.tables
        self.trial = trial
        self._chance = random.Random(seed)
        self._ruin = Ruin(tables, chance=self._chance)
        self._recreate = Recreate(tables, chance=self._chance)
        scale = _scale(trial)
        optional = any(not trial.urgency(job) for job in range(len(tables.jobs)))
        hot = HOT_REPAIR if repairing else HOT_OPTIONAL if optional else HOT
        self._hot, self._cold = hot * scale, COLD * scale
        self._ran_s = 0.0
        self._current = trial.total()
        self.best_price = self._current
        self.best: Memory = trial.remember()
        self.steps = 0

    def fill(self, *, over: Callable[[], bool]) -> None:
        """Serve every absent job that fits and pays."""
        self._recreate.all(self.trial, over=over)
        self._note()

    def prune(self) -> None:
        """Take out jobs that do not pay where they are."""
        self._recreate.prune(self.trial)
        self._note()

    def take(self, memory: Memory) -> None:
        """Go on from another state."""
        self.trial.recall(memory)
        self._note()

    def _note(self) -> None:
        self._current = self.trial.total()
        if self._current < self.best_price - 1e-9 * abs(self.best_price):
            self.best_price, self.best = self._current, self.trial.remember()

    def run(self, *, until: float, begun: float, end: float) -> None:
        """Steps until the instant ``until`` of ``time.monotonic``.

        The whole search began at ``begun`` and cools down towards ``end``.
        """
        now = time.monotonic()
        while now < until:
            share = min(1.0, (now - begun) / (end - begun))
            expected = self.steps / self._ran_s * (end - begun) if self.steps else 0.0
            heat = self._heat(share, steps=expected)
            slice_end = min(until, now + SLICE_S)
            while (later := time.monotonic()) < slice_end:
                self.step(heat)
            self._ran_s += later - now
            now = later

    def count(self, steps: int) -> None:
        """So many steps, whatever time they take: the same ones again for the same seed."""
        for done in range(steps):
            self.step(self._heat(done / steps, steps=steps))

    def _heat(self, share: float, *, steps: float) -> float:
        """The temperature after a share of a search that has room for so many steps."""
        if not steps:
            return self._cold
        enough = 1 + math.log10(max(steps / len(self.trial.holder), 1e-3) / ENOUGH_STEPS) / 2
        hot = self._cold * (self._hot / self._cold) ** min(1.0, max(0.01, enough))
        return float(hot * (self._cold / hot) ** share)

    def step(self, heat: float) -> None:
        """Ruin, recreate, and keep the result or go back."""
        trial = self.trial
        before, price = trial.remember(), self._current
        crew = self._ruin.crew()
        chosen = self._ruin.choose(trial) if crew is None else self._ruin.of_crew(trial, crew)
        gone = trial.take_groups(chosen)
        loose = list(dict.fromkeys([*gone, *self._ruin.absent_near(trial, removed=gone)]))
        if crew is not None:
            self._recreate.send(trial, crew, loose)
        self._recreate.some(trial, loose)
        trial.drop_half_served()
        self._current = trial.total()
        self.steps += 1
        if self._current >= price - heat * math.log(max(self._chance.random(), 1e-12)):
            trial.recall(before)
            self._current = price
        elif self._current < self.best_price - 1e-9 * abs(self.best_price):
            self.best_price, self.best = self._current, trial.remember()


def _scale(trial: Trial) -> float:
    """Mean price of the road from a job to its three nearest others."""
    tables: Tables = trial.tables
    jobs = len(tables.jobs)
    if jobs < 2:
        return 1.0
    places = np.array(tables.places[:jobs], dtype=np.int64)
    roads, scalar = [trial.prices.road(v.index) for v in tables.vehicles], trial.prices.scalar
    per_s = min(scalar(road.travel) for road in roads)
    per_m = min(scalar(road.distance) for road in roads)
    among = np.ix_(places, places)
    prices = per_s * tables.seconds[among] + per_m * tables.metres[among]
    np.fill_diagonal(prices, np.inf)
    near = np.sort(prices, axis=1)[:, :3]
    known = near[near < np.inf]
    return max(1e-6, float(known.mean())) if known.size else 1.0
