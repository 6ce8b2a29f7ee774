"""Rows from the field: deeds as the phones told them, and reports of what happened on site."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.base import Base, one_of
from dispatch.visits import Visit
from dispatch.workforce import Technician


class DeedKind(StrEnum):
    """A step on the round."""

    SET_OFF = "set-off"
    ARRIVE = "arrive"
    TURN_BACK = "turn-back"
    PAUSE = "pause"
    FINISH = "finish"


class Deed(Base):
    """One step, as the technician's phone told it."""

    __tablename__ = "deed"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), index=True)
    kind: Mapped[DeedKind] = mapped_column(one_of(DeedKind, name="kind"))
    device_at: Mapped[datetime]
    server_at: Mapped[datetime]
    minutes_left: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(400), default="")
    flagged: Mapped[str] = mapped_column(String(64), default="")

    visit: Mapped[Visit] = relationship()
    technician: Mapped[Technician] = relationship()


class OutcomeKind(StrEnum):
    """What happened on site."""

    FIXED = "fixed"
    PART_MISSING = "part-missing"
    NO_ACCESS = "no-access"
    NEEDS_FOLLOW_UP = "needs-follow-up"
    NOT_NEEDED = "not-needed"


class RemoteFixable(StrEnum):
    """Could remote support have solved it?"""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class OutcomeState(StrEnum):
    """What became of a report from the field."""

    ACCEPTED = "accepted"
    UNDER_REVIEW = "under-review"
    SET_ASIDE = "set-aside"
    CORRECTED = "corrected"


class Outcome(Base):
    """What happened on site, append-only; one accepted outcome closes a visit.

    ``environment`` is what only somebody on site can see: power, network, heat, dust, other
    devices, how it is used. ``next_needs`` is what the follow-up must bring.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        CheckConstraint("work_minutes >= 0", name="work_minutes"),
        Index(
            "uq_outcome_accepted",
            "visit_id",
            unique=True,
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technician.id"), index=True)
    kind: Mapped[OutcomeKind] = mapped_column(one_of(OutcomeKind, name="kind"))
    state: Mapped[OutcomeState] = mapped_column(one_of(OutcomeState, name="state"))
    review_reason: Mapped[str] = mapped_column(String(64), default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    environment: Mapped[str] = mapped_column(Text, default="")
    work_minutes: Mapped[int]
    waited_minutes: Mapped[int] = mapped_column(default=0)
    parts_used: Mapped[list[Any]]
    next_needs: Mapped[dict[str, Any]]
    remote_fixable: Mapped[RemoteFixable] = mapped_column(
        one_of(RemoteFixable, name="remote_fixable")
    )
    remote_step: Mapped[str] = mapped_column(String(400), default="")
    signed_by: Mapped[str] = mapped_column(String(200), default="")
    unsigned_reason: Mapped[str] = mapped_column(String(200), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("outcome.id"))
    device_at: Mapped[datetime]
    server_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship()
    technician: Mapped[Technician] = relationship()
