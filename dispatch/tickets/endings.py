"""How a ticket waits, goes to the field and comes back, ends, and begins again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import Account
from dispatch.base import DispatchError, Incomplete
from dispatch.places import OtherCustomer
from dispatch.tickets import clocks
from dispatch.tickets.correspondence import note_answer
from dispatch.tickets.states import expect_step, need_tier, step
from dispatch.tickets.tables import ClockKind, Ticket, TicketState
from dispatch.tickets.telling import tell

REOPEN_WITHIN = timedelta(days=14)
CLOSE_AFTER = timedelta(days=7)  # five business days


class ReopenTooLate(DispatchError):
    """It was resolved too long ago; a new ticket is due. ``resolved_at`` says when."""

    code: ClassVar[str] = "reopen-too-late"


def wait_for(
    session: Session,
    *,
    ticket: Ticket,
    reason: str,
    until: datetime | None,
    now: datetime,
    by: Account | None = None,
) -> None:
    """Wait for a supplier, a part or the manufacturer until a date; the clocks run on.

    Raises Incomplete without a reason or a date that is still to come, Forbidden, WrongState.
    """
    need_tier(by, tier=1)
    missing = [] if reason.strip() else ["reason"]
    if until is None or until <= now:
        missing.append("until")
    if missing:
        raise Incomplete(missing=missing)
    step(ticket, "wait-for")
    ticket.waiting_for, ticket.waiting_until = reason.strip()[:400], until
    tell(session, "ticket-waited", ticket=ticket, now=now, by=by)


def go_on(session: Session, *, ticket: Ticket, now: datetime, by: Account | None = None) -> None:
    """The wait is over, whoever we waited for. Raises WrongState."""
    step(ticket, "go-on")
    ticket.waiting_for = ticket.waiting_until = None
    clocks.go_on(ticket, reason=clocks.WAITING, now=now)
    tell(session, "ticket-went-on", ticket=ticket, now=now, by=by)


def waits_over(session: Session, *, now: datetime) -> Sequence[Ticket]:
    """Tickets whose date of waiting has been reached, oldest first."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.state == TicketState.WAITING_OTHER, Ticket.waiting_until <= now)
        .order_by(Ticket.waiting_until, Ticket.id)
    ).all()


def sent_to_field(
    session: Session,
    *,
    ticket: Ticket,
    visit_id: int,
    now: datetime,
    by: Account | None = None,
) -> None:
    """A visit was asked for: the ticket is in the field until its last open visit ends."""
    step(ticket, "send-to-field")
    tell(session, "ticket-sent-to-field", ticket=ticket, now=now, by=by, visit_id=visit_id)


def back_from_field(
    session: Session,
    *,
    ticket: Ticket,
    resolved: bool,
    now: datetime,
    tier: int | None = None,
    cause: str = "",
    remedy: str = "",
    by: Account | None = None,
) -> None:
    """The last open visit has ended: resolved with cause and remedy, or open again at ``tier``.

    Raises WrongState, and Incomplete when it is resolved without saying how.
    """
    if resolved:
        _end(ticket, "back-resolved", cause=cause, remedy=remedy, now=now)
    else:
        step(ticket, "back-open")
        if tier is not None and tier != ticket.tier:
            ticket.tier, ticket.tier_since, ticket.owner = tier, now, None
    tell(
        session,
        "ticket-back-from-field",
        ticket=ticket,
        now=now,
        by=by,
        state=ticket.state.value,
        tier=ticket.tier,
    )


def resolve(
    session: Session,
    *,
    ticket: Ticket,
    cause: str,
    remedy: str,
    now: datetime,
    by: Account | None = None,
) -> None:
    """Write down what it was and what helped; the resolve clock is met.

    Raises Incomplete (cause, remedy), Forbidden, WrongState.
    """
    need_tier(by, tier=1)
    _end(ticket, "resolve", cause=cause, remedy=remedy, now=now)
    ticket.waiting_for = ticket.waiting_until = None
    if by is not None:
        note_answer(session, ticket=ticket, now=now, by=by)
    tell(session, "ticket-resolved", ticket=ticket, now=now, by=by)


