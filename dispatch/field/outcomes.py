"""Outcomes: kept whatever happens, closing the visit when they fit, else put under review.

Reasons for a review: ``not-assigned``, ``not-lead``, ``visit-closed``, ``already-reported``, ``clock``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import WrongState
from dispatch.field.deeds import own_place, true_time
from dispatch.field.effects import take_effect
from dispatch.field.reports import OutcomeIncomplete, OutcomeReport
from dispatch.field.tables import Deed, DeedKind, Outcome, OutcomeState, RemoteFixable
from dispatch.planning import assignments
from dispatch.tickets import Ticket
from dispatch.visits import FINAL, CrewRole, Visit, VisitState
from dispatch.workforce import Technician

# Below so many outcomes a share says nothing (FEATURES 6: no rate when n < 30).
ENOUGH = 30


def finish(
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    report: OutcomeReport,
    client_id: str,
    device_at: datetime,
    now: datetime,
) -> Outcome:
    """Keep a report; one that fits is accepted and takes effect at once, a repeat is harmless.

    Raises OutcomeIncomplete; nothing else is refused.
    """
    known = _known(session, client_id)
    if known is not None:
        return known
    if report.missing:
        raise OutcomeIncomplete(missing=report.missing)
    assignments.lock_visit(session, visit=visit)  # two reports of one visit come one by one
    doubt = _doubt(session, visit=visit, technician=technician, device_at=device_at, now=now)
    outcome = Outcome(
        client_id=client_id,
        visit_id=visit.id,
        technician_id=technician.id,
        state=OutcomeState.UNDER_REVIEW if doubt else OutcomeState.ACCEPTED,
        review_reason=doubt,
        device_at=device_at,
        server_at=now,
        **_columns(report),
    )
    try:
        with session.begin_nested():
            session.add(outcome)
            session.add(_deed(outcome))
    except IntegrityError:  # the same report came in twice at the same moment
        twin = _known(session, client_id)
        if twin is None:
            raise
        return twin
    if doubt:
        _tell(session, "outcome-under-review", outcome=outcome, now=now, by=None, why=doubt)
    else:
        take_effect(session, outcome=outcome, visit=visit, report=report, now=now)
        _tell(session, "outcome-accepted", outcome=outcome, now=now, by=None)
    return outcome


def accept_outcome(
    session: Session, *, outcome: Outcome, by: Account | None, now: datetime
) -> Outcome:
    """A dispatcher believes a report that did not fit; it takes effect as it would have then.

    Raises WrongState unless it is under review and no other report was accepted.
    """
    _demand(outcome, state=OutcomeState.UNDER_REVIEW, verb="accept")
    other = accepted_outcome(session, visit_id=outcome.visit_id)
    if other is not None:
        raise WrongState(thing="outcome", id=other.id, state=other.state.value, verb="accept")
    visit = outcome.visit
    assignments.lock_visit(session, visit=visit)
    outcome.state = OutcomeState.ACCEPTED
    session.flush()
    take_effect(session, outcome=outcome, visit=visit, report=report_of(outcome), now=now)
    _tell(session, "outcome-accepted", outcome=outcome, now=now, by=by)
    return outcome


def set_outcome_aside(
    session: Session, *, outcome: Outcome, by: Account | None, now: datetime
) -> Outcome:
    """A dispatcher does not believe it; it is kept and has no effect. Raises WrongState."""
    _demand(outcome, state=OutcomeState.UNDER_REVIEW, verb="set-aside")
    outcome.state = OutcomeState.SET_ASIDE
    session.flush()
    _tell(session, "outcome-set-aside", outcome=outcome, now=now, by=by)
    return outcome


def correct_outcome(
    session: Session,
    *,
    outcome: Outcome,
    report: OutcomeReport,
    client_id: str,
    by: Account | None,
    now: datetime,
) -> Outcome:
    """Say better what an accepted report said; the old row stays and is marked corrected.

    The visit stays closed as it is. Raises WrongState, OutcomeIncomplete.
    """
    known = _known(session, client_id)
    if known is not None:
        return known
    _demand(outcome, state=OutcomeState.ACCEPTED, verb="correct")
    if report.missing:
        raise OutcomeIncomplete(missing=report.missing)
    outcome.state = OutcomeState.CORRECTED
    session.flush()  # one accepted report at a time
    better = Outcome(
        client_id=client_id,
        visit_id=outcome.visit_id,
        technician_id=outcome.technician_id,
        state=OutcomeState.ACCEPTED,
        corrects_id=outcome.id,
        device_at=outcome.device_at,
        server_at=now,
        **_columns(report),
    )
    session.add(better)
    session.flush()
    _tell(session, "outcome-corrected", outcome=better, now=now, by=by)
    return better


def accepted_outcome(session: Session, *, visit_id: int) -> Outcome | None:
    """The report that counts, if there is one."""
    return session.scalar(
        select(Outcome).where(Outcome.visit_id == visit_id, Outcome.state == OutcomeState.ACCEPTED)
    )


def remote_fixable_share(session: Session, *, family_id: int) -> float | None:
    """Share of visits of a fault family that remote support could have spared, from 0 to 1.

    None while fewer than 30 outcomes are known.
    """
    spared = func.count().filter(Outcome.remote_fixable == RemoteFixable.YES)
    yes, all_ = session.execute(
        select(spared, func.count())
        .select_from(Outcome)
        .join(Outcome.visit)
        .join(Visit.ticket)
        .where(Outcome.state == OutcomeState.ACCEPTED, Ticket.family_id == family_id)
    ).one()
    return yes / all_ if all_ >= ENOUGH else None


def report_of(outcome: Outcome) -> OutcomeReport:
    """The report as it was sent."""
    return OutcomeReport(
        kind=outcome.kind,
        work_minutes=outcome.work_minutes,
        cause=outcome.cause,
        remedy=outcome.remedy,
        environment=outcome.environment,
        waited_minutes=outcome.waited_minutes,
        parts_used=outcome.parts_used,
        next_needs=outcome.next_needs,
        remote_fixable=outcome.remote_fixable,
        remote_step=outcome.remote_step,
        signed_by=outcome.signed_by,
        unsigned_reason=outcome.unsigned_reason,
    )


def _known(session: Session, client_id: str) -> Outcome | None:
    return session.scalar(select(Outcome).where(Outcome.client_id == client_id))


def _doubt(
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    device_at: datetime,
    now: datetime,
) -> str:
    """Why a person must look at the report first; empty when it fits."""
    if accepted_outcome(session, visit_id=visit.id) is not None:
        return "already-reported"
    if visit.state in {*FINAL, VisitState.REQUESTED, VisitState.BLOCKED}:
        return "visit-closed"
    own = own_place(session, visit=visit, technician=technician)
    if own is None:
        return "not-assigned"
    if own.role is CrewRole.HELPER:
        return "not-lead"
    if true_time(device_at=device_at, now=now) != device_at:
        return "clock"
    return ""


def _columns(report: OutcomeReport) -> dict[str, Any]:
    return {
        "kind": report.kind,
        "cause": report.cause.strip(),
        "remedy": report.remedy.strip(),
        "environment": report.environment.strip(),
        "work_minutes": report.work_minutes,
        "waited_minutes": report.waited_minutes,
        "parts_used": [dict(part) for part in report.parts_used],
        "next_needs": dict(report.next_needs),
        "remote_fixable": report.remote_fixable,
        "remote_step": report.remote_step.strip(),
        "signed_by": report.signed_by.strip(),
        "unsigned_reason": report.unsigned_reason.strip(),
    }


def _deed(outcome: Outcome) -> Deed:
    return Deed(
        client_id=f"{outcome.client_id}-f"[:64],
        visit_id=outcome.visit_id,
        technician_id=outcome.technician_id,
        kind=DeedKind.FINISH,
        device_at=outcome.device_at,
        server_at=outcome.server_at,
        flagged=outcome.review_reason,
    )


def _demand(outcome: Outcome, *, state: OutcomeState, verb: str) -> None:
    if outcome.state is not state:
        raise WrongState(thing="outcome", id=outcome.id, state=outcome.state.value, verb=verb)


def _tell(
    session: Session,
    kind: str,
    *,
    outcome: Outcome,
    now: datetime,
    by: Account | None,
    **details: object,
) -> None:
    journal.record(
        session,
        kind,
        thing="visit",
        thing_id=outcome.visit_id,
        now=now,
        by=by,
        ticket_id=outcome.visit.ticket_id,
        outcome_id=outcome.id,
        outcome=outcome.kind.value,
        technician_id=outcome.technician_id,
        **details,
    )
