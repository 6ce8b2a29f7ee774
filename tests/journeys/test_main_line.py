"""The main line at the level of verbs: from a trouble to its end, with the real engine.

A ticket that remote support could not resolve, a justified visit, a window that the plan can keep,
a round planned in the night, the technician's outcome, and back onto the ticket. Each step is a
transaction of its own, as in the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import booking, field, store, tickets, visits
from dispatch.accounts import Account
from dispatch.agreements import Charge
from dispatch.customers import Contact
from dispatch.field import Outcome, OutcomeKind, OutcomeReport, OutcomeState, RemoteFixable
from dispatch.journal import Fact
from dispatch.places import Site
from dispatch.planning.runs import PlanRun, RunState
from dispatch.planning.tables import Assignment, AssignmentState, Plan, PlanState
from dispatch.promises import Appointment, AppointmentState, Hold
from dispatch.tickets import AttemptResult, Channel, FaultFamily, Ticket, TicketState, Verdict
from dispatch.visits import NeededSkill, Needs, Visit, VisitNotJustified, VisitState
from dispatch.workforce import Technician
from routing.travel.crowfly import CrowFly
from schedules.chores import nightly_plan
from schedules.embedded import EmbeddedQueue
from schedules.queue import Turn
from schedules.tasks import plan_day
from tests import build
from tests.clock import DAY, THE_DAY_BEFORE, at

pytestmark = pytest.mark.slow
TRAVEL = CrowFly()


class Firm:
    """One technician who knows printers, works tomorrow, and has other work as well."""

    def __init__(self, open_session, clock) -> None:
        self.open_session = open_session
        self.clock = clock
        clock.now = at("09:00", day=THE_DAY_BEFORE)
        task = plan_day.task(travel=TRAVEL, longest=timedelta(seconds=60))
        self.task = task
        self.queue = EmbeddedQueue(open_session, clock=clock, tasks=[task])
        with self.acting() as (session, now):
            territory = build.territory(session)
            technician = build.technician(session, territory=territory, skills={"printer": 2})
            build.shift(session, technician=technician, pause=30)
            site = build.site(session, territory=territory)
            self.reception_id = build.agent(session, tier=1).id
            self.expert_id = build.agent(session, tier=2).id
            self.ids = {
                "agreement": build.agreement(session, customer=site.customer).id,
                "contact": build.contact(session, customer=site.customer).id,
                "family": build.family(session).id,
                "site": site.id,
                "skill": build.skill(session, "printer").id,
                "technician": technician.id,
            }
            for _ in range(3):
                build.visit(session, territory=territory, requested_at=now, work_minutes=45)

    @contextmanager
    def acting(self) -> Iterator[tuple[Session, datetime]]:
        """One step: a session that is committed at the end, and the present time."""
        with store.writing(), self.open_session() as session, session.begin():
            yield session, self.clock()

    def get(self, kind, id_: int):
        with self.open_session() as session:
            return session.get_one(kind, id_)

    def facts_of(self, ticket_id: int) -> list[str]:
        query = select(Fact.kind).where(Fact.ticket_id == ticket_id).order_by(Fact.id)
        with self.open_session() as session:
            return list(session.scalars(query))


@pytest.fixture
def firm(open_session, clock):
    return Firm(open_session, clock)


def open_ticket(firm: Firm) -> int:
    """The customer calls; reception writes it down."""
    with firm.acting() as (session, now):
        site = session.get_one(Site, firm.ids["site"])
        ticket = tickets.open_ticket(
            session,
            customer=site.customer,
            contact=session.get_one(Contact, firm.ids["contact"]),
            site=site,
            family=session.get_one(FaultFamily, firm.ids["family"]),
            channel=Channel.PHONE,
            subject="Drukarka nie drukuje",
            language="pl",
            by=session.get_one(Account, firm.reception_id),
            now=now,
        )
        return ticket.id


def try_from_afar(firm: Firm, ticket_id: int) -> None:
    """Tier 1 tries and sends it up; tier 2 reviews and tries; nothing helps."""
    with firm.acting() as (session, now):
        ticket = session.get_one(Ticket, ticket_id)
        reception = session.get_one(Account, firm.reception_id)
        expert = session.get_one(Account, firm.expert_id)
        attempt = {"channel": Channel.PHONE, "result": AttemptResult.NOT_FIXED, "now": now}
        tickets.record_attempt(
            session, ticket=ticket, tier=1, what="Ponowne uruchomienie", by=reception, **attempt
        )
        tickets.escalate(
            session, ticket=ticket, to_tier=2, summary="Bez zmian", by=reception, now=now
        )
        tickets.review(session, ticket=ticket, verdict=Verdict.SUFFICIENT, by=expert, now=now)
        tickets.record_attempt(
            session, ticket=ticket, tier=2, what="Nowy sterownik", by=expert, **attempt
        )


def request_visit(firm: Firm, ticket_id: int) -> int:
    with firm.acting() as (session, now):
        visit = visits.request_visit(
            session,
            ticket=session.get_one(Ticket, ticket_id),
            needs=Needs(
                summary="Wymiana zespołu utrwalającego",
                work_minutes=60,
                skills=(NeededSkill(skill_id=firm.ids["skill"], level=2),),
            ),
            by=session.get_one(Account, firm.expert_id),
            price_accepted=True,
            now=now,
        )
        return visit.id


def promise_a_window(firm: Firm, visit_id: int) -> int:
    """The customer takes the first window that is offered, and confirms it."""
    with firm.open_session() as session:
        visit = session.get_one(Visit, visit_id)
        offer = booking.offer_windows(session, visit=visit, travel=TRAVEL, now=firm.clock())[0]
        proposal = booking.propose(
            session,
            visit=visit,
            opens_at=offer.opens_at,
            closes_at=offer.closes_at,
            travel=TRAVEL,
            now=firm.clock(),
        )
    with firm.acting() as (session, now):
        hold_id = booking.hold(session, proposal=proposal, travel=TRAVEL, now=now).id
    firm.clock.advance(minutes=2)
    with firm.acting() as (session, now):
        return booking.confirm(session, hold=session.get_one(Hold, hold_id), now=now).id


def plan_in_the_night(firm: Firm) -> PlanRun:
    """The chore asks, and the task plans."""
    firm.clock.now = at("18:00", day=THE_DAY_BEFORE)
    chore = nightly_plan.chore(hour=17, limit_seconds=1)
    with firm.acting() as (session, now):
        chore.run(session, firm.queue, now)
        run_id = session.scalars(select(PlanRun.id)).one()
    payload = {"run_id": run_id}
    firm.task.take(
        Turn(payload=payload, queue=firm.queue, open_session=firm.open_session, clock=firm.clock)
    )
    return firm.get(PlanRun, run_id)


def test_a_visit_is_refused_while_remote_support_has_not_tried(firm):
    ticket_id = open_ticket(firm)

    with pytest.raises(VisitNotJustified) as refusal:
        request_visit(firm, ticket_id)

    assert "attempts-missing" in refusal.value.details["missing"]
    assert firm.get(Ticket, ticket_id).state is TicketState.OPEN


def visit_the_site(firm: Firm, visit_id: int, place: Assignment, report: OutcomeReport) -> int:
    """The technician sets off, arrives in time and reports; returns the outcome's id."""
    for deed, moment in ((field.set_off, place.arrives_at - timedelta(minutes=20)),
                         (field.arrive, place.starts_at)):  # fmt: skip
        firm.clock.now = moment
        with firm.acting() as (session, now):
            deed(
                session,
                visit=session.get_one(Visit, visit_id),
                technician=session.get_one(Technician, firm.ids["technician"]),
                client_id=f"{visit_id}-{moment.isoformat()}",
                device_at=now,
                now=now,
            )
    firm.clock.now = place.starts_at + timedelta(minutes=report.work_minutes)
    with firm.acting() as (session, now):
        outcome = field.finish(
            session,
            visit=session.get_one(Visit, visit_id),
            technician=session.get_one(Technician, firm.ids["technician"]),
            report=report,
            client_id=f"{visit_id}-outcome",
            device_at=now,
            now=now,
        )
        return outcome.id