def reopen(
    session: Session, *, ticket: Ticket, reason: str, now: datetime, by: Account | None = None
) -> None:
    """The trouble is back within 14 days: the resolve clock goes on from where it stopped.

    Raises ReopenTooLate, Incomplete without a reason, WrongState.
    """
    expect_step(ticket, "reopen")
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    resolved_at = ticket.resolved_at
    if resolved_at is not None and now - resolved_at > REOPEN_WITHIN:
        raise ReopenTooLate(ticket_id=ticket.id, resolved_at=resolved_at.isoformat())
    step(ticket, "reopen")
    clocks.take_up(ticket, now=now)
    ticket.resolved_at = ticket.closed_at = None
    ticket.tier_since = now
    tell(session, "ticket-reopened", ticket=ticket, now=now, by=by, reason=reason)


def close(session: Session, *, ticket: Ticket, now: datetime, by: Account | None = None) -> None:
    """Put a resolved ticket away. Raises WrongState."""
    step(ticket, "close")
    ticket.closed_at = now
    tell(session, "ticket-closed", ticket=ticket, now=now, by=by)


def closable(session: Session, *, now: datetime) -> Sequence[Ticket]:
    """Resolved tickets that nobody has spoken against for long enough, oldest first."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.state == TicketState.RESOLVED, Ticket.resolved_at <= now - CLOSE_AFTER)
        .order_by(Ticket.resolved_at, Ticket.id)
    ).all()


def withdraw(
    session: Session, *, ticket: Ticket, reason: str, now: datetime, by: Account | None = None
) -> None:
    """The customer no longer wants it. One that is in the field: `visits.withdraw_ticket`.

    Raises Incomplete without a reason, WrongState.
    """
    expect_step(ticket, "withdraw")
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    step(ticket, "withdraw")
    clocks.drop_clocks(ticket, now=now)
    ticket.waiting_for = ticket.waiting_until = None
    ticket.closed_at = now
    tell(session, "ticket-withdrawn", ticket=ticket, now=now, by=by, reason=reason)


def merge(
    session: Session, *, ticket: Ticket, into: Ticket, now: datetime, by: Account | None = None
) -> None:
    """Two tickets are one trouble: its words and attempts move, the earlier opening counts.

    Raises OtherCustomer, WrongState (the other one must still be worked on).
    """
    need_tier(by, tier=1)
    if ticket.customer_id != into.customer_id:
        raise OtherCustomer(customer_ids=[ticket.customer_id, into.customer_id])
    expect_step(into, "edit")
    if ticket is into:
        raise ValueError("a ticket cannot be merged into itself")
    step(ticket, "merge")
    ticket.merged_into_id = into.id
    for message in list(ticket.messages):
        message.ticket = into
    for attempt in list(ticket.attempts):
        attempt.ticket = into
    clocks.drop_clocks(ticket, now=now)
    if ticket.opened_at < into.opened_at:
        into.opened_at = ticket.opened_at
        clocks.replace_clocks(session, ticket=into, now=now)
    tell(session, "ticket-merged", ticket=ticket, now=now, by=by, into=into.id)


def _end(ticket: Ticket, verb: str, *, cause: str, remedy: str, now: datetime) -> None:
    expect_step(ticket, verb)
    said = {"cause": cause, "remedy": remedy}
    missing = [name for name, words in said.items() if not words.strip()]
    if missing:
        raise Incomplete(missing=missing)
    step(ticket, verb)
    ticket.cause, ticket.remedy, ticket.resolved_at = cause.strip(), remedy.strip(), now
    clocks.meet(ticket, ClockKind.RESOLVE, now=now)
