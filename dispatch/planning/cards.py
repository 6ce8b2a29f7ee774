"""What one needs to recognise a visit wherever it is shown: one card each, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.planning.plans import Pin
from dispatch.promises import Promise, promises_of
from dispatch.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCard:
    """What one needs to recognise a visit wherever it is shown."""

    id: int
    version: int
    ticket_id: int
    state: str
    priority: str
    summary: str
    customer: str
    site: str
    address: str
    town: str
    zone: str
    latitude: float
    longitude: float
    work_minutes: int
    due_at: datetime | None
    skills: tuple[str, ...]
    promise: Promise | None
    pinned: bool
    place_unsure: bool = False


def cards_of(session: Session, *, visits: Iterable[Visit]) -> dict[int, VisitCard]:
    """Cards by visit id; promises and pins in two queries for all of them."""
    known = {visit.id: visit for visit in visits}
    promises = promises_of(session, visit_ids=known)
    pinned = set(
        session.scalars(
            select(Pin.visit_id).where(Pin.visit_id.in_(known), Pin.released_at.is_(None))
        )
    )
    return {
        visit.id: VisitCard(
            id=visit.id,
            version=visit.version,
            ticket_id=visit.ticket_id,
            state=visit.state.value,
            priority=visit.priority.value,
            summary=visit.summary,
            customer=visit.site.customer.name,
            site=visit.site.name,
            address=visit.site.address,
            town=visit.site.town,
            place_unsure=visit.site.is_unsure,
            zone=visit.site.zone,
            latitude=visit.site.latitude,
            longitude=visit.site.longitude,
            work_minutes=visit.work_minutes,
            due_at=visit.due_at,
            skills=tuple(f"{need.skill.name} {need.level}" for need in visit.skills),
            promise=promises.get(visit.id),
            pinned=visit.id in pinned,
        )
        for visit in known.values()
    }
