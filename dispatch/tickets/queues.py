"""Which tickets wait for whom: the queue of the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dispatch.customers import Customer
from dispatch.tickets.states import LIVE
from dispatch.tickets.tables import Priority, Ticket, TicketState

_place = case(
    {priority: place for place, priority in enumerate(Priority)}, value=Ticket.priority, else_=9
)


def queue(
    session: Session,
    *,
    states: Collection[TicketState] = LIVE,
    tier: int | None = None,
    owner_id: int | None = None,
    priority: Priority | None = None,
    text: str = "",
    after: Ticket | None = None,
    limit: int = 50,
) -> Sequence[Ticket]:
    """Tickets, the most urgent first and in a priority the oldest first; one query.

    ``after`` is the last ticket of the page before. ``text`` is a piece of the subject, of the
    customer's name, or the ticket's number.
    """
    wanted = (
        select(Ticket)
        .join(Ticket.customer)
        .where(Ticket.state.in_(states))
        .options(joinedload(Ticket.customer), joinedload(Ticket.site), joinedload(Ticket.owner))
        .order_by(_place, Ticket.opened_at, Ticket.id)
        .limit(limit)
    )
    if tier is not None:
        wanted = wanted.where(Ticket.tier == tier)
    if owner_id is not None:
        wanted = wanted.where(Ticket.owner_id == owner_id)
    if priority is not None:
        wanted = wanted.where(Ticket.priority == priority)
    if text.strip():
        wanted = wanted.where(_about(text.strip().lower()))
    if after is not None:
        wanted = wanted.where(_later(after))
    return session.scalars(wanted).all()


def open_by_tier(session: Session) -> dict[int, int]:
    """How many tickets each tier works on; one query."""
    rows: Select[int, int] = (
        select(Ticket.tier, func.count())
        .where(Ticket.state.in_((TicketState.NEW, TicketState.OPEN)))
        .group_by(Ticket.tier)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def _about(text: str) -> ColumnElement[bool]:
    pieces: list[ColumnElement[bool]] = [
        func.lower(Ticket.subject).contains(text, autoescape=True),
        func.lower(Customer.name).contains(text, autoescape=True),
    ]
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        pieces.append(Ticket.id == int(number))
    return or_(*pieces)


def _later(last: Ticket) -> ColumnElement[bool]:
    rank = list(Priority).index(last.priority)
    return or_(
        _place > rank,
        and_(_place == rank, Ticket.opened_at > last.opened_at),
        and_(_place == rank, Ticket.opened_at == last.opened_at, Ticket.id > last.id),
    )
