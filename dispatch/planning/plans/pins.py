"""Pins: what a dispatcher decided and the planner must respect until it is taken back."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import DispatchError
from dispatch.planning.tables import Pin
from dispatch.visits import Visit
from dispatch.workforce import Technician


class Pinned(DispatchError):
    """The visit ``visit_id`` is pinned; unpin it first."""

    code: ClassVar[str] = "pinned"


def pin(
    session: Session,
    *,
    visit: Visit,
    by: Account | None,
    now: datetime,
    technician: Technician | None = None,
    day: date | None = None,
    starts_at: datetime | None = None,
    reason: str = "",
) -> Pin:
    """Decide for the planner; what is not given is left to it. Replaces a former pin."""
    unpin(session, visit=visit, by=by, now=now)
    made = Pin(
        visit_id=visit.id,
        technician_id=technician.id if technician else None,
        day=day,
        starts_at=starts_at,
        reason=reason,
        account_id=by.id if by else None,
        at=now,
    )
    session.add(made)
    session.flush()
    _tell(session, "visit-pinned", visit=visit, now=now, by=by)
    return made


def unpin(session: Session, *, visit: Visit, by: Account | None, now: datetime) -> bool:
    """Leave the visit to the planner again; whether it was pinned."""
    held = live_pin(session, visit_id=visit.id)
    if held is None:
        return False
    held.released_at = now
    session.flush()
    _tell(session, "visit-unpinned", visit=visit, now=now, by=by)
    return True


def live_pin(session: Session, *, visit_id: int) -> Pin | None:
    """The pin that counts now, if there is one."""
    return session.scalar(select(Pin).where(Pin.visit_id == visit_id, Pin.released_at.is_(None)))


def demand_unpinned(session: Session, *, visit: Visit) -> None:
    """Raises Pinned."""
    if live_pin(session, visit_id=visit.id) is not None:
        raise Pinned(visit_id=visit.id)


def _tell(session: Session, kind: str, *, visit: Visit, now: datetime, by: Account | None) -> None:
    journal.record(
        session,
        kind,
        thing="visit",
        thing_id=visit.id,
        now=now,
        by=by,
        ticket_id=visit.ticket_id,
    )
