"""Windows for a customer, on the terms that this installation's settings give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app import clock, travel
from app.context import settings
from app.database import session
from dispatch import booking
from dispatch.accounts import Account
from dispatch.booking import Offer, Proposal
from dispatch.promises import Hold
from dispatch.visits import Visit


def windows_for(visit: Visit) -> Sequence[Offer]:
    """Windows that the present plan can keep, best first."""
    return booking.offer_windows(session(), visit=visit, now=clock.now(), travel=travel.provider())


def propose(visit: Visit, *, opens_at: datetime, closes_at: datetime) -> Proposal:
    """Think about a window before anything is written. Raises WindowTaken."""
    return booking.propose(
        session(),
        visit=visit,
        opens_at=opens_at,
        closes_at=closes_at,
        now=clock.now(),
        travel=travel.provider(),
    )


def hold(proposal: Proposal, *, by: Account | None = None) -> Hold:
    """Reserve what was proposed. Raises WindowTaken when somebody was faster."""
    return booking.hold(
        session(),
        proposal=proposal,
        travel=travel.provider(),
        now=clock.now(),
        length=hold_length(),
        by=by,
    )


def hold_length() -> timedelta:
    """How long a window is kept for a customer who thinks about it."""
    return timedelta(minutes=settings().hold_minutes)
