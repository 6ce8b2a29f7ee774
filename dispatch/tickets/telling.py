"""How a verb of a ticket tells the journal what it did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.tickets.tables import Ticket


def tell(
    session: Session,
    kind: str,
    *,
    ticket: Ticket,
    now: datetime,
    by: Account | None,
    **details: str | int | None,
) -> None:
    """Record a fact of a ticket, after what it speaks of has been written."""
    session.flush()
    fact = journal.record(
        session, kind, thing="ticket", thing_id=ticket.id, ticket_id=ticket.id, now=now, by=by
    )
    fact.details = dict(details)
