"""How a visit waits, is called off, and is followed by another; and which are still open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import agreements, tickets
from dispatch.accounts import Account, RoleName
from dispatch.base import DispatchError, Incomplete
from dispatch.tickets import Priority, Ticket, TicketState
from dispatch.visits.needs import Needs, write_needs
from dispatch.visits.states import OPEN, due_of, expect_step, step, tell
from dispatch.visits.tables import Visit, VisitState


class TechnicianOnTheWay(DispatchError):
    """Somebody is driving there already; only a dispatcher may call it off."""

    code: ClassVar[str] = "technician-on-the-way"


class PromiseInTheWay(DispatchError):
    """The customer was promised a window before that; move the appointment first."""

    code: ClassVar[str] = "promise-in-the-way"


def block(
    session: Session,
    *,
    visit: Visit,
    reason: str,
    release_at: datetime | None,
    promised_at: datetime | None,
    now: datetime,
    by: Account | None = None,
) -> None:
    """Keep a visit from being planned: a part, a permission or another visit must come first.

    ``release_at`` is when that is expected. ``promised_at`` is the opening of its live promise, if
    any: promises lie ahead of this module. Raises PromiseInTheWay, Incomplete, WrongState.
    """
    expect_step(visit, "block")
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    if promised_at is not None and (release_at is None or promised_at < release_at):
        raise PromiseInTheWay(visit_id=visit.id, promised_at=promised_at.isoformat())
    visit.blocked_reason, visit.release_at = reason.strip()[:400], release_at
    step(visit, "block")
    tell(session, "visit-blocked", visit=visit, now=now, by=by)


def unblock(session: Session, *, visit: Visit, now: datetime, by: Account | None = None) -> None:
    """What the visit waited for is there. Raises WrongState."""
    step(visit, "unblock")
    visit.blocked_reason = ""
    tell(session, "visit-unblocked", visit=visit, now=now, by=by)


def unblockable(session: Session, *, now: datetime) -> Sequence[Visit]:
    """Blocked visits whose release has been reached, oldest first."""
    return session.scalars(
        select(Visit)
        .where(Visit.state == VisitState.BLOCKED, Visit.release_at <= now)
        .order_by(Visit.release_at, Visit.id)
    ).all()


def refuse(
    session: Session, *, visit: Visit, reason: str, now: datetime, by: Account | None = None
) -> None:
    """Decide against a requested visit; its ticket is open again.

    Raises Incomplete without a reason, Forbidden (tier 3, lead), WrongState.
    """
    tickets.need_tier(by, tier=3)
    expect_step(visit, "refuse")
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    step(visit, "refuse")
    close_visit(session, visit=visit, now=now, by=by)
    tell(session, "visit-refused", visit=visit, now=now, by=by, reason=reason.strip())


def cancel(
    session: Session, *, visit: Visit, reason: str, now: datetime, by: Account | None = None
) -> None:
    """Call a visit off: reserved minutes are given back; with its last visit a ticket is open again.

    Raises TechnicianOnTheWay unless a dispatcher does it, Incomplete without a reason, WrongState.
    """
    expect_step(visit, "cancel")
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    may = by is not None and by.has(RoleName.DISPATCHER)
    if visit.state is VisitState.UNDER_WAY and not may:
        raise TechnicianOnTheWay(visit_id=visit.id)
    step(visit, "cancel")
    close_visit(session, visit=visit, now=now, by=by)
    tell(session, "visit-cancelled", visit=visit, now=now, by=by, reason=reason.strip())


def withdraw_ticket(
    session: Session, *, ticket: Ticket, reason: str, now: datetime, by: Account | None = None
) -> None:
    """The customer no longer wants it: open visits are called off, then the ticket is withdrawn.

    Raises TechnicianOnTheWay, Incomplete, WrongState.
    """
    for visit in open_visits(session, ticket_id=ticket.id):
        cancel(session, visit=visit, reason=reason, now=now, by=by)
    tickets.withdraw(session, ticket=ticket, reason=reason, now=now, by=by)


def reprioritise(
    session: Session,
    *,
    ticket: Ticket,
    priority: Priority,
    reason: str,
    now: datetime,
    by: Account | None = None,
    expected_version: int | None = None,
) -> None:
    """Change the priority of a ticket by hand, and with it that of its open visits.

    Raises Incomplete without a reason, StaleVersion, WrongState.
    """
    tickets.reprioritise(
        session,
        ticket=ticket,
        priority=priority,
        reason=reason,
        now=now,
        by=by,
        expected_version=expected_version,
    )
    for visit in open_visits(session, ticket_id=ticket.id):
        visit.priority, visit.due_at = priority, due_of(ticket)
        tell(session, "visit-reprioritised", visit=visit, now=now, by=by)


def follow_up(
    session: Session,
    *,
    visit: Visit,
    needs: Needs,
    now: datetime,
    blocked_reason: str = "",
    release_at: datetime | None = None,
    by: Account | None = None,
) -> Visit:
    """The visit that goes on where another ended, with what was learnt; blocked if it must wait.

    Raises Incomplete, WrongState unless the first one ended as follow-up.
    """
    expect_step(visit, "follow-up")
    if needs.missing:
        raise Incomplete(missing=needs.missing)
    successor = Visit(
        ticket=visit.ticket,
        site=visit.site,
        territory=visit.site.territory,
        agreement=visit.agreement,
        predecessor=visit,
        requested_by=by,
        state=VisitState.BLOCKED if blocked_reason else VisitState.READY,
        blocked_reason=blocked_reason[:400],
        priority=visit.priority,
        summary=needs.summary,
        work_minutes=needs.work_minutes,
        release_at=release_at,
        due_at=visit.due_at,
        evidence={"follow_up_of": visit.id},
        requested_at=now,
    )
    session.add(successor)
    session.flush()
    write_needs(session, visit=successor, needs=needs)
    tell(session, "visit-followed-up", visit=successor, now=now, by=by, predecessor_id=visit.id)
    return successor


def open_visits(
    session: Session,
    *,
    territory_id: int | None = None,
    ticket_id: int | None = None,
    states: Collection[VisitState] = OPEN,
) -> Sequence[Visit]:
    """Visits that still have to be done, oldest first; one query."""
    wanted = select(Visit).where(Visit.state.in_(states)).order_by(Visit.requested_at, Visit.id)
    if territory_id is not None:
        wanted = wanted.where(Visit.territory_id == territory_id)
    if ticket_id is not None:
        wanted = wanted.where(Visit.ticket_id == ticket_id)
    return session.scalars(wanted).all()


def close_visit(session: Session, *, visit: Visit, now: datetime, by: Account | None) -> None:
    """What follows when a visit ends without work: minutes back, ticket open with the last one."""
    visit.closed_at = now
    visit.blocked_reason = ""
    if visit.agreement is not None:
        agreements.release(session, agreement=visit.agreement, visit_id=visit.id, now=now, by=by)
    session.flush()
    ticket = visit.ticket
    if ticket.state is TicketState.IN_FIELD and not open_visits(session, ticket_id=ticket.id):
        tickets.back_from_field(session, ticket=ticket, resolved=False, now=now, by=by)
