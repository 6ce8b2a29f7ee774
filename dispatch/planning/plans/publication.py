"""Bringing a solution into force beside people who go on working.

What people changed since the brief is never touched. Rounds that the rest of the solution ties
together, because a visit goes from one to the other, change together or not at all; where a round
would mix both, it is laid out and judged again before it is written.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import DispatchError, WrongState
from dispatch.planning import assignments, judging, runs
from dispatch.planning.briefs import Reading, Stamp, read, roads, stamp_of
from dispatch.planning.plans.merging import Merge, merge
from dispatch.planning.reasons import Explanation, explain_unserved
from dispatch.planning.tables import Assignment, Origin, Plan, PlanState, Unserved
from routing import interchange
from routing.check import Finding
from routing.solution import Solution

# Every other pair of state and verb is refused.
STEPS: Mapping[tuple[PlanState, str], PlanState] = {
    (PlanState.PROPOSED, "publish"): PlanState.PUBLISHED,
    (PlanState.PROPOSED, "discard"): PlanState.DISCARDED,
    (PlanState.PUBLISHED, "supersede"): PlanState.SUPERSEDED,
    (PlanState.PUBLISHED, "close"): PlanState.CLOSED,
}


class BriefOutdated(DispatchError):
    """People changed so much that nothing of the answer can be used.

    ``skipped`` are visits that they changed, ``kept_back`` those tied to them.
    """

    code: ClassVar[str] = "brief-outdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A plan in force, and what of the solution was applied, by visit."""

    plan: Plan
    moved: tuple[int, ...]
    skipped: tuple[int, ...]
    kept_back: tuple[int, ...]


def publish(
    session: Session,
    *,
    run_id: int,
    token: int,
    solution: Solution,
    stamp: Stamp,
    now: datetime,
    by: Account | None = None,
) -> Publication:
    """End the run with a plan in force; the former one is superseded.

    Judges before the first write. Raises PlanRejected when the judge finds a broken rule,
    WorseThanBefore when the plan in force is better, RunLost when the token is not the present one,
    BriefOutdated when people left nothing to apply; then nothing is written and the plan in force
    stands.
    """
    answer = _searched(solution, stamp=stamp)
    run = runs.finish(session, run_id=run_id, token=token, now=now)
    plan = _plan(answer, run=run, now=now)
    return _bring_into_force(session, plan, answer=answer, now=now, by=by)


def propose(
    session: Session,
    *,
    run_id: int,
    token: int,
    solution: Solution,
    stamp: Stamp,
    now: datetime,
) -> Plan:
    """End the run with a plan that waits for a dispatcher's yes. Raises as `publish` does."""
    answer = _searched(solution, stamp=stamp)
    run = runs.finish(session, run_id=run_id, token=token, now=now)
    plan = _plan(answer, run=run, now=now)
    session.add(plan)
    session.flush()
    _tell(session, "plan-proposed", plan=plan, now=now, by=None)
    return plan


def discard(session: Session, *, plan: Plan, now: datetime, by: Account | None = None) -> Plan:
    """Drop a proposal; the plan in force never noticed it."""
    step(plan, verb="discard")
    session.flush()
    _tell(session, "plan-discarded", plan=plan, now=now, by=by)
    return plan


def put_in_force(
    session: Session,
    *,
    solution: Solution,
    stamp: Stamp,
    now: datetime,
    by: Account | None = None,
) -> Publication:
    """Publish a solution that no run asked for: laid out by insertion or by hand.

    People may want a plan that costs more than the one in force, so it may be worse.
    """
    answer = _examined(solution, stamp=stamp)
    plan = _plan(answer, run=None, now=now)
    return _bring_into_force(session, plan, answer=answer, now=now, by=by)


def publish_proposal(
    session: Session, *, plan: Plan, now: datetime, by: Account | None
) -> Publication:
    """Say yes to a proposal. Raises BriefOutdated as `publish` does, WrongState when it is none."""
    if (plan.state, "publish") not in STEPS:
        raise WrongState(thing="plan", id=plan.id, state=plan.state.value, verb="publish")
    problem = interchange.read_problem(plan.problem)
    solution = interchange.read_solution(plan.solution, problem=problem)
    answer = _examined(solution, stamp=stamp_of(problem))
    return _bring_into_force(session, plan, answer=answer, now=now, by=by)


