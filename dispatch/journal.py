"""The journal: facts that happened, in order, in the past tense.

A stage tells those that come after it by recording a fact; chores and notices read on from the
last id they have seen. Facts carry ids, times and codes, never names or addresses of people.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.accounts import Account
from dispatch.base import Base


class Fact(Base):
    """Something that happened to one thing; append-only, guarded by the database."""

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_thing", "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    thing: Mapped[str] = mapped_column(String(32))
    thing_id: Mapped[int]
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]


class Bookmark(Base):
    """How far a reader of the journal has read: the id of the last fact it has dealt with."""

    __tablename__ = "bookmark"

    reader: Mapped[str] = mapped_column(String(64), primary_key=True)
    fact_id: Mapped[int]


def record(
    session: Session,
    kind: str,
    *,
    thing: str,
    thing_id: int,
    now: datetime,
    ticket_id: int | None = None,
    by: Account | None = None,
    **details: object,
) -> Fact:
    """Append a fact, named in the past tense (``visit-requested``); returns it, not yet flushed."""
    fact = Fact(
        kind=kind,
        thing=thing,
        thing_id=thing_id,
        ticket_id=ticket_id,
        account_id=by.id if by else None,
        at=now,
        details=details,
    )
    session.add(fact)
    return fact
