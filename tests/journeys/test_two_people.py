"""A visit for two from the offer to the report, with the real engine between."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from dispatch import booking, field
from dispatch.agreements import Charge
from dispatch.field import DeedKind, OutcomeKind, OutcomeReport
from dispatch.planning import plans, rounds, runs
from dispatch.promises import AppointmentState
from dispatch.tickets import TicketState
from dispatch.visits import VisitState
from schedules import child
from tests import build, clock
from tests.dispatch.planning.day import ROADS, brief_of, queued

pytestmark = pytest.mark.slow


def planned_by_the_engine(session, territory, *, now):
    run = queued(session, territory, now=now)
    token = runs.start(session, run_id=run.id, now=now)
    brief = brief_of(session, territory, now=now)
    answer = child.solve(brief.problem, limit_s=4, seed=1, workers=1)
    return plans.publish(
        session,
        run_id=run.id,
        token=token,
        solution=answer.solution,
        stamp=brief.stamp,
        now=now,
    )


def told(session, row, kind, *, at):
    field.record_deed(
        session,
        visit=row.visit,
        technician=row.technician,
        kind=kind,
        client_id=uuid4().hex,
        device_at=at,
        now=at,
    )


def crew_of(session, visit):
    return plans.assignments_of(session, visit_id=visit.id)


def test_two_people_are_promised_planned_repaired_and_charged_as_one_visit(session):
    territory = build.territory(session)
    shifts = [
        build.shift(
            session,
            technician=build.technician(session, territory=territory, skills=skills, name=name),
            pause=30,
        )
        for name, skills in (("Łukasz Żółć", {"fibre"}), ("田中さくら", ()), ("Zoé Ørsted", ()))
    ]
    site = build.site(session, territory=territory)
    ticket = build.ticket(session, site=site, state=TicketState.IN_FIELD, tier=2)
    visit = build.visit(
        session, ticket=ticket, agreement=ticket.agreement, crew_size=2, skills={"fibre"}
    )
    others = [build.visit(session, territory=territory) for _ in range(6)]

    # the customer takes a window that is proved for both
    offer = booking.offer_windows(session, visit=visit, now=clock.NOW, travel=ROADS)[-1]
    proposal = booking.propose(
        session,
        visit=visit,
        opens_at=offer.opens_at,
        closes_at=offer.closes_at,
        travel=ROADS,
        now=clock.NOW,
    )
    hold = booking.hold(session, proposal=proposal, travel=ROADS, now=clock.NOW)
    promise = booking.confirm(session, hold=hold, now=clock.NOW)

    # the engine plans the rest around them
    planned_by_the_engine(session, territory, now=clock.NOW)
    lead, helper = crew_of(session, visit)
    assert lead.technician_id == shifts[0].technician_id
    assert promise.opens_at <= lead.starts_at < promise.closes_at
    assert abs(lead.starts_at - helper.starts_at) <= timedelta(minutes=5)
    day = rounds.day_of(session, territory=territory, day=clock.DAY)
    assert day.planned_count == 1 + len(others)

    # the helper falls ill: the engine finds another, the promise stands
    ill = helper.technician_id
    build.absence(
        session,
        technician=helper.technician,
        starts_at=helper.shift.starts_at,
        ends_at=helper.shift.ends_at,
    )
    planned_by_the_engine(session, territory, now=clock.NOW)
    lead, helper = crew_of(session, visit)
    assert ill not in {lead.technician_id, helper.technician_id}
    assert promise.opens_at <= lead.starts_at < promise.closes_at

    # both arrive, the lead reports
    told(session, helper, DeedKind.ARRIVE, at=helper.starts_at)
    told(session, lead, DeedKind.ARRIVE, at=lead.starts_at)
    assert promise.state is AppointmentState.KEPT
    field.finish(
        session,
        visit=visit,
        technician=lead.technician,
        report=OutcomeReport(
            kind=OutcomeKind.FIXED, work_minutes=50, cause="a", remedy="b", signed_by="c"
        ),
        client_id=uuid4().hex,
        device_at=lead.ends_at,
        now=lead.ends_at,
    )
    assert (visit.state, ticket.state) == (VisitState.DONE, TicketState.RESOLVED)
    assert len(session.scalars(select(Charge)).all()) == 1
