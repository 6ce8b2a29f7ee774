"""One searching process of the engine: searches, judges what it finds, and tells the team."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection

from routing import interchange
from routing.check import Finding
from routing.engine.lineage import die_with
from routing.engine.search import Search
from routing.engine.verdict import Judge
from routing.problem import Problem
from routing.reasons import Reasons
from routing.rules.spans import Span
from routing.score import compare
from routing.solution import Solution
from routing.trial.tables import tabulate
from routing.trial.trial import Memory, Trial
from routing.trial.writing import follow, solution_of

# Seconds between two plans that are told, and between two looks at the post.
TELL_S = 0.25
LOOK_S = 0.1
# Part of the time that is kept for the last insertion pass and the last judgement.
LAST_SHARE, LAST_S = 0.03, 0.2


@dataclass(frozen=True, slots=True)
class Order:
    """The routes of a trial as plain numbers, fit to be sent to another process."""

    routes: tuple[tuple[int, tuple[int, ...]], ...]
    fixed: Mapping[int, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Best:
    """A plan that the judge accepted, with its objective and how to go on from it."""

    objective: tuple[float, ...]
    plan: Mapping[str, object]
    served: int
    order: Order


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
        self._tables = tabulate(task.problem)
        self._reasons = Reasons(self._tables)
        self._judge = Judge(task.problem, self._tables.roads)
        self._told: tuple[float, ...] | None = None
        self._told_price = float("inf")
        spare = LAST_S + LAST_SHARE * (task.deadline - task.began)
        self._until = max(task.began, task.deadline - spare)

    def run(self) -> None:
        search = self._start()
        self._tell(search)
        told = time.monotonic()
        while (now := time.monotonic()) < self._until:
            search.run(until=min(self._until, now + LOOK_S), progress=self._progress)
            self._read_post(search)
            if time.monotonic() - told > TELL_S:
                self._tell(search)
                self._post.send(Steps(self._task.number, search.steps))
                told = time.monotonic()
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
        search = Search(
            trial,
            seed=self._task.seed * 1000 + self._task.number,
            repairing=incumbent is not None and bool(incumbent.routes),
        )
        search.fill(over=self._over)
        return search

    def _over(self) -> bool:
        return time.monotonic() > self._task.deadline - LAST_S

    def _progress(self, now: float) -> float:
        return (now - self._task.began) / (self._until - self._task.began)

    # --- tell ---

    def _tell(self, search: Search) -> None:
        """Have the best judged and sent, when it is better than what was sent before."""
        if search.best_price >= self._told_price:
            return
        self._told_price = search.best_price
        before = search.trial.remember()
        search.trial.recall(search.best)
        solution = solution_of(search.trial, reasons=self._reasons.of(search.trial))
        self._send(search.trial, solution, self._judge.finding(solution))
        search.trial.recall(before)

    def _send(self, trial: Trial, solution: Solution, finding: Finding) -> None:
        if not finding.feasible:
            codes = sorted({violation.code for violation in finding.violations})
            sys.stderr.write(f"refused by the judge: {' '.join(codes)}\n")
            return
        if self._told is not None and compare(finding.objective, self._told) >= 0:
            return
        self._told = finding.objective
        claimed = replace(solution, objective=finding.objective)
        self._post.send(
            Best(
                objective=finding.objective,
                plan=interchange.document_of(claimed),
                served=sum(len(route.jobs) for route in solution.routes),
                order=_order_of(trial.remember()),
            )
        )

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


def _order_of(memory: Memory) -> Order:
    routes = tuple(
        (laid.vehicle, tuple(code for code in laid.stops if code >= 0))
        for laid in memory.routes
        if laid is not None
    )
    return Order(routes, memory.fixed)


def _memory_of(trial: Trial, order: Order) -> Memory | None:
    """The same state in this process, or None when it cannot be laid out again."""
    trial.recall(Memory((None,) * len(trial.routes), (-1,) * len(trial.holder), dict(order.fixed)))
    for vehicle, bare in order.routes:
        laid = trial.try_route(vehicle, bare)
        if laid is None:
            return None
        trial.hold(laid)
    return trial.remember()
