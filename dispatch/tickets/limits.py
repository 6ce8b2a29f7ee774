"""How long a tier may keep a ticket, counted from when it got it, in the agreement's hours.

The customer's clocks run on regardless: a tier that received a ticket late still has its own time,
and the customer still has the promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dispatch.tickets.attempts import change_tier
from dispatch.tickets.states import step
from dispatch.tickets.tables import Priority, Ticket, TicketState
from dispatch.worktime import Hours

BUSINESS_DAY = 8 * 60
# Minutes by priority and tier; our starting values (FEATURES 1.3), tier 3 has none.
LIMITS: Mapping[tuple[Priority, int], int] = {
    (Priority.URGENT, 1): 15,
    (Priority.URGENT, 2): 60,
    (Priority.HIGH, 1): 30,
    (Priority.HIGH, 2): 4 * 60,
    (Priority.NORMAL, 1): 60,
    (Priority.NORMAL, 2): BUSINESS_DAY,
    (Priority.PLANNED, 1): BUSINESS_DAY,
    (Priority.PLANNED, 2): 3 * BUSINESS_DAY,
}
DAY_AND_NIGHT = Hours.read((), zone="UTC")


def tier_due(ticket: Ticket) -> datetime | None:
    """When the ticket's tier should have given up; none for the last tier."""
    minutes = LIMITS.get((ticket.priority, ticket.tier))
    if minutes is None:
        return None
    hours = ticket.agreement.hours if ticket.agreement else DAY_AND_NIGHT
    return hours.add(ticket.tier_since, minutes)


def move_up_urgent(session: Session, *, now: datetime) -> tuple[Ticket, ...]:
    """Send urgent tickets up whose tier has had its time, finished with its list or not."""
    waiting = session.scalars(
        select(Ticket)
        .where(
            Ticket.priority == Priority.URGENT,
            Ticket.state.in_((TicketState.NEW, TicketState.OPEN)),
            Ticket.tier.in_((1, 2)),
        )
        .options(joinedload(Ticket.agreement))
        .order_by(Ticket.id)
    ).all()
    late = [ticket for ticket in waiting if (tier_due(ticket) or now) <= now]
    for ticket in late:
        step(ticket, "escalate")
        change_tier(
            session,
            "ticket-moved-up",
            ticket=ticket,
            to_tier=ticket.tier + 1,
            summary="",
            now=now,
            by=None,
        )
    return tuple(late)
