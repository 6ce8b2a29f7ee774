"""What a brief is made of: the rows of one territory's day, read at one moment.

A fixed number of queries whatever the size of the day. Nothing here decides anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dispatch.agreements import Agreement
from dispatch.places import Depot, Site, Territory
from dispatch.planning import assignments
from dispatch.planning.tables import Assignment, AssignmentState, Override, Pin
from dispatch.promises import Hold, HoldState, Promise, promises_of
from dispatch.tickets import Ticket
from dispatch.visits import Visit, VisitState
from dispatch.workforce import Absence, Shift, Technician, VanStock

PLANNABLE = (VisitState.READY, VisitState.PAUSED)
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Time in a round that cannot move: a live hold, or a promise that is being moved."""

    id: str
    site: Site
    technician_id: int
    shift_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Rows of one day. ``opens_at`` is the planner's zero; the day may have 23 or 25 hours."""

    territory: Territory
    day: date
    opens_at: datetime
    closes_at: datetime
    now: datetime
    revision: int
    shifts: tuple[Shift, ...]
    absences: Mapping[int, tuple[Period, ...]]
    assignments: tuple[Assignment, ...]
    blocks: tuple[Block, ...]
    visits: Mapping[int, Visit]
    promises: Mapping[int, Promise]
    pins: Mapping[int, Pin]
    accepted: Mapping[int, frozenset[str]]
    carried: Mapping[int, Mapping[str, int]]
    last_visitors: Mapping[int, int]
    depots: tuple[Depot, ...]

    def seconds(self, at: datetime) -> int:
        """Whole seconds after the planner's zero, rounded up."""
        return -int((self.opens_at - at) // timedelta(seconds=1))

    def instant(self, seconds: float) -> datetime:
        """The moment so many seconds after the planner's zero, to the whole second."""
        return self.opens_at + timedelta(seconds=round(seconds))

    @property
    def started(self) -> tuple[Assignment, ...]:
        """Stops that nobody moves any more."""
        return tuple(row for row in self.assignments if row.state in assignments.STARTED)

    @property
    def movable(self) -> tuple[Assignment, ...]:
        """Stops that the planner may still move."""
        return tuple(row for row in self.assignments if row.state in assignments.MOVABLE)

    @property
    def ahead(self) -> tuple[Assignment | Block, ...]:
        """Everything that still lies ahead in somebody's round."""
        return (*self.movable, *self.blocks)


def bounds(zone: ZoneInfo, *, day: date) -> Period:
    """First instant of a local day and of the next; 23, 24 or 25 hours apart."""
    midnight = datetime.min.time()
    opens = datetime.combine(day, midnight, tzinfo=zone)
    closes = datetime.combine(day + timedelta(days=1), midnight, tzinfo=zone)
    return opens.astimezone(UTC), closes.astimezone(UTC)


def read(
    session: Session,
    *,
    territory_id: int,
    day: date,
    now: datetime,
    last_visitor_days: int = 90,
    candidate: Visit | None = None,
    mover: Visit | None = None,
    technician_ids: Collection[int] | None = None,
) -> Reading:
    """The day as it stands; ``technician_ids`` limits the reading to their rounds.

    With a ``candidate`` only that visit is considered beside what is planned, as one that looks for
    another window: its place is free again, unless it was promised, then it stays taken. A
    ``mover`` looks for another place with the promise that it has; its own is free.
    """
    territory = session.get_one(Territory, territory_id)
    opens_at, closes_at = bounds(territory.tz, day=day)
    shifts = _shifts(session, territory_id=territory_id, day=day, technician_ids=technician_ids)
    people = {shift.technician_id for shift in shifts}
    planned = [
        row
        for row in assignments.incumbent(session, territory_id=territory_id, day=day)
        if technician_ids is None or row.technician_id in technician_ids
    ]
    holds = _holds(session, now=now, candidate=candidate)
    chosen = candidate or mover
    if chosen is None:
        waiting = _waiting(session, territory_id=territory_id, day=day, before=closes_at)
    else:
        waiting = [chosen.id]
    visits = _visits(session, ids={*(row.visit_id for row in planned), *waiting})
    promises = promises_of(session, visit_ids=visits)
    pins = _pins(session, visit_ids=visits)
    rows, blocks = _set_aside(planned, candidate=candidate, promises=promises, visits=visits)
    if mover is not None:
        pins.pop(mover.id, None)  # whoever moves it decides anew
        rows = tuple(r for r in rows if r.visit_id != mover.id or r.state in assignments.STARTED)
    wanted = _wanted(
        visits,
        placed={row.visit_id for row in rows},
        chosen=chosen,
        held={hold.visit_id for hold in holds},
        elsewhere=_elsewhere(promises=promises, pins=pins, day=day, closes_at=closes_at),
    )
    if candidate is not None:
        promises.pop(candidate.id, None)  # it looks for another window
    mine = {shift.id for shift in shifts}
    return Reading(
        territory=territory,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        now=now,
        revision=assignments.revision(session, territory_id=territory_id, day=day),
        shifts=shifts,
        absences=_absences(session, technician_ids=people, during=(opens_at, closes_at)),
        assignments=rows,
        blocks=(*blocks, *(_block(hold) for hold in holds if hold.shift_id in mine)),
        visits=wanted,
        promises=promises,
        pins=pins,
        accepted=_accepted(session, assignments=rows),
        carried=_carried(session, technician_ids=people),
        last_visitors=_last_visitors(
            session, visits=wanted.values(), since=now - timedelta(days=last_visitor_days)
        ),
        depots=_depots(session, territory_id=territory_id),
    )


def _shifts(
    session: Session,
    *,
    territory_id: int,
    day: date,
    technician_ids: Collection[int] | None,
) -> tuple[Shift, ...]:
    query = (
        select(Shift)
        .join(Shift.technician)
        .where(Shift.day == day, Technician.territory_id == territory_id, Technician.active)
        .options(
            joinedload(Shift.technician).selectinload(Technician.skills),
            joinedload(Shift.technician).joinedload(Technician.depot),
        )
        .order_by(Shift.technician_id, Shift.starts_at)
        .execution_options(populate_existing=True)
    )
    if technician_ids is not None:
        query = query.where(Shift.technician_id.in_(sorted(technician_ids)))
    return tuple(session.scalars(query).unique())


def _holds(session: Session, *, now: datetime, candidate: Visit | None) -> Sequence[Hold]:
    """Live holds of any day: whoever is held for another day is not planned on this one.

    The candidate's own hold ends when it takes another, so it takes no time.
    """
    rows = session.scalars(
        select(Hold)
        .where(Hold.state == HoldState.HELD, Hold.expires_at > now)
        .options(joinedload(Hold.visit).joinedload(Visit.site))
        .order_by(Hold.id)
        .execution_options(populate_existing=True)
    )
    return [hold for hold in rows if candidate is None or hold.visit_id != candidate.id]


def _block(hold: Hold) -> Block:
    return Block(
        id=f"hold-{hold.id}",
        site=hold.visit.site,
        technician_id=hold.technician_id,
        shift_id=hold.shift_id,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
    )


def _waiting(session: Session, *, territory_id: int, day: date, before: datetime) -> Sequence[int]:
    """Visits that may be served before the day ends and stand in no other day's round."""
    elsewhere = select(Assignment.visit_id).where(
        Assignment.day != day, Assignment.state.in_(_OPEN)
    )
    return session.scalars(
        select(Visit.id)
        .where(
            Visit.territory_id == territory_id,
            Visit.state.in_(PLANNABLE),
            or_(Visit.release_at.is_(None), Visit.release_at < before),
            Visit.id.not_in(elsewhere),
        )
        .order_by(Visit.id)
    ).all()


_OPEN = tuple(state for state in assignments.IN_FORCE if state is not AssignmentState.FINISHED)


def _visits(session: Session, *, ids: Collection[int]) -> dict[int, Visit]:
    rows = session.scalars(
        select(Visit)
        .where(Visit.id.in_(sorted(ids)))
        .options(
            joinedload(Visit.site),
            joinedload(Visit.ticket),
            joinedload(Visit.agreement).selectinload(Agreement.levels),
            selectinload(Visit.skills),
            selectinload(Visit.parts),
            selectinload(Visit.preferred_windows),
            selectinload(Visit.technician_wishes),
        )
        .order_by(Visit.id)
        .execution_options(populate_existing=True)
    )
    return {visit.id: visit for visit in rows.unique()}


def _pins(session: Session, *, visit_ids: Iterable[int]) -> dict[int, Pin]:
    rows = session.scalars(
        select(Pin)
        .where(Pin.visit_id.in_(sorted(visit_ids)), Pin.released_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return {pin.visit_id: pin for pin in rows}


def _set_aside(
    planned: Sequence[Assignment],
    *,
    candidate: Visit | None,
    promises: Mapping[int, Promise],
    visits: Mapping[int, Visit],
) -> tuple[tuple[Assignment, ...], tuple[Block, ...]]:
    """The candidate's own places leave the plan; a promised one stays as a block until it moves."""
    if candidate is None:
        return tuple(planned), ()
    own = [r for r in planned if r.visit_id == candidate.id and r.state in assignments.MOVABLE]
    rest = tuple(row for row in planned if row not in own)
    if candidate.id not in promises:
        return rest, ()
    blocks = (
        Block(
            id=f"before-{row.id}",
            site=visits[row.visit_id].site,
            technician_id=row.technician_id,
            shift_id=row.shift_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in own
    )
    return rest, tuple(blocks)


def _elsewhere(
    *,
    promises: Mapping[int, Promise],
    pins: Mapping[int, Pin],
    day: date,
    closes_at: datetime,
) -> set[int]:
    """Visits that are promised to a later day or pinned to another one.

    A promise of an earlier day is lost: that visit is due on any day.
    """
    later = {visit for visit, promise in promises.items() if promise.opens_at >= closes_at}
    pinned = {visit for visit, pin in pins.items() if pin.day is not None and pin.day != day}
    return later | pinned


def _wanted(
    visits: Mapping[int, Visit],
    *,
    placed: Collection[int],
    chosen: Visit | None,
    held: Collection[int],
    elsewhere: Collection[int],
) -> dict[int, Visit]:
    wanted = None if chosen is None else chosen.id
    return {
        number: visit
        for number, visit in visits.items()
        if number in placed or number == wanted or not (number in held or number in elsewhere)
    }


def _absences(
    session: Session, *, technician_ids: Iterable[int], during: Period
) -> dict[int, tuple[Period, ...]]:
    """By technician; a shift may run on after midnight, so a day is added at the end."""
    found: dict[int, tuple[Period, ...]] = defaultdict(tuple)
    rows = session.scalars(
        select(Absence)
        .where(
            Absence.technician_id.in_(sorted(technician_ids)),
            Absence.starts_at < during[1] + timedelta(days=1),
            Absence.ends_at > during[0],
        )
        .order_by(Absence.starts_at)
    )
    for row in rows:
        found[row.technician_id] += ((row.starts_at, row.ends_at),)
    return found


def _accepted(session: Session, *, assignments: Iterable[Assignment]) -> dict[int, frozenset[str]]:
    """Codes of rules that a dispatcher broke on purpose, by visit."""
    visit_of = {row.id: row.visit_id for row in assignments}
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    rows = session.scalars(select(Override).where(Override.assignment_id.in_(sorted(visit_of))))
    for row in rows:
        found[visit_of[row.assignment_id]] |= frozenset(row.codes)
    return found


def _carried(session: Session, *, technician_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = session.scalars(
        select(VanStock).where(VanStock.technician_id.in_(sorted(technician_ids)))
    )
    for row in rows:
        found[row.technician_id][row.part.code] = row.pieces
    return found


def _last_visitors(session: Session, *, visits: Iterable[Visit], since: datetime) -> dict[int, int]:
    """Who came last for the same ticket or the same device, by visit."""
    by_ticket = {visit.ticket_id for visit in visits}
    by_asset = {v.ticket.asset_id for v in visits if v.ticket.asset_id is not None}
    rows = session.execute(
        select(Visit.ticket_id, Ticket.asset_id, Assignment.technician_id)
        .join(Visit, Assignment.visit_id == Visit.id)
        .join(Ticket, Visit.ticket_id == Ticket.id)
        .where(
            Assignment.state == AssignmentState.FINISHED,
            Assignment.finished_at > since,
            or_(Visit.ticket_id.in_(by_ticket), Ticket.asset_id.in_(by_asset)),
        )
        .order_by(Assignment.finished_at)
    ).all()
    tickets = {ticket: technician for ticket, _, technician in rows}
    assets = {asset: technician for _, asset, technician in rows if asset is not None}
    found = {}
    for visit in visits:
        last = tickets.get(visit.ticket_id) or assets.get(visit.ticket.asset_id or 0)
        if last is not None:
            found[visit.id] = last
    return found


def _depots(session: Session, *, territory_id: int) -> tuple[Depot, ...]:
    return tuple(
        session.scalars(select(Depot).where(Depot.territory_id == territory_id).order_by(Depot.id))
    )
