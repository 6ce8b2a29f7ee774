"""A plan in the kernel's arrays, with the working space of one searcher."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.anneal import anneal
from routing.engine.kernel.question import Question
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.tally import recount
from routing.engine.kernel.times import holds

# Stops that a row has room for at first; it grows when one is full.
WIDTH = 24
Orders = list[tuple[int, list[int]]]


class Plan:
    """Routes by vehicle, as one searcher has them."""

    def __init__(self, question: Question, *, seed: int) -> None:
        self.question = q = question
        self._width = min(q.count, WIDTH) + 4
        v, n = q.vehicles, q.count
        self.cost = np.zeros(c.COST_WIDTH)
        self._sharing = q.sharing._replace(staff=q.sharing.staff.copy())
        self._load = np.zeros((v, c.LOADS + q.need.shape[1]))
        self._desk = np.zeros((v, c.DESK_WIDTH), dtype=np.int64)
        self._seat = np.zeros((n, c.SEAT_WIDTH), dtype=np.int64)
        self._pinned = np.flatnonzero(q.position)
        self._best_length = np.zeros(v, dtype=np.int64)
        self._allocate()
        state = (0x9E3779B97F4A7C15 * (2 * seed + 1)) & 0xFFFFFFFFFFFFFFFF
        self._chance = np.array([state], dtype=np.uint64)
        self._tally = np.zeros(c.TALLY_WIDTH, dtype=np.int64)
        self._old_times = np.zeros((v, c.LASTS + 1))
        # A ruin takes each job once; some absent ones come along.
        self._removed = np.zeros(n + 64, dtype=np.int64)
        self._key = np.zeros(n + 64)
        self._places = np.zeros((8, 3), dtype=np.int64)
        self._values = np.zeros(8)
        self.confine(vehicles=np.ones(v, dtype=np.bool_), jobs=np.ones(n, dtype=np.bool_))
        self.take([])

    def _allocate(self) -> None:
        q, v, w = self.question, self.question.vehicles, self._width
        self._rows = np.zeros((v, w, c.EARLY + 2 * q.states), dtype=np.int64)
        self._tolls = np.zeros((v, w))
        timed = q.mode != c.PLAIN
        self._spans = np.zeros((v, w, c.SPAN_WIDTH) if timed else (1, 1, 1), dtype=np.int64)
        self._best_jobs = np.zeros((v, w), dtype=np.int64)
        self._old_jobs = np.zeros((v, w), dtype=np.int64)
        self._book = np.zeros((w, c.BOOK + 2 * q.states), dtype=np.int64)

    # --- take and give ---

    def take(self, orders: Orders) -> None:
        """Go on from these jobs by vehicle; they must hold. They are the best so far, too."""
        longest = max((len(jobs) for _, jobs in orders), default=0)
        if longest + 4 > self._width:
            self._width = longest + max(4, longest // 2) + 4
            self._allocate()
        wanted = np.zeros((self.question.vehicles, self._width), dtype=np.int64)
        lengths = np.zeros(self.question.vehicles, dtype=np.int64)
        for v, jobs in orders:
            lengths[v] = len(jobs)
            wanted[v, 1 : len(jobs) + 1] = jobs
        self._recount(wanted, lengths)
        self.cost[1] = self.cost[0]
        self._best_length[:] = lengths
        self._best_jobs[:] = wanted
        self._desk[:, c.STALE] = 0

    def take_most(self, orders: Orders) -> None:
        """Go on from these jobs, but without those that do not hold here.

        The exact trial holds a little more: times are not rounded there, and each break has a
        choice. A route that cannot be would have a price beyond all others and never change.
        """
        self.take(orders)
        refused = [(v, jobs) for v, jobs in orders if not self._holds(v)]
        if not refused:
            return
        kept = {v: jobs for v, jobs in orders if self._holds(v)}
        for v, jobs in refused:
            some: list[int] = []
            for job in jobs:
                if self.question.position[job] not in {0, len(some) + 1}:
                    continue
                self.take([(v, [*some, job])])
                if self._holds(v):
                    some.append(job)
            kept[v] = some
        self.take([(v, jobs) for v, jobs in kept.items() if jobs])

    def _holds(self, v: int) -> bool:
        q = self.question
        possible = bool(holds(v, self._rows, q.crew, q.states))
        return possible and bool(self._load[v, c.TIMES] < NEVER)

    def _recount(self, wanted: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        q = self.question
        self.cost[0] = recount(
            wanted, lengths, q.mode, q.states, self._rows, self._tolls, self._desk, self._load,
            self._seat, self._spans, self._tally, q.crew, q.pay, q.hands, q.ticks, q.roads, q.who,
            q.jobs, q.need, q.node, q.tariff_at, q.tariff, q.drive, q.most_road, self._book,
        )  # fmt: skip
        self._freeze()
        if q.mode == c.SHARED:
            self.cost[c.TOGETHER] = in_common(self._desk, self._seat, self._load, self._sharing)
            self.cost[0] += self.cost[c.TOGETHER]

    def _freeze(self) -> None:
        """Let each route keep what it has up to its last job with a position."""
        frozen = self._desk[:, c.FROZEN]
        frozen[:] = 0
        for job in self._pinned:
            holder, place = self._seat[job, [c.HOLDER, c.PLACE]]
            if holder >= 0:
                frozen[holder] = max(frozen[holder], place)
        # Of those that may be taken out.
        self._tally[c.SERVED] -= frozen[self._desk[:, c.MINE] > 0].sum()

    @property
    def now(self) -> Orders:
        """Jobs by vehicle as they are."""
        return _orders(self._desk[:, c.LENGTH], self._rows[:, :, c.JOB])

    @property
    def best(self) -> Orders:
        """Jobs by vehicle of the cheapest plan met since the last `take`."""
        return _orders(self._best_length, self._best_jobs)

    def confine(self, *, vehicles: NDArray[np.bool_], jobs: NDArray[np.bool_]) -> None:
        """Search only these vehicles and jobs from the next `take` on; both are masks."""
        free = jobs & (self.question.position == 0)
        self._desk[:, c.MINE], self._seat[:, c.OURS] = vehicles, free
        self._seeds = np.flatnonzero(free)

    # --- search ---

    def run(
        self, steps: int, *, hot: float, cold: float, removed: float, longest: float,
        blink: float, full: bool,
    ) -> None:  # fmt: skip
        """So many steps while the temperature falls from ``hot`` to ``cold``."""
        q, done = self.question, 0
        while done < steps and len(self._seeds):
            done += anneal(
                steps - done, hot, cold, removed, longest, blink, full, q.mode, q.states,
                q.crew, q.pay, q.hands, q.ticks, q.roads, q.who, q.jobs, q.need, q.room, q.node,
                q.near, q.candidates, q.keys, q.tariff_at, q.tariff, q.drive, q.most_road,
                self._rows, self._tolls, self._desk, self._load, self._seat, self._spans,
                self.cost, self._best_jobs, self._best_length,
                self._chance, self._tally, self._old_jobs, self._old_times, self._removed,
                self._key, self._seeds, self._places, self._values, self._book,
                self._sharing,
            )  # fmt: skip
            if self._tally[c.WIDEN]:
                self._widen()

    def _widen(self) -> None:
        """Give every row room for more stops."""
        self._tally[c.WIDEN] = 0
        now, best, cost = self._rows[:, :, c.JOB].copy(), self._best_jobs, self.cost[1]
        lengths = self._desk[:, c.LENGTH].copy()
        self._width += self._width // 2
        self._allocate()
        wanted = np.zeros((self.question.vehicles, self._width), dtype=np.int64)
        wanted[:, : now.shape[1]] = now
        self._recount(wanted, lengths)
        self._best_jobs[:, : best.shape[1]] = best
        self.cost[1] = cost


def _orders(length: NDArray[np.int64], jobs: NDArray[np.int64]) -> Orders:
    return [(int(v), jobs[v, 1 : length[v] + 1].tolist()) for v in np.flatnonzero(length)]
