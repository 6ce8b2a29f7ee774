"""Taken time: nobody is in two places at once, and the database sees to it.

Each place in a round and each live hold takes up its stretch of the technician's time. Callers hold
the day (`assignments.touch_day`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch import guards
from dispatch.base import DispatchError
from dispatch.planning.tables import Assignment, Occupancy
from dispatch.promises import Hold, HoldHelper, HoldState


class TechnicianBusy(DispatchError):
    """Somebody would be in two places at once; the database refused it."""

    code: ClassVar[str] = "technician-busy"


def vacate(session: Session, *, assignments: Iterable[Assignment]) -> None:
    """Free the time that these take up."""
    ids = sorted(row.id for row in assignments)
    if ids:
        session.execute(
            delete(Occupancy)
            .where(Occupancy.assignment_id.in_(ids))
            .execution_options(synchronize_session=False)
        )


def occupy(session: Session, *, assignments: Iterable[Assignment]) -> None:
    """Take up the time of assignments. Raises TechnicianBusy, with nothing of it written."""
    _take(
        session,
        taken=[
            Occupancy(
                technician_id=row.technician_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                assignment_id=row.id,
            )
            for row in sorted(assignments, key=lambda row: row.id)
        ],
    )


def occupy_hold(session: Session, *, hold: Hold) -> None:
    """Take up everybody's time of a hold. Raises TechnicianBusy, with nothing of it written."""
    seats: tuple[Hold | HoldHelper, ...] = (hold, *hold.helpers)
    _take(
        session,
        taken=[
            Occupancy(
                technician_id=seat.technician_id,
                starts_at=seat.starts_at,
                ends_at=seat.ends_at,
                hold_id=hold.id,
            )
            for seat in seats
        ],
    )


def end_hold(session: Session, *, hold: Hold, state: HoldState) -> None:
    """A hold is over, whichever way; its time is free."""
    hold.state = state
    session.flush()
    session.execute(
        delete(Occupancy)
        .where(Occupancy.hold_id == hold.id)
        .execution_options(synchronize_session=False)
    )


def _take(session: Session, *, taken: Sequence[Occupancy]) -> None:
    """Write stretches of taken time. Raises TechnicianBusy; any other fault is a bug."""
    try:
        with session.begin_nested():
            session.add_all(taken)
    except IntegrityError as refusal:
        if guards.is_clash(refusal):
            raise TechnicianBusy(technician_ids=sorted({t.technician_id for t in taken})) from None
        raise
