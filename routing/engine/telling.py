"""What a search tells: plans that are laid out exactly, explained, and accepted by the judge."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from routing.engine.best import Best, Order, Record
from routing.engine.verdict import Judge
from routing.problem import Problem
from routing.reasons import Reasons
from routing.solution import Solution
from routing.trial.departing import leave_later
from routing.trial.tables import Tables
from routing.trial.trial import UNHELD, Memory, Trial
from routing.trial.writing import as_known, follow, solution_of

# Seconds for explanations in a plan on the way; what is known by then is known to the next.
EXPLAIN_S = 0.3


class Teller:
    """Lays plans of one problem out, has them judged, and tells the better ones."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._problem: Problem = tables.problem
        self._reasons = Reasons(tables)
        self._record = Record(Judge(tables.problem, tables.roads))

    @property
    def told(self) -> Best | None:
        """The best plan accepted so far."""
        return self._record.told

    def offer(self, trial: Trial, *, over: Callable[[], bool], last: bool = False) -> Best | None:
        """The trial's plan when the judge accepts it and it beats what was told; None otherwise.

        Reasons are looked for until ``over``, and not for long before the ``last`` plan.
        """
        began = time.monotonic()
        leave_later(trial)

        def enough() -> bool:
            return over() or (not last and time.monotonic() - began > EXPLAIN_S)

        plan = solution_of(trial, reasons=self._reasons.of(trial, over=enough))
        return self._record.offer(plan, order=order_of(trial.remember()))

    def incumbents(self, trial: Trial, incumbent: Solution) -> list[Best]:
        """The plan in force: as it is laid out here, then with its own times.

        A plan from a database has no breaks, and the laying puts them in. Its own times are told
        too where they keep the rules and save changes. Nothing is explained yet: a search that is
        cut short answers no less than the plan in force.
        """
        laid = solution_of(trial, reasons=self._reasons.of(trial, over=at_once))
        order = order_of(trial.remember())
        found = [self._record.offer(laid, order=order)]
        known = as_known(incumbent, tables=self._tables)
        if known is not None:
            why = {row.job: row for row in laid.unserved}
            told = tuple(why.get(row.job, row) for row in known.unserved)
            plan = replace(known, unserved=told)
            finding = self._record.judge.finding(plan)
            if self._record.judge.worth(finding) is not None:
                found.append(self._record.offer(plan, order=order, finding=finding))
        return [best for best in found if best is not None]


def begun(trial: Trial) -> Trial:
    """An empty trial that follows the plan in force by now, where there is one."""
    incumbent = trial.tables.problem.incumbent
    if incumbent is not None:
        follow(trial, incumbent)
        trial.drop_half_served()
    return trial


def is_repair(problem: Problem) -> bool:
    """Whether there is a plan in force to go on from."""
    return problem.incumbent is not None and any(route.jobs for route in problem.incumbent.routes)


def order_of(memory: Memory) -> Order:
    """Routes as numbers, breaks left out."""
    routes = tuple(
        (laid.vehicle, tuple(code for code in laid.stops if code >= 0))
        for laid in memory.routes
        if laid is not None
    )
    return Order(routes, memory.fixed)


def memory_of(trial: Trial, order: Order) -> Memory | None:
    """The same state in this process, or None when it cannot be laid out again."""
    trial.recall(replace(nothing(trial), fixed=dict(order.fixed)))
    for vehicle, bare in order.routes:
        laid = trial.try_route(vehicle, bare)
        if laid is None:
            return None
        trial.hold(laid)
    return trial.remember()


def nothing(trial: Trial) -> Memory:
    """The state in which nobody is served."""
    return Memory((None,) * len(trial.routes), (UNHELD,) * len(trial.holder), {})


def at_once() -> bool:
    """No time for anything beside."""
    return True
