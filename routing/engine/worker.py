"""One searching process of the engine: searches, judges what it finds, and tells the team."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from routing.engine import local
from routing.engine.best import Best, Order
from routing.engine.framed import Framed, is_framed
from routing.engine.kernel.compiling import is_compiled
from routing.engine.lineage import die_with
from routing.engine.search import COLD, HOT, HOT_REPAIR, Search, is_small
from routing.engine.telling import Teller, at_once, begun, is_repair, memory_of, nothing
from routing.problem import Problem
from routing.trial.crews import likely_crews
from routing.trial.tables import tabulate
from routing.trial.trial import Trial

# Seconds between two plans that are told, and between two looks at the post. To tell means to judge
# and to explain; after it the search goes on for at least so many times as long.
TELL_S, TELL_PAUSE = 0.25, 5.0
LOOK_S = 0.1
# Part of the time that is kept for the last insertion pass and the last judgement.
LAST_SHARE, LAST_S = 0.01, 0.2
# Part of the time after which the first plan is told, however many jobs it serves by then.
FIRST_SHARE = 0.4

# Shares of the time in which each worker, in turn, lets OR-Tools search: at first for a plan to
# begin with, later for what ruin and recreate overlooks on long routes.
Phases = tuple[tuple[tuple[float, float], ...], ...]
PHASES: Phases = (((0.0, 0.25), (0.7, 0.8)), ((0.5, 0.6),))
# OR-Tools alone, as the plain alternative to our own search: a first plan, and then one search to
# the end. In slices it forgets its penalties: 149,175 instead of 134,109 on a day of 130 visits.
ALWAYS: Phases = (((0.0, 0.25), (0.25, 1.0)),)
# Seconds of one call, so that better plans are told on the way, and below which none is made.
LONGEST_SLICE_S, SHORTEST_PHASE_S = 3.0, 0.05
# Where the kernel searches within a frame: seconds of a round, at least and as a part of the whole,
# and its part of each round; the rest moves what the frame holds.
LEAST_ROUND_S, ROUND_SHARE, COMPILED_SHARE = 0.8, 0.08, 0.7
# Beyond, building a model takes seconds and gigabytes.
MOST_JOBS = 2000


@dataclass(frozen=True, slots=True)
class Steps:
    """How many steps a worker has made so far."""

    worker: int
    steps: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told: ``began`` and ``deadline`` are instants of ``time.monotonic``.

    With ``iterations`` it makes so many steps instead, and looks at no clock.
    """

    problem: Problem
    number: int
    seed: int
    began: float
    deadline: float
    parent: int
    phases: Phases = PHASES
    iterations: int | None = None


def work(task: Task, post: Connection) -> None:
    """Search until the deadline. The body of a worker process."""
    die_with(task.parent)
    Worker(task, post).run()


