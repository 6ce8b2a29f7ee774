"""Which tickets wait for whom: the queue of the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dispatch.base import Instant
from dispatch.customers import Customer
from dispatch.tickets.states import LIVE
from dispatch.tickets.tables import Priority, SlaClock, Ticket, TicketState

_place = case(
    {priority: place for place, priority in enumerate(Priority)}, value=Ticket.priority, else_=9
)

# Stands for "nothing is promised" in a comparison; no promise reaches that far.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_due = func.coalesce(
    select(func.min(SlaClock.due_at))
    .where(
        SlaClock.ticket_id == Ticket.id,
        SlaClock.met_at.is_(None),
        SlaClock.replaced_at.is_(None),
    )
    .correlate(Ticket)
    .scalar_subquery(),
    literal(NEVER, Instant()),
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
    """Tickets, the most urgent first, in a priority what is due next; two queries.

    What was promised nothing comes after what was, the oldest first.

    ``after`` is the last ticket of the page before. ``text`` is a piece of the subject, of the
    customer's name, or the ticket's number.
    """
    wanted = (
        select(Ticket)
        .join(Ticket.customer)
        .where(Ticket.state.in_(states))
        .options(
            joinedload(Ticket.customer),
            joinedload(Ticket.site),
            joinedload(Ticket.owner),
            joinedload(Ticket.agreement),
            selectinload(Ticket.clocks),
        )
        .order_by(_place, _due, Ticket.opened_at, Ticket.id)
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
    running = [clock.due_at for clock in last.clocks if clock.due_at and _runs(clock)]
    due_at = min(running, default=NEVER)
    return or_(
        _place > rank,
        and_(_place == rank, _due > due_at),
        and_(_place == rank, _due == due_at, Ticket.opened_at > last.opened_at),
        and_(
            _place == rank,
            _due == due_at,
            Ticket.opened_at == last.opened_at,
            Ticket.id > last.id,
        ),
    )


def _runs(clock: SlaClock) -> bool:
    return clock.met_at is None and clock.replaced_at is None
