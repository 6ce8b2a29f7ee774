"""Closes tickets that were resolved five business days ago and nobody came back to.

Business days are those of the site's territory, public holidays left out; a ticket without a site
knows no holidays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch import tickets
from dispatch.tickets import Ticket
from dispatch.worktime import Hours
from schedules.queue import Chore, Queue, each

FIVE_BUSINESS_DAYS = timedelta(days=5)
MONDAY_TO_FRIDAY = [[weekday, "00:00", "24:00"] for weekday in range(5)]


def chore() -> Chore:
    """The chore for the queue."""
    return Chore(name="close_tickets", cron="15 * * * *", run=_close)


def _close(session: Session, _queue: Queue, now: datetime) -> None:
    def close(ticket: Ticket) -> None:
        if _is_ripe(ticket, now=now):
            tickets.close(session, ticket=ticket, now=now)

    each(session, tickets.closable(session, now=now), close)


def _is_ripe(ticket: Ticket, *, now: datetime) -> bool:
    assert ticket.resolved_at is not None
    territory = ticket.site.territory if ticket.site else None
    zone, country = (territory.zone, territory.country) if territory else ("UTC", "")
    hours = Hours.read(MONDAY_TO_FRIDAY, zone=zone, country=country)
    return hours.open_time(ticket.resolved_at, now) >= FIVE_BUSINESS_DAYS
