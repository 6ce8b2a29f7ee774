"""Steps on the round, as phones tell them: kept whatever happens, obeyed where they fit.

The phone's own id makes a repeat harmless. What does not fit is flagged and left to the dispatcher:
``not-assigned``, ``assigned-to-other``, ``not-lead``, ``wrong-state``, ``clock``.

Of several people the lead's steps are the visit's; a helper's are his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch import journal, pinning, visits
from dispatch.base import Incomplete
from dispatch.field.tables import Deed, DeedKind
from dispatch.pinning import Position
from dispatch.planning import assignments, plans
from dispatch.planning.assignments import STEPS
from dispatch.planning.tables import Assignment
from dispatch.promises import Appointment, live_appointment
from dispatch.visits import CrewRole, Visit
from dispatch.workforce import Technician

# A phone's clock that is further ahead, or tells of an older deed, is not believed.
AHEAD = timedelta(minutes=2)
BEHIND = timedelta(days=2)
# Flags of arrivals that took place all the same.
BELIEVED = frozenset({"", "clock"})


def record_deed(  # noqa: PLR0913 - a phone tells that much
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    kind: DeedKind,
    client_id: str,
    device_at: datetime,
    now: datetime,
    minutes_left: int | None = None,
    reason: str = "",
    position: Position | None = None,
) -> Deed:
    """Keep a step and let it take effect; a repeat returns what was kept.

    ``position`` is where the phone was, if its owner lets it tell; only an arrival looks at it.
    Raises Incomplete when a pause lacks its minutes or a turning back its reason.
    """
    known = _known(session, client_id)
    if known is not None:
        return known
    _demand_complete(kind, minutes_left=minutes_left, reason=reason)
    deed = Deed(
        client_id=client_id,
        visit_id=visit.id,
        technician_id=technician.id,
        kind=kind,
        device_at=device_at,
        server_at=now,
        minutes_left=minutes_left,
        reason=reason.strip(),
    )
    try:
        with session.begin_nested():
            session.add(deed)
    except IntegrityError:  # the same deed came in twice at the same moment
        twin = _known(session, client_id)
        if twin is None:
            raise
        return twin
    deed.flagged = _obey(session, deed=deed, visit=visit, now=now)
    session.flush()
    if position is not None and kind is DeedKind.ARRIVE and deed.flagged in BELIEVED:
        pinning.note_arrival(session, site=visit.site, position=position, now=now)
    if deed.flagged:
        _tell(session, "deed-flagged", deed=deed, visit=visit, now=now)
    return deed


def set_off(
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    client_id: str,
    device_at: datetime,
    now: datetime,
) -> Deed:
    """The technician drives to the visit."""
    return record_deed(
        session,
        visit=visit,
        technician=technician,
        kind=DeedKind.SET_OFF,
        client_id=client_id,
        device_at=device_at,
        now=now,
    )


def arrive(
    session: Session,
    *,
    visit: Visit,
    technician: Technician,
    client_id: str,
    device_at: datetime,
    now: datetime,
) -> Deed:
    """The technician is there; the promise is kept or broken by this moment."""
    return record_deed(
        session,
        visit=visit,
        technician=technician,
        kind=DeedKind.ARRIVE,
        client_id=client_id,
        device_at=device_at,
        now=now,
    )


def true_time(*, device_at: datetime, now: datetime) -> datetime:
    """When it happened: the phone's word, unless its clock cannot be right."""
    return device_at if now - BEHIND <= device_at <= now + AHEAD else now


