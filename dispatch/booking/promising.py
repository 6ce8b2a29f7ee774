"""Promises: made from a hold, moved to another, taken back, broken when nobody came.

Promises of a visit are numbered and never overwritten; the calendar entry keeps its uid and counts
its sequence up, so that a mail program shows one entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import agreements, journal
from dispatch.accounts import Account
from dispatch.base import DispatchError, WrongState
from dispatch.booking.holding import demand_live
from dispatch.booking.offers import demand_bookable
from dispatch.planning import assignments, occupancy
from dispatch.planning.assignments import Place
from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.promises import (
    APPOINTMENT_STEPS,
    Appointment,
    AppointmentState,
    Hold,
    HoldHelper,
    HoldState,
    live_appointment,
)
from dispatch.visits import CrewRole, Visit

# Customers change a promise by themselves until then; later they talk to the desk (FEATURES 7.3).
LATEST = timedelta(hours=2)


class TooLate(DispatchError):
    """So shortly before the window only the desk may change promise ``appointment_id``."""

    code: ClassVar[str] = "too-late"


def confirm(
    session: Session, *, hold: Hold, now: datetime, by: Account | None = None
) -> Appointment:
    """Promise the held window; a promise that stood before is moved.

    The visit takes the held place in the plan in force, prepaid minutes are set aside. Raises
    HoldExpired, TooLate, NotEntitled.
    """
    visit = session.get_one(Visit, hold.visit_id)
    rows = _lock(session, hold=hold, visit=visit, now=now)
    former = live_appointment(session, visit_id=visit.id)
    if former is not None:
        demand_in_time(former, now=now, by=by)
    _take_place(session, hold=hold, rows=rows, now=now)
    if former is not None:
        former.end("move", now=now)
        session.flush()  # one live promise at a time
    made = Appointment(
        visit_id=visit.id,
        number=1 + _promises_so_far(session, visit_id=visit.id),
        state=AppointmentState.PROMISED,
        opens_at=hold.opens_at,
        closes_at=hold.closes_at,
        confirmed_at=now,
        uid=former.uid if former else f"visit-{visit.id}@onsite",
        sequence=former.sequence + 1 if former else _next_sequence(session, visit_id=visit.id),
    )
    session.add(made)
    session.flush()
    _set_minutes_aside(session, visit=visit, now=now, by=by)
    kind = "appointment-moved" if former else "appointment-confirmed"
    _tell(session, kind, appointment=made, now=now, by=by)
    return made


def move_appointment(
    session: Session,
    *,
    appointment: Appointment,
    hold: Hold,
    now: datetime,
    by: Account | None = None,
) -> Appointment:
    """Promise the held window in place of this one. Raises as `confirm` does, and WrongState."""
    demand_promised(appointment, verb="move")
    if hold.visit_id != appointment.visit_id:
        raise WrongState(thing="hold", id=hold.id, state=hold.state.value, verb="move")
    return confirm(session, hold=hold, now=now, by=by)


def cancel_appointment(
    session: Session,
    *,
    appointment: Appointment,
    now: datetime,
    by: Account | None = None,
    reason: str = "",
) -> Appointment:
    """Take the promise back; the visit waits for another window, its place in the round is free.

    Raises TooLate for customers, WrongState when there is nothing to take back or somebody is on
    the way.
    """
    demand_in_time(appointment, now=now, by=by)
    rows = assignments.lock_visit(session, visit=appointment.visit)
    session.refresh(appointment)
    demand_promised(appointment, verb="cancel")
    begun = [row for row in rows if row.state in assignments.STARTED]
    if begun:
        raise WrongState(
            thing="assignment", id=begun[0].id, state=begun[0].state.value, verb="cancel"
        )
    assignments.release(session, assignments=rows, now=now)
    appointment.end("cancel", now=now)
    appointment.sequence += 1
    visit = appointment.visit
    if visit.agreement is not None:
        agreements.release(session, agreement=visit.agreement, visit_id=visit.id, now=now, by=by)
    session.flush()
    _tell(session, "appointment-cancelled", appointment=appointment, now=now, by=by, reason=reason)
    return appointment


def break_missed(session: Session, *, before: datetime, now: datetime) -> tuple[Appointment, ...]:
    """End of the day: promises whose window closed ``before`` without anybody there are broken."""
    missed = session.scalars(
        select(Appointment)
        .where(Appointment.state == AppointmentState.PROMISED, Appointment.closes_at <= before)
        .order_by(Appointment.id)
    ).all()
    for appointment in missed:
        appointment.end("break", now=now)
        _tell(session, "appointment-broken", appointment=appointment, now=now, by=None)
    session.flush()
    return tuple(missed)


def demand_promised(appointment: Appointment, *, verb: str) -> None:
    """Raises WrongState unless the promise still stands."""
    if (appointment.state, verb) not in APPOINTMENT_STEPS:
        raise WrongState(
            thing="appointment", id=appointment.id, state=appointment.state.value, verb=verb
        )


def demand_in_time(appointment: Appointment, *, now: datetime, by: Account | None) -> None:
    """Raises TooLate when a customer (nobody who signs in) comes too shortly before."""
    if by is None and appointment.opens_at - now < LATEST:
        raise TooLate(appointment_id=appointment.id, opens_at=appointment.opens_at)


def _lock(session: Session, *, hold: Hold, visit: Visit, now: datetime) -> Sequence[Assignment]:
    """Hold the visit and the days concerned; the visit's places.

    Raises HoldExpired, WrongState when the visit waits for no window any more.
    """
    rows = assignments.lock_visit(
        session,
        visit=visit,
        days=[(hold.shift.day, hold.technician.territory_id)],
        technician_ids=hold.technician_ids,
    )
    session.refresh(hold)  # another click, or the clock, may have been faster
    demand_live(hold, now=now)
    demand_bookable(visit, verb="confirm")
    return rows


def _take_place(session: Session, *, hold: Hold, rows: Sequence[Assignment], now: datetime) -> None:
    """The held time of each becomes a place in a round; former places are free."""
    territory_id, day = hold.technician.territory_id, hold.shift.day
    if rows:
        assignments.release(session, assignments=rows, now=now)
    occupancy.end_hold(session, hold=hold, state=HoldState.CONFIRMED)
    made = assignments.write_places(
        session,
        territory_id=territory_id,
        day=day,
        places=[_place(hold), *(_helps(hold, helper) for helper in hold.helpers)],
        plan_id=_plan_of(session, territory_id=territory_id, day=day),
        now=now,
    )
    assignments.tell_moves(session, rows=made, kind="visit-planned", now=now, by=None)


def _place(hold: Hold) -> Place:
    return Place(
        visit_id=hold.visit_id,
        technician_id=hold.technician_id,
        shift_id=hold.shift_id,
        position=hold.position,
        arrives_at=hold.arrives_at or hold.starts_at,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        travel_seconds=hold.travel_seconds,
        travel_metres=hold.travel_metres,
    )


def _helps(hold: Hold, helper: HoldHelper) -> Place:
    return Place(
        visit_id=hold.visit_id,
        technician_id=helper.technician_id,
        shift_id=helper.shift_id,
        position=helper.position,
        arrives_at=helper.arrives_at,
        starts_at=helper.starts_at,
        ends_at=helper.ends_at,
        travel_seconds=helper.travel_seconds,
        travel_metres=helper.travel_metres,
        role=CrewRole.HELPER,
    )


def _plan_of(session: Session, *, territory_id: int, day: date) -> int | None:
    """The plan to which the day's other assignments belong, if it was planned at all."""
    return session.scalar(
        select(func.max(Assignment.plan_id)).where(
            Assignment.territory_id == territory_id,
            Assignment.day == day,
            Assignment.state != AssignmentState.RELEASED,
        )
    )