def planned_visit(firm: Firm) -> tuple[int, int, Appointment, Assignment]:
    """Everything up to the morning: ids of ticket and visit, the promise, the place in the round."""
    ticket_id = open_ticket(firm)
    try_from_afar(firm, ticket_id)
    visit_id = request_visit(firm, ticket_id)
    appointment_id = promise_a_window(firm, visit_id)
    run = plan_in_the_night(firm)
    assert run.state is RunState.DONE, run.fault
    with firm.open_session() as session:
        place = session.scalars(
            select(Assignment).where(
                Assignment.visit_id == visit_id, Assignment.state != AssignmentState.RELEASED
            )
        ).one()
    return ticket_id, visit_id, firm.get(Appointment, appointment_id), place


FIXED = OutcomeReport(
    kind=OutcomeKind.FIXED,
    work_minutes=50,
    cause="Zużyty zespół utrwalający",
    remedy="Wymiana",
    signed_by="田中さくら",
    remote_fixable=RemoteFixable.NO,
)
PART_MISSING_REPORT = {
    "kind": OutcomeKind.PART_MISSING,
    "work_minutes": 20,
    "cause": "Pęknięta rolka",
}


def test_asking_for_a_visit_sends_the_ticket_to_the_field(firm):
    ticket_id = open_ticket(firm)
    try_from_afar(firm, ticket_id)

    visit_id = request_visit(firm, ticket_id)

    assert firm.get(Ticket, ticket_id).state is TicketState.IN_FIELD
    assert firm.get(Visit, visit_id).state is VisitState.READY
    assert firm.get(Visit, visit_id).evidence["failed"] == {"1": 1, "2": 1}


