"""Travel that was asked once, so that nobody is asked twice: times by place, lines by leg.

A row holds the ways of one place to many others, or theirs to it, as little-endian arrays; what is
written is never rewritten, and the latest row wins. Places are codes of rounded points
(routing/travel/grid.py), so a site that moves leaves its rows behind, and a chore drops what nobody
has read for long. Lines of ways are kept leg by leg, in the same way. This is a cache: trouble with it is logged and costs a question, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    LargeBinary,
    String,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from dispatch import store
from dispatch.base import Base, one_of
from routing.travel.remembered import Key, Leg, Line, Row

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


class TravelWay(Base):
    """The way of one leg as a provider drew it at one time; ``shape`` is an encoded polyline."""

    __tablename__ = "travel_way"
    __table_args__ = (
        Index(
            "ix_travel_way_key",
            "origin_id",
            "destination_id",
            "provider",
            "profile",
            "graph_version",
        ),
        Index("ix_travel_way_used_at", "used_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(8))
    day_part: Mapped[str] = mapped_column(String(32))
    graph_version: Mapped[str] = mapped_column(String(64))
    origin_id: Mapped[int] = mapped_column(BigInteger)
    destination_id: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int]
    metres: Mapped[int]
    straight: Mapped[bool]
    shape: Mapped[str] = mapped_column(Text)
    computed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime]


Kept = TypeVar("Kept", TravelReach, TravelWay)


class StoredReach:
    """The store of rows and lines, for `routing.travel.remembered`; each call is a transaction of its own.

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
        return [
            _unpacked(row) for row in self._found(TravelReach, key, TravelReach.place_id, places)
        ]

    def append(self, key: Key, rows: Sequence[Row], *, days: int | None) -> None:
        """Write rows, unless the caller writes already."""
        if self.busy or not rows:
            return
        own = self._own(key, days=days)
        self._write(lambda session: session.add_all(TravelReach(**own, **_packed(r)) for r in rows))

    def lines(self, key: Key, legs: Sequence[Leg]) -> Iterable[Line]:
        """Lines of these legs that have not expired, oldest first; one query for each 500."""
        wanted = set(legs)
        origins = sorted({leg.origin for leg in legs})
        found = self._found(TravelWay, key, TravelWay.origin_id, origins)
        lines = (
            Line(Leg(w.origin_id, w.destination_id), w.seconds, w.metres, w.shape, w.straight)
            for w in found
        )
        return [line for line in lines if line.leg in wanted]

    def append_lines(self, key: Key, lines: Sequence[Line], *, days: int | None) -> None:
        """Write lines, unless the caller writes already."""
        if self.busy or not lines:
            return
        own = self._own(key, days=days)
        self._write(
            lambda session: session.add_all(
                TravelWay(
                    **own,
                    origin_id=line.leg.origin,
                    destination_id=line.leg.destination,
                    seconds=line.seconds,
                    metres=line.metres,
                    straight=line.straight,
                    shape=line.shape,
                )
                for line in lines
            )
        )

    def _own(self, key: Key, *, days: int | None) -> dict[str, Any]:
        """What every row says about itself."""
        now = self._clock()
        return {
            **key._asdict(),
            "profile": key.profile.value,
            "computed_at": now,
            "expires_at": None if days is None else now + timedelta(days=days),
            "used_at": now,
        }

    def _found(
        self,
        table: type[Kept],
        key: Key,
        place: InstrumentedAttribute[int],
        places: Sequence[int],
    ) -> list[Kept]:
        """Rows of a table that begin at these places, oldest first; that they are used is noted."""
        now = self._clock()
        found: list[Kept] = []
        with self._open() as session:
            session.connection(execution_options={"sqlite_begin": "DEFERRED"})
            for some in _some(places):
                lasting = or_(table.expires_at.is_(None), table.expires_at > now)
                query = select(table).where(*_is_of(table, key), place.in_(some), lasting)
                found += session.scalars(query)
        self._note(table, [row.id for row in found if row.used_at < now - NOTED], now=now)
        return sorted(found, key=lambda row: row.id)

    def _note(self, table: type[Kept], ids: Sequence[int], *, now: datetime) -> None:
        if self.busy or not ids:
            return

        def note(session: Session) -> None:
            for some in _some(ids):
                session.execute(update(table).where(table.id.in_(some)).values(used_at=now))

        self._write(note)

    def _write(self, act: Callable[[Session], None]) -> None:
        try:
            with store.writing(), self._open() as session, session.begin():
                act(session)
        except (OperationalError, TimeoutError) as fault:
            log.warning("reach.not-written", fault=type(fault).__name__)


def drop_unread(session: Session, *, now: datetime, most_rows: int = MOST_ROWS) -> int:
    """Delete rows that have expired, that nobody reads, and the oldest of too many; how many."""
    rows = _drop_unread(session, TravelReach, now=now, most_rows=most_rows)
    return rows + _drop_unread(session, TravelWay, now=now, most_rows=most_rows)


def _drop_unread(session: Session, table: type[Kept], *, now: datetime, most_rows: int) -> int:
    stale = or_(table.expires_at <= now, table.used_at < now - UNREAD)
    dropped = _deleted(session, table, stale)
    count = session.scalar(select(func.count()).select_from(table)) or 0
    if count > most_rows:
        oldest = select(table.id).order_by(table.used_at, table.id).limit(count - most_rows)
        dropped += _deleted(session, table, table.id.in_(oldest))
    return dropped


def _some(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Ids in portions that one query takes."""
    return (ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE))


def _deleted(session: Session, table: type[Kept], which: ColumnElement[bool]) -> int:
    return len(session.scalars(delete(table).where(which).returning(table.id)).all())


def _is_of(table: type[Kept], key: Key) -> tuple[ColumnElement[bool], ...]:
    return (
        table.provider == key.provider,
        table.profile == key.profile.value,
        table.day_part == key.day_part,
        table.graph_version == key.graph_version,
    )


def _packed(row: Row) -> dict[str, Any]:
    return {
        "place_id": row.place,
        "direction": Direction.OUT if row.outward else Direction.IN,
        "others": row.others.astype("<i8").tobytes(),
        "seconds": row.seconds.astype("<i4").tobytes(),
        "metres": row.metres.astype("<i4").tobytes(),
        "estimated": np.packbits(row.estimated).tobytes(),
    }


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
