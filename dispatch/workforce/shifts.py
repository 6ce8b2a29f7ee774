"""When technicians work: shifts with their breaks, and absences that cut them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import DispatchError
from dispatch.workforce.crew import skills_on
from dispatch.workforce.tables import Absence, Break, Shift, Technician
from dispatch.worktime import Period


class ShiftOverlaps(DispatchError):
    """The technician already works then: ``shift_id``."""

    code: ClassVar[str] = "shift-overlaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A break to be planned: ``minutes`` long, begun between ``earliest_at`` and ``latest_at``."""

    minutes: int
    earliest_at: datetime
    latest_at: datetime
    paid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A stretch in which a technician really is at work: a shift, or what an absence left of it."""

    shift: Shift
    starts_at: datetime
    ends_at: datetime


def add_shift(
    session: Session,
    *,
    technician: Technician,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    breaks: Iterable[Pause] = (),
    by: Account | None = None,
) -> Shift:
    """Let somebody work; the shift belongs to the local day on which it starts.

    Raises ShiftOverlaps.
    """
    other = session.scalar(
        select(Shift)
        .where(
            Shift.technician_id == technician.id,
            Shift.starts_at < ends_at,
            Shift.ends_at > starts_at,
        )
        .limit(1)
    )
    if other is not None:
        raise ShiftOverlaps(technician_id=technician.id, shift_id=other.id)
    shift = Shift(
        technician=technician,
        day=starts_at.astimezone(technician.territory.tz).date(),
        starts_at=starts_at,
        ends_at=ends_at,
        breaks=[
            Break(
                minutes=pause.minutes,
                earliest_at=pause.earliest_at,
                latest_at=pause.latest_at,
                paid=pause.paid,
            )
            for pause in breaks
        ],
    )
    session.add(shift)
    session.flush()
    _tell(session, "shift-added", technician=technician, now=now, by=by, day=shift.day)
    return shift


def report_absence(
    session: Session,
    *,
    technician: Technician,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    reason: str = "",
    by: Account | None = None,
) -> Absence:
    """A technician will not be there, or went home: rounds of that time must be mended."""
    absence = Absence(
        technician_id=technician.id, starts_at=starts_at, ends_at=ends_at, reason=reason
    )
    session.add(absence)
    session.flush()
    day = starts_at.astimezone(technician.territory.tz).date()
    _tell(session, "absence-reported", technician=technician, now=now, by=by, day=day)
    return absence


def working_on(session: Session, *, territory_id: int, day: date) -> tuple[Presence, ...]:
    """Who is at work on a local day, by technician and time: shifts net of absences; two queries.

    An absence takes a shift away, cuts its ends, or leaves two pieces of it.
    """
    shifts = session.scalars(
        select(Shift)
        .join(Shift.technician)
        .where(Shift.day == day, Technician.territory_id == territory_id, Technician.active)
        .options(joinedload(Shift.technician).selectinload(Technician.skills))
        .order_by(Shift.technician_id, Shift.starts_at)
    ).all()
    absences = _absences(session, shifts=shifts)
    return tuple(
        Presence(shift=shift, starts_at=starts_at, ends_at=ends_at)
        for shift in shifts
        for starts_at, ends_at in net_of(
            (shift.starts_at, shift.ends_at), absences[shift.technician_id]
        )
    )


def net_of(period: Period, absences: Iterable[Period]) -> list[Period]:
    """What is left of a period when absences, which may overlap each other, are taken out."""
    left = [period]
    for gone_from, gone_until in absences:
        left = [
            piece
            for starts_at, ends_at in left
            for piece in (
                (starts_at, min(ends_at, gone_from)),
                (max(starts_at, gone_until), ends_at),
            )
            if piece[0] < piece[1]
        ]
    return left


def candidates(
    session: Session, *, territory_id: int, day: date, levels: Mapping[int, int]
) -> tuple[Technician, ...]:
    """Who is at work on a day and has every skill of ``levels`` (by skill id) at least so well."""
    present = {
        presence.shift.technician
        for presence in working_on(session, territory_id=territory_id, day=day)
    }
    able = [
        technician
        for technician in present
        if all(skills_on(technician, day=day).get(id_, 0) >= level for id_, level in levels.items())
    ]
    return tuple(sorted(able, key=lambda technician: technician.id))


def _absences(session: Session, *, shifts: Sequence[Shift]) -> Mapping[int, list[Period]]:
    found: dict[int, list[Period]] = defaultdict(list)
    if not shifts:
        return found
    rows = session.scalars(
        select(Absence).where(
            Absence.technician_id.in_({shift.technician_id for shift in shifts}),
            Absence.starts_at < max(shift.ends_at for shift in shifts),
            Absence.ends_at > min(shift.starts_at for shift in shifts),
        )
    )
    for row in rows:
        found[row.technician_id].append((row.starts_at, row.ends_at))
    return found


def _tell(
    session: Session,
    kind: str,
    *,
    technician: Technician,
    now: datetime,
    by: Account | None,
    day: date,
) -> None:
    journal.record(
        session,
        kind,
        thing="technician",
        thing_id=technician.id,
        now=now,
        by=by,
        territory_id=technician.territory_id,
        day=day.isoformat(),
    )
