"""Tiny problems whose best plan is another one when a rule is forgotten, and how they are told.

Everybody lives on one road: base, młyn, bank and farm lie ten kilometres and ten minutes apart. A
case is tested twice: the twin shows that the rule alone decides, then the engine must find the plan.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.check import judge
from routing.problem import Cost, Job, Problem, Technician, Term
from routing.score import compare
from routing.solution import Solution, StopKind
from schedules import child
from tests.routing import build
from tests.routing.engine import twin

# Seconds that the engine may take; it is stopped when it has found the best.
LIMIT_S = 20.0
PER_M = Cost(per_m=0.01)
MONEY = ((Term(metric="unserved"),), (Term(metric="cost"),))

Rounds = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``best`` has the visits and depots of each round, by who drives it: ``anna+bob`` is a crew,
    ``anna/tue`` a shift. ``free`` is the problem without the rule.
    """

    kept: Problem
    free: Problem
    best: Rounds
    starts: Mapping[str, float] = field(default_factory=dict)


def case(
    kept: Problem, free: Problem, *, starts: dict[str, float] | None = None, **best: Any
) -> Case:
    """Rounds are named by keywords: ``anna_bob`` is a crew, ``anna__tue`` a shift."""
    rounds = {
        name.replace("__", "/").replace("_", "+"): tuple(jobs.split())
        for name, jobs in best.items()
    }
    return Case(kept=kept, free=free, best=rounds, starts=starts or {})


def person(
    name: str, *, home: str | None, day: Mapping[str, Any] | None = None, **keys: Any
) -> Technician:
    """Somebody who is paid by the kilometre; ``day`` has keys of the shift."""
    places = {"start_location": home, "end_location": home}
    shift = build.shift(**(places | dict(day or {})))
    return build.technician(name, day=shift, **({"cost": PER_M} | keys))


def problem(*jobs: Job, people: tuple[Technician, ...], **keys: Any) -> Problem:
    """Serve as many as possible, as cheaply as possible."""
    return build.problem(*jobs, technicians=people, **({"objective": MONEY} | keys))


def assert_the_rule_decides(case: Case) -> None:
    """The best plan is the only one, and without the rule it is not among the best."""
    best, freed = twin.champion(case.kept), twin.champion(case.free)
    assert best.plans
    assert all(rounds_of(plan) == case.best for plan in best.plans)
    assert all(_keeps(plan, case.starts) for plan in best.plans)
    assert best.undone == 0
    assert not any(rounds_of(p) == case.best and _keeps(p, case.starts) for p in freed.plans)


def assert_the_engine_obeys(case: Case) -> None:
    """The engine finds the best plan."""
    answer = solved(case.kept, target=twin.champion(case.kept).objective)
    finding = judge(answer, problem=case.kept)
    assert [violation.text for violation in finding.violations] == []
    assert rounds_of(answer) == case.best
    assert _keeps(answer, case.starts)


def solved(problem: Problem, *, target: tuple[float, ...], seed: int = 1) -> Solution:
    """The engine's best plan; the search ends when it is as good as the target."""
    stop = threading.Event()

    def look(progress: child.Progress) -> None:
        if progress.objective is not None and compare(progress.objective, target) <= 0:
            stop.set()

    answer = child.solve(
        problem, limit_s=LIMIT_S, seed=seed, workers=1, on_progress=look, stop=stop
    )
    assert answer.words == ""
    return answer.solution


def rounds_of(solution: Solution) -> dict[str, tuple[str, ...]]:
    """Visits and depots by who drives to them; breaks left out."""
    return {
        "+".join(route.technicians) + (f"/{route.shift}" if route.shift else ""): tuple(
            stop.id for stop in route.stops if stop.kind is not StopKind.BREAK
        )
        for route in solution.routes
        if route.jobs
    }


def _keeps(solution: Solution, starts: Mapping[str, float]) -> bool:
    found = {stop.id: stop.start for route in solution.routes for stop in route.stops}
    return all(abs((found.get(job) or 0) - start) < 1 for job, start in starts.items())