def test_the_nightly_plan_keeps_the_promise_and_serves_the_others_too(firm):
    _, _, appointment, place = planned_visit(firm)

    with firm.open_session() as session:
        plan = session.scalars(select(Plan).where(Plan.state == PlanState.PUBLISHED)).one()
        live = select(Assignment).where(Assignment.state != AssignmentState.RELEASED)
        rows = session.scalars(live).all()
    assert plan.day == DAY
    assert len(rows) == 4
    assert appointment.opens_at <= place.starts_at < appointment.closes_at


def test_a_trouble_goes_from_the_call_to_its_end(firm):
    ticket_id, visit_id, appointment, place = planned_visit(firm)

    outcome_id = visit_the_site(firm, visit_id, place, FIXED)

    ticket = firm.get(Ticket, ticket_id)
    assert firm.get(Outcome, outcome_id).state is OutcomeState.ACCEPTED
    assert firm.get(Visit, visit_id).state is VisitState.DONE
    assert firm.get(Assignment, place.id).state is AssignmentState.FINISHED
    assert firm.get(Appointment, appointment.id).state is AppointmentState.KEPT
    assert (ticket.state, ticket.remedy) == (TicketState.RESOLVED, "Wymiana")
    with firm.open_session() as session:
        assert session.scalars(select(Charge.visit_id)).all() == [visit_id]


def test_the_ticket_tells_the_whole_story_in_order(firm):
    ticket_id, visit_id, _, place = planned_visit(firm)
    visit_the_site(firm, visit_id, place, FIXED)

    told = firm.facts_of(ticket_id)

    story = [
        "ticket-opened", "attempt-recorded", "ticket-escalated", "tier-reviewed",
        "attempt-recorded", "ticket-sent-to-field", "visit-requested", "window-held",
        "appointment-confirmed", "visit-set-off", "visit-arrived", "outcome-accepted",
    ]  # fmt: skip
    assert [kind for kind in told if kind in story] == story


def test_a_missing_part_opens_the_follow_up_with_what_was_learnt(firm):
    ticket_id, visit_id, _, place = planned_visit(firm)
    with firm.acting() as (session, _):
        fuser = build.part(session, "fuser").id
    report = OutcomeReport(
        **PART_MISSING_REPORT,
        next_needs={"parts": [{"part_id": fuser, "pieces": 1}], "arrives_on": "2026-04-02"},
    )

    visit_the_site(firm, visit_id, place, report)

    with firm.open_session() as session:
        follow_up = session.scalars(select(Visit).where(Visit.predecessor_id == visit_id)).one()
        wanted = [(part.part_id, part.pieces) for part in follow_up.parts]
    assert firm.get(Visit, visit_id).state is VisitState.FOLLOW_UP
    assert follow_up.state is VisitState.BLOCKED
    assert wanted == [(fuser, 1)]
    assert firm.get(Ticket, ticket_id).state is TicketState.IN_FIELD
