"""Of two who go together the lead's steps are the visit's, the helper's are his own."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from dispatch import agreements, field
from dispatch.agreements import AgreementKind, Charge
from dispatch.field import DeedKind, OutcomeKind, OutcomeReport, OutcomeState
from dispatch.planning import plans
from dispatch.planning.plans import AssignmentState, Occupancy
from dispatch.promises import AppointmentState
from dispatch.tickets import TicketState
from dispatch.visits import CrewRole, VisitState
from tests import build, clock


@pytest.fixture
def pair(session):
    """A visit for two from 09:00 to 10:00: the rows of lead and helper."""
    territory = build.territory(session)
    site = build.site(session, territory=territory)
    agreement = build.agreement(session, customer=site.customer, kind=AgreementKind.PREPAID)
    agreements.buy(session, agreement=agreement, minutes=600, now=clock.NOW)
    ticket = build.ticket(
        session, site=site, agreement=agreement, state=TicketState.IN_FIELD, tier=2
    )
    visit = build.visit(session, ticket=ticket, agreement=agreement, crew_size=2)
    return [
        build.assignment(
            session,
            visit=visit,
            shift=build.shift(session, technician=build.technician(session, territory=territory)),
            role=role,
        )
        for role in CrewRole
    ]


def tell(session, row, kind, *, at, **details):
    return field.record_deed(
        session,
        visit=row.visit,
        technician=row.technician,
        kind=kind,
        client_id=uuid4().hex,
        device_at=clock.at(at),
        now=clock.at(at),
        **details,
    )


def report(session, row, *, at="10:00"):
    return field.finish(
        session,
        visit=row.visit,
        technician=row.technician,
        report=OutcomeReport(
            kind=OutcomeKind.FIXED,
            work_minutes=50,
            cause="Wałek zużyty",
            remedy="Wałek wymieniony",
            signed_by="Nowak",
        ),
        client_id=uuid4().hex,
        device_at=clock.at(at),
        now=clock.at(at),
    )


def test_a_helper_who_arrives_first_does_not_begin_the_visit(session, pair):
    _lead, helper = pair

    told = tell(session, helper, DeedKind.ARRIVE, at="08:55")

    assert (told.flagged, helper.state) == ("", AssignmentState.ON_SITE)
    assert helper.visit.state is VisitState.READY


def test_the_lead_keeps_the_promise_by_arriving(session, pair):
    lead, helper = pair
    promise = build.appointment(session, visit=lead.visit, opens_at=clock.at("09:00"))
    tell(session, helper, DeedKind.ARRIVE, at="09:00")

    tell(session, lead, DeedKind.ARRIVE, at="09:04")

    assert (promise.state, lead.visit.state) == (AppointmentState.KEPT, VisitState.ON_SITE)
    assert (lead.arrived_at, helper.arrived_at) == (clock.at("09:04"), clock.at("09:00"))


def test_the_leads_report_ends_both_places_and_charges_once(session, pair):
    lead, helper = pair
    tell(session, lead, DeedKind.ARRIVE, at="09:00")
    tell(session, helper, DeedKind.ARRIVE, at="09:05")

    outcome = report(session, lead)

    assert outcome.state is OutcomeState.ACCEPTED
    assert {lead.state, helper.state} == {AssignmentState.FINISHED}
    assert session.scalars(select(Occupancy)).all() == []
    assert [row.minutes for row in session.scalars(select(Charge))] == [60]  # whole quarters


def test_a_helper_who_never_said_so_is_not_said_to_have_arrived(session, pair):
    lead, helper = pair
    tell(session, lead, DeedKind.ARRIVE, at="09:00")

    report(session, lead)

    assert helper.arrived_at is None


def test_a_helpers_report_waits_for_the_dispatcher(session, pair):
    _lead, helper = pair

    outcome = report(session, helper)

    assert (outcome.state, outcome.review_reason) == (OutcomeState.UNDER_REVIEW, "not-lead")
    assert helper.visit.state is VisitState.READY


def test_a_second_report_of_the_same_visit_charges_nothing(session, pair):
    lead, helper = pair
    report(session, lead)

    late = report(session, helper, at="10:05")

    assert late.state is OutcomeState.UNDER_REVIEW
    assert len(session.scalars(select(Charge)).all()) == 1


def test_only_the_lead_pauses_the_work(session, pair):
    _lead, helper = pair
    tell(session, helper, DeedKind.ARRIVE, at="09:00")

    told = tell(session, helper, DeedKind.PAUSE, at="09:30", minutes_left=30)

    assert (told.flagged, helper.state) == ("not-lead", AssignmentState.ON_SITE)


def test_a_pause_frees_both_and_keeps_the_lead(session, pair):
    lead, helper = pair
    tell(session, lead, DeedKind.ARRIVE, at="09:00")
    tell(session, helper, DeedKind.ARRIVE, at="09:00")

    tell(session, lead, DeedKind.PAUSE, at="09:30", minutes_left=30)

    assert plans.assignments_of(session, visit_id=lead.visit_id) == []
    pin = plans.live_pin(session, visit_id=lead.visit_id)
    assert pin.technician_id == lead.technician_id


def test_when_the_lead_turns_back_the_helper_does_too(session, pair):
    lead, helper = pair
    tell(session, lead, DeedKind.SET_OFF, at="08:40")
    tell(session, helper, DeedKind.SET_OFF, at="08:40")

    tell(session, lead, DeedKind.TURN_BACK, at="08:45", reason="Awaria auta")

    assert {lead.state, helper.state} == {AssignmentState.PLANNED}
    assert lead.visit.state is VisitState.READY


def test_a_helper_who_turns_back_leaves_the_lead_on_the_way(session, pair):
    lead, helper = pair
    tell(session, lead, DeedKind.SET_OFF, at="08:40")
    tell(session, helper, DeedKind.SET_OFF, at="08:40")

    tell(session, helper, DeedKind.TURN_BACK, at="08:45", reason="Awaria auta")

    assert (lead.state, helper.state) == (AssignmentState.UNDER_WAY, AssignmentState.PLANNED)
    assert lead.visit.state is VisitState.UNDER_WAY
