"""A territory's day as people look at it: every round with its stops, and what is left over.

Reads only. A fixed number of queries whatever the size of the day, and plain values as the
answer, so that a page or a machine can render it without asking again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from dispatch.places import Depot, Territory
from dispatch.planning.cards import VisitCard, cards_of
from dispatch.planning.company import Companion, Company, company_of, others_than
from dispatch.planning.plans import (
    Assignment,
    AssignmentState,
    Plan,
    PlanState,
    Unserved,
)
from dispatch.planning.runs import PlanRun, latest_run
from dispatch.tickets import Ticket
from dispatch.visits import CrewRole, Visit, VisitState
from dispatch.workforce import Absence, Shift, Technician
from routing.travel.provider import Profile

_PRIORITY_ORDER = {"urgent": 0, "high": 1, "normal": 2, "planned": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStop:
    """One visit in a round, with planned and real times."""

    visit: VisitCard
    assignment_id: int
    version: int
    position: int
    state: str
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    travel_seconds: int
    travel_metres: int
    set_off_at: datetime | None
    arrived_at: datetime | None
    finished_at: datetime | None
    leads: bool
    others: tuple[Companion, ...]

    @property
    def breaks_promise(self) -> bool:
        """Whether work is planned to start outside the window that the customer was promised."""
        promise = self.visit.promise
        return promise is not None and not promise.opens_at <= self.starts_at < promise.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A break that is due: its length, and when it may begin."""

    minutes: int
    earliest_at: datetime
    latest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one technician drives on one day."""

    technician_id: int
    technician: str
    phone: str | None
    profile: Profile
    start: tuple[float, float]
    end: tuple[float, float]
    shifts: tuple[tuple[datetime, datetime], ...]
    pauses: tuple[Pause, ...]
    absences: tuple[tuple[datetime, datetime], ...]
    stops: tuple[RoundStop, ...]

    @property
    def shift_minutes(self) -> int:
        return int(sum((end - start).total_seconds() for start, end in self.shifts) // 60)

    @property
    def work_minutes(self) -> int:
        return int(sum((s.ends_at - s.starts_at).total_seconds() for s in self.stops) // 60)

    @property
    def travel_minutes(self) -> int:
        return sum(stop.travel_seconds for stop in self.stops) // 60

    @property
    def travel_metres(self) -> int:
        """To all stops, as planned; the way home is not among them."""
        return sum(stop.travel_metres for stop in self.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A visit without a place in any round, with the reason that the plan in force gives."""

    visit: VisitCard
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One territory on one local day."""

    territory: Territory
    day: date
    starts_at: datetime
    ends_at: datetime
    rounds: tuple[Round, ...]
    left_over: tuple[LeftOver, ...]
    depots: tuple[Depot, ...]
    plan: Plan | None
    run: PlanRun | None

    @property
    def planned_count(self) -> int:
        """Visits that stand in a round; one for several people counts once."""
        return len({stop.visit.id for round_ in self.rounds for stop in round_.stops})


def day_of(session: Session, *, territory: Territory, day: date) -> Day:
    """Everything about one day; about twelve queries, whatever its size."""
    starts_at, ends_at = bounds(territory, day=day)
    assignments = _assignments(session, territory=territory, day=day)
    plan = session.scalar(
        select(Plan).where(
            Plan.territory_id == territory.id, Plan.day == day, Plan.state == PlanState.PUBLISHED
        )
    )
    unserved = _unserved(session, plan=plan)
    waiting = _waiting(session, territory=territory, until=ends_at)
    visits = {a.visit_id: a.visit for a in assignments} | {v.id: v for v in waiting}
    cards = cards_of(session, visits=visits.values())
    return Day(
        territory=territory,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        rounds=_rounds(session, territory=territory, day=day, assignments=assignments, cards=cards),
        left_over=_left_over(waiting, cards=cards, unserved=unserved, until=(starts_at, ends_at)),
        depots=tuple(
            session.scalars(select(Depot).where(Depot.territory_id == territory.id)).all()
        ),
        plan=plan,
        run=latest_run(session, territory_id=territory.id, day=day),
    )


def bounds(territory: Territory, *, day: date) -> tuple[datetime, datetime]:
    """First and last instant of a local day, half-open; 23, 24 or 25 hours apart."""
    tz = territory.tz
    start = datetime.combine(day, datetime.min.time(), tzinfo=tz)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=tz)
    return start, end


def round_of(session: Session, *, technician: Technician, day: date) -> Round:
    """One technician's round of one day, also when it is empty."""
    assignments = (
        session.scalars(
            _assignment_query().where(
                Assignment.day == day, Assignment.technician_id == technician.id
            )
        )
        .unique()
        .all()
    )
    cards = cards_of(session, visits={a.visit_id: a.visit for a in assignments}.values())
    shifts = session.scalars(
        select(Shift)
        .where(Shift.day == day, Shift.technician_id == technician.id)
        .order_by(Shift.starts_at)
    ).all()
    return _round(
        technician,
        shifts=shifts,
        absences=_absences(session, shifts=shifts).get(technician.id, ()),
        assignments=assignments,
        cards=cards,
        company=company_of(session, visit_ids=cards),
    )


def _assignment_query() -> Select[Assignment]:
    visit = joinedload(Assignment.visit)
    return (
        select(Assignment)
        .where(Assignment.state != AssignmentState.RELEASED)
        .options(
            visit.joinedload(Visit.site),
            visit.selectinload(Visit.skills),
            visit.joinedload(Visit.ticket).load_only(Ticket.id),
        )
        .order_by(Assignment.technician_id, Assignment.starts_at)
    )


