"""Windows for a customer, on the terms that this installation's settings give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from app import clock, terms, travel
from app.context import settings
from app.database import session, thought_over
from dispatch import booking
from dispatch.accounts import Account
from dispatch.booking import Offer, Proposal
from dispatch.promises import Hold
from dispatch.visits import Visit

Kept = TypeVar("Kept")
# Somebody else got a window of the same day each time: after so many, prove under the lock.
TRIES = 6


def windows_for(visit: Visit) -> Sequence[Offer]:
    """Windows that the present plan can keep, best first."""
    return booking.offer_windows(
        session(),
        visit=visit,
        now=clock.now(),
        travel=travel.provider(),
        settings=terms.planning(settings()),
    )


def take(
    visit_id: int,
    *,
    opens_at: datetime,
    closes_at: datetime,
    keep: Callable[[Proposal], Kept],
) -> Kept:
    """Think about a window, then let ``keep`` write and commit it; thinks again when overtaken.

    Many customers after one window think side by side and hold the day's lock for milliseconds.
    Raises WindowTaken.
    """
    for tries_left in reversed(range(TRIES)):
        proposal = booking.propose(
            session(),
            visit=session().get_one(Visit, visit_id),
            opens_at=opens_at,
            closes_at=closes_at,
            now=clock.now(),
            travel=travel.provider(),
            settings=terms.planning(settings()),
        )
        with thought_over():
            if not tries_left or not booking.overtaken(session(), proposal=proposal):
                return keep(proposal)
            session().rollback()
    raise AssertionError("the last try always ends")


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
