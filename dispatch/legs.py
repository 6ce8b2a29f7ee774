"""Legs as they were driven, from technicians' deeds, and what was learned from them.

A leg runs from the stop that a technician finished, or from where the day begins, to the stop at
which the same technician arrived next. It counts when nothing lies between: whoever finished long
before setting off may have been anywhere. Legs carry no names; lessons are kept one after another,
and the latest of a provider holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, contains_eager, joinedload, mapped_column

from dispatch.base import Base
from dispatch.planning.tables import Assignment
from dispatch.visits import Visit
from dispatch.workforce import Technician
from routing.travel.dayparts import part_of
from routing.travel.learn import Leg, Lesson, counts
from routing.travel.provider import MOTORISED, Point

# Between finishing a stop and setting off; after more nobody knows where the way began.
LONGEST_STAY = timedelta(minutes=30)
# Roads and habits change: older legs teach nothing, and so many of the newest are enough.
KEPT = timedelta(days=365)
MOST_LEGS = 5_000
# Lessons of one provider that are kept, to look back.
KEPT_LESSONS = 30


class TravelLeg(Base):
    """A leg that was driven: from and to in degrees, seconds, and the part of the day.

    Without an assignment it came from a file.
    """

    __tablename__ = "travel_leg"
    __table_args__ = (Index("ix_travel_leg_arrived_at", "arrived_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int | None] = mapped_column(
        ForeignKey("assignment.id", ondelete="CASCADE"), unique=True
    )
    from_latitude: Mapped[float]
    from_longitude: Mapped[float]
    to_latitude: Mapped[float]
    to_longitude: Mapped[float]
    seconds: Mapped[int]
    day_part: Mapped[str] = mapped_column(String(32))
    arrived_at: Mapped[datetime]


class TravelLesson(Base):
    """What legs taught about one provider (``lesson``), and how well it predicts (``evidence``)."""

    __tablename__ = "travel_lesson"
    __table_args__ = (Index("ix_travel_lesson_provider_id", "provider", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(64))
    learned_at: Mapped[datetime]
    lesson: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A lesson as it is kept."""

    learned_at: datetime
    lesson: Lesson
    evidence: dict[str, Any]


def record(session: Session, *, since: date, now: datetime) -> int:
    """Write down legs of days from ``since`` on that are not yet; forgets old ones; how many."""
    session.execute(delete(TravelLeg).where(TravelLeg.arrived_at < now - KEPT))
    known = set(session.scalars(select(TravelLeg.assignment_id)))
    new = [leg for leg in _driven(session, since=since) if leg.assignment_id not in known]
    session.add_all(new)
    session.flush()
    return len(new)


def take_in(session: Session, *, legs: Sequence[Leg], now: datetime) -> int:
    """Keep legs that were recorded elsewhere, as if driven now; how many are new and count."""
    known = {
        (row.from_latitude, row.from_longitude, row.to_latitude, row.to_longitude, row.seconds)
        for row in session.scalars(select(TravelLeg).where(TravelLeg.assignment_id.is_(None)))
    }
    new = [
        leg
        for leg in legs
        if counts(leg) and (*leg.origin, *leg.destination, round(leg.taken_s)) not in known
    ]
    session.add_all(_row(leg, arrived_at=now) for leg in new)
    session.flush()
    return len(new)


def driven(session: Session, *, now: datetime) -> list[Leg]:
    """The newest legs that are recorded, oldest first; one query."""
    rows = session.scalars(
        select(TravelLeg)
        .where(TravelLeg.arrived_at > now - KEPT)
        .order_by(TravelLeg.arrived_at.desc(), TravelLeg.id.desc())
        .limit(MOST_LEGS)
    )
    return [
        Leg(
            Point(row.from_latitude, row.from_longitude),
            Point(row.to_latitude, row.to_longitude),
            row.seconds,
            row.day_part,
        )
        for row in reversed(rows.all())
    ]


