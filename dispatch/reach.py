"""Travel times that were asked once, so that nobody is asked twice: one packed row per place.

A row holds the ways of one place to many others, or theirs to it, as little-endian arrays; what is
written is never rewritten, and the latest row wins. Places are codes of rounded points
(routing/travel/grid.py), so a site that moves leaves its rows behind, and a chore drops what nobody
has read for long. This is a cache: trouble with it is logged and costs a question, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    LargeBinary,
    String,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch import store
from dispatch.base import Base, one_of
from routing.travel.remembered import Key, Row

# A row that nobody has read for so long goes; and of those left, the oldest beyond so many: about
# 5 kB each.
UNREAD = timedelta(days=60)
MOST_ROWS = 100_000
# Reading is noted once in so long, or each reader would write.
NOTED = timedelta(days=1)
AT_ONCE = 500
log = structlog.get_logger(__name__)


class Direction(StrEnum):
    """Whether a row leads from its place to others, or from them to it."""

    OUT = "out"
    IN = "in"


class TravelReach(Base):
    """Ways between one place and others, as a provider told them at one time."""

    __tablename__ = "travel_reach"
    __table_args__ = (
        Index(
            "ix_travel_reach_key", "place_id", "provider", "profile", "day_part", "graph_version"
        ),
        Index("ix_travel_reach_used_at", "used_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(8))
    day_part: Mapped[str] = mapped_column(String(32))
    graph_version: Mapped[str] = mapped_column(String(64))
    place_id: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[Direction] = mapped_column(one_of(Direction, name="direction"))
    others: Mapped[bytes] = mapped_column(LargeBinary)
    seconds: Mapped[bytes] = mapped_column(LargeBinary)
    metres: Mapped[bytes] = mapped_column(LargeBinary)
    estimated: Mapped[bytes] = mapped_column(LargeBinary)
    computed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime]


class StoredReach:
    """The store of rows, for `routing.travel.remembered`; each call is a transaction of its own.

    Called while the caller writes, it only reads: a second writer would wait for the first.
    """

    def __init__(
        self, open_session: Callable[[], Session], *, clock: Callable[[], datetime]
    ) -> None:
        self._open, self._clock = open_session, clock

    @property
    def busy(self) -> bool:
        """Whether this thread has begun to write, so that others wait for it."""
        return store.BEGIN.get() == "IMMEDIATE"

    def rows(self, key: Key, places: Sequence[int]) -> Iterable[Row]:
        """All rows of these places that have not expired, oldest first; one query for each 500."""
        now = self._clock()
        found: list[TravelReach] = []
        with self._open() as session:
            session.connection(execution_options={"sqlite_begin": "DEFERRED"})
            for some in _some(places):
                query = select(TravelReach).where(*_is_of(key), TravelReach.place_id.in_(some))
                lasting = or_(TravelReach.expires_at.is_(None), TravelReach.expires_at > now)
                found += session.scalars(query.where(lasting))
        self._note([row.id for row in found if row.used_at < now - NOTED], now=now)
        return [_unpacked(row) for row in sorted(found, key=lambda row: row.id)]

    def append(self, key: Key, rows: Sequence[Row], *, days: int | None) -> None:
        """Write rows, unless the caller writes already."""
        if self.busy or not rows:
            return
        now = self._clock()
        expires_at = None if days is None else now + timedelta(days=days)
        self._write(
            lambda session: session.add_all(
                _packed(key, row, now=now, expires_at=expires_at) for row in rows
            )
        )

    def _note(self, ids: Sequence[int], *, now: datetime) -> None:
        if self.busy or not ids:
            return

        def note(session: Session) -> None:
            for some in _some(ids):
                session.execute(
                    update(TravelReach).where(TravelReach.id.in_(some)).values(used_at=now)
                )

        self._write(note)

    def _write(self, act: Callable[[Session], None]) -> None:
        try:
            with store.writing(), self._open() as session, session.begin():
                act(session)
        except (OperationalError, TimeoutError) as fault:
            log.warning("reach.not-written", fault=type(fault).__name__)


def drop_unread(session: Session, *, now: datetime, most_rows: int = MOST_ROWS) -> int:
    """Delete rows that have expired, that nobody reads, and the oldest of too many; how many."""
    stale = or_(TravelReach.expires_at <= now, TravelReach.used_at < now - UNREAD)
    dropped = _deleted(session, stale)
    count = session.scalar(select(func.count()).select_from(TravelReach)) or 0
    if count > most_rows:
        oldest = (
            select(TravelReach.id)
            .order_by(TravelReach.used_at, TravelReach.id)
            .limit(count - most_rows)
        )
        dropped += _deleted(session, TravelReach.id.in_(oldest))
    return dropped


def _some(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Ids in portions that one query takes."""
    return (ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE))


def _deleted(session: Session, which: ColumnElement[bool]) -> int:
    ids = session.scalars(delete(TravelReach).where(which).returning(TravelReach.id)).all()
    return len(ids)


def _is_of(key: Key) -> tuple[ColumnElement[bool], ...]:
    return (
        TravelReach.provider == key.provider,
        TravelReach.profile == key.profile.value,
        TravelReach.day_part == key.day_part,
        TravelReach.graph_version == key.graph_version,
    )


def _packed(key: Key, row: Row, *, now: datetime, expires_at: datetime | None) -> TravelReach:
    return TravelReach(
        provider=key.provider,
        profile=key.profile.value,
        day_part=key.day_part,
        graph_version=key.graph_version,
        place_id=row.place,
        direction=Direction.OUT if row.outward else Direction.IN,
        others=row.others.astype("<i8").tobytes(),
        seconds=row.seconds.astype("<i4").tobytes(),
        metres=row.metres.astype("<i4").tobytes(),
        estimated=np.packbits(row.estimated).tobytes(),
        computed_at=now,
        expires_at=expires_at,
        used_at=now,
    )


def _unpacked(row: TravelReach) -> Row:
    others = np.frombuffer(row.others, "<i8").astype(np.int64)
    bits = np.frombuffer(row.estimated, np.uint8)
    return Row(
        row.place_id,
        row.direction is Direction.OUT,
        others,
        np.frombuffer(row.seconds, "<i4").astype(np.int32),
        np.frombuffer(row.metres, "<i4").astype(np.int32),
        np.unpackbits(bits, count=len(others)).astype(np.bool_),
    )
