"""Where work happens: territories, depots, sites and the assets that stand there.

Latitude and longitude in degrees (WGS 84). Opening hours are wall times of the site's zone:
``[[weekday, "08:00", "12:00"], ..]`` with Monday = 0; an empty list means always open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch import journal, polygons
from dispatch.accounts import Account
from dispatch.base import Base, DispatchError, expect_version, one_of
from dispatch.customers import Contact, Customer
from dispatch.worktime import Hours, Period


class Precision(StrEnum):
    """How exactly a coordinate is known, best first; below street a person must look."""

    MANUAL = "manual"
    ROOFTOP = "rooftop"
    INTERPOLATED = "interpolated"
    STREET = "street"
    LOCALITY = "locality"
    SYNTHETIC = "synthetic"


class Territory(Base):
    """An area with one time zone and one crew; ``polygon`` is [[latitude, longitude], ..]."""

    __tablename__ = "territory"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str] = mapped_column(String(2))
    closed: Mapped[bool] = mapped_column(default=False)
    polygon: Mapped[list[Any]] = mapped_column(default=list)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Depot(Base):
    """A place of ours: rounds may start and end there, parts are kept there."""

    __tablename__ = "depot"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    latitude: Mapped[float]
    longitude: Mapped[float]

    territory: Mapped[Territory] = relationship()


class Site(Base):
    """A customer's place of work. It always has exactly one territory."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("arrival_minutes BETWEEN 0 AND 240", name="arrival_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    postcode: Mapped[str] = mapped_column(String(16), default="")
    town: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    latitude: Mapped[float]
    longitude: Mapped[float]
    precision: Mapped[Precision] = mapped_column(one_of(Precision, name="precision"))
    outside_territory: Mapped[bool] = mapped_column(default=False)
    access_notes: Mapped[str] = mapped_column(Text, default="")
    arrival_minutes: Mapped[int] = mapped_column(default=0)
    opening_hours: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship()
    territory: Mapped[Territory] = relationship()
    contact: Mapped[Contact | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def is_unsure(self) -> bool:
        """Whether nobody knows yet in which street it is; no window is offered then."""
        return self.precision is Precision.LOCALITY


class Asset(Base):
    """A device at a site, with its product and warranty."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    product: Mapped[str] = mapped_column(String(200))
    serial: Mapped[str] = mapped_column(String(100), default="")
    installed_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    created_at: Mapped[datetime]

    site: Mapped[Site] = relationship()


class NoTerritory(DispatchError):
    """There is no territory yet that a site could belong to."""

    code: ClassVar[str] = "no-territory"


class OtherCustomer(DispatchError):
    """The two things belong to different customers: ``customer_ids``."""

    code: ClassVar[str] = "other-customer"


def add_territory(
    session: Session,
    *,
    code: str,
    name: str,
    zone: str,
    country: str,
    currency: str,
    polygon: Sequence[Sequence[float]] = (),
    closed: bool = False,
) -> Territory:
    """Add an area. Raises ValueError for a zone, or a country's holidays, that nobody knows."""
    Hours.read((), zone=zone, country=country)
    territory = Territory(
        code=code,
        name=name,
        zone=zone,
        country=country,
        currency=currency,
        closed=closed,
        polygon=[list(corner) for corner in polygon],
    )
    session.add(territory)
    session.flush()
    return territory


def add_depot(
    session: Session,
    *,
    territory: Territory,
    name: str,
    address: str,
    latitude: float,
    longitude: float,
) -> Depot:
    """Add a place of ours."""
    depot = Depot(
        territory=territory, name=name, address=address, latitude=latitude, longitude=longitude
    )
    session.add(depot)
    session.flush()
    return depot


def add_site(  # noqa: PLR0913 - an address has that many lines
    session: Session,
    *,
    customer: Customer,
    name: str,
    address: str,
    town: str,
    latitude: float,
    longitude: float,
    now: datetime,
    postcode: str = "",
    precision: Precision = Precision.MANUAL,
    contact: Contact | None = None,
    access_notes: str = "",
    arrival_minutes: int = 0,
    opening_hours: Sequence[Sequence[Any]] = (),
    by: Account | None = None,
) -> Site:
    """Add a place of work. Its territory, and with it its zone, follow from where it lies.

    Raises NoTerritory, and ValueError when the opening hours are malformed.
    """
    territory, outside = territory_at(session, latitude=latitude, longitude=longitude)
    Hours.read(opening_hours, zone=territory.zone)
    site = Site(
        customer=customer,
        territory=territory,
        outside_territory=outside,
        contact=contact,
        name=name,
        address=address,
        postcode=postcode,
        town=town,
        zone=territory.zone,
        latitude=latitude,
        longitude=longitude,
        precision=precision,
        access_notes=access_notes,
        arrival_minutes=arrival_minutes,
        opening_hours=[list(row) for row in opening_hours],
    )
    session.add(site)
    session.flush()
    journal.record(session, "site-added", thing="site", thing_id=site.id, now=now, by=by)
    return site


def add_unplaced_site(
    session: Session,
    *,
    customer: Customer,
    territory: Territory,
    now: datetime,
    by: Account | None = None,
    **told: Any,  # noqa: ANN401 - an address has many lines
) -> Site:
    """Add a place of work whose coordinate is not known yet; ``told`` as in ``add_site``.

    Until it is, the site stands in the middle of its territory, at town precision, so that its
    visits can be planned. Raises NoTerritory where no such middle is known.
    """
    middle = _middle(session, territory)
    site = add_site(
        session,
        customer=customer,
        latitude=middle[0],
        longitude=middle[1],
        precision=Precision.LOCALITY,
        now=now,
        by=by,
        **told,
    )
    site.territory, site.zone, site.outside_territory = territory, territory.zone, False
    session.flush()
    return site


def edit_site(
    session: Session,
    *,
    site: Site,
    now: datetime,
    access_notes: str | None = None,
    arrival_minutes: int | None = None,
    opening_hours: Sequence[Sequence[Any]] | None = None,
    expected_version: int | None = None,
    by: Account | None = None,
) -> None:
    """Change what is given and leave the rest. Raises StaleVersion."""
    expect_version(site, expected=expected_version)
    if opening_hours is not None:
        Hours.read(opening_hours, zone=site.zone)
        site.opening_hours = [list(row) for row in opening_hours]
    site.access_notes = site.access_notes if access_notes is None else access_notes
    site.arrival_minutes = site.arrival_minutes if arrival_minutes is None else arrival_minutes
    session.flush()
    journal.record(session, "site-edited", thing="site", thing_id=site.id, now=now, by=by)


def relocate_site(
    session: Session,
    *,
    site: Site,
    latitude: float,
    longitude: float,
    precision: Precision,
    now: datetime,
    by: Account | None = None,
) -> None:
    """Put a site where it really lies; its territory follows. Visits asked for stay where they are."""
    site.territory, site.outside_territory = territory_at(
        session, latitude=latitude, longitude=longitude
    )
    site.latitude, site.longitude, site.precision = latitude, longitude, precision
    site.zone = site.territory.zone
    session.flush()
    journal.record(session, "site-relocated", thing="site", thing_id=site.id, now=now, by=by)


def add_asset(
    session: Session,
    *,
    site: Site,
    name: str,
    product: str,
    now: datetime,
    serial: str = "",
    installed_on: date | None = None,
    warranty_until: date | None = None,
) -> Asset:
    """Add a device that stands at a site."""
    asset = Asset(
        site=site,
        name=name,
        product=product,
        serial=serial,
        installed_on=installed_on,
        warranty_until=warranty_until,
        created_at=now,
    )
    session.add(asset)
    session.flush()
    return asset


def territory_at(session: Session, *, latitude: float, longitude: float) -> tuple[Territory, bool]:
    """The territory that contains a point, or the nearest one and True: it lies outside of all.

    Where polygons overlap, the older territory has it. Raises NoTerritory.
    """
    territories = session.scalars(select(Territory).order_by(Territory.id)).all()
    if not territories:
        raise NoTerritory(latitude=latitude, longitude=longitude)
    here = (latitude, longitude)
    for territory in territories:
        if polygons.contains(territory.polygon, here):
            return territory, False
    return min(territories, key=lambda area: (polygons.distance(area.polygon, here), area.id)), True


def likely_territory(session: Session, *, customer: Customer, town: str) -> Territory:
    """Where a site without a coordinate may be: where others of that town, else of that customer are.

    Where there are none, the oldest territory. Raises NoTerritory.
    """
    for near in (func.lower(Site.town) == town.lower(), Site.customer_id == customer.id):
        found = session.scalars(
            select(Territory)
            .join(Site, Site.territory_id == Territory.id)
            .where(near)
            .group_by(Territory.id)
            .order_by(func.count().desc(), Territory.id)
            .limit(1)
        ).one_or_none()
        if found is not None:
            return found
    oldest = session.scalars(select(Territory).order_by(Territory.id).limit(1)).one_or_none()
    if oldest is None:
        raise NoTerritory(customer_id=customer.id)
    return oldest


def open_windows(site: Site, *, day: date) -> tuple[Period, ...]:
    """When work may start at a site on a local day, in UTC; holidays do not close a site."""
    return Hours.read(site.opening_hours, zone=site.zone).windows_on(day)


def expect_same_customer(customer: Customer, *things: Site | Asset | Contact | None) -> None:
    """Raise OtherCustomer when one of ``things`` belongs to somebody else."""
    for thing in things:
        if thing is None:
            continue
        owner = thing.site.customer_id if isinstance(thing, Asset) else thing.customer_id
        if owner != customer.id:
            raise OtherCustomer(customer_ids=[customer.id, owner])


def _middle(session: Session, territory: Territory) -> tuple[float, float]:
    """The mean of the border's corners; without a border, the territory's first depot."""
    corners: Sequence[Sequence[float]] = territory.polygon
    if not corners:
        depots = select(Depot).where(Depot.territory_id == territory.id).order_by(Depot.id)
        corners = [(depot.latitude, depot.longitude) for depot in session.scalars(depots.limit(1))]
    if not corners:
        raise NoTerritory(territory_id=territory.id)
    return (
        sum(corner[0] for corner in corners) / len(corners),
        sum(corner[1] for corner in corners) / len(corners),
    )
