"""Who is where when: reading the plan in force, and writing new places without overlap.

Callers hold the day (`touch_day`) before they read what they are going to change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, bindparam, inspect, select, text
from sqlalchemy.orm import Session

from dispatch import guards, journal
from dispatch.accounts import Account
from dispatch.planning import occupancy
from dispatch.planning.tables import Assignment, AssignmentState, TerritoryDay
from dispatch.promises import Hold, HoldState
from dispatch.visits import CrewRole, Visit, VisitState
from dispatch.workforce import Shift, Technician

# States in which an assignment counts, and those in which the planner may still move it.
IN_FORCE = tuple(state for state in AssignmentState if state is not AssignmentState.RELEASED)
MOVABLE = (AssignmentState.PLANNED, AssignmentState.TOLD)
STARTED = (AssignmentState.UNDER_WAY, AssignmentState.ON_SITE, AssignmentState.FINISHED)
# A visit in one of these has no place in a round any more.
UNPLANNABLE = (
    VisitState.REQUESTED,
    VisitState.BLOCKED,
    VisitState.DONE,
    VisitState.FOLLOW_UP,
    VisitState.CANCELLED,
)
# A start that moves by less needs no new word to the technician (FEATURES 3.2, stability).
TOLERANCE = timedelta(minutes=15)

# Every other pair of state and verb is refused. Deeds from phones skip ahead, never back.
STEPS: Mapping[tuple[AssignmentState, str], AssignmentState] = {
    (AssignmentState.PLANNED, "tell"): AssignmentState.TOLD,
    (AssignmentState.TOLD, "tell"): AssignmentState.TOLD,
    (AssignmentState.PLANNED, "set-off"): AssignmentState.UNDER_WAY,
    (AssignmentState.TOLD, "set-off"): AssignmentState.UNDER_WAY,
    (AssignmentState.PLANNED, "arrive"): AssignmentState.ON_SITE,
    (AssignmentState.TOLD, "arrive"): AssignmentState.ON_SITE,
    (AssignmentState.UNDER_WAY, "arrive"): AssignmentState.ON_SITE,
    (AssignmentState.UNDER_WAY, "turn-back"): AssignmentState.PLANNED,
    (AssignmentState.PLANNED, "finish"): AssignmentState.FINISHED,
    (AssignmentState.TOLD, "finish"): AssignmentState.FINISHED,
    (AssignmentState.UNDER_WAY, "finish"): AssignmentState.FINISHED,
    (AssignmentState.ON_SITE, "finish"): AssignmentState.FINISHED,
    (AssignmentState.PLANNED, "release"): AssignmentState.RELEASED,
    (AssignmentState.TOLD, "release"): AssignmentState.RELEASED,
    (AssignmentState.UNDER_WAY, "release"): AssignmentState.RELEASED,
    (AssignmentState.ON_SITE, "release"): AssignmentState.RELEASED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one technician's part in a visit stands in a round. Instants are aware UTC."""

    visit_id: int
    technician_id: int
    shift_id: int
    position: int
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    travel_seconds: int = 0
    travel_metres: int = 0
    role: CrewRole = CrewRole.LEAD


def incumbent(session: Session, *, territory_id: int, day: date) -> Sequence[Assignment]:
    """Assignments in force of a day, finished ones too, by technician and start; one query."""
    return session.scalars(
        select(Assignment)
        .where(
            Assignment.territory_id == territory_id,
            Assignment.day == day,
            Assignment.state.in_(IN_FORCE),
        )
        .order_by(Assignment.technician_id, Assignment.starts_at, Assignment.id)
        .execution_options(populate_existing=True)
    ).all()


