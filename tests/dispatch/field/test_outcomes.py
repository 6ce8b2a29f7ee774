"""Every outcome has its row of effects, in one transaction; repeats and late reports do no harm."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from dispatch import field, visits
from dispatch.agreements import Charge
from dispatch.field import (
    DeedKind,
    OutcomeIncomplete,
    OutcomeKind,
    OutcomeReport,
    OutcomeState,
    RemoteFixable,
)
from dispatch.planning import plans
from dispatch.planning.plans import AssignmentState, Occupancy
from dispatch.promises import AppointmentState
from dispatch.tickets import TicketState
from dispatch.visits import VisitState
from tests import build, clock

NOON = clock.at("12:00")


def assigned(session, **columns):
    """A visit from 09:00 to 10:00 whose ticket is in the field, and who goes."""
    shift = build.shift(session)
    site = build.site(session, territory=shift.technician.territory)
    ticket = build.ticket(session, site=site, state=TicketState.IN_FIELD, tier=2)
    visit = build.visit(session, ticket=ticket, agreement=ticket.agreement, **columns)
    build.assignment(session, visit=visit, shift=shift)
    return visit, shift.technician


def fixed(**parts):
    told = {
        "kind": OutcomeKind.FIXED,
        "work_minutes": 50,
        "cause": "Wałek zużyty",
        "remedy": "Wałek wymieniony",
        "signed_by": "Nowak",
        **parts,
    }
    return OutcomeReport(**told)


def finish(session, visit, technician, report, *, client_id=None, at=NOON):
    return field.finish(
        session,
        visit=visit,
        technician=technician,
        report=report,
        client_id=client_id or uuid4().hex,
        device_at=at,
        now=at,
    )


def deed(session, visit, technician, kind, *, at, **details):
    return field.record_deed(
        session,
        visit=visit,
        technician=technician,
        kind=kind,
        client_id=uuid4().hex,
        device_at=at,
        now=at,
        **details,
    )


def rows(session, kind, **equal):
    return session.query(kind).filter_by(**equal).all()


def test_fixed_ends_the_visit_and_resolves_the_ticket_with_cause_and_remedy(session):
    visit, technician = assigned(session)

    outcome = finish(session, visit, technician, fixed())

    assert outcome.state is OutcomeState.ACCEPTED
    assert visit.state is VisitState.DONE
    assert visit.ticket.state is TicketState.RESOLVED
    assert (visit.ticket.cause, visit.ticket.remedy) == ("Wałek zużyty", "Wałek wymieniony")


def test_fixed_charges_the_minutes_worked_in_started_units(session):
    visit, technician = assigned(session)

    finish(session, visit, technician, fixed(work_minutes=50))

    (charge,) = rows(session, Charge, visit_id=visit.id)
    assert charge.minutes == 60


def test_fixed_leaves_the_ticket_in_the_field_while_another_visit_is_open(session):
    visit, technician = assigned(session)
    build.visit(session, ticket=visit.ticket)

    finish(session, visit, technician, fixed())

    assert visit.ticket.state is TicketState.IN_FIELD


def test_an_outcome_frees_the_rest_of_the_planned_time(session):
    visit, technician = assigned(session)

    finish(session, visit, technician, fixed(), at=clock.at("09:20"))

    (row,) = plans.assignments_of(session, visit_id=visit.id)
    assert row.state is AssignmentState.FINISHED
    assert rows(session, Occupancy, technician_id=technician.id) == []


def test_part_missing_begins_a_follow_up_that_waits_for_the_part(session):
    visit, technician = assigned(session)
    fuser = build.part(session, "fuser")
    needs = {"parts": [{"part_id": fuser.id, "pieces": 1}], "arrives_on": "2026-04-01"}

    finish(session, visit, technician, fixed(kind=OutcomeKind.PART_MISSING, next_needs=needs))

    (successor,) = visits.open_visits(session, ticket_id=visit.ticket_id)
    assert visit.state is VisitState.FOLLOW_UP
    assert (successor.state, successor.predecessor_id) == (VisitState.BLOCKED, visit.id)
    assert successor.release_at == clock.at("00:00", day=date(2026, 4, 1))
    assert [(row.part.code, row.pieces) for row in successor.parts] == [("fuser", 1)]
    assert visits.needs_of(successor).preferred == (technician.id,)
    assert visit.ticket.state is TicketState.IN_FIELD


def test_a_follow_up_brings_the_skills_that_were_learnt_on_site(session):
    visit, technician = assigned(session, skills={"printer": 1})
    printer, fibre = build.skill(session, "printer"), build.skill(session, "fibre")
    skills = [{"skill_id": printer.id, "level": 3}, {"skill_id": fibre.id, "level": 1}]
    needs = {"why": "Brak światłowodu", "skills": skills, "work_minutes": 90}

    finish(session, visit, technician, fixed(kind=OutcomeKind.NEEDS_FOLLOW_UP, next_needs=needs))

    (successor,) = visits.open_visits(session, ticket_id=visit.ticket_id)
    learnt = {row.skill.code: row.level for row in successor.skills}
    assert successor.state is VisitState.READY
    assert learnt == {"printer": 3, "fibre": 1}
    assert successor.work_minutes == 90


def test_a_fault_of_the_product_goes_to_tier_three_without_another_visit(session):
    visit, technician = assigned(session)
    needs = {"why": "Błąd oprogramowania", "tier": 3}

    finish(session, visit, technician, fixed(kind=OutcomeKind.NEEDS_FOLLOW_UP, next_needs=needs))

    assert visits.open_visits(session, ticket_id=visit.ticket_id) == []
    assert (visit.ticket.state, visit.ticket.tier) == (TicketState.OPEN, 3)


def test_no_access_voids_a_promise_that_we_kept_and_asks_for_a_new_window(session):
    visit, technician = assigned(session)
    promise = build.appointment(session, visit=visit, opens_at=clock.at("09:00"))
    deed(session, visit, technician, DeedKind.ARRIVE, at=clock.at("09:05"))

    report = fixed(kind=OutcomeKind.NO_ACCESS, waited_minutes=15)
    finish(session, visit, technician, report, at=clock.at("09:25"))

    (successor,) = visits.open_visits(session, ticket_id=visit.ticket_id)
    assert promise.state is AppointmentState.VOID
    assert successor.state is VisitState.READY


def test_not_needed_resolves_the_ticket_and_charges_the_minimum(session):
    visit, technician = assigned(session)
    visit.agreement.minimum_minutes = 30

    finish(session, visit, technician, fixed(kind=OutcomeKind.NOT_NEEDED, work_minutes=5))

    (charge,) = rows(session, Charge, visit_id=visit.id)
    assert visit.state is VisitState.DONE
    assert visit.ticket.state is TicketState.RESOLVED
    assert charge.minutes == 30


def test_what_remote_support_could_have_done_goes_back_to_tier_two(session):
    visit, technician = assigned(session)
    report = fixed(
        kind=OutcomeKind.NOT_NEEDED,
        remote_fixable=RemoteFixable.YES,
        remote_step="Ponownie uruchomić usługę",
    )

    finish(session, visit, technician, report)

    assert (visit.ticket.state, visit.ticket.tier) == (TicketState.OPEN, 2)


def test_a_report_sent_twice_counts_once(session):
    visit, technician = assigned(session)
    first = finish(session, visit, technician, fixed(), client_id="0192-phone")

    again = finish(session, visit, technician, fixed(), client_id="0192-phone")

    assert again is first
    assert len(rows(session, Charge, visit_id=visit.id)) == 1


def test_a_former_assignee_s_report_is_kept_under_review(session):
    visit, _ = assigned(session)
    former = build.technician(session, territory=visit.territory)

    outcome = finish(session, visit, former, fixed())

    assert (outcome.state, outcome.review_reason) == (OutcomeState.UNDER_REVIEW, "not-assigned")
    assert visit.state is VisitState.READY


def test_a_second_report_of_one_visit_is_kept_under_review(session):
    visit, technician = assigned(session)
    finish(session, visit, technician, fixed())

    late = finish(session, visit, technician, fixed(cause="Inna"))

    assert (late.state, late.review_reason) == (OutcomeState.UNDER_REVIEW, "already-reported")


def test_an_accepted_late_report_takes_effect(session):
    visit, _ = assigned(session)
    former = build.technician(session, territory=visit.territory)
    late = finish(session, visit, former, fixed())

    field.accept_outcome(session, outcome=late, by=build.dispatcher(session), now=NOON)

    assert visit.state is VisitState.DONE
    assert visit.ticket.state is TicketState.RESOLVED


def test_a_report_set_aside_has_no_effect(session):
    visit, _ = assigned(session)
    former = build.technician(session, territory=visit.territory)
    late = finish(session, visit, former, fixed())

    field.set_outcome_aside(session, outcome=late, by=build.dispatcher(session), now=NOON)

    assert late.state is OutcomeState.SET_ASIDE
    assert visit.state is VisitState.READY


def test_a_report_without_what_it_needs_is_sent_back_by_name(session):
    visit, technician = assigned(session)

    with pytest.raises(OutcomeIncomplete) as refusal:
        finish(session, visit, technician, fixed(remedy="", signed_by=""))

    assert refusal.value.details["missing"] == ["remedy", "signed_by"]


def test_a_phone_whose_clock_is_wrong_is_put_under_review(session):
    visit, technician = assigned(session)

    outcome = field.finish(
        session,
        visit=visit,
        technician=technician,
        report=fixed(),
        client_id="from-tomorrow",
        device_at=NOON + timedelta(days=1),
        now=NOON,
    )

    assert (outcome.state, outcome.review_reason) == (OutcomeState.UNDER_REVIEW, "clock")


def test_arriving_inside_the_window_keeps_the_promise(session):
    visit, technician = assigned(session)
    promise = build.appointment(session, visit=visit, opens_at=clock.at("09:00"))

    deed(session, visit, technician, DeedKind.ARRIVE, at=clock.at("10:59"))

    assert (promise.state, promise.late_minutes) == (AppointmentState.KEPT, 0)


def test_arriving_after_the_window_breaks_the_promise_by_so_many_minutes(session):
    visit, technician = assigned(session)
    promise = build.appointment(session, visit=visit, opens_at=clock.at("09:00"))

    deed(session, visit, technician, DeedKind.ARRIVE, at=clock.at("11:07"))

    assert (promise.state, promise.late_minutes) == (AppointmentState.BROKEN, 7)


def test_a_paused_visit_goes_on_with_the_same_technician(session):
    visit, technician = assigned(session)
    deed(session, visit, technician, DeedKind.ARRIVE, at=clock.at("09:00"))

    deed(session, visit, technician, DeedKind.PAUSE, at=clock.at("09:30"), minutes_left=40)

    pin = plans.live_pin(session, visit_id=visit.id)
    assert (visit.state, visit.work_minutes) == (VisitState.PAUSED, 40)
    assert pin.technician_id == technician.id
    assert plans.assignments_of(session, visit_id=visit.id) == []


def test_a_deed_that_does_not_fit_is_kept_and_flagged(session):
    visit, _ = assigned(session)
    stranger = build.technician(session, territory=visit.territory)

    told = deed(session, visit, stranger, DeedKind.SET_OFF, at=clock.at("08:50"))

    assert told.flagged == "assigned-to-other"
    assert visit.state is VisitState.READY
