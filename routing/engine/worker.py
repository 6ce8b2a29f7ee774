"""One searching process of the engine: searches, judges what it finds, and tells the team."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection

from routing import interchange
from routing.check import Finding
from routing.engine import local
from routing.engine.lineage import die_with
from routing.engine.search import Search
from routing.engine.verdict import Judge, Worth
from routing.problem import Problem
from routing.reasons import Reasons
from routing.rules.spans import Span
from routing.solution import Solution
from routing.trial.crews import likely_crews
from routing.trial.tables import tabulate
from routing.trial.trial import UNHELD, Memory, Trial
from routing.trial.writing import as_known, follow, solution_of

# Seconds between two plans that are told, and between two looks at the post. To tell means to judge
# and to explain; after it the search goes on for at least so many times as long.
TELL_S, TELL_PAUSE = 0.25, 5.0
LOOK_S = 0.1
# Seconds for explanations in a plan on the way; what is known by then is known to the next.
EXPLAIN_S = 0.3
# Part of the time that is kept for the last insertion pass and the last judgement.
LAST_SHARE, LAST_S = 0.01, 0.2
# Part of the time after which the first plan is told, however many jobs it serves by then.
FIRST_SHARE = 0.4

# Shares of the time in which each worker, in turn, lets OR-Tools search: at first for a plan to
# begin with, later for what ruin and recreate overlooks on long routes.
PHASES = (((0.0, 0.25), (0.7, 0.8)), ((0.5, 0.6),))
# Seconds of one call, so that better plans are told on the way, and below which none is made.
LONGEST_SLICE_S, SHORTEST_PHASE_S = 3.0, 0.05
# Beyond, building a model takes seconds and gigabytes.
MOST_JOBS = 2000


@dataclass(frozen=True, slots=True)
class Order:
    """The routes of a trial as plain numbers, fit to be sent to another process."""

    routes: tuple[tuple[int, tuple[int, ...]], ...]
    fixed: Mapping[int, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Best:
    """A plan that the judge accepted, what it is worth, and how to go on from it.

    ``unexplained`` counts absent jobs for whose reason there was no time yet.
    """

    worth: Worth
    unexplained: int
    plan: Mapping[str, object]
    served: int
    order: Order

    def beats(self, other: Best) -> bool:
        """Whether it is better, or as good and explains more."""
        if self.worth.beats(other.worth):
            return True
        return self.unexplained < other.unexplained and not other.worth.beats(self.worth)


@dataclass(frozen=True, slots=True)
class Steps:
    """How many steps a worker has made so far."""

    worker: int
    steps: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told: ``began`` and ``deadline`` are instants of ``time.monotonic``."""

    problem: Problem
    number: int
    seed: int
    began: float
    deadline: float
    parent: int


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
        self._reasons = Reasons(self._tables)
        self._judge = Judge(task.problem, self._tables.roads)
        self._told: Best | None = None
        self._told_price = float("inf")
        self._tell_next = 0.0
        self._first_plan_due = not self._repairing
        self._given_up = False
        spare = LAST_S + LAST_SHARE * (task.deadline - task.began)
        self._until = max(task.began, task.deadline - spare)

    def run(self) -> None:
        """Search for the whole time; where there is nothing to search for, say so and end."""
        if not self._tables.jobs or not self._tables.vehicles:
            trial = Trial(self._tables)
            plan = solution_of(trial, reasons=self._reasons.of(trial))
            self._send(trial, plan, self._judge.finding(plan))
            return
        search = self._start()
        self._tell(search)
        while (now := time.monotonic()) < self._until:
            phase_end = self._phase_end(now)
            if phase_end is not None:
                self._search_locally(search, until=phase_end)
            else:
                search.run(
                    until=min(self._until, now + LOOK_S), begun=self._task.began, end=self._until
                )
            self._read_post(search)
            if phase_end is not None or time.monotonic() > self._tell_next:
                self._tell(search)
                self._post.send(Steps(self._task.number, search.steps))
        search.take(search.best)
        search.fill(over=self._over)
        self._tell(search)
        self._post.send(Steps(self._task.number, search.steps))

    def _start(self) -> Search:
        """Begin with the plan in force where there is one, and with nothing otherwise."""
        trial = Trial(self._tables)
        incumbent = self._task.problem.incumbent
        if incumbent is not None:
            follow(trial, incumbent)
            trial.drop_half_served()
            self._send_incumbent(trial, incumbent)
        search = Search(
            trial,
            seed=self._task.seed * 1000 + self._task.number,
            repairing=self._repairing,
        )
        first = self._task.began + FIRST_SHARE * (self._task.deadline - self._task.began)
        search.fill(over=lambda: time.monotonic() > first)
        return search

    def _send_incumbent(self, trial: Trial, incumbent: Solution) -> None:
        """Tell the plan in force first: as it is laid out here, then with its own times.

        A plan from a database has no breaks, and the laying puts them in. Its own times are told
        too where they keep the rules and save changes. Nothing is explained yet: a search that is
        cut short answers no less than the plan in force.
        """
        laid = solution_of(trial, reasons=self._reasons.of(trial, over=_at_once))
        self._send(trial, laid, self._judge.finding(laid))
        known = as_known(incumbent, tables=self._tables)
        if known is None:
            return
        why = {row.job: row for row in laid.unserved}
        told = tuple(why.get(row.job, row) for row in known.unserved)
        plan = replace(known, unserved=told)
        finding = self._judge.finding(plan)
        if self._judge.worth(finding) is not None:
            self._send(trial, plan, finding)

    @property
    def _repairing(self) -> bool:
        incumbent = self._task.problem.incumbent
        return incumbent is not None and any(route.jobs for route in incumbent.routes)

    # --- OR-Tools ---

    def _phase_end(self, now: float) -> float | None:
        """The end of the phase of OR-Tools in which this instant lies, if it lies in one."""
        if self._given_up or len(self._tables.jobs) > MOST_JOBS:
            return None
        whole = self._until - self._task.began
        share = (now - self._task.began) / whole
        for begin, end in PHASES[self._task.number % len(PHASES)]:
            if begin <= share < end and (end - share) * whole > SHORTEST_PHASE_S:
                return None if begin == 0 and self._repairing else self._task.began + end * whole
        return None

    def _search_locally(self, search: Search, *, until: float) -> None:
        """A slice of OR-Tools from the best there is; its first one begins with nothing."""
        seconds = min(LONGEST_SLICE_S, until - time.monotonic())
        trial = search.trial
        if self._first_plan_due:
            self._first_plan_due = False
            orders = local.first_plan(trial, seconds=seconds)
        else:
            trial.recall(search.best)
            orders = local.improve(trial, seconds=seconds)
            if orders is None:
                self._given_up = True
                search.take(search.best)
                return
        if orders is not None:
            trial.recall(_nothing(trial))
            local.take_over(trial, orders)
            search.prune()
            search.fill(over=self._over)
        search.take(search.best)

    def _over(self) -> bool:
        return time.monotonic() > self._task.deadline - LAST_S / 2

    # --- tell ---

    def _tell(self, search: Search) -> None:
        """Have the best judged and sent, when it is better than what was sent before."""
        began = time.monotonic()
        self._tell_best(search)
        now = time.monotonic()
        self._tell_next = now + max(TELL_S, TELL_PAUSE * (now - began))

    def _tell_best(self, search: Search) -> None:
        began = time.monotonic()
        last = began > self._until
        fuller = last and self._told is not None and self._told.unexplained > 0
        if search.best_price >= self._told_price and not fuller:
            return
        self._told_price = search.best_price
        before = search.trial.remember()
        search.trial.recall(search.best)

        def over() -> bool:
            return self._over() or (not last and time.monotonic() - began > EXPLAIN_S)

        reasons = self._reasons.of(search.trial, over=over)
        solution = solution_of(search.trial, reasons=reasons)
        self._send(search.trial, solution, self._judge.finding(solution))
        search.trial.recall(before)

    def _send(self, trial: Trial, solution: Solution, finding: Finding) -> None:
        worth = self._judge.worth(finding)
        if worth is None:
            codes = sorted({violation.code for violation in finding.violations})
            sys.stderr.write(f"refused by the judge: {' '.join(codes)}\n")
            return
        best = Best(
            worth=worth,
            unexplained=sum(row.reason is None for row in solution.unserved),
            plan=interchange.document_of(replace(solution, objective=finding.objective)),
            served=sum(len(route.jobs) for route in solution.routes),
            order=_order_of(trial.remember()),
        )
        if self._told is None or best.beats(self._told):
            self._told = best
            self._post.send(best)

    # --- listen ---

    def _read_post(self, search: Search) -> None:
        """Go on from the best plan of another worker, when one was sent."""
        news: Order | None = None
        while self._post.poll():
            news = self._post.recv()
        if news is not None:
            before = search.trial.remember()
            memory = _memory_of(search.trial, news)
            search.trial.recall(before)
            if memory is not None:
                search.take(memory)


def _at_once() -> bool:
    """No time for anything beside."""
    return True


def _order_of(memory: Memory) -> Order:
    routes = tuple(
        (laid.vehicle, tuple(code for code in laid.stops if code >= 0))
        for laid in memory.routes
        if laid is not None
    )
    return Order(routes, memory.fixed)


def _memory_of(trial: Trial, order: Order) -> Memory | None:
    """The same state in this process, or None when it cannot be laid out again."""
    trial.recall(replace(_nothing(trial), fixed=dict(order.fixed)))
    for vehicle, bare in order.routes:
        laid = trial.try_route(vehicle, bare)
        if laid is None:
            return None
        trial.hold(laid)
    return trial.remember()


def _nothing(trial: Trial) -> Memory:
    return Memory((None,) * len(trial.routes), (UNHELD,) * len(trial.holder), {})
