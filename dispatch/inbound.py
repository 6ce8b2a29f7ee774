"""Requests that were seen before: a repeated one gets the first one's answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from sqlalchemy import ForeignKey, String, Text, bindparam, delete, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.base import Base, DispatchError, Instant

KEEP = timedelta(days=30)


class SeenRequest(Base):
    """One write by key; kept 30 days, since phones come back late."""

    __tablename__ = "seen_request"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    route: Mapped[str] = mapped_column(String(200))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class Sender(Protocol):
    """Whose keys they are: an account. Two senders may use the same key."""

    @property
    def id(self) -> int: ...


class KeyReused(DispatchError):
    """The key came before with another request: ``key`` and the ``route`` it was used for."""

    code: ClassVar[str] = "key-reused"


_CLAIM = text(
    "INSERT INTO seen_request (account_id, key, route, body_hash, created_at)"
    " VALUES (:account_id, :key, :route, :body_hash, :now) ON CONFLICT (account_id, key) DO NOTHING"
).bindparams(bindparam("now", type_=Instant))


def claim(
    session: Session, *, account: Sender, key: str, route: str, body_hash: str, now: datetime
) -> SeenRequest | None:
    """Take a key before the work begins; none means it is new and ours.

    Must be the transaction's first statement: a twin that runs at the same time waits here, and
    then gets the first one's answer. When the work is refused and rolled back, the key is free
    again. Raises KeyReused for the same key with another request.
    """
    taken = {"account_id": account.id, "key": key, "route": route, "body_hash": body_hash}
    made = session.connection().execute(_CLAIM, {**taken, "now": now})
    if made.rowcount == 1:
        return None
    return find(session, account=account, key=key, route=route, body_hash=body_hash)


def find(
    session: Session, *, account: Sender, key: str, route: str, body_hash: str
) -> SeenRequest | None:
    """The request that came with this key before; reads only, for work that thinks first.

    Raises KeyReused for the same key with another request.
    """
    earlier = session.get(SeenRequest, (account.id, key), populate_existing=True)
    if earlier is not None and (earlier.route, earlier.body_hash) != (route, body_hash):
        raise KeyReused(key=key, route=earlier.route)
    return earlier


def store_answer(session: Session, *, account: Sender, key: str, status: int, answer: str) -> None:
    """Keep what was answered, for the next time the key comes."""
    seen = session.get_one(SeenRequest, (account.id, key))
    seen.status, seen.answer = status, answer


def forget_old(session: Session, *, now: datetime) -> None:
    """Drop requests older than 30 days."""
    session.execute(delete(SeenRequest).where(SeenRequest.created_at < now - KEEP))
