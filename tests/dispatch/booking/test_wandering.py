"""Days on which anything may happen in any order: rows stay in step, and promises are kept."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from dispatch import booking, field
from dispatch.base import DispatchError
from dispatch.field import DeedKind, OutcomeKind, OutcomeReport
from dispatch.planning import plans
from dispatch.planning.plans import Assignment, AssignmentState, Occupancy
from dispatch.promises import Appointment, AppointmentState, Hold, HoldState
from dispatch.tickets import TicketState
from dispatch.visits import FINAL, Visit, VisitState
from tests import build, clock
from tests.dispatch.planning.day import ROADS, brief_of, greedy

STEPS = 30
NEAR = [(52.20 + n % 7 / 100, 20.98 + n % 5 / 100) for n in range(35)]
EVERY = ("book", "book", "confirm", "confirm", "let_go", "cancel", "plan", "wait", "deed", "finish")


@pytest.mark.slow
@pytest.mark.parametrize("people", [(1,), (1, 2)], ids=["alone", "in-twos"])
@pytest.mark.parametrize("seed", range(8))
def test_rows_stay_in_step_and_promises_are_kept_on_a_random_day(session, seed, people):
    day = Wandering(session, seed=seed, people=people)

    for _ in range(STEPS):
        day.step()

        assert day.out_of_step() == set()
        assert day.promises_put_off() == []
    assert day.done["confirm"] > 0


class Wandering:
    """One territory with two technicians, and a chance that decides what happens next.

    Visits ask for so many ``people``.
    """

    def __init__(self, session, *, seed, people):
        self.session, self.chance, self.people = session, random.Random(seed), people
        self.now = clock.at("06:00")
        self.done = dict.fromkeys(EVERY, 0)
        self.territory = build.territory(session)
        for place in NEAR[:2]:
            technician = build.technician(session, territory=self.territory, home=place)
            build.shift(session, technician=technician, starts="07:00", ends="17:00", pause=30)

    def step(self):
        verb = self.chance.choice(EVERY)
        try:
            with self.session.begin_nested():
                getattr(self, verb)()
            self.done[verb] += 1
        except DispatchError:
            pass  # a refusal is an answer, too
        self.session.expire_all()

    def book(self):
        site = build.site(self.session, territory=self.territory, at=self.chance.choice(NEAR))
        ticket = build.ticket(self.session, site=site, state=TicketState.IN_FIELD, tier=2)
        new = build.visit(
            self.session,
            ticket=ticket,
            work_minutes=self.chance.choice((30, 60)),
            crew_size=self.chance.choice(self.people),
        )
        visit = self.chance.choice(
            [
                new,
                *self.all_of(Visit, Visit.state == VisitState.READY),
            ]
        )
        found = booking.offer_windows(
            self.session,
            visit=visit,
            now=self.now,
            travel=ROADS,
            booking=booking.Booking(horizon_days=0),
        )
        if not found:
            return
        offer = self.chance.choice(found)
        proposal = booking.propose(
            self.session,
            visit=visit,
            opens_at=offer.opens_at,
            closes_at=offer.closes_at,
            travel=ROADS,
            now=self.now,
        )
        booking.hold(self.session, proposal=proposal, travel=ROADS, now=self.now)

    def confirm(self):
        for hold in self.one_of(Hold, Hold.state == HoldState.HELD):
            booking.confirm(self.session, hold=hold, now=self.now)

    def let_go(self):
        for hold in self.one_of(Hold, Hold.state == HoldState.HELD):
            booking.let_go(self.session, hold=hold, now=self.now)

    def cancel(self):
        for promise in self.one_of(Appointment, Appointment.state == AppointmentState.PROMISED):
            booking.cancel_appointment(self.session, appointment=promise, now=self.now)

    def plan(self):
        brief = brief_of(self.session, self.territory, now=self.now)
        solution = greedy(brief.problem, chance=self.chance)
        if len(solution.unserved) == 0:  # greedy may leave out what the engine would not
            plans.put_in_force(self.session, solution=solution, stamp=brief.stamp, now=self.now)

    def wait(self):
        self.now += timedelta(minutes=self.chance.randrange(1, 8))
        booking.expire_holds(self.session, now=self.now)

    def deed(self):
        for row in self.one_of(Assignment, Assignment.state.in_(("planned", "under-way"))):
            field.record_deed(
                self.session,
                visit=row.visit,
                technician=row.technician,
                kind=self.chance.choice((DeedKind.SET_OFF, DeedKind.ARRIVE)),
                client_id=uuid4().hex,
                device_at=self.now,
                now=self.now,
            )

    def finish(self):
        for row in self.one_of(Assignment, Assignment.state == AssignmentState.ON_SITE):
            report = OutcomeReport(
                kind=self.chance.choice((OutcomeKind.FIXED, OutcomeKind.NO_ACCESS)),
                work_minutes=20,
                cause="Wałek",
                remedy="Nowy",
                signed_by="Nowak",
            )
            field.finish(
                self.session,
                visit=row.visit,
                technician=row.technician,
                report=report,
                client_id=uuid4().hex,
                device_at=self.now,
                now=self.now,
            )

    def all_of(self, kind, *where):
        return list(self.session.scalars(select(kind).where(*where).order_by(kind.id)))

    def one_of(self, kind, *where):
        found = self.all_of(kind, *where)
        return [self.chance.choice(found)] if found else []

    def out_of_step(self):
        """Taken time without an owner, and owners without their time."""
        over = (AssignmentState.RELEASED, AssignmentState.FINISHED)
        owners = {
            ("assignment", row.id, row.technician_id, row.starts_at, row.ends_at)
            for row in self.all_of(Assignment, Assignment.state.not_in(over))
        } | {
            ("hold", hold.id, seat.technician_id, seat.starts_at, seat.ends_at)
            for hold in self.all_of(Hold, Hold.state == HoldState.HELD)
            for seat in (hold, *hold.helpers)
        }
        taken = {
            (
                "assignment" if row.assignment_id else "hold",
                row.assignment_id or row.hold_id,
                row.technician_id,
                row.starts_at,
                row.ends_at,
            )
            for row in self.all_of(Occupancy)
        }
        return owners ^ taken

    def promises_put_off(self):
        """Promised visits that are planned for another time than promised."""
        put_off = []
        for promise in self.all_of(Appointment, Appointment.state == AppointmentState.PROMISED):
            rows = plans.assignments_of(self.session, visit_id=promise.visit_id)
            kept = [promise.opens_at <= row.starts_at < promise.closes_at for row in rows]
            if promise.visit.state not in FINAL and kept != [True] * promise.visit.crew_size:
                put_off.append((promise.visit_id, rows))
        return put_off
