"""Where work happens: territories, depots, sites and the assets that stand there.

Latitude and longitude in degrees (WGS 84). Opening hours are wall times of the site's zone:
``[[weekday, "08:00", "12:00"], ..]`` with Monday = 0; an empty list means always open.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.base import Base, one_of
from dispatch.customers import Contact, Customer


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
