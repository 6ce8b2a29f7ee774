"""Rows of a plan: the plan itself, who is where when, pins, and what nobody may take twice."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.base import Base, one_of
from dispatch.places import Territory
from dispatch.planning.runs import PlanRun
from dispatch.visits import CrewRole, Visit
from dispatch.workforce import Shift, Technician


class TerritoryDay(Base):
    """Counts every change of a territory's day, so that whoever thought can see it moved on."""

    __tablename__ = "territory_day"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)


class PlanState(StrEnum):
    """How far a plan has got."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"
    CLOSED = "closed"


class Origin(StrEnum):
    """Who made the plan."""

    ENGINE = "engine"
    INSERTION = "insertion"
    MANUAL = "manual"


class Plan(Base):
    """A judged answer for one territory and day; at most one is published.

    ``problem`` and ``solution`` are the interchange documents, kept for replay and bug reports.
    ``travel`` tells where its travel times come from: ``source``, ``version``, how many ways were
    ``estimated``, and of its ``legs`` how many (``estimated_legs``); empty in plans of before.
    """

    __tablename__ = "plan"
    __table_args__ = (
        Index(
            "uq_plan_published",
            "territory_id",
            "day",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    day: Mapped[date]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("plan_run.id"))
    state: Mapped[PlanState] = mapped_column(one_of(PlanState, name="state"))
    origin: Mapped[Origin] = mapped_column(one_of(Origin, name="origin"))
    proof: Mapped[str] = mapped_column(String(16), default="none")
    objective: Mapped[list[Any]]
    metrics: Mapped[dict[str, Any]]
    problem_sha256: Mapped[str] = mapped_column(String(64))
    problem: Mapped[str] = mapped_column(Text, deferred=True)
    solution: Mapped[str] = mapped_column(Text, deferred=True)
    skipped: Mapped[list[Any]]
    travel: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)

    territory: Mapped[Territory] = relationship()
    run: Mapped[PlanRun | None] = relationship()
    unserved: Mapped[list[Unserved]] = relationship(
        back_populates="plan", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class Unserved(Base):
    """A visit left out of a plan: the reason's code and the measured shortfall."""

    __tablename__ = "unserved"
    __table_args__ = (UniqueConstraint("plan_id", "visit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    details: Mapped[dict[str, Any]]

    plan: Mapped[Plan] = relationship(back_populates="unserved")
    visit: Mapped[Visit] = relationship()


class AssignmentState(StrEnum):
    """How far one technician's part in a visit has got."""

    PLANNED = "planned"
    TOLD = "told"
    UNDER_WAY = "under-way"
    ON_SITE = "on-site"
    FINISHED = "finished"
    RELEASED = "released"


class Assignment(Base):
    """Visit, technician, place in the round and planned times, together.

    One row in force per visit and technician: a visit for two has two rows, of which one leads.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("arrives_at <= starts_at", name="arrival"),
        Index(
            "uq_assignment_live",
            "visit_id",
            "technician_id",
            unique=True,
            sqlite_where=text("state <> 'released'"),
            postgresql_where=text("state <> 'released'"),
        ),
        Index(
            "uq_assignment_lead",
            "visit_id",
            unique=True,
            sqlite_where=text("role = 'lead' AND state <> 'released'"),
            postgresql_where=text("role = 'lead' AND state <> 'released'"),
        ),
        Index("ix_assignment_day_technician_id", "day", "technician_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    day: Mapped[date]
    position: Mapped[int]
    role: Mapped[CrewRole] = mapped_column(one_of(CrewRole, name="role"), default=CrewRole.LEAD)
    state: Mapped[AssignmentState] = mapped_column(one_of(AssignmentState, name="state"))
    arrives_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    travel_seconds: Mapped[int] = mapped_column(default=0)
    travel_metres: Mapped[int] = mapped_column(default=0)
    set_off_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    visit: Mapped[Visit] = relationship()
    technician: Mapped[Technician] = relationship()
    shift: Mapped[Shift] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class Pin(Base):
    """A dispatcher's decision that the planner must respect; each part is optional."""

    __tablename__ = "pin"
    __table_args__ = (
        Index(
            "uq_pin_live",
            "visit_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technician.id"))
    day: Mapped[date | None]
    starts_at: Mapped[datetime | None]
    position: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    visit: Mapped[Visit] = relationship()
    technician: Mapped[Technician | None] = relationship()


class Override(Base):
    """A person placed a visit against a rule; what was broken and why is kept as data."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    codes: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(String(400))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class Occupancy(Base):
    """A stretch of a technician's time that is taken, by an assignment in force or a live hold.

    The database refuses two that overlap (dispatch/guards.py).
    """

    __tablename__ = "occupancy"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("(assignment_id IS NULL) <> (hold_id IS NULL)", name="one_owner"),
        UniqueConstraint("hold_id", "technician_id"),
        Index("ix_occupancy_technician_id_starts_at", "technician_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    assignment_id: Mapped[int | None] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), unique=True
    )
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"))
