"""Several searchers on one plan: each changes routes of its own part, and the parts are drawn anew
many times.

A part is what lies on one side of a line through the map, so neighbours are mostly together and
each pair of neighbours is in one part sooner or later. Two searchers on two halves make twice the
steps of one, on the same plan; on a plan with few routes they search apart and meet now and then.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.question import Question
from routing.engine.kernel.state import Orders, Plan, Starts
from routing.engine.kernel.warming import warm

Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]

# Routes that a part has at least.
ROUTES_EACH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a search goes about: temperatures in means of a short leg, jobs removed, longest string,
    chance to pass over a place, and up to how many jobs every place is tried.
    """

    hot: float = 10.0
    cold: float = 0.1
    removed: float = 10.0
    longest: float = 10.0
    blink: float = 0.01
    everywhere: int = 250


class Squad:
    """Searchers of one question. ``best`` is the cheapest plan met, ``now`` the one in hand."""

    def __init__(self, question: Question, *, seed: int, workers: int, manner: Manner) -> None:
        self.question = question
        self.manner = manner
        if workers > 1:
            warm()  # by one thread, before several ask for the same machine code
        self._plans = [Plan(question, seed=seed * 1000 + k) for k in range(workers)]
        self._chance = np.random.default_rng(seed)
        self.now: Orders = []
        self.starts: Starts = {}
        self.best: Orders = []
        self.best_starts: Starts = {}
        self.cost = self.best_cost = float(self._plans[0].cost[0])
        self.steps = 0
        self._is_apart = False
        # A person with several shifts may be bound in one by what he does in another.
        people = np.unique(question.crew[:, c.PERSON]).size
        self._parted = not question.is_linked or people == question.vehicles

    @property
    def serves_all(self) -> bool:
        """Whether nobody is left out of the best plan."""
        count = self.question.count
        return sum(code < count for _, stops in self.best for code in stops) == count

    @property
    def is_free(self) -> bool:
        """Whether there is anything to change: not where each job has its place in a route."""
        return not self.question.position.all()

    def take(self, orders: Orders, starts: Starts = MappingProxyType({})) -> None:
        """Go on from these jobs by vehicle, as far as they hold."""
        plan = self._plans[0]
        self._whole(plan)
        plan.take_most(orders, starts)
        self.now, self.starts, self.cost = plan.now, plan.starts, float(plan.cost[0])
        self._is_apart = False
        self._note(self.now, self.starts, self.cost)

    def begin(self, orders: Orders, starts: Starts = MappingProxyType({})) -> None:
        """Go on from these jobs, and forget what was best: legs are not what they were."""
        self.best = []
        self.take(orders, starts)

    @property
    def present(self) -> tuple[Orders, Starts]:
        """The plan in hand; where everybody searches apart, the best."""
        return (self.best, self.best_starts) if self._is_apart else (self.now, self.starts)

    def _note(self, orders: Orders, starts: Starts, cost: float) -> None:
        if cost < self.best_cost - 1e-7 * max(1.0, abs(self.best_cost)) or not self.best:
            self.best, self.best_starts, self.best_cost = orders, starts, cost

    def epoch(self, steps: int, *, heat: float) -> None:
        """So many steps of each searcher at about this temperature."""
        parts = self._parts()
        if len(parts) == 1:
            self._search_apart(steps, heat)
        else:
            self._search_parted(parts, steps, heat)
        self.steps += steps * len(self._plans)

    # --- on one plan ---

    def _search_parted(self, parts: list[Masks], steps: int, heat: float) -> None:
        for plan, (vehicles, jobs) in zip(self._plans, parts, strict=True):
            plan.confine(vehicles=vehicles, jobs=jobs)
            plan.take(self.now, self.starts)
        base = float(self._plans[0].cost[0])
        self._run(steps, heat)
        gains = [plan.cost - base for plan in self._plans]
        pairs = list(zip(self._plans, parts, strict=True))
        best = _merged([(plan.best, plan.best_starts, mine) for plan, (mine, _) in pairs])
        merged = _merged([(plan.now, plan.starts, mine) for plan, (mine, _) in pairs])
        now, least = (base + sum(float(gain[part]) for gain in gains) for part in (c.NOW, c.BEST))
        if self.question.mode == c.SHARED:
            # Each searcher took the work of the others for what it was when they began.
            now, least = self._priced(*merged), self._priced(*best)
            if now < least:
                best, least = merged, now
        self._note(*best, least)
        (self.now, self.starts), self.cost = merged, now

    def _priced(self, orders: Orders, starts: Starts) -> float:
        """What a whole plan costs, worked out anew."""
        plan = self._plans[0]
        plan.take(orders, starts)
        return float(plan.cost[c.NOW])

    # --- each on its own ---

    def _search_apart(self, steps: int, heat: float) -> None:
        if not self._is_apart:
            for plan in self._plans:
                self._whole(plan)
                plan.take(self.now, self.starts)
            self._is_apart = True
        self._run(steps, heat)
        for plan in self._plans:
            if plan.cost[1] < self.best_cost:
                self._note(plan.best, plan.best_starts, float(plan.cost[1]))

    def meet(self) -> None:
        """Everybody goes on from the best plan, where they search apart."""
        if self._is_apart:
            self.take(self.best, self.best_starts)

    # --- both ---

    def _whole(self, plan: Plan) -> None:
        q = self.question
        plan.confine(
            vehicles=np.ones(q.vehicles, dtype=np.bool_), jobs=np.ones(q.count, dtype=np.bool_)
        )

    def _run(self, steps: int, heat: float) -> None:
        manner = self.manner
        full = self.question.count <= manner.everywhere

        def work(plan: Plan) -> None:
            plan.run(
                steps, hot=heat, cold=heat * 0.999, removed=manner.removed,
                longest=manner.longest, blink=manner.blink, full=full,
            )  # fmt: skip

        others = [threading.Thread(target=work, args=(plan,)) for plan in self._plans[1:]]
        for other in others:
            other.start()
        work(self._plans[0])
        for other in others:
            other.join()

    def _parts(self) -> list[Masks]:
        """The routes in as many parts as there are searchers, along a direction drawn by chance."""
        q, count = self.question, len(self._plans)
        if count == 1 or not self._parted or len(self.now) < ROUTES_EACH * count:
            return [(np.ones(q.vehicles, dtype=np.bool_), np.ones(q.count, dtype=np.bool_))]
        value = self._direction()
        part = np.full(q.vehicles, -1)
        middles = np.array([value[jobs].mean() for _, jobs in self.now])
        sizes = np.array([len(jobs) for _, jobs in self.now])
        rank = np.argsort(middles, kind="stable")
        share = (np.cumsum(sizes[rank]) - sizes[rank] / 2) / sizes.sum() * count
        for place, number in zip(rank.tolist(), share.tolist(), strict=True):
            part[self.now[place][0]] = min(count - 1, int(number))
        idle = np.flatnonzero(part < 0)
        part[idle[np.argsort(q.crew[idle, c.KIND], kind="stable")]] = np.arange(len(idle)) % count
        stop_part = np.full(len(q.node), -1)
        for v, stops in self.now:
            stop_part[stops] = part[v]
        job_part = stop_part[: q.count]
        absent = np.flatnonzero(job_part < 0)
        edges = [middles[rank][np.searchsorted(share, k)] for k in range(1, count)]
        job_part[absent] = np.searchsorted(np.sort(edges), value[absent])
        # All absent jobs of a group go to where the first of them goes.
        together = absent[q.group[absent] >= 0]
        _, first, back = np.unique(q.group[together], return_index=True, return_inverse=True)
        job_part[together] = job_part[together[first]][back]
        return [(part == k, job_part == k) for k in range(count)]

    def _direction(self) -> NDArray[np.float64]:
        """A number for each job: how much nearer it lies to one job than to another, by chance."""
        q = self.question
        one, other = self._chance.choice(q.count, size=2, replace=q.count < 2)
        to_one, to_other = (q.ticks[c.IN, 0, q.node[job]][q.node] for job in (one, other))
        nearer: NDArray[np.float64] = np.subtract(to_one, to_other, dtype=np.float64)
        return nearer


def _merged(
    pieces: list[tuple[Orders, Starts, NDArray[np.bool_]]],
) -> tuple[Orders, dict[int, int]]:
    """One plan of the routes of each part."""
    orders, bound = [], {}
    for own, starts, mine in pieces:
        for v, jobs in own:
            if mine[v]:
                orders.append((v, jobs))
                bound.update({job: starts[job] for job in jobs if job in starts})
    return orders, bound
