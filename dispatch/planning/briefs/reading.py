"""What a brief is made of: the rows of one territory's day, read at one moment.

A fixed number of queries whatever the size of the day. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dispatch.agreements import Agreement
from dispatch.places import Depot, Territory
from dispatch.planning import assignments
from dispatch.planning.briefs import rows as rows_of
from dispatch.planning.briefs.ledger import Worked, worked
from dispatch.planning.briefs.scope import Block, Scope, awaited, held
from dispatch.planning.tables import Assignment, AssignmentState, Pin
from dispatch.promises import Hold, HoldState, Promise, promises_of
from dispatch.tickets import Ticket
from dispatch.visits import Visit, VisitState
from dispatch.workforce import Shift, Technician

PLANNABLE = (VisitState.READY, VisitState.PAUSED)
Period = tuple[datetime, datetime]


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
    # Places of others at visits of these rounds, when not all rounds are read.
    beyond: tuple[Assignment, ...] = ()
    # Visits that follow another one, which will not have been done by this day.
    too_soon: frozenset[int] = frozenset()
    ledger: Mapping[int, Worked] = field(default_factory=dict)
    for_booking: bool = False

    def seconds(self, at: datetime) -> int:
        """Whole seconds after the planner's zero, rounded up."""
        return -int((self.opens_at - at) // timedelta(seconds=1))

    def instant(self, seconds: float) -> datetime:
        """The moment so many seconds after the planner's zero, to the whole second."""
        return self.opens_at + timedelta(seconds=round(seconds))

    @property
    def started(self) -> tuple[Assignment, ...]:
        """Stops that nobody moves any more; one that is due at a visit begun by others, too."""
        begun = begun_visits((*self.assignments, *self.beyond))
        return tuple(
            row
            for row in self.assignments
            if row.state in assignments.STARTED
            or (row.visit_id in begun and row.starts_at <= self.now)
        )

    @property
    def movable(self) -> tuple[Assignment, ...]:
        """Stops that the planner may still move: nobody has set off to their visit."""
        begun = begun_visits((*self.assignments, *self.beyond))
        return tuple(row for row in self.assignments if row.visit_id not in begun)

    @property
    def ahead(self) -> tuple[Assignment | Block, ...]:
        """Everything that still lies ahead in somebody's round."""
        return (*self.movable, *self.blocks)


def begun_visits(rows: Iterable[Assignment]) -> frozenset[int]:
    """Visits to which somebody has set off."""
    return frozenset(row.visit_id for row in rows if row.state in assignments.STARTED)


def bounds(zone: ZoneInfo, *, day: date) -> Period:
    """First instant of a local day and of the next; 23, 24 or 25 hours apart."""
    midnight = datetime.min.time()
    opens = datetime.combine(day, midnight, tzinfo=zone)
    closes = datetime.combine(day + timedelta(days=1), midnight, tzinfo=zone)
    return opens.astimezone(UTC), closes.astimezone(UTC)


def read(  # noqa: PLR0913 - whose day, how far back
    session: Session,
    *,
    territory_id: int,
    day: date,
    now: datetime,
    last_visitor_days: int = 90,
    ledger_days: int = 28,
    candidate: Visit | None = None,
    mover: Visit | None = None,
    technician_ids: Collection[int] | None = None,
) -> Reading:
    """The day as it stands, as far as the scope of these goes (see `Scope`)."""
    return _read(
        session,
        territory=session.get_one(Territory, territory_id),
        day=day,
        now=now,
        since=now - timedelta(days=last_visitor_days),
        days_back=ledger_days,
        scope=Scope(candidate=candidate, mover=mover, technician_ids=technician_ids),
    )


def _read(
    session: Session,
    *,
    territory: Territory,
    day: date,
    now: datetime,
    since: datetime,
    days_back: int,
    scope: Scope,
) -> Reading:
    opens_at, closes_at = bounds(territory.tz, day=day)
    shifts = _shifts(session, territory_id=territory.id, day=day, scope=scope)
    people = {shift.technician_id for shift in shifts}
    holds = [hold for hold in _holds(session, now=now) if scope.counts(hold)]
    work = _work(session, territory=territory, day=day, holds=holds, scope=scope)
    mine = {shift.id for shift in shifts}
    return Reading(
        territory=territory,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        now=now,
        revision=assignments.revision(session, territory_id=territory.id, day=day),
        shifts=shifts,
        absences=rows_of.absences(session, technician_ids=people, during=(opens_at, closes_at)),
        assignments=work.rows,
        blocks=(
            *work.blocks,
            *(block for hold in holds for block in held(hold) if block.shift_id in mine),
            *_awaited(work, now=now),
        ),
        visits=work.visits,
        promises=work.promises,
        pins=work.pins,
        accepted=rows_of.accepted(session, assignments=work.rows),
        carried=rows_of.carried(session, technician_ids=people),
        last_visitors=rows_of.last_visitors(session, visits=work.visits.values(), since=since),
        depots=rows_of.depots(session, territory_id=territory.id),
        beyond=work.beyond,
        too_soon=rows_of.too_soon(session, visits=work.visits, day=day, scope=scope),
        ledger={}
        if scope.visit is not None
        else worked(session, technician_ids=people, day=day, days=days_back),
        for_booking=scope.candidate is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is planned and what waits, with what binds it."""

    rows: tuple[Assignment, ...]
    blocks: tuple[Block, ...]
    visits: Mapping[int, Visit]
    promises: Mapping[int, Promise]
    pins: Mapping[int, Pin]
    beyond: tuple[Assignment, ...]


def _work(
    session: Session, *, territory: Territory, day: date, holds: Iterable[Hold], scope: Scope
) -> _Work:
    incumbent = assignments.incumbent(session, territory_id=territory.id, day=day)
    planned = [row for row in incumbent if scope.has_round(row.technician_id)]
    _, closes_at = bounds(territory.tz, day=day)
    if scope.visit is None:
        waiting = _waiting(session, territory_id=territory.id, day=day, before=closes_at)
    else:
        waiting = [scope.visit.id]
    visits = _visits(session, ids={*(row.visit_id for row in planned), *waiting})
    promises = promises_of(session, visit_ids=visits)
    sites = {number: visit.site for number, visit in visits.items()}
    rows, blocks = scope.set_aside(planned, promised=promises, sites=sites)
    pins = {
        number: pin
        for number, pin in _pins(session, visit_ids=visits).items()
        if scope.keeps_pin(number)
    }
    taken = {hold.visit_id for hold in holds}
    taken |= _elsewhere(promises=promises, pins=pins, day=day, closes_at=closes_at)
    taken -= {row.visit_id for row in rows}
    return _Work(
        rows=rows,
        blocks=blocks,
        visits={n: visit for n, visit in visits.items() if scope.wants(n, taken=taken)},
        promises={n: promise for n, promise in promises.items() if scope.keeps_promise(n)},
        pins=pins,
        beyond=tuple(
            row
            for row in incumbent
            if row.visit_id in {own.visit_id for own in rows}
            and not scope.has_round(row.technician_id)
        ),
    )


def _awaited(work: _Work, *, now: datetime) -> Iterator[Block]:
    """Times at which somebody is awaited at a visit that others have begun."""
    begun = begun_visits((*work.rows, *work.beyond))
    for row in work.rows:
        if row.visit_id in begun and row.state in assignments.MOVABLE and row.starts_at > now:
            yield awaited(row, site=work.visits[row.visit_id].site)


def _shifts(session: Session, *, territory_id: int, day: date, scope: Scope) -> tuple[Shift, ...]:
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
    if scope.technician_ids is not None:
        query = query.where(Shift.technician_id.in_(sorted(scope.technician_ids)))
    return tuple(session.scalars(query).unique())


def _holds(session: Session, *, now: datetime) -> Sequence[Hold]:
    """Live holds of any day: whoever is held for another day is not planned on this one."""
    return session.scalars(
        select(Hold)
        .where(Hold.state == HoldState.HELD, Hold.expires_at > now)
        .options(joinedload(Hold.visit).joinedload(Visit.site))
        .order_by(Hold.id)
        .execution_options(populate_existing=True)
    ).all()


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
            joinedload(Visit.ticket).selectinload(Ticket.clocks),
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