def assignments_of(session: Session, *, visit_id: int) -> Sequence[Assignment]:
    """Assignments in force of one visit: one for each who goes, the lead's first."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.visit_id == visit_id, Assignment.state.in_(IN_FORCE))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    )
    return sorted(rows, key=lambda row: row.role is not CrewRole.LEAD)


def revision(session: Session, *, territory_id: int, day: date) -> int:
    """How often the day has changed; 0 when it never has."""
    found = session.scalar(
        select(TerritoryDay.revision).where(
            TerritoryDay.territory_id == territory_id, TerritoryDay.day == day
        )
    )
    return found or 0


_TOUCH = text(
    "INSERT INTO territory_day (territory_id, day, revision) VALUES (:territory, :day, 1)"
    " ON CONFLICT (territory_id, day) DO UPDATE SET revision = territory_day.revision + 1"
    " RETURNING revision"
).bindparams(bindparam("day", type_=Date))


def touch_day(session: Session, *, territory_id: int, day: date) -> int:
    """Lock the day until the transaction ends; returns its new revision."""
    changed = session.execute(_TOUCH, {"territory": territory_id, "day": day}).scalar_one()
    return int(changed)


def lock(
    session: Session,
    *,
    days: Iterable[tuple[date, int]],
    technician_ids: Iterable[int] = (),
) -> None:
    """Hold these days (each with its territory) and everybody who works on them, in one order.

    Verbs that write places call it once, first, with everybody they may write about.
    """
    everybody = set(technician_ids)
    for day, territory_id in sorted(set(days)):
        touch_day(session, territory_id=territory_id, day=day)
        rows = select(Assignment.technician_id).where(
            Assignment.territory_id == territory_id,
            Assignment.day == day,
            Assignment.state.in_(MOVABLE),
        )
        everybody |= set(session.scalars(rows))
    guards.take_turns(session.connection(), *everybody)


def lock_visit(
    session: Session,
    *,
    visit: Visit,
    days: Iterable[tuple[date, int]] = (),
    technician_ids: Iterable[int] = (),
) -> Sequence[Assignment]:
    """Hold a visit, then the days of its places and those given; the places, read anew.

    Everybody who changes both holds the visit first, so that nobody waits in a circle.
    """
    session.execute(select(Visit.id).where(Visit.id == visit.id).with_for_update())
    session.refresh(visit)
    before = assignments_of(session, visit_id=visit.id)
    lock(
        session,
        days=[*days, *((row.day, row.territory_id) for row in before)],
        technician_ids=technician_ids,
    )
    return assignments_of(session, visit_id=visit.id)


def sweep(session: Session, *, territory_id: int, day: date, now: datetime) -> None:
    """Free what nobody needs any more: places of cancelled or blocked visits, holds run out.

    The day must be held; whoever is going to write places calls this first.
    """
    dead = session.scalars(
        select(Assignment)
        .join(Assignment.visit)
        .where(
            Assignment.territory_id == territory_id,
            Assignment.day == day,
            Assignment.state.in_(MOVABLE),
            Visit.state.in_(UNPLANNABLE),
        )
    ).all()
    if dead:
        release(session, assignments=dead, now=now)
    for hold in session.scalars(
        select(Hold)
        .join(Hold.shift)
        .join(Hold.technician)
        .where(
            Hold.state == HoldState.HELD,
            Hold.expires_at <= now,
            Shift.day == day,
            Technician.territory_id == territory_id,
        )
        .order_by(Hold.id)
    ).all():
        occupancy.end_hold(session, hold=hold, state=HoldState.EXPIRED)


def write_places(
    session: Session,
    *,
    territory_id: int,
    day: date,
    places: Iterable[Place],
    released: Iterable[Assignment] = (),
    plan_id: int | None = None,
    now: datetime,
) -> tuple[Assignment, ...]:
    """Put visits at their new places, all at once; returns the rows that changed.

    A visit's rows that no place names are released, those of visits not named stay as they are.
    The day must be held (`touch_day`). Raises TechnicianBusy when any two would overlap.
    """
    wanted: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        wanted[place.visit_id].append(place)
    gone = [row for row in released if row.visit_id not in wanted]
    present = _present(session, visit_ids=wanted)
    before = [row for rows in present.values() for row in rows]
    guards.take_turns(
        session.connection(),
        *(row.technician_id for row in (*before, *gone)),
        *(place.technician_id for rows in wanted.values() for place in rows),
    )
    occupancy.vacate(session, assignments=(*before, *gone))
    for row in sorted(gone, key=lambda row: row.id):
        _release(row, now=now)
    seated = [
        row
        for visit_id in sorted(wanted)
        for row in _seat(session, visit_id, wanted[visit_id], rows=present[visit_id], now=now)
    ]
    for row in seated:
        row.territory_id, row.day = territory_id, day
        row.plan_id = plan_id or row.plan_id
    _flush(session, seated, present=present)
    occupancy.occupy(session, assignments=seated)
    return tuple(seated)


def place_of(row: Assignment) -> Place:
    """The place that a row says."""
    return Place(
        visit_id=row.visit_id,
        technician_id=row.technician_id,
        shift_id=row.shift_id,
        position=row.position,
        arrives_at=row.arrives_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        travel_seconds=row.travel_seconds,
        travel_metres=row.travel_metres,
        role=row.role,
    )


def changed(session: Session, *, places: Iterable[Place]) -> tuple[Place, ...]:
    """Those of the places at which their visit does not stand already.

    With them go the places, as they are, of everybody else who comes to such a visit.
    """
    wanted: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        wanted[place.visit_id].append(place)
    present = _present(session, visit_ids=wanted)
    news = []
    for visit_id, own in wanted.items():
        before = {place_of(row) for row in present[visit_id]}
        if not before.issuperset(own):
            moved = {place.technician_id for place in own}
            news += [*own, *(place for place in before if place.technician_id not in moved)]
    return tuple(news)


def release(session: Session, *, assignments: Iterable[Assignment], now: datetime) -> None:
    """Take rows out of force and free their time. The day must be held."""
    rows = sorted(assignments, key=lambda row: row.id)
    guards.take_turns(session.connection(), *(row.technician_id for row in rows))
    occupancy.vacate(session, assignments=rows)
    for row in rows:
        _release(row, now=now)
    session.flush()


def tell_moves(
    session: Session,
    *,
    rows: Iterable[Assignment],
    kind: str,
    now: datetime,
    by: Account | None,
    **details: object,
) -> None:
    """Record one fact for each visit that was given, or lost, a place."""
    for row in rows:
        journal.record(
            session,
            kind,
            thing="visit",
            thing_id=row.visit_id,
            now=now,
            by=by,
            ticket_id=row.visit.ticket_id,
            technician_id=row.technician_id,
            starts_at=row.starts_at.isoformat(),
            **details,
        )


def _present(session: Session, *, visit_ids: Iterable[int]) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = defaultdict(list)
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.visit_id.in_(list(visit_ids)), Assignment.state.in_(MOVABLE))
        .order_by(Assignment.id)
    )
    for row in rows:
        found[row.visit_id].append(row)
    return found


def _seat(
    session: Session,
    visit_id: int,
    places: Sequence[Place],
    *,
    rows: Sequence[Assignment],
    now: datetime,
) -> list[Assignment]:
    """Give each place a row: the technician's own, else one that somebody else leaves, else new."""
    own = {row.technician_id: row for row in rows}
    wanted = {place.technician_id for place in places}
    left = [row for row in rows if row.technician_id not in wanted]
    seated = []
    for place in sorted(places, key=lambda place: place.technician_id):
        row = own.get(place.technician_id) or (left.pop(0) if left else None)
        if row is None:
            row = Assignment(visit_id=visit_id, state=AssignmentState.PLANNED)
            session.add(row)
        elif _is_news(row, place=place):
            row.state = AssignmentState.PLANNED  # who was told something else is told again
        _sit(row, place=place)
        seated.append(row)
    for row in left:
        _release(row, now=now)
    return seated


def _flush(
    session: Session,
    seated: Iterable[Assignment],
    *,
    present: Mapping[int, Sequence[Assignment]],
) -> None:
    """Write the rows; a new lead comes after the former, for a visit has one at a time."""
    rising = [
        row
        for row in seated
        if row.role is CrewRole.LEAD
        and present[row.visit_id]
        and inspect(row).attrs.role.history.has_changes()
    ]
    for row in rising:
        row.role = CrewRole.HELPER
    session.flush()
    for row in rising:
        row.role = CrewRole.LEAD
    session.flush()


def _is_news(row: Assignment, *, place: Place) -> bool:
    return (row.technician_id, row.role) != (place.technician_id, place.role) or abs(
        place.starts_at - row.starts_at
    ) > TOLERANCE


def _sit(row: Assignment, *, place: Place) -> None:
    row.technician_id, row.shift_id = place.technician_id, place.shift_id
    row.position, row.role = place.position, place.role
    row.arrives_at, row.starts_at, row.ends_at = place.arrives_at, place.starts_at, place.ends_at
    row.travel_seconds, row.travel_metres = place.travel_seconds, place.travel_metres


def _release(row: Assignment, *, now: datetime) -> None:
    row.state, row.released_at = AssignmentState.RELEASED, now
