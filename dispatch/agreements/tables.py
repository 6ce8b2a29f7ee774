"""Rows of what was sold, and of what was used of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.base import Base, one_of
from dispatch.customers import Customer
from dispatch.places import Asset, Site
from dispatch.worktime import Hours


class AgreementKind(StrEnum):
    """How support is paid for."""

    CALL_IN = "call-in"
    PREPAID = "prepaid"
    MANAGED = "managed"
    WARRANTY = "warranty"
    INTERNAL = "internal"


class Overage(StrEnum):
    """What happens when prepaid minutes run out."""

    REFUSE = "refuse"
    CALL_IN_RATE = "call-in-rate"


class Agreement(Base):
    """One contract with a customer, for everything, one site or one asset.

    ``service_hours`` as the opening hours of a site; empty = day and night.
    ``clock_pauses``: whether waiting for the customer stops the resolve clock.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint("unit_minutes > 0", name="unit_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    kind: Mapped[AgreementKind] = mapped_column(one_of(AgreementKind, name="kind"))
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    rank: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    hourly_rate_minor: Mapped[int] = mapped_column(default=0)
    travel_fee_minor: Mapped[int] = mapped_column(default=0)
    unit_minutes: Mapped[int] = mapped_column(default=15)
    minimum_minutes: Mapped[int] = mapped_column(default=0)
    overage: Mapped[Overage] = mapped_column(one_of(Overage, name="overage"))
    visits_per_year: Mapped[int | None]
    on_site: Mapped[bool] = mapped_column(default=True)
    service_hours: Mapped[list[Any]] = mapped_column(default=list)
    zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    clock_pauses: Mapped[bool] = mapped_column(default=True)

    customer: Mapped[Customer] = relationship()
    site: Mapped[Site | None] = relationship()
    asset: Mapped[Asset | None] = relationship()
    levels: Mapped[list[ServiceLevel]] = relationship(back_populates="agreement")

    @property
    def hours(self) -> Hours:
        """When service time passes."""
        return Hours.read(self.service_hours, zone=self.zone, country=self.country)

    def level(self, priority: str) -> ServiceLevel | None:
        """What was sold for a priority; none when nothing was."""
        return next((level for level in self.levels if level.priority == priority), None)

    @property
    def priced(self) -> bool:
        """Whether a visit under it may cost the customer money."""
        return self.kind in {AgreementKind.CALL_IN, AgreementKind.PREPAID}

    def billed(self, minutes: int) -> int:
        """What so many minutes on site count as: started units, at least the minimum."""
        wanted = max(minutes, self.minimum_minutes)
        return -(-wanted // self.unit_minutes) * self.unit_minutes


class ServiceLevel(Base):
    """Respond by, arrive by, resolve by: minutes of service time after opening, per priority."""

    __tablename__ = "service_level"
    __table_args__ = (UniqueConstraint("agreement_id", "priority"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    priority: Mapped[str] = mapped_column(String(16))
    respond_minutes: Mapped[int | None]
    arrive_minutes: Mapped[int | None]
    resolve_minutes: Mapped[int | None]
    penalty_minor_per_hour: Mapped[int] = mapped_column(default=0)

    agreement: Mapped[Agreement] = relationship(back_populates="levels")


class WalletKind(StrEnum):
    """What moved the balance of prepaid minutes."""

    PURCHASE = "purchase"
    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"
    EXPIRE = "expire"
    ROLL_OVER = "roll-over"
    ADJUST = "adjust"


class WalletEntry(Base):
    """One movement of prepaid minutes; positive adds, negative takes. Append-only."""

    __tablename__ = "wallet_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[WalletKind] = mapped_column(one_of(WalletKind, name="kind"))
    minutes: Mapped[int]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Charge(Base):
    """What a finished visit costs the customer, and under which agreement. Append-only."""

    __tablename__ = "charge"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    minutes: Mapped[int]
    prepaid_minutes: Mapped[int] = mapped_column(default=0)
    labour_minor: Mapped[int]
    travel_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]