def step(plan: Plan, *, verb: str) -> None:
    """Move the plan along its table. Raises WrongState."""
    if (plan.state, verb) not in STEPS:
        raise WrongState(thing="plan", id=plan.id, state=plan.state.value, verb=verb)
    plan.state = STEPS[plan.state, verb]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A solution that the judge has accepted, with everything that took thinking."""

    finding: Finding
    stamp: Stamp
    reasons: Mapping[int, Explanation]

    @property
    def solution(self) -> Solution:
        return self.finding.timetable.solution


def _searched(solution: Solution, *, stamp: Stamp) -> _Answer:
    """The answer of a search, which must not be worse than what there was."""
    answer = _examined(solution, stamp=stamp)
    judging.hold_against_incumbent(answer.finding, problem=stamp.problem)
    return answer


def _examined(solution: Solution, *, stamp: Stamp) -> _Answer:
    return _Answer(
        finding=judging.judged(solution, problem=stamp.problem),
        stamp=stamp,
        reasons=explain_unserved(solution, problem=stamp.problem),
    )


def _bring_into_force(
    session: Session,
    plan: Plan,
    *,
    answer: _Answer,
    now: datetime,
    by: Account | None,
) -> Publication:
    stamp, finding = answer.stamp, answer.finding
    territory_id, day = stamp.territory_id, stamp.day
    people = [int(technician.id) for technician in stamp.problem.technicians]
    assignments.lock(session, days=[(day, territory_id)], technician_ids=people)
    assignments.sweep(session, territory_id=territory_id, day=day, now=now)
    fresh = read(session, territory_id=territory_id, day=day, now=now)
    begun = Counter(row.technician_id for row in fresh.started)
    wanted = judging.places_of(finding, opens_at=stamp.opens_at, begun=begun)
    merged = merge(wanted, finding=finding, stamp=stamp, fresh=fresh)
    if merged.is_empty and (merged.skipped or merged.kept_back):
        raise BriefOutdated(skipped=list(merged.skipped), kept_back=list(merged.kept_back))
    _supersede(session, plan)
    _write(session, plan, merged=merged, fresh=fresh, now=now)
    _list_unserved(session, plan, answer=answer, merged=merged, fresh=fresh)
    step(plan, verb="publish")
    plan.published_at = now
    plan.published_by_id = by.id if by else None
    plan.skipped = [
        *({"visit": visit, "why": "changed-by-people"} for visit in merged.skipped),
        *({"visit": visit, "why": "kept-back"} for visit in merged.kept_back),
    ]
    session.flush()
    _tell(session, "plan-published", plan=plan, now=now, by=by)
    return Publication(
        plan=plan, moved=merged.moved, skipped=merged.skipped, kept_back=merged.kept_back
    )


def _supersede(session: Session, plan: Plan) -> None:
    """At most one plan is published: the former leaves before the new one comes."""
    former = session.scalar(
        select(Plan).where(
            Plan.territory_id == plan.territory_id,
            Plan.day == plan.day,
            Plan.state == PlanState.PUBLISHED,
        )
    )
    if former is not None:
        step(former, verb="supersede")
        session.flush()
    session.add(plan)
    session.flush()


def _write(session: Session, plan: Plan, *, merged: Merge, fresh: Reading, now: datetime) -> None:
    rows_of: dict[int, list[Assignment]] = {}
    for row in fresh.movable:
        rows_of.setdefault(row.visit_id, []).append(row)
    released = [row for visit in merged.released for row in rows_of.get(visit, ())]
    changed = assignments.write_places(
        session,
        territory_id=plan.territory_id,
        day=plan.day,
        places=[place for places in merged.places.values() for place in places],
        released=released,
        plan_id=plan.id,
        now=now,
    )
    assignments.tell_moves(session, rows=changed, kind="visit-planned", now=now, by=None)
    assignments.tell_moves(session, rows=released, kind="visit-unplanned", now=now, by=None)


def _list_unserved(
    session: Session, plan: Plan, *, answer: _Answer, merged: Merge, fresh: Reading
) -> None:
    """Reasons of visits that have no place once the plan is in force."""
    placed = {row.visit_id for row in fresh.assignments} - set(merged.released)
    placed |= set(merged.places)
    for visit, why in sorted(answer.reasons.items()):
        if visit not in placed:
            plan.unserved.append(Unserved(visit_id=visit, reason=why.reason, details=why.details()))
    for visit in merged.kept_back:
        if visit not in placed and visit not in answer.reasons:
            plan.unserved.append(Unserved(visit_id=visit, reason="kept-back", details={}))
    session.flush()


def _plan(answer: _Answer, *, run: runs.PlanRun | None, now: datetime) -> Plan:
    problem_text = interchange.write_problem(answer.stamp.problem)
    return Plan(
        territory_id=answer.stamp.territory_id,
        day=answer.stamp.day,
        run_id=run.id if run else None,
        state=PlanState.PROPOSED,
        origin=_origin(answer.solution),
        proof=answer.solution.about.proof or "none",
        objective=list(answer.finding.objective),
        metrics=asdict(answer.finding.score.metrics),
        problem_sha256=hashlib.sha256(problem_text.encode()).hexdigest(),
        problem=problem_text,
        solution=interchange.write_solution(answer.solution),
        skipped=[],
        travel=roads.told_of(answer.stamp.problem, routes=answer.finding.timetable.routes),
        made_at=now,
    )


def _origin(solution: Solution) -> Origin:
    claimed = solution.about.origin
    return Origin(claimed) if claimed in {origin.value for origin in Origin} else Origin.ENGINE


def _tell(session: Session, kind: str, *, plan: Plan, now: datetime, by: Account | None) -> None:
    journal.record(
        session,
        kind,
        thing="plan",
        thing_id=plan.id,
        now=now,
        by=by,
        territory_id=plan.territory_id,
        day=plan.day.isoformat(),
    )
