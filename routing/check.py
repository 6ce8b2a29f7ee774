"""The judge: does a solution keep every rule, and what is it worth? Knows nothing of the search.

Nothing that a solution says about itself is believed: roads, clock, figures and the reasons of
unserved jobs are worked out again from the problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from routing.alone import is_anybody_able, is_possible_alone
from routing.faults import Fault, Malformed
from routing.interchange import read_problem, read_solution
from routing.problem import Problem
from routing.roads import Roads
from routing.rules import PLAN_RULES, ROUTE_RULES, Violation
from routing.score import Score, compare, measure
from routing.score.routes import RoutePrice
from routing.solution import Reason, Solution, StopKind
from routing.timing import Mode, TimedRoute, TimedStop, Timetable, timetable

# Reasons that claim something about an otherwise empty day.
SAYS_NEVER = (Reason.NO_TECHNICIAN, Reason.UNREACHABLE)
SAYS_POSSIBLE = (Reason.NO_ROOM, Reason.TOO_COSTLY, Reason.NOT_TRIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFinding:
    """``possible_alone`` None: not proved either way, or (``judged`` False) not asked."""

    job: str
    reason: str | None
    judged: bool
    possible_alone: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a judge says about one solution."""

    violations: tuple[Violation, ...]
    score: Score
    timetable: Timetable
    unserved: tuple[ReasonFinding, ...]

    @property
    def feasible(self) -> bool:
        return not self.violations

    @property
    def objective(self) -> tuple[float, ...]:
        return self.score.objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Two files looked at: faults, or a problem, or a problem and the finding about its solution.

    ``status`` is the exit status of the command: 0 all well, 1 violations, 2 faults.
    """

    status: int
    faults: tuple[Fault, ...] = ()
    problem: Problem | None = None
    finding: Finding | None = None


def judge(
    solution: Solution, *, problem: Problem, roads: Roads | None = None, mode: Mode | None = None
) -> Finding:
    """Judges a solution whose names the problem knows. Milliseconds for a thousand jobs.

    ``roads`` saves building them again; ``mode`` None follows the solution.
    """
    roads = roads or Roads(problem)
    day = timetable(solution, problem=problem, roads=roads, mode=mode)
    score = measure(day)
    unserved = tuple(_reasons(day, roads=roads))
    return Finding(
        violations=(
            *_broken_rules(day),
            *_false_claims(solution, score=score),
            *_false_reasons(unserved, problem=problem),
        ),
        score=score,
        timetable=day,
        unserved=unserved,
    )


def report(problem_data: bytes, plan_data: bytes | None = None) -> Report:
    """Reads one or two files and judges; never raises for what stands in them."""
    try:
        problem = read_problem(problem_data)
        if plan_data is None:
            return Report(status=0, problem=problem)
        solution = read_solution(plan_data, problem=problem)
    except Malformed as error:
        return Report(status=2, faults=error.faults)
    finding = judge(solution, problem=problem)
    return Report(status=0 if finding.feasible else 1, problem=problem, finding=finding)


def document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it, with the words of the format."""
    day, score = finding.timetable, finding.score
    return {
        "feasible": finding.feasible,
        "mode": day.mode.value,
        "problem": day.problem.name,
        "objective": list(finding.objective),
        "errors": [_violation_row(violation) for violation in finding.violations],
        "metrics": asdict(score.metrics),
        "by_priority": {str(key): asdict(tier) for key, tier in score.by_priority.items()},
        "routes": [
            _route_row(route, price)
            for route, price in zip(day.routes, score.route_prices, strict=True)
        ],
        "unserved": [_reason_row(row) for row in finding.unserved],
    }


def _broken_rules(day: Timetable) -> Iterator[Violation]:
    for route in day.routes:
        for route_rule in ROUTE_RULES:
            yield from route_rule.check(route)
    for plan_rule in PLAN_RULES:
        yield from plan_rule.check(day)


def _false_claims(solution: Solution, *, score: Score) -> Iterator[Violation]:
    found, claimed, bound = score.objective, solution.objective, solution.about.bound
    if claimed is not None and (len(claimed) != len(found) or compare(claimed, found)):
        yield Violation(code="E_CLAIM", text=f"{list(claimed)} is claimed, {list(found)} is found")
    if bound is not None and (len(bound) != len(found) or compare(bound, found) > 0):
        yield Violation(
            code="E_CLAIM", text=f"the bound {list(bound)} is above the value {list(found)}"
        )


def _reasons(day: Timetable, *, roads: Roads) -> Iterator[ReasonFinding]:
    for row in day.solution.unserved:
        judged = row.reason in SAYS_NEVER or row.reason in SAYS_POSSIBLE
        possible = None
        if judged:
            job = day.problem.job_by_id[row.job]
            possible = is_possible_alone(job, problem=day.problem, roads=roads)
        yield ReasonFinding(job=row.job, reason=row.reason, judged=judged, possible_alone=possible)


def _false_reasons(unserved: tuple[ReasonFinding, ...], *, problem: Problem) -> Iterator[Violation]:
    for row in unserved:
        text = _false_reason(row, problem=problem)
        if text:
            yield Violation(
                code="E_REASON", text=f"visit {row.job} is called {row.reason}: {text}", job=row.job
            )


def _false_reason(row: ReasonFinding, *, problem: Problem) -> str | None:
    if row.possible_alone is None:
        return None
    if row.possible_alone:
        return "somebody could serve it alone" if row.reason in SAYS_NEVER else None
    if row.reason in SAYS_POSSIBLE:
        return "nobody could serve it at all"
    able = is_anybody_able(problem.job_by_id[row.job], problem=problem)
    if row.reason == Reason.NO_TECHNICIAN and able:
        return "somebody has what it takes, but cannot be there in time"
    if row.reason == Reason.UNREACHABLE and not able:
        return "nobody has what it takes"
    return None


# Rows of the document.


def _violation_row(violation: Violation) -> dict[str, str]:
    row = {"code": violation.code, "text": violation.text}
    if violation.route is not None:
        row["route"] = violation.route
    if violation.job is not None:
        row["visit"] = violation.job
    return row


def _route_row(route: TimedRoute, price: RoutePrice) -> dict[str, Any]:
    figures = asdict(route.figures)
    del figures["longest_leg_s"]
    return {
        "technician": route.name,
        "shift": route.shift.id,
        "visits": len(route.jobs),
        "depart": route.depart,
        "ret": route.back,
        "cost": price.cost,
        "stops": [_stop_row(stop) for stop in route.stops],
        **figures,
        "soft_limit_cost": price.soft_limit_cost,
    }


def _stop_row(stop: TimedStop) -> dict[str, Any]:
    kind = {} if stop.kind is StopKind.VISIT else {"type": stop.kind.value}
    times = {"arrival": stop.arrival, "start": stop.start, "end": stop.end}
    return {**kind, stop.kind.value: stop.id, **times}


def _reason_row(row: ReasonFinding) -> dict[str, Any]:
    asked = {"possible_alone": row.possible_alone} if row.judged else {}
    return {"visit": row.job, "reason": row.reason, **asked}
