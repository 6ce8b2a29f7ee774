"""A person's word on where a site is: the review list, the pin, and arrivals far from it.

What a person decides wins for ever over what a geocoder says. An arrival is kept only when it was
more than ``FAR_M`` from the pin, and then its point, its distance and its moment; not who came, and
no way there. However often it happens, a site has one row and waits once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Row, Select, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch import geocoding, places
from dispatch.accounts import Account
from dispatch.base import Base, DispatchError, expect_version
from dispatch.geocoding import GeocodeRequest, RequestState
from dispatch.places import Precision, Site
from routing.geocode.answer import apart

# From here on an arrival is a question: a car park is nearer, the next street is not.
FAR_M = 150
# Two arrivals nearer to each other than this say the same.
SAME_M = 150


class FarArrival(Base):
    """The last arrival far from a site's pin; ``decided_at`` is empty while nobody has looked."""

    __tablename__ = "far_arrival"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("metres >= 0", name="metres"),
        CheckConstraint("times >= 1", name="times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), unique=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    metres: Mapped[int]
    times: Mapped[int] = mapped_column(default=1)
    arrived_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a phone says it is, in degrees, right to ``accuracy_m`` metres."""

    latitude: float
    longitude: float
    accuracy_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How a site stood before a pin, so that it can be taken back; ``version`` is that after it."""

    site_id: int
    version: int
    latitude: float
    longitude: float
    precision: str
    state: str
    provider: str
    attribution: str
    confidence: float
    doubted: bool


class NothingToUndo(DispatchError):
    """The site was moved or changed since: ``site_id``."""

    code: ClassVar[str] = "nothing-to-undo"


def to_review(
    session: Session, *, most: int = 100
) -> Sequence[tuple[Site, GeocodeRequest | None, FarArrival | None]]:
    """Sites whose place a person must look at, the longest waiting first; one query.

    A site at town precision without a request was typed or imported so.
    """
    rows: Sequence[Row[Site, GeocodeRequest, FarArrival]]
    rows = session.execute(_unclear().limit(most)).all()
    return [(row[0], row[1], row[2] if _waits(row[2]) else None) for row in rows]


def review_count(session: Session) -> int:
    """How many sites a person must look at; one query."""
    unclear = _unclear().with_only_columns(Site.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(unclear)) or 0


def pin(
    session: Session,
    *,
    site: Site,
    latitude: float,
    longitude: float,
    now: datetime,
    expected_version: int | None = None,
    by: Account | None = None,
) -> Before:
    """A person says where the site is, once and for all. Raises StaleVersion."""
    expect_version(site, expected=expected_version)
    request, arrival = geocoding.request_of(session, site=site), doubt(session, site=site)
    was = (site.latitude, site.longitude, site.precision)
    told = ("", "", "", 0.0)
    if request is not None:
        told = (request.state.value, request.provider, request.attribution, request.confidence)
    places.relocate_site(
        session,
        site=site,
        latitude=latitude,
        longitude=longitude,
        precision=Precision.MANUAL,
        now=now,
        by=by,
    )
    if request is not None:
        geocoding.decide(session, request=request, now=now)
    if arrival is not None:
        arrival.decided_at = now
    session.flush()
    return Before(
        site_id=site.id,
        version=site.version,
        latitude=was[0],
        longitude=was[1],
        precision=was[2].value,
        state=told[0],
        provider=told[1],
        attribution=told[2],
        confidence=told[3],
        doubted=arrival is not None,
    )


def unpin(session: Session, *, before: Before, now: datetime, by: Account | None = None) -> Site:
    """Take a pin back: everything stands as before it. Raises NothingToUndo."""
    site = session.get(Site, before.site_id)
    if site is None or site.version != before.version:
        raise NothingToUndo(site_id=before.site_id)
    places.relocate_site(
        session,
        site=site,
        latitude=before.latitude,
        longitude=before.longitude,
        precision=Precision(before.precision),
        now=now,
        by=by,
    )
    request = geocoding.request_of(session, site=site)
    if request is not None and before.state:
        request.state = RequestState(before.state)
        request.provider, request.attribution = before.provider, before.attribution
        request.confidence = before.confidence
        if request.state is not RequestState.DECIDED:
            request.decided_at = None
    arrival = _arrival_of(session, site)
    if arrival is not None and before.doubted:
        arrival.decided_at = None
    session.flush()
    return site


def note_arrival(session: Session, *, site: Site, position: Position, now: datetime) -> None:
    """Ask a person about the pin when somebody arrived far from it; else keep nothing.

    A phone that does not know better than ``FAR_M`` where it is, tells nothing. What a person has
    decided about the same point is not asked again.
    """
    here = (position.latitude, position.longitude)
    metres = apart((site.latitude, site.longitude), here)
    if position.accuracy_m > FAR_M or metres <= FAR_M:
        return
    arrival = _arrival_of(session, site)
    if arrival is None:
        arrival = FarArrival(site=site, times=0)
        session.add(arrival)
    elif arrival.decided_at is not None:
        if apart((arrival.latitude, arrival.longitude), here) <= SAME_M:
            return
        arrival.times, arrival.decided_at = 0, None
    arrival.latitude, arrival.longitude = here
    arrival.metres, arrival.arrived_at = round(metres), now
    arrival.times += 1
    session.flush()


def doubt(session: Session, *, site: Site) -> FarArrival | None:
    """The arrival that speaks against a site's pin and that nobody has looked at, or None."""
    arrival = _arrival_of(session, site)
    return arrival if _waits(arrival) else None


def _arrival_of(session: Session, site: Site) -> FarArrival | None:
    return session.scalars(select(FarArrival).where(FarArrival.site_id == site.id)).one_or_none()


def _waits(arrival: FarArrival | None) -> bool:
    return arrival is not None and arrival.decided_at is None


def _unclear() -> Select[Site, GeocodeRequest, FarArrival]:
    waits = GeocodeRequest.state == RequestState.WAITING
    reviewed = GeocodeRequest.state == RequestState.REVIEW
    vague = Site.precision == Precision.LOCALITY
    doubted = FarArrival.id.is_not(None) & FarArrival.decided_at.is_(None)
    return (
        select(Site, GeocodeRequest, FarArrival)
        .outerjoin(GeocodeRequest, GeocodeRequest.site_id == Site.id)
        .outerjoin(FarArrival, FarArrival.site_id == Site.id)
        .where(or_(reviewed, doubted, vague & ~func.coalesce(waits, false())))
        .order_by(func.coalesce(GeocodeRequest.asked_at, FarArrival.arrived_at), Site.id)
    )
