"""A plan in the kernel's arrays, with the working space of one searcher."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.anneal import anneal
from routing.engine.kernel.depots import first_short
from routing.engine.kernel.groups import bind_again
from routing.engine.kernel.putting import SPARE
from routing.engine.kernel.question import Question
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.tally import recount
from routing.engine.kernel.times import holds
from routing.engine.kernel.whole import up
from routing.trial.trial import Trial

# Stops that a row has room for at first; it grows when one is full.
WIDTH = 24
# Places that are listed for each of a pair.
SPOTS = 24
# Stops by vehicle: jobs, and depots by numbers behind theirs, as in a trial.
Orders = list[tuple[int, list[int]]]
# Starts, in ticks, of jobs with bonds of time.
Starts = Mapping[int, int]


class Plan:
    """Routes by vehicle, as one searcher has them."""

    def __init__(self, question: Question, *, seed: int) -> None:
        self.question = q = question
        self._width = min(q.count, WIDTH) + SPARE
        v, n = q.vehicles, q.count
        self.cost = np.zeros(c.COST_WIDTH)
        self._sharing = q.sharing._replace(staff=q.sharing.staff.copy())
        self._load = np.zeros((v, c.LOADS + q.need.shape[1]))
        self._desk = np.zeros((v, c.DESK_WIDTH), dtype=np.int64)
        self._seat = np.zeros((len(q.node), c.SEAT_WIDTH), dtype=np.int64)
        self._seat[:, [c.BOUND, c.WAS, c.BEST_BOUND]] = c.FREE
        # Where jobs hang together windows are narrowed: then they are the searcher's own.
        self._hands = np.concatenate([q.hands, q.hands]) if q.is_linked else q.hands
        # Of depots as of jobs.
        depots = len(q.node) - n
        self._timed = np.concatenate([q.timed, np.zeros(depots, dtype=np.bool_)])
        self._group = np.concatenate([q.group, np.full(depots, -1)])
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
        self._places = np.zeros((8, 4), dtype=np.int64)
        self._values = np.zeros(8)
        self._spots = np.zeros((3, SPOTS + 1, c.SPOT_WIDTH), dtype=np.int64)
        self._spot_values = np.zeros((3, SPOTS + 1))
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

    def take(self, orders: Orders, starts: Starts = MappingProxyType({})) -> None:
        """Go on from these jobs by vehicle; they must hold. They are the best so far, too.

        Jobs with bonds of time on routes with breaks need their ``starts``; whoever has none stays
        out. On other routes they begin as early as they can.
        """
        if self.question.is_linked:
            orders = self._bound(orders, starts)
        if max((code for _, jobs in orders for code in jobs), default=0) >= len(self.question.node):
            raise ValueError("a stop that the question does not know")
        longest = max((len(jobs) for _, jobs in orders), default=0)
        if longest + SPARE > self._width:
            self._width = longest + max(4, longest // 2) + SPARE
            self._allocate()
        wanted = np.zeros((self.question.vehicles, self._width), dtype=np.int64)
        lengths = np.zeros(self.question.vehicles, dtype=np.int64)
        for v, jobs in orders:
            lengths[v] = len(jobs)
            wanted[v, 1 : len(jobs) + 1] = jobs
        self._recount(wanted, lengths)
        self._seat[:, c.BEST_BOUND] = self._seat[:, c.BOUND]
        self.cost[1] = self.cost[0]
        self._best_length[:] = lengths
        self._best_jobs[:] = wanted
        self._desk[:, c.STALE] = 0

    def _bound(self, orders: Orders, starts: Starts) -> Orders:
        """These orders without jobs that must be given a start and have none; others are bound."""
        breaks = self.question.crew[:, c.BREAKS] > 0
        rigid = {job for v, jobs in orders if breaks[v] for job in jobs if self._timed[job]}
        kept = self._without(rigid - starts.keys(), orders)
        bound = np.full(len(self._timed), c.FREE)
        for job in rigid & starts.keys():
            bound[job] = starts[job]
        bind_again(self._seat, self._hands, bound)
        return kept

    def _without(self, lost: set[int], orders: Orders) -> Orders:
        """These orders without these jobs, their groups, and who loses the place by that."""
        while True:
            broken = {int(self._group[job]) for job in lost} - {-1}
            whole = [
                (v, [j for j in jobs if j not in lost and self._group[j] not in broken])
                for v, jobs in orders
            ]
            misplaced = {
                job
                for _, jobs in whole
                for n, job in enumerate(jobs)
                if not self._is_at_its_place(job, jobs[:n])
            }
            if not misplaced:
                return [(v, needed) for v, jobs in whole if (needed := self._needed(jobs))]
            lost = lost | misplaced

    def take_most(self, orders: Orders, starts: Starts = MappingProxyType({})) -> None:
        """Go on from these jobs, but without those that do not hold here, and their groups.

        The exact trial holds a little more: times are not rounded there, and each break has a
        choice. A route that cannot be would have a price beyond all others and never change.
        """
        orders = [(v, self._needed(stops)) for v, stops in orders]
        self.take(orders, starts)
        refused = [(v, jobs) for v, jobs in orders if not self._holds(v)]
        if not refused and self.cost[c.NOW] < NEVER:
            return
        kept = {v: jobs for v, jobs in orders if self._holds(v)}
        lost: set[int] = set()
        for v, jobs in refused:
            some: list[int] = []
            for job in jobs:
                if not self._is_at_its_place(job, some):
                    continue
                self.take([(v, [*some, job])], starts)
                if self._holds(v):
                    some.append(job)
            kept[v] = some
            lost.update(job for job in set(jobs) - set(some) if job < self.question.count)
        self._take_groups(self._without(lost, list(kept.items())), starts)

    def _take_groups(self, orders: Orders, starts: Starts) -> None:
        """Go on from these jobs, but without groups whose routes would wait for each other in vain."""
        self.take(orders, starts)
        if self.cost[c.NOW] < NEVER:
            return
        first = {int(self._group[j]): j for _, jobs in orders for j in jobs if self._timed[j]}
        lost = set(first.values())
        for job in first.values():
            self.take(self._without(lost - {job}, orders), starts)
            if self.cost[c.NOW] < NEVER:
                lost.remove(job)
        self.take(self._without(lost, orders), starts)

    def _is_at_its_place(self, stop: int, before: list[int]) -> bool:
        """Whether a stop may come behind these; jobs with a position have one place."""
        if stop >= self.question.count:
            return True
        jobs = sum(code < self.question.count for code in before)
        return int(self.question.position[stop]) in {0, jobs + 1}

    def _needed(self, stops: list[int]) -> list[int]:
        """The stops without depots behind the last job."""
        last = max((n for n, code in enumerate(stops) if code < self.question.count), default=-1)
        return stops[: last + 1]

    def _holds(self, v: int) -> bool:
        q = self.question
        possible = bool(holds(v, self._rows, q.crew, q.states))
        return possible and bool(self._load[v, c.TIMES] < NEVER) and self._lasts(v)

    def _lasts(self, v: int) -> bool:
        """Whether the van of a route that comes by a depot is never short of anything."""
        q = self.question
        if len(q.node) == q.count:
            return True
        short = first_short(
            v, -1, -1, -1, 0, self._rows, self._desk, self._load, q.crew, q.need, q.room
        )
        return bool(short == 0)

    def _recount(self, wanted: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        if self.question.is_linked and not self._desk[:, c.MINE].all():
            mine = self._desk[:, c.MINE].copy()
            self._desk[:, c.MINE] = 1
            self._lay(wanted, lengths)
            self._desk[:, c.MINE] = mine
            self._keep_shared()
        self._lay(wanted, lengths)
        self._freeze()
        if self.question.mode == c.SHARED:
            common = in_common(self._desk, self._seat, self._load, self._sharing)
            self.cost[c.IN_COMMON] = common
            self.cost[c.NOW] += common

    def _keep_shared(self) -> None:
        """Let jobs keep their starts whose groups are not all on routes of this searcher."""
        seat, group = self._seat, self._group
        served = seat[:, c.HOLDER] >= 0
        away = served & (self._desk[seat[:, c.HOLDER], c.MINE] == 0)
        seat[:, c.RIGID] = self._timed & served & np.isin(group, group[away & (group >= 0)])
        seat[:, c.BOUND_BY], seat[:, c.OWN_BY] = c.FREE, c.FAR

    def _lay(self, wanted: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        q = self.question
        self.cost[0] = recount(
            wanted, lengths, q.mode, q.states, self._rows, self._tolls, self._desk, self._load,
            self._seat, self._spans, self._tally, q.crew, q.pay, self._hands, q.ticks, q.roads,
            q.who, q.jobs, q.need, q.node, q.bond_at, q.bond, q.tariff_at, q.tariff, q.drive,
            q.most_road, self._book,
        )  # fmt: skip

    def _freeze(self) -> None:
        """Let each route keep what it has up to its last job with a position."""
        frozen = self._desk[:, c.FROZEN]
        frozen[:] = 0
        for job in self._pinned:
            holder, place = self._seat[job, [c.HOLDER, c.PLACE]]
            if holder >= 0:
                frozen[holder] = max(frozen[holder], place)
        # Of those that may be taken out.
        kept = [(v, self._rows[v, 1 : frozen[v] + 1, c.JOB]) for v in np.flatnonzero(frozen)]
        self._tally[c.SERVED] -= sum(
            int((jobs < self.question.count).sum()) for v, jobs in kept if self._desk[v, c.MINE]
        )

    @property
    def now(self) -> Orders:
        """Jobs by vehicle as they are."""
        return _orders(self._desk[:, c.LENGTH], self._rows[:, :, c.JOB])

    @property
    def starts(self) -> Starts:
        """Starts of served jobs with bonds of time as they are."""
        return self._starts(self.now, c.BOUND)

    @property
    def best(self) -> Orders:
        """Jobs by vehicle of the cheapest plan met since the last `take`."""
        return _orders(self._best_length, self._best_jobs)

    @property
    def best_starts(self) -> Starts:
        """The same starts in that plan."""
        return self._starts(self.best, c.BEST_BOUND)

    def _starts(self, orders: Orders, column: int) -> Starts:
        if not self.question.is_linked:
            return {}
        timed, seat = self._timed, self._seat
        return {j: int(seat[j, column]) for _, jobs in orders for j in jobs if timed[j]}

    def confine(self, *, vehicles: NDArray[np.bool_], jobs: NDArray[np.bool_]) -> None:
        """Search only these vehicles and jobs from the next `take` on; both are masks."""
        free = jobs & (self.question.position == 0)
        self._desk[:, c.MINE], self._seat[: len(jobs), c.OURS] = vehicles, free
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
                q.crew, q.pay, self._hands, q.ticks, q.roads, q.who, q.jobs, q.need, q.room,
                q.node, q.near, q.candidates, q.keys, q.bond_at, q.bond, q.tariff_at, q.tariff,
                q.drive, q.most_road,
                self._rows, self._tolls, self._desk, self._load, self._seat, self._spans,
                self.cost, self._best_jobs, self._best_length,
                self._chance, self._tally, self._old_jobs, self._old_times, self._removed,
                self._key, self._seeds, self._places, self._values, self._spots, self._spot_values,
                self._book, self._sharing,
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


def starts_of(trial: Trial) -> Starts:
    """Starts in a trial of the jobs that are bound to others."""
    return {
        code: up(start)
        for laid in trial.routes
        if laid is not None
        for code, start in zip(laid.stops, laid.starts, strict=True)
        if code in trial.tables.linked
    }
