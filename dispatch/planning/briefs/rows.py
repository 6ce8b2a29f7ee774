"""Rows about the people and visits of a day, beside the day's own; a query or two each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.places import Depot
from dispatch.planning.assignments import IN_FORCE
from dispatch.planning.briefs.scope import Scope
from dispatch.planning.tables import Assignment, AssignmentState, Override
from dispatch.tickets import Ticket
from dispatch.visits import FINAL, CrewRole, Visit
from dispatch.workforce import Absence, Part, VanStock

Period = tuple[datetime, datetime]


def too_soon(
    session: Session, *, visits: Mapping[int, Visit], day: date, scope: Scope
) -> frozenset[int]:
    """Visits whose predecessor is neither done, nor planned before this day, nor asked about."""
    if scope.technician_ids is not None:
        return frozenset()
    after = {
        visit.predecessor_id: visit.id
        for visit in visits.values()
        if visit.predecessor_id is not None and visit.predecessor_id not in visits
    }
    if not after:
        return frozenset()
    earlier = select(Assignment.visit_id).where(
        Assignment.day < day, Assignment.state.in_(IN_FORCE)
    )
    still_open = session.scalars(
        select(Visit.id).where(
            Visit.id.in_(after), Visit.state.not_in(FINAL), Visit.id.not_in(earlier)
        )
    )
    return frozenset(after[first] for first in still_open)


def absences(
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


def accepted(session: Session, *, assignments: Iterable[Assignment]) -> dict[int, frozenset[str]]:
    """Codes of rules that a dispatcher broke on purpose, by visit."""
    visit_of = {row.id: row.visit_id for row in assignments}
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    rows = session.scalars(select(Override).where(Override.assignment_id.in_(sorted(visit_of))))
    for row in rows:
        found[visit_of[row.assignment_id]] |= frozenset(row.codes)
    return found


def carried(session: Session, *, technician_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Pieces of parts in the van, by technician and part."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = session.execute(
        select(VanStock.technician_id, Part.code, VanStock.pieces)
        .join(VanStock.part)
        .where(VanStock.technician_id.in_(sorted(technician_ids)))
    )
    for technician_id, part, pieces in rows:
        found[technician_id][part] = pieces
    return found


def last_visitors(session: Session, *, visits: Iterable[Visit], since: datetime) -> dict[int, int]:
    """Who led the last visit for the same ticket or the same device, by visit."""
    by_ticket = {visit.ticket_id for visit in visits}
    by_asset = {v.ticket.asset_id for v in visits if v.ticket.asset_id is not None}
    rows = session.execute(
        select(Visit.ticket_id, Ticket.asset_id, Assignment.technician_id)
        .join(Visit, Assignment.visit_id == Visit.id)
        .join(Ticket, Visit.ticket_id == Ticket.id)
        .where(
            Assignment.state == AssignmentState.FINISHED,
            Assignment.role == CrewRole.LEAD,
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


def depots(session: Session, *, territory_id: int) -> tuple[Depot, ...]:
    return tuple(
        session.scalars(select(Depot).where(Depot.territory_id == territory_id).order_by(Depot.id))
    )
