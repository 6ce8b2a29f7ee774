"""Rows of who can go: technicians, skills, shifts, absences, and what is in their vans."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts import Account
from dispatch.base import Base, one_of
from dispatch.places import Depot, Territory
from routing.travel.provider import Profile


class Employment(StrEnum):
    """Whose technician it is."""

    OWN = "own"
    PARTNER = "partner"


class Skill(Base):
    """Something a technician can do, or a certificate of it."""

    __tablename__ = "skill"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    certificate: Mapped[bool] = mapped_column(default=False)


class Part(Base):
    """A spare part, by its code."""

    __tablename__ = "part"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class Technician(Base):
    """Who goes. Keys are integers on purpose: the guard against double booking needs that."""

    __tablename__ = "technician"
    __table_args__ = (CheckConstraint("work_factor BETWEEN 0.5 AND 2.0", name="work_factor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    employment: Mapped[Employment] = mapped_column(one_of(Employment, name="employment"))
    active: Mapped[bool] = mapped_column(default=True)
    home_latitude: Mapped[float]
    home_longitude: Mapped[float]
    starts_at_depot: Mapped[bool] = mapped_column(default=False)
    travel_profile: Mapped[Profile] = mapped_column(
        one_of(Profile, name="travel_profile"), default=Profile.CAR
    )
    work_factor: Mapped[float] = mapped_column(default=1.0)
    per_hour_minor: Mapped[int] = mapped_column(default=0)
    per_km_minor: Mapped[int] = mapped_column(default=0)
    per_day_minor: Mapped[int] = mapped_column(default=0)
    per_visit_minor: Mapped[int] = mapped_column(default=0)
    max_overtime_minutes: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account | None] = relationship()
    territory: Mapped[Territory] = relationship()
    depot: Mapped[Depot | None] = relationship()
    skills: Mapped[list[TechnicianSkill]] = relationship(
        back_populates="technician", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class TechnicianSkill(Base):
    """A skill that a technician has at a level, from a date until a date (both included)."""

    __tablename__ = "technician_skill"
    __table_args__ = (
        UniqueConstraint("technician_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), index=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]

    technician: Mapped[Technician] = relationship(back_populates="skills")
    skill: Mapped[Skill] = relationship(lazy="joined")


class Shift(Base):
    """One technician's working period; ``day`` is the local date on which it starts."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("technician_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="period"),
        Index("ix_shift_day_technician_id", "day", "technician_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    technician: Mapped[Technician] = relationship()
    breaks: Mapped[list[Break]] = relationship(
        back_populates="shift", cascade="all, delete-orphan", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class Break(Base):
    """The pause in a shift: ``minutes`` long, begun between ``earliest_at`` and ``latest_at``."""

    __tablename__ = "shift_break"
    __table_args__ = (
        CheckConstraint("latest_at >= earliest_at", name="period"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    minutes: Mapped[int]
    earliest_at: Mapped[datetime]
    latest_at: Mapped[datetime]
    paid: Mapped[bool] = mapped_column(default=False)

    shift: Mapped[Shift] = relationship(back_populates="breaks")


class Absence(Base):
    """A technician is not there although a shift says so: sick, on leave, in training."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200), default="")


class VanStock(Base):
    """Pieces of a part in a technician's van."""

    __tablename__ = "van_stock"
    __table_args__ = (
        UniqueConstraint("technician_id", "part_id"),
        CheckConstraint("pieces >= 0", name="pieces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    pieces: Mapped[int]

    part: Mapped[Part] = relationship(lazy="joined")