def fulfil(appointment: Appointment, *, arrived_at: datetime, now: datetime) -> None:
    """The promise is kept when we came before its window closed, otherwise broken."""
    late = max(arrived_at - appointment.closes_at, timedelta(0))
    appointment.late_minutes = -int(-late // timedelta(minutes=1))
    appointment.end("break" if late else "keep", now=now)


def own_place(session: Session, *, visit: Visit, technician: Technician) -> Assignment | None:
    """The technician's part in the visit, if it is in force."""
    rows = assignments.assignments_of(session, visit_id=visit.id)
    return next((row for row in rows if row.technician_id == technician.id), None)


def _known(session: Session, client_id: str) -> Deed | None:
    return session.scalar(select(Deed).where(Deed.client_id == client_id))


def _demand_complete(kind: DeedKind, *, minutes_left: int | None, reason: str) -> None:
    if kind is DeedKind.PAUSE and not (minutes_left and 1 <= minutes_left <= 24 * 60):
        raise Incomplete(missing=["minutes_left"])
    if kind is DeedKind.TURN_BACK and not reason.strip():
        raise Incomplete(missing=["reason"])


def _obey(session: Session, *, deed: Deed, visit: Visit, now: datetime) -> str:
    """Let the deed take effect as far as it fits; what does not fit, by code."""
    rows = assignments.lock_visit(session, visit=visit)
    own = next((row for row in rows if row.technician_id == deed.technician_id), None)
    if own is None and rows:
        return "assigned-to-other"
    if own is not None and own.role is CrewRole.HELPER:
        return _obey_helper(session, own=own, deed=deed, visit=visit, now=now)
    moves = (visit.state, deed.kind.value) in visits.STEPS
    follows = own is not None and (own.state, deed.kind.value) in STEPS
    if not moves and not follows:
        return "wrong-state"
    at = true_time(device_at=deed.device_at, now=now)
    if moves:
        _move(session, deed=deed, visit=visit, at=at, now=now)
    if own is not None and follows:
        _follow(own, deed=deed, at=at)
    if deed.kind is DeedKind.PAUSE and own is not None:
        _hand_back(session, own=own, rows=rows, at=at, now=now)
    if deed.kind is DeedKind.TURN_BACK:
        _call_back(rows, deed=deed, at=at)
    if own is None:
        return "not-assigned"
    return "" if at == deed.device_at else "clock"


def _obey_helper(
    session: Session, *, own: Assignment, deed: Deed, visit: Visit, now: datetime
) -> str:
    """A helper sets off, arrives and turns back by himself; the visit goes with the lead."""
    if deed.kind is DeedKind.PAUSE:
        return "not-lead"
    if (own.state, deed.kind.value) not in STEPS:
        return "wrong-state"
    at = true_time(device_at=deed.device_at, now=now)
    _follow(own, deed=deed, at=at)
    if deed.kind is DeedKind.TURN_BACK:
        _tell(session, "helper-turned-back", deed=deed, visit=visit, now=now)
    return "" if at == deed.device_at else "clock"


def _call_back(rows: Iterable[Assignment], *, deed: Deed, at: datetime) -> None:
    """When the lead turns back, so do helpers who are on their way."""
    for row in rows:
        if (row.state, deed.kind.value) in STEPS:
            _follow(row, deed=deed, at=at)


def _move(session: Session, *, deed: Deed, visit: Visit, at: datetime, now: datetime) -> None:
    """The visit's own step."""
    if deed.kind is DeedKind.SET_OFF:
        visits.set_off(session, visit=visit, now=now)
    elif deed.kind is DeedKind.ARRIVE:
        visits.arrive(session, visit=visit, now=now)
        promise = live_appointment(session, visit_id=visit.id)
        if promise is not None:
            fulfil(promise, arrived_at=at, now=now)
    elif deed.kind is DeedKind.TURN_BACK:
        visits.turn_back(session, visit=visit, reason=deed.reason, now=now)
    elif deed.kind is DeedKind.PAUSE:
        visits.pause(session, visit=visit, minutes_left=deed.minutes_left or 0, now=now)


def _follow(own: Assignment, *, deed: Deed, at: datetime) -> None:
    own.state = STEPS[own.state, deed.kind.value]
    if deed.kind is DeedKind.SET_OFF:
        own.set_off_at = at
    elif deed.kind is DeedKind.ARRIVE:
        own.arrived_at = at
    elif deed.kind is DeedKind.TURN_BACK:
        own.set_off_at = None


def _hand_back(
    session: Session,
    *,
    own: Assignment,
    rows: Sequence[Assignment],
    at: datetime,
    now: datetime,
) -> None:
    """The rest of the work looks for another time; the same technician goes on with it."""
    for row in rows:
        if row is own or row.arrived_at is not None:
            row.finished_at = at
    assignments.release(session, assignments=rows, now=now)
    plans.pin(
        session,
        visit=own.visit,
        technician=own.technician,
        reason="work-began",
        by=None,
        now=now,
    )


def _tell(session: Session, kind: str, *, deed: Deed, visit: Visit, now: datetime) -> None:
    journal.record(
        session,
        kind,
        thing="visit",
        thing_id=visit.id,
        now=now,
        ticket_id=visit.ticket_id,
        deed_id=deed.id,
        technician_id=deed.technician_id,
        flagged=deed.flagged,
    )
