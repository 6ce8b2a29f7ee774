"""What becomes of places when a visit is cancelled or a day is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.planning import assignments, occupancy
from dispatch.planning.plans.publication import step
from dispatch.planning.tables import Assignment, Plan, PlanState
from dispatch.promises import Hold, HoldState
from dispatch.visits import Visit


def release_for_cancel(session: Session, *, visit: Visit, now: datetime) -> Sequence[Assignment]:
    """Free the places and the hold of a visit that is not coming; returns the places.

    Harmless when repeated; what has begun stays for the technician to end.
    """
    held = session.scalar(
        select(Hold).where(Hold.visit_id == visit.id, Hold.state == HoldState.HELD)
    )
    days = [(held.shift.day, held.technician.territory_id)] if held else []
    people = held.technician_ids if held else ()
    rows = [
        row
        for row in assignments.lock_visit(session, visit=visit, days=days, technician_ids=people)
        if row.state in assignments.MOVABLE
    ]
    assignments.release(session, assignments=rows, now=now)
    if held is not None:
        occupancy.end_hold(session, hold=held, state=HoldState.LET_GO)
    assignments.tell_moves(session, rows=rows, kind="visit-unplanned", now=now, by=None)
    return rows


def close_day(
    session: Session, *, territory_id: int, day: date, now: datetime
) -> Sequence[Assignment]:
    """End a day: its plan is frozen for the figures, what nobody began waits for another day.

    Returns the places that were released; harmless when repeated.
    """
    assignments.lock(session, days=[(day, territory_id)])
    rows = [
        row
        for row in assignments.incumbent(session, territory_id=territory_id, day=day)
        if row.state in assignments.MOVABLE
    ]
    assignments.release(session, assignments=rows, now=now)
    assignments.tell_moves(session, rows=rows, kind="visit-not-reached", now=now, by=None)
    plan = session.scalar(
        select(Plan).where(
            Plan.territory_id == territory_id,
            Plan.day == day,
            Plan.state == PlanState.PUBLISHED,
        )
    )
    if plan is not None:
        step(plan, verb="close")
        session.flush()
        journal.record(
            session,
            "day-closed",
            thing="plan",
            thing_id=plan.id,
            now=now,
            territory_id=territory_id,
            day=day.isoformat(),
        )
    return rows
