"""What customers were told: windows held for minutes, and numbered promises.

Rows and how to read them. They stand below planning, because a brief must know every promise;
the verbs that make promises stand above it, in booking, because an offer must ask the plan.
Windows are half-open and bound the start of work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.base import Base, WrongState, one_of
from dispatch.visits import Visit
from dispatch.workforce import Shift, Technician


class HoldState(StrEnum):
    """How far a hold has got."""

    HELD = "held"
    CONFIRMED = "confirmed"
    LET_GO = "let-go"
    EXPIRED = "expired"


class Hold(Base):
    """A window reserved for minutes, with the place in a round that proves it."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="window"),
        CheckConstraint("ends_at > starts_at", name="period"),
        Index(
            "uq_hold_live",
            "visit_id",
            unique=True,
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    state: Mapped[HoldState] = mapped_column(one_of(HoldState, name="state"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    held_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    extended: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=1)
    arrives_at: Mapped[datetime | None]
    travel_seconds: Mapped[int] = mapped_column(default=0)
    travel_metres: Mapped[int] = mapped_column(default=0)

    visit: Mapped[Visit] = relationship()
    technician: Mapped[Technician] = relationship()
    shift: Mapped[Shift] = relationship()

    helpers: Mapped[list[HoldHelper]] = relationship(
        back_populates="hold",
        cascade="all, delete-orphan",
        lazy="selectin",
        order_by="HoldHelper.technician_id",
    )

    @property
    def technician_ids(self) -> frozenset[int]:
        """Everybody whose time it takes."""
        return frozenset({self.technician_id, *(one.technician_id for one in self.helpers)})


class HoldHelper(Base):
    """Who comes along with the technician of a hold, and where that stands in his own round."""

    __tablename__ = "hold_helper"
    __table_args__ = (
        UniqueConstraint("hold_id", "technician_id"),
        CheckConstraint("ends_at > starts_at", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"))
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    position: Mapped[int] = mapped_column(default=1)
    arrives_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    travel_seconds: Mapped[int] = mapped_column(default=0)
    travel_metres: Mapped[int] = mapped_column(default=0)

    hold: Mapped[Hold] = relationship(back_populates="helpers")


class AppointmentState(StrEnum):
    """What became of a promise."""

    PROMISED = "promised"
    MOVED = "moved"
    CANCELLED = "cancelled"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"


# Every other pair of state and verb is refused.
APPOINTMENT_STEPS: Mapping[tuple[AppointmentState, str], AppointmentState] = {
    (AppointmentState.PROMISED, "move"): AppointmentState.MOVED,
    (AppointmentState.PROMISED, "cancel"): AppointmentState.CANCELLED,
    (AppointmentState.PROMISED, "keep"): AppointmentState.KEPT,
    (AppointmentState.PROMISED, "break"): AppointmentState.BROKEN,
    (AppointmentState.KEPT, "void"): AppointmentState.VOID,
}


class Appointment(Base):
    """A window promised to the customer; ``number`` counts the promises of one visit."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("visit_id", "number"),
        CheckConstraint("closes_at > opens_at", name="window"),
        Index(
            "uq_appointment_live",
            "visit_id",
            unique=True,
            sqlite_where=text("state = 'promised'"),
            postgresql_where=text("state = 'promised'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[AppointmentState] = mapped_column(one_of(AppointmentState, name="state"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    uid: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    late_minutes: Mapped[int | None]

    visit: Mapped[Visit] = relationship()

    def end(self, verb: str, *, now: datetime) -> None:
        """What became of the promise. Raises WrongState unless the table has such a step."""
        after = APPOINTMENT_STEPS.get((self.state, verb))
        if after is None:
            raise WrongState(thing="appointment", id=self.id, state=self.state.value, verb=verb)
        self.state, self.ended_at = after, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The window that the customer counts on now."""

    appointment_id: int
    number: int
    opens_at: datetime
    closes_at: datetime


def promises_of(session: Session, *, visit_ids: Iterable[int]) -> dict[int, Promise]:
    """The live promise of each visit that has one, by visit id; one query."""
    rows = session.scalars(
        select(Appointment).where(
            Appointment.visit_id.in_(list(visit_ids)),
            Appointment.state == AppointmentState.PROMISED,
        )
    )
    return {
        row.visit_id: Promise(
            appointment_id=row.id,
            number=row.number,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
        )
        for row in rows
    }


def hold_of(session: Session, *, visit_id: int, now: datetime) -> Hold | None:
    """The window that is reserved for a visit right now, if any."""
    return session.scalar(
        select(Hold).where(
            Hold.visit_id == visit_id, Hold.state == HoldState.HELD, Hold.expires_at > now
        )
    )


def live_appointment(session: Session, *, visit_id: int) -> Appointment | None:
    """The promise that counts now, if there is one."""
    return session.scalar(
        select(Appointment).where(
            Appointment.visit_id == visit_id, Appointment.state == AppointmentState.PROMISED
        )
    )


def appointments_of(session: Session, *, visit_id: int) -> Sequence[Appointment]:
    """Every promise of a visit, by number."""
    return session.scalars(
        select(Appointment).where(Appointment.visit_id == visit_id).order_by(Appointment.number)
    ).all()