def _assignments(session: Session, *, territory: Territory, day: date) -> Sequence[Assignment]:
    found: Sequence[Assignment] = (
        session.scalars(
            _assignment_query().where(
                Assignment.day == day, Assignment.territory_id == territory.id
            )
        )
        .unique()
        .all()
    )
    return found


def _waiting(session: Session, *, territory: Territory, until: datetime) -> Sequence[Visit]:
    """Visits that could be planned by ``until`` and stand in no round."""
    planned = select(Assignment.visit_id).where(Assignment.state != AssignmentState.RELEASED)
    return session.scalars(
        select(Visit)
        .where(
            Visit.territory_id == territory.id,
            Visit.state.in_((VisitState.READY, VisitState.PAUSED)),
            or_(Visit.release_at.is_(None), Visit.release_at < until),
            Visit.id.not_in(planned),
        )
        .options(joinedload(Visit.site))
    ).all()


def _unserved(session: Session, *, plan: Plan | None) -> dict[int, Unserved]:
    if plan is None:
        return {}
    rows = session.scalars(select(Unserved).where(Unserved.plan_id == plan.id))
    return {row.visit_id: row for row in rows}


def _left_over(
    waiting: Iterable[Visit],
    *,
    cards: Mapping[int, VisitCard],
    unserved: Mapping[int, Unserved],
    until: tuple[datetime, datetime],
) -> tuple[LeftOver, ...]:
    """What waits for a round, promised to another day left out; most urgent first."""
    opens, closes = until
    left = []
    for visit in waiting:
        card = cards[visit.id]
        if card.promise is not None and not opens <= card.promise.opens_at < closes:
            continue
        row = unserved.get(visit.id)
        left.append(
            LeftOver(
                visit=card,
                reason=row.reason if row else "not-planned",
                details=row.details if row else {},
            )
        )
    return tuple(sorted(left, key=_urgency))


def _urgency(left: LeftOver) -> tuple[bool, int, float, int]:
    due = left.visit.due_at
    return (
        left.visit.promise is None,
        _PRIORITY_ORDER[left.visit.priority],
        due.timestamp() if due else float("inf"),
        left.visit.id,
    )


def _rounds(
    session: Session,
    *,
    territory: Territory,
    day: date,
    assignments: Sequence[Assignment],
    cards: Mapping[int, VisitCard],
) -> tuple[Round, ...]:
    shifts = session.scalars(
        select(Shift)
        .join(Shift.technician)
        .where(
            Shift.day == day,
            or_(
                Technician.territory_id == territory.id,
                Technician.id.in_({a.technician_id for a in assignments}),
            ),
        )
        .options(joinedload(Shift.technician).joinedload(Technician.depot))
        .order_by(Shift.starts_at)
    ).all()
    absences = _absences(session, shifts=shifts)
    company = company_of(session, visit_ids={a.visit_id for a in assignments})
    by_technician: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in assignments:
        by_technician[assignment.technician_id].append(assignment)
    technicians = {shift.technician_id: shift.technician for shift in shifts}
    return tuple(
        _round(
            technician,
            shifts=[s for s in shifts if s.technician_id == technician.id],
            absences=absences.get(technician.id, ()),
            assignments=by_technician[technician.id],
            cards=cards,
            company=company,
        )
        for technician in sorted(technicians.values(), key=lambda t: (t.name, t.id))
    )


def _round(
    technician: Technician,
    *,
    shifts: Sequence[Shift],
    absences: Sequence[tuple[datetime, datetime]],
    assignments: Sequence[Assignment],
    cards: Mapping[int, VisitCard],
    company: Company,
) -> Round:
    place = start_place(technician)
    return Round(
        technician_id=technician.id,
        technician=technician.name,
        phone=technician.phone,
        profile=technician.travel_profile,
        start=place,
        end=place,
        shifts=tuple((shift.starts_at, shift.ends_at) for shift in shifts),
        pauses=tuple(
            Pause(minutes=b.minutes, earliest_at=b.earliest_at, latest_at=b.latest_at)
            for shift in shifts
            for b in shift.breaks
        ),
        absences=tuple(absences),
        stops=tuple(
            _stop(a, card=cards[a.visit_id], company=company.get(a.visit_id, ()))
            for a in sorted(assignments, key=lambda a: (a.starts_at, a.id))
        ),
    )


def start_place(technician: Technician) -> tuple[float, float]:
    """Latitude and longitude where a round begins and ends: the depot, or home."""
    if technician.starts_at_depot and technician.depot is not None:
        return technician.depot.latitude, technician.depot.longitude
    return technician.home_latitude, technician.home_longitude


def _stop(assignment: Assignment, *, card: VisitCard, company: tuple[Companion, ...]) -> RoundStop:
    return RoundStop(
        visit=card,
        assignment_id=assignment.id,
        version=assignment.version,
        position=assignment.position,
        state=assignment.state.value,
        arrives_at=assignment.arrives_at,
        starts_at=assignment.starts_at,
        ends_at=assignment.ends_at,
        travel_seconds=assignment.travel_seconds,
        travel_metres=assignment.travel_metres,
        set_off_at=assignment.set_off_at,
        arrived_at=assignment.arrived_at,
        finished_at=assignment.finished_at,
        leads=assignment.role is CrewRole.LEAD,
        others=others_than(assignment.technician_id, among=company),
    )


def _absences(
    session: Session, *, shifts: Sequence[Shift]
) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
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
