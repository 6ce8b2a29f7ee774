"""The journal: facts that happened, in order, in the past tense.

A stage tells those that come after it by recording a fact; chores and notices read on from the
last id they have seen. Facts carry ids, times and codes, never names or addresses of people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.accounts import Account
from dispatch.base import Base

WRITERS = 7002  # the key of the advisory lock that facts are written under; see facts_after


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
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": WRITERS})
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


def facts_after(
    session: Session, *, reader: str, kinds: Collection[str], limit: int = 500
) -> Sequence[Fact]:
    """Facts of these kinds that ``reader`` has not dealt with yet, in order. Read them first.

    Ids are given out before commits, so a lower id may appear after a higher one was read. On
    PostgreSQL this therefore waits until nobody is half-way through recording a fact; SQLite has
    one writer anyway.
    """
    mark = session.get(Bookmark, reader, populate_existing=True)
    unread = (
        select(Fact.id)
        .where(Fact.id > (mark.fact_id if mark else 0), Fact.kind.in_(kinds))
        .order_by(Fact.id)
        .limit(limit)
    )
    connection = session.connection()
    with connection.begin_nested() as until_here:  # going back to it gives the lock back at once
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
        ids = connection.scalars(unread).all()
        until_here.rollback()
    return session.scalars(select(Fact).where(Fact.id.in_(ids)).order_by(Fact.id)).all()


def mark_read(session: Session, *, reader: str, fact_id: int) -> None:
    """Remember that ``reader`` has dealt with everything up to this fact; never goes back."""
    mark = session.get(Bookmark, reader)
    if mark is None:
        session.add(Bookmark(reader=reader, fact_id=fact_id))
    else:
        mark.fact_id = max(mark.fact_id, fact_id)


def story_of_ticket(session: Session, *, ticket_id: int) -> Sequence[Fact]:
    """Everything that happened to a ticket and its visits, oldest first; one query."""
    return session.scalars(
        select(Fact).where(Fact.ticket_id == ticket_id).order_by(Fact.at, Fact.id)
    ).all()
