"""Who must be told what: messages that leave with the fact they speak of, each exactly once.

A notice is written in the transaction of its fact and sent later by a task; its id is the
provider's idempotency key, so a repeat can be recognised.
"""

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
