"""Rows of a visit: the need for one presence on site, and what it must bring."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts import Account
from dispatch.agreements import Agreement
from dispatch.base import Base, one_of
from dispatch.places import Site, Territory
from dispatch.tickets import Priority, Ticket
from dispatch.workforce import Part, Skill, Technician


class VisitState(StrEnum):
    """How far a visit has got."""

    REQUESTED = "requested"
    READY = "ready"
    BLOCKED = "blocked"
    UNDER_WAY = "under-way"
    ON_SITE = "on-site"
    PAUSED = "paused"
    DONE = "done"
    FOLLOW_UP = "follow-up"
    CANCELLED = "cancelled"


class Visit(Base):
    """The need for one presence on site: the unit that is promised, planned and closed.

    ``evidence`` is what the gate saw: attempts by tier, the review, or the force and its reason.
    ``agreement`` lets us come and is charged; none when the visit was forced without one.
    """

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("work_minutes BETWEEN 1 AND 1440", name="work_minutes"),
        CheckConstraint("crew_size BETWEEN 1 AND 6", name="crew_size"),
        CheckConstraint("state <> 'blocked' OR blocked_reason <> ''", name="blocked_reason"),
        Index("ix_visit_territory_id_state", "territory_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), unique=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[VisitState] = mapped_column(one_of(VisitState, name="state"))
    priority: Mapped[Priority] = mapped_column(one_of(Priority, name="priority"))
    summary: Mapped[str] = mapped_column(String(200))
    instructions: Mapped[str] = mapped_column(Text, default="")
    work_minutes: Mapped[int]
    crew_size: Mapped[int] = mapped_column(default=1)
    release_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    blocked_reason: Mapped[str] = mapped_column(String(400), default="")
    forced_reason: Mapped[str] = mapped_column(String(400), default="")
    evidence: Mapped[dict[str, Any]]
    requested_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    ticket: Mapped[Ticket] = relationship()
    site: Mapped[Site] = relationship()
    territory: Mapped[Territory] = relationship()
    agreement: Mapped[Agreement | None] = relationship()
    predecessor: Mapped[Visit | None] = relationship(remote_side="Visit.id")
    requested_by: Mapped[Account | None] = relationship()
    skills: Mapped[list[VisitSkill]] = relationship(
        back_populates="visit", cascade="all, delete-orphan"
    )
    parts: Mapped[list[VisitPart]] = relationship(
        back_populates="visit", cascade="all, delete-orphan"
    )
    preferred_windows: Mapped[list[PreferredWindow]] = relationship(
        back_populates="visit", cascade="all, delete-orphan", order_by="PreferredWindow.opens_at"
    )
    technician_wishes: Mapped[list[TechnicianWish]] = relationship(
        back_populates="visit", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class CrewRole(StrEnum):
    """What a technician is to a visit: one leads the work and reports it, others come along."""

    LEAD = "lead"
    HELPER = "helper"


class VisitSkill(Base):
    """A skill at a level, of the lead or of each helper.

    Rows with the same ``any_of_group`` are alternatives; none = all-of.
    """

    __tablename__ = "visit_skill"
    __table_args__ = (
        UniqueConstraint("visit_id", "skill_id", "role"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int] = mapped_column(default=1)
    any_of_group: Mapped[int | None]
    role: Mapped[CrewRole] = mapped_column(one_of(CrewRole, name="role"), default=CrewRole.LEAD)

    visit: Mapped[Visit] = relationship(back_populates="skills")
    skill: Mapped[Skill] = relationship(lazy="joined")


class VisitPart(Base):
    """Pieces of a part that the work uses up."""

    __tablename__ = "visit_part"
    __table_args__ = (
        UniqueConstraint("visit_id", "part_id"),
        CheckConstraint("pieces > 0", name="pieces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    pieces: Mapped[int] = mapped_column(default=1)

    visit: Mapped[Visit] = relationship(back_populates="parts")
    part: Mapped[Part] = relationship(lazy="joined")


class PreferredWindow(Base):
    """When the customer would like us best; a wish, not a promise. Half-open."""

    __tablename__ = "preferred_window"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(back_populates="preferred_windows")


class Wish(StrEnum):
    """How much a visit wants, or does not want, one technician."""

    MUST = "must"
    PREFERRED = "preferred"
    NEVER = "never"


class TechnicianWish(Base):
    """One technician who must, should or must never do this visit, and why."""

    __tablename__ = "technician_wish"
    __table_args__ = (UniqueConstraint("visit_id", "technician_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"))
    wish: Mapped[Wish] = mapped_column(one_of(Wish, name="wish"))
    reason: Mapped[str] = mapped_column(String(200), default="")

    visit: Mapped[Visit] = relationship(back_populates="technician_wishes")
    technician: Mapped[Technician] = relationship()
