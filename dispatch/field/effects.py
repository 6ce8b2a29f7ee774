"""What an accepted outcome does, in one transaction: visit, ticket, promise, charge, follow-up.

One function for each outcome, one row of the table each (FEATURES 7.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch import agreements, tickets, visits
from dispatch.field.deeds import fulfil, true_time
from dispatch.field.reports import OutcomeReport
from dispatch.field.tables import Outcome, OutcomeKind, RemoteFixable
from dispatch.planning import assignments, occupancy
from dispatch.planning.assignments import STEPS
from dispatch.promises import AppointmentState, appointments_of, live_appointment
from dispatch.tickets import TicketState
from dispatch.visits import FINAL, CrewRole, Visit

PRODUCT_TIER = 3
REMOTE_TIER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One accepted outcome and what it is about."""

    session: Session
    outcome: Outcome
    visit: Visit
    report: OutcomeReport
    now: datetime

    @property
    def finished_at(self) -> datetime:
        return true_time(device_at=self.outcome.device_at, now=self.now)

    @property
    def arrived_at(self) -> datetime:
        """When somebody who forgot to say so must have arrived."""
        return self.finished_at - timedelta(minutes=self.outcome.work_minutes)


def take_effect(
    session: Session, *, outcome: Outcome, visit: Visit, report: OutcomeReport, now: datetime
) -> None:
    """Let the outcome move everything that hangs on it. A closed visit is only charged."""
    case = _Case(session=session, outcome=outcome, visit=visit, report=report, now=now)
    _end_places(case)
    _end_promise(case)
    if visit.state not in FINAL:
        _EFFECTS[outcome.kind](case)
    _charge(case)


def _end_places(case: _Case) -> None:
    """Everybody's part is over; their time is free from now on."""
    rows = assignments.assignments_of(case.session, visit_id=case.visit.id)
    occupancy.vacate(case.session, assignments=rows)
    for row in rows:
        if (row.state, "finish") in STEPS:
            row.state = STEPS[row.state, "finish"]
            if row.role is CrewRole.LEAD:  # whether a helper came, only he can say
                row.arrived_at = row.arrived_at or case.arrived_at
            row.finished_at = case.finished_at
    case.session.flush()


def _end_promise(case: _Case) -> None:
    promise = live_appointment(case.session, visit_id=case.visit.id)
    if promise is not None:
        fulfil(promise, arrived_at=case.arrived_at, now=case.now)
        case.session.flush()


def _fixed(case: _Case) -> None:
    visits.finish(case.session, visit=case.visit, now=case.now)
    _tell_ticket(case, cause=case.report.cause, remedy=case.report.remedy)


def _not_needed(case: _Case) -> None:
    """It works already; what remote support could have done goes back to remote support."""
    visits.finish(case.session, visit=case.visit, now=case.now)
    if case.report.remote_fixable is RemoteFixable.YES:
        _tell_ticket(case, tier=REMOTE_TIER)
    else:
        remedy = case.report.remedy or case.report.cause
        _tell_ticket(case, cause=case.report.cause, remedy=remedy)


def _part_missing(case: _Case) -> None:
    _come_again(case, blocked="part-missing")


def _needs_follow_up(case: _Case) -> None:
    """Another visit with what was learnt, or, when it is the product, the specialists."""
    if case.report.next_needs.get("tier") == PRODUCT_TIER:
        visits.finish_for_now(case.session, visit=case.visit, now=case.now)
        _tell_ticket(case, tier=PRODUCT_TIER)
        return
    later = case.report.part_arrives_at(case.visit.site.tz) is not None
    _come_again(case, blocked="customer-not-ready" if later else "")


def _no_access(case: _Case) -> None:
    """The customer is asked for a new window; a promise that we kept does not count against us."""
    for promise in appointments_of(case.session, visit_id=case.visit.id):
        if promise.state is AppointmentState.KEPT:
            promise.end("void", now=case.now)
    _come_again(case, blocked="")


def _come_again(case: _Case, *, blocked: str) -> None:
    """End this visit and begin its successor, with what was learnt."""
    visits.finish_for_now(case.session, visit=case.visit, now=case.now)
    visits.follow_up(
        case.session,
        visit=case.visit,
        needs=case.report.learnt_needs(case.visit, technician_id=case.outcome.technician_id),
        blocked_reason=blocked,
        release_at=case.report.part_arrives_at(case.visit.site.tz),
        now=case.now,
    )


def _tell_ticket(
    case: _Case, *, tier: int | None = None, cause: str = "", remedy: str = ""
) -> None:
    """The ticket is resolved, or open at a tier, when this was its last open visit."""
    ticket = case.visit.ticket
    if ticket.state is not TicketState.IN_FIELD:
        return
    if visits.open_visits(case.session, ticket_id=ticket.id):
        return
    tickets.back_from_field(
        case.session,
        ticket=ticket,
        resolved=tier is None,
        tier=tier,
        cause=cause,
        remedy=remedy,
        now=case.now,
    )


def _charge(case: _Case) -> None:
    """The minutes worked; for a journey in vain the agreement's minimum."""
    if case.visit.agreement is None:
        return
    in_vain = case.outcome.kind in {OutcomeKind.NO_ACCESS, OutcomeKind.NOT_NEEDED}
    agreements.charge_visit(
        case.session,
        agreement=case.visit.agreement,
        visit_id=case.visit.id,
        minutes=0 if in_vain else case.outcome.work_minutes,
        now=case.now,
    )


_EFFECTS: Mapping[OutcomeKind, Callable[[_Case], None]] = {
    OutcomeKind.FIXED: _fixed,
    OutcomeKind.NOT_NEEDED: _not_needed,
    OutcomeKind.PART_MISSING: _part_missing,
    OutcomeKind.NEEDS_FOLLOW_UP: _needs_follow_up,
    OutcomeKind.NO_ACCESS: _no_access,
}