def keep(session: Session, *, lesson: Lesson, evidence: dict[str, Any], now: datetime) -> None:
    """Let a lesson hold from now on."""
    session.add(
        TravelLesson(
            provider=lesson.provider,
            learned_at=now,
            lesson=lesson.document(),
            evidence=evidence,
        )
    )
    session.flush()
    newest = (
        select(TravelLesson.id)
        .where(TravelLesson.provider == lesson.provider)
        .order_by(TravelLesson.id.desc())
        .limit(KEPT_LESSONS)
    )
    session.execute(
        delete(TravelLesson)
        .where(TravelLesson.provider == lesson.provider, TravelLesson.id.not_in(newest))
        .execution_options(synchronize_session=False)
    )


def latest(session: Session, *, provider: str) -> Taught | None:
    """The lesson that holds for a provider; none before anything was learned."""
    row = session.scalars(
        select(TravelLesson)
        .where(TravelLesson.provider == provider)
        .order_by(TravelLesson.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Taught(
        learned_at=row.learned_at, lesson=Lesson.of(row.lesson), evidence=dict(row.evidence)
    )


def teacher(open_session: Callable[[], Session], *, provider: str) -> Callable[[], Lesson | None]:
    """What reads the lesson that holds, in a short transaction of its own that waits for nobody."""

    def read() -> Lesson | None:
        with open_session() as session:
            session.connection(execution_options={"sqlite_begin": "DEFERRED"})
            found = latest(session, provider=provider)
        return found.lesson if found else None

    return read


def _driven(session: Session, *, since: date) -> Iterator[TravelLeg]:
    """Legs of the rounds from a day on, of those who drive; one query."""
    query = (
        select(Assignment)
        .join(Assignment.technician)
        .where(
            Assignment.day >= since,
            Assignment.set_off_at.is_not(None),
            Technician.travel_profile.in_(MOTORISED),
        )
        .order_by(Assignment.technician_id, Assignment.day, Assignment.set_off_at, Assignment.id)
        .options(
            joinedload(Assignment.visit).joinedload(Visit.site),
            contains_eager(Assignment.technician).joinedload(Technician.depot),
        )
    )
    for _, round_ in groupby(session.scalars(query), key=lambda row: (row.technician_id, row.day)):
        yield from _legs(list(round_))


def _legs(stops: Sequence[Assignment]) -> Iterable[TravelLeg]:
    """Legs of one round, whose stops are in the order in which they were set off to."""
    before: Assignment | None = None
    for stop in stops:
        origin = _began_at(stop, before=before)
        before = stop
        if origin is None or stop.set_off_at is None or stop.arrived_at is None:
            continue
        site = stop.visit.site
        leg = Leg(
            origin,
            Point(site.latitude, site.longitude).rounded(),
            (stop.arrived_at - stop.set_off_at).total_seconds(),
            part_of(stop.set_off_at.astimezone(site.tz)).name,
        )
        if counts(leg):
            yield _row(leg, arrived_at=stop.arrived_at, assignment_id=stop.id)


def _began_at(stop: Assignment, *, before: Assignment | None) -> Point | None:
    """Where a way began; None when nobody knows."""
    assert stop.set_off_at is not None
    if before is not None:
        left = before.finished_at
        if left is None or not timedelta(0) <= stop.set_off_at - left <= LONGEST_STAY:
            return None
        return Point(before.visit.site.latitude, before.visit.site.longitude).rounded()
    who = stop.technician
    if who.starts_at_depot and who.depot is not None:
        return Point(who.depot.latitude, who.depot.longitude).rounded()
    return Point(who.home_latitude, who.home_longitude).rounded()


def _row(leg: Leg, *, arrived_at: datetime, assignment_id: int | None = None) -> TravelLeg:
    return TravelLeg(
        assignment_id=assignment_id,
        from_latitude=leg.origin.lat,
        from_longitude=leg.origin.lon,
        to_latitude=leg.destination.lat,
        to_longitude=leg.destination.lon,
        seconds=round(leg.taken_s),
        day_part=leg.day_part,
        arrived_at=arrived_at,
    )