def _promises_so_far(session: Session, *, visit_id: int) -> int:
    counted = select(func.coalesce(func.max(Appointment.number), 0))
    return session.scalar(counted.where(Appointment.visit_id == visit_id)) or 0


def _next_sequence(session: Session, *, visit_id: int) -> int:
    """0 for the first promise; after one that was cancelled the calendar counts on."""
    last = session.scalar(
        select(func.max(Appointment.sequence)).where(Appointment.visit_id == visit_id)
    )
    return 0 if last is None else last + 1


def _set_minutes_aside(
    session: Session, *, visit: Visit, now: datetime, by: Account | None
) -> None:
    agreement = visit.agreement
    if agreement is not None:
        agreements.reserve(
            session,
            agreement=agreement,
            visit_id=visit.id,
            minutes=visit.work_minutes,
            now=now,
            by=by,
        )


def _tell(
    session: Session,
    kind: str,
    *,
    appointment: Appointment,
    now: datetime,
    by: Account | None,
    **details: object,
) -> None:
    journal.record(
        session,
        kind,
        thing="visit",
        thing_id=appointment.visit_id,
        now=now,
        by=by,
        ticket_id=appointment.visit.ticket_id,
        appointment_id=appointment.id,
        opens_at=appointment.opens_at.isoformat(),
        closes_at=appointment.closes_at.isoformat(),
        **details,
    )
