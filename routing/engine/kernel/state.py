"""A plan in the kernel's arrays, with the working space of one searcher."""

from __future__ import annotations

import numpy as np

from routing.engine.kernel import columns as c
from routing.engine.kernel.anneal import anneal
from routing.engine.kernel.encode import Question
from routing.engine.kernel.tally import recount

# Stops that a row has room for at first; it grows when one is full.
WIDTH = 24
Orders = list[tuple[int, list[int]]]


class Plan:
    """Routes by vehicle. ``mine`` are the vehicles that this searcher may change, and ``ours`` the
    jobs.
    """

    def __init__(self, question: Question, *, seed: int) -> None:
        self.question = q = question
        self.width = min(q.jobs, WIDTH) + 4
        v, n = q.vehicles, q.jobs
        self.length = np.zeros(v, dtype=np.int64)
        self.load = np.zeros((v, q.need.shape[1]))
        self.extra = np.zeros(v)
        self.holder = np.full(n, -1, dtype=np.int64)
        self.position = np.zeros(n, dtype=np.int64)
        self.cost = np.zeros(2)
        self.best_length = np.zeros(v, dtype=np.int64)
        self._allocate()
        self.chance = np.array(
            [(0x9E3779B97F4A7C15 * (2 * seed + 1)) & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64
        )
        self.tally = np.zeros(c.TALLY_WIDTH, dtype=np.int64)
        self.touched = np.zeros(v, dtype=np.int64)
        self.old_length = np.zeros(v, dtype=np.int64)
        self.old_extra = np.zeros(v)
        self.removed = np.zeros(n + 64, dtype=np.int64)
        self.key = np.zeros(n + 64)
        self.seen = np.zeros(n, dtype=np.int64)
        self.mark = np.zeros(v, dtype=np.int64)
        self.kind_mark = np.zeros(int(q.crew[:, c.KIND].max()) + 1, dtype=np.int64)
        self.idle = np.zeros(v, dtype=np.int64)
        self.idle_at = np.zeros(v, dtype=np.int64)
        self.stale = np.zeros(v, dtype=np.bool_)
        self.mine = np.ones(v, dtype=np.bool_)
        self.ours = np.ones(n, dtype=np.bool_)
        self.seeds = np.arange(n, dtype=np.int64)
        self.places = np.zeros((8, 2), dtype=np.int64)
        self.values = np.zeros(8)
        self.take([])

    def _allocate(self) -> None:
        q, v, w = self.question, self.question.vehicles, self.width
        self.rows = np.zeros((v, w, 2 + 2 * q.states), dtype=np.int64)
        self.tolls = np.zeros((v, w))
        timed = q.mode != c.PLAIN
        self.spans = np.zeros((v, w, c.SPAN_WIDTH) if timed else (1, 1, 1), dtype=np.int64)
        self.best_jobs = np.zeros((v, w), dtype=np.int64)
        self.old_jobs = np.zeros((v, w), dtype=np.int64)
        self.early = np.zeros((w, q.states), dtype=np.int64)
        self.came = np.zeros((w, q.states), dtype=np.int64)
        self.path = np.zeros(w, dtype=np.int64)
        self.starts = np.zeros(w, dtype=np.int64)
        self.order = np.zeros(w, dtype=np.int64)

    # --- take and give ---

    def take(self, orders: Orders) -> None:
        """Go on from these jobs by vehicle; they must hold. They are the best so far, too."""
        longest = max((len(jobs) for _, jobs in orders), default=0)
        if longest + 4 > self.width:
            self.width = longest + max(4, longest // 2) + 4
            self._allocate()
        wanted = np.zeros((self.question.vehicles, self.width), dtype=np.int64)
        self.length[:] = 0
        for v, jobs in orders:
            self.length[v] = len(jobs)
            wanted[v, 1 : len(jobs) + 1] = jobs
        self._recount(wanted)
        self._is_best()

    def _recount(self, wanted: np.ndarray) -> None:
        q = self.question
        self.cost[0] = recount(
            wanted, self.rows, self.tolls, self.length, self.load, self.extra, self.holder,
            self.position, self.spans, self.tally, self.idle, self.idle_at, self.mine,
            q.mode, q.states, q.crew, q.pay, q.hands, q.seconds, q.roads, q.metres, q.who,
            q.worth, q.need, q.node, q.tariff_at, q.tariff, q.drive, q.most_road,
            self.early, self.came, self.path, self.starts, self.order,
        )  # fmt: skip

    def _is_best(self) -> None:
        self.cost[1] = self.cost[0]
        self.best_length[:] = self.length
        self.best_jobs[:] = self.rows[:, :, c.JOB]
        self.stale[:] = False

    @property
    def now(self) -> Orders:
        """Jobs by vehicle as they are."""
        return _orders(self.length, self.rows[:, :, c.JOB])

    @property
    def best(self) -> Orders:
        """Jobs by vehicle of the cheapest plan met since the last `take`."""
        return _orders(self.best_length, self.best_jobs)

    def confine(self, vehicles: np.ndarray, jobs: np.ndarray) -> None:
        """Search only these vehicles and jobs from the next `take` on; both are masks."""
        self.mine, self.ours = vehicles, jobs
        self.seeds = np.flatnonzero(jobs)

    # --- search ---

    def run(
        self, steps: int, *, hot: float, cold: float, removed: float, longest: float,
        blink: float, full: bool,
    ) -> int:  # fmt: skip
        """So many steps while the temperature falls from ``hot`` to ``cold``."""
        done = 0
        while done < steps and len(self.seeds):
            done += self._anneal(steps - done, hot, cold, removed, longest, blink, full)
            if self.tally[c.WIDEN]:
                self._widen()
        return done

    def _anneal(
        self, steps: int, hot: float, cold: float, removed: float, longest: float, blink: float,
        full: bool,
    ) -> int:  # fmt: skip
        q = self.question
        return int(
            anneal(
                steps, hot, cold, removed, longest, blink, full, q.mode, q.states,
                q.crew, q.pay, q.hands, q.seconds, q.seconds_in, q.roads, q.roads_in, q.metres,
                q.metres_in, q.who, q.worth, q.must, q.need, q.room, q.node, q.near, q.before,
                q.after, q.keys, q.tariff_at, q.tariff, q.drive, q.most_road,
                self.rows, self.tolls, self.length, self.load, self.extra, self.holder,
                self.position, self.spans, self.cost, self.best_jobs, self.best_length,
                self.chance, self.tally, self.touched, self.old_length, self.old_extra,
                self.old_jobs, self.removed, self.key, self.seen, self.mark, self.kind_mark,
                self.idle, self.idle_at, self.stale, self.mine, self.ours, self.seeds,
                self.places, self.values, self.early, self.came, self.path, self.starts,
                self.order,
            )
        )  # fmt: skip

    def _widen(self) -> None:
        """Give every row room for more stops."""
        self.tally[c.WIDEN] = 0
        now, best, cost = self.rows[:, :, c.JOB].copy(), self.best_jobs, self.cost[1]
        stale = self.stale.copy()
        self.width += self.width // 2
        self._allocate()
        wanted = np.zeros((self.question.vehicles, self.width), dtype=np.int64)
        wanted[:, : now.shape[1]] = now
        self._recount(wanted)
        self.best_jobs[:, : best.shape[1]] = best
        self.cost[1], self.stale[:] = cost, stale


def _orders(length: np.ndarray, jobs: np.ndarray) -> Orders:
    return [(int(v), jobs[v, 1 : length[v] + 1].tolist()) for v in np.flatnonzero(length)]
