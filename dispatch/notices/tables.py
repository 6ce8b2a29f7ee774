"""Rows of the outbox: one message to one recipient each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.base import Base, one_of


class NoticeChannel(StrEnum):
    """How a notice travels."""

    EMAIL = "email"
    SMS = "sms"


class Topic(StrEnum):
    """What a notice is about; the web has words for each."""

    TICKET_RECEIVED = "ticket-received"
    QUESTION_ASKED = "question-asked"
    TICKET_RESOLVED = "ticket-resolved"
    BOOKING_INVITATION = "booking-invitation"
    APPOINTMENT_CONFIRMED = "appointment-confirmed"
    APPOINTMENT_MOVED = "appointment-moved"
    APPOINTMENT_CANCELLED = "appointment-cancelled"
    APPOINTMENT_BROKEN = "appointment-broken"
    REMINDER = "reminder"
    TECHNICIAN_ON_THE_WAY = "technician-on-the-way"
    OUTCOME_TOLD = "outcome-told"
    VISIT_REFUSED = "visit-refused"
    VISIT_CANCELLED = "visit-cancelled"


class Notice(Base):
    """One message to one recipient; its words are made when it is sent, from codes and ids."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_sent_at_next_at", "sent_at", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    channel: Mapped[NoticeChannel] = mapped_column(one_of(NoticeChannel, name="channel"))
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    visit_id: Mapped[int | None] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    made_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)