class Worker:
    """Tells better plans as it finds them, and takes over those of the others."""

    def __init__(self, task: Task, post: Connection) -> None:
        self._task = task
        self._post = post
        self._tables = tabulate(task.problem, crews=likely_crews(task.problem))
        self._teller = Teller(self._tables)
        self._told_price = float("inf")
        self._tell_next = 0.0
        self._repairing = is_repair(task.problem)
        self._first_plan_due = not self._repairing
        self._given_up = False
        self._framed: Framed | None = None
        self._round_s = max(LEAST_ROUND_S, ROUND_SHARE * (task.deadline - task.began))
        spare = LAST_S + LAST_SHARE * (task.deadline - task.began)
        self._until = max(task.began, task.deadline - spare)

    def run(self) -> None:
        """Search for the whole time; where there is nothing to search for, say so and end."""
        if not self._tables.jobs or not self._tables.vehicles:
            self._send(self._teller.offer(Trial(self._tables), over=self._over, last=True))
            return
        search = self._start()
        self._tell(search)
        if self._task.iterations is not None:
            search.count(self._task.iterations)
        else:
            self._search(search)
        search.take(search.best)
        search.fill(over=self._over)
        self._tell(search, last=True)
        self._post.send(Steps(self._task.number, search.steps))

    def _search(self, search: Search) -> None:
        """Until the deadline, each phase in its time."""
        self._prepare(search.trial)
        while (now := time.monotonic()) < self._until:
            phase_end = self._phase_end(now)
            if phase_end is not None and self._framed is not None:
                self._search_compiled(search, until=phase_end)
            elif phase_end is not None:
                self._search_locally(search, until=phase_end)
            else:
                search.run(
                    until=min(self._until, now + LOOK_S), begun=self._task.began, end=self._until
                )
            self._read_post(search)
            if phase_end is not None or time.monotonic() > self._tell_next:
                self._tell(search)
                self._post.send(Steps(self._task.number, search.steps))

    def _start(self) -> Search:
        """Begin with the plan in force where there is one, and with nothing otherwise."""
        trial = begun(Trial(self._tables, patient=is_small(self._task.problem)))
        if self._task.problem.incumbent is not None:
            for best in self._teller.incumbents(trial, self._task.problem.incumbent):
                self._send(best)
        search = Search(
            trial,
            seed=self._task.seed * 1000 + self._task.number,
            repairing=self._repairing,
        )
        first = self._task.began + FIRST_SHARE * (self._task.deadline - self._task.began)
        search.fill(over=lambda: not self._counts and time.monotonic() > first)
        return search

    # --- the kernel ---

    def _prepare(self, trial: Trial) -> None:
        """Let the kernel search within a frame, where it can and is ready."""
        if self._task.phases == PHASES and is_compiled() and is_framed(trial):
            self._framed = Framed(trial, seed=self._task.seed * 1000 + self._task.number)

    def _search_compiled(self, search: Search, *, until: float) -> None:
        """A slice of the kernel from the best there is, cooler each time."""
        assert self._framed is not None
        begin, whole = time.monotonic(), self._until - self._task.began
        hot = HOT_REPAIR if self._repairing else HOT
        share = (begin - self._task.began) / whole

        def over() -> float:
            return (time.monotonic() - begin) / (until - begin)

        found = self._framed.search(search.best, hot=hot * (COLD / hot) ** share, over=over)
        search.take(search.best if found is None else found)

    # --- OR-Tools ---

    def _phase_end(self, now: float) -> float | None:
        """The end of the phase of another search in which this instant lies, if it lies in one."""
        if self._framed is not None:
            begin = now - (now - self._task.began) % self._round_s
            end = min(self._until, begin + COMPILED_SHARE * self._round_s)
            return end if end - now > SHORTEST_PHASE_S else None
        if self._given_up or len(self._tables.jobs) > MOST_JOBS:
            return None
        whole = self._until - self._task.began
        share = (now - self._task.began) / whole
        phases = self._task.phases
        for begin, end in phases[self._task.number % len(phases)]:
            if begin <= share < end and (end - share) * whole > SHORTEST_PHASE_S:
                is_there = self._repairing and begin == 0 and phases is not ALWAYS
                return None if is_there else self._task.began + end * whole
        return None

    def _search_locally(self, search: Search, *, until: float) -> None:
        """A slice of OR-Tools from the best there is; its first one begins with nothing."""
        alone = self._task.phases is ALWAYS
        seconds = until - time.monotonic()
        seconds = seconds if alone else min(LONGEST_SLICE_S, seconds)
        hear = partial(self._hear, search) if alone else None
        trial = search.trial
        if self._first_plan_due:
            self._first_plan_due = False
            orders = local.first_plan(trial, seconds=seconds, number=self._task.number, hear=hear)
        else:
            trial.recall(search.best)
            orders = local.improve(trial, seconds=seconds, hear=hear)
            if orders is None:
                self._given_up = True
                search.take(search.best)
                return
        if orders is not None:
            self._take_over(search, orders)
        search.take(search.best)

    def _hear(self, search: Search, orders: Callable[[], local.Orders]) -> None:
        """Tell a plan that OR-Tools has met on its way, when it is time to."""
        if time.monotonic() > self._tell_next:
            self._take_over(search, orders())
            self._tell(search)

    def _take_over(self, search: Search, orders: local.Orders) -> None:
        """Lay out exactly what OR-Tools has found, and serve whom it could not speak of."""
        search.trial.recall(nothing(search.trial))
        local.take_over(search.trial, orders)
        search.prune()
        search.fill(over=self._over)

    @property
    def _counts(self) -> bool:
        return self._task.iterations is not None

    def _over(self) -> bool:
        return not self._counts and time.monotonic() > self._task.deadline - LAST_S / 2

    # --- tell ---

    def _tell(self, search: Search, *, last: bool = False) -> None:
        """Have the best judged and sent, when it is better than what was sent before."""
        began = time.monotonic()
        self._tell_best(search, last=last)
        now = time.monotonic()
        self._tell_next = now + max(TELL_S, TELL_PAUSE * (now - began))

    def _tell_best(self, search: Search, *, last: bool) -> None:
        told = self._teller.told
        fuller = last and told is not None and told.unexplained > 0
        if search.best_price >= self._told_price and not fuller:
            return
        self._told_price = search.best_price
        before = search.trial.remember()
        search.trial.recall(search.best)
        over = at_once if self._counts and not last else self._over
        self._send(self._teller.offer(search.trial, over=over, last=last))
        search.trial.recall(before)

    def _send(self, best: Best | None) -> None:
        if best is not None:
            self._post.send(best)

    # --- listen ---

    def _read_post(self, search: Search) -> None:
        """Go on from the best plan of another worker, when one was sent."""
        news: Order | None = None
        while self._post.poll():
            news = self._post.recv()
        if news is not None:
            before = search.trial.remember()
            memory = memory_of(search.trial, news)
            search.trial.recall(before)
            if memory is not None:
                search.take(memory)
