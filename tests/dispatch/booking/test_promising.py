"""Promises are numbered, moved only as a whole, and taken back in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import agreements, booking
from dispatch.agreements import AgreementKind, NotEntitled, Overage
from dispatch.base import WrongState
from dispatch.booking import TooLate
from dispatch.planning import plans
from dispatch.planning.plans import AssignmentState
from dispatch.promises import AppointmentState, HoldState, appointments_of
from tests import build, clock
from tests.dispatch.planning.day import ROADS, plan_day


def working(session, **columns):
    technician = build.technician(session, **columns)
    return build.shift(session, technician=technician, starts="07:00", ends="17:00")


def waiting(session, shift, **columns):
    return build.visit(session, territory=shift.technician.territory, **columns)


def held(session, visit, *, opens, now=clock.NOW):
    proposal = booking.propose(
        session,
        visit=visit,
        opens_at=clock.at(opens),
        closes_at=clock.at(opens) + timedelta(hours=2),
        travel=ROADS,
        now=now,
    )
    return booking.hold(session, proposal=proposal, travel=ROADS, now=now)


def promised(session, visit, *, opens, now=clock.NOW):
    return booking.confirm(session, hold=held(session, visit, opens=opens, now=now), now=now)


def prepaid(session, *, minutes):
    agreement = build.agreement(
        session, kind=AgreementKind.PREPAID, overage=Overage.REFUSE, unit_minutes=15
    )
    agreements.buy(session, agreement=agreement, minutes=minutes, now=clock.NOW)
    return agreement


def test_a_moved_promise_keeps_its_calendar_entry_and_counts_on(session):
    visit = waiting(session, working(session))
    first = promised(session, visit, opens="10:00")

    second = booking.move_appointment(
        session, appointment=first, hold=held(session, visit, opens="14:00"), now=clock.NOW
    )

    assert (first.state, second.state) == (AppointmentState.MOVED, AppointmentState.PROMISED)
    assert (second.number, second.sequence, second.uid) == (2, 1, first.uid)


def test_the_old_place_stays_taken_until_the_new_one_is_confirmed(session):
    visit = waiting(session, working(session))
    promised(session, visit, opens="10:00")

    hold = held(session, visit, opens="14:00")

    (row,) = plans.assignments_of(session, visit_id=visit.id)
    assert row.starts_at < clock.at("12:00")
    assert hold.starts_at >= clock.at("14:00")


def test_a_moved_visit_stands_in_one_place_only(session):
    visit = waiting(session, working(session))
    promised(session, visit, opens="10:00")

    promised(session, visit, opens="14:00")

    (row,) = plans.assignments_of(session, visit_id=visit.id)
    assert clock.at("14:00") <= row.starts_at < clock.at("16:00")


def test_a_customer_cannot_move_a_promise_two_hours_before(session):
    visit = waiting(session, working(session))
    promised(session, visit, opens="10:00")
    late = clock.at("08:30")
    hold = held(session, visit, opens="14:00", now=late)

    with pytest.raises(TooLate):
        booking.confirm(session, hold=hold, now=late)


def test_the_desk_can_move_a_promise_two_hours_before(session):
    visit = waiting(session, working(session))
    promised(session, visit, opens="10:00")
    late = clock.at("08:30")
    hold = held(session, visit, opens="14:00", now=late)

    moved = booking.confirm(session, hold=hold, now=late, by=build.dispatcher(session))

    assert moved.number == 2


def test_a_cancelled_promise_frees_its_place(session):
    visit = waiting(session, working(session))
    promise = promised(session, visit, opens="10:00")
    (row,) = plans.assignments_of(session, visit_id=visit.id)

    booking.cancel_appointment(session, appointment=promise, now=clock.NOW)

    assert (promise.state, promise.sequence) == (AppointmentState.CANCELLED, 1)
    assert row.state is AssignmentState.RELEASED


def test_a_promise_is_not_cancelled_twice(session):
    visit = waiting(session, working(session))
    promise = promised(session, visit, opens="10:00")
    booking.cancel_appointment(session, appointment=promise, now=clock.NOW)

    with pytest.raises(WrongState):
        booking.cancel_appointment(session, appointment=promise, now=clock.NOW)


def test_after_a_cancelled_promise_the_calendar_counts_on(session):
    visit = waiting(session, working(session))
    first = promised(session, visit, opens="10:00")
    booking.cancel_appointment(session, appointment=first, now=clock.NOW)

    second = promised(session, visit, opens="14:00")

    assert [row.number for row in appointments_of(session, visit_id=visit.id)] == [1, 2]
    assert second.sequence > first.sequence


def test_a_promise_sets_prepaid_minutes_aside(session):
    agreement = prepaid(session, minutes=120)
    visit = waiting(session, working(session), agreement=agreement, work_minutes=50)

    promised(session, visit, opens="10:00")

    assert agreements.balance(session, agreement_id=agreement.id) == 60


def test_a_cancelled_promise_gives_the_minutes_back(session):
    agreement = prepaid(session, minutes=120)
    visit = waiting(session, working(session), agreement=agreement)
    promise = promised(session, visit, opens="10:00")

    booking.cancel_appointment(session, appointment=promise, now=clock.NOW)

    assert agreements.balance(session, agreement_id=agreement.id) == 120


def test_nothing_is_promised_beyond_the_last_prepaid_minute(session):
    agreement = prepaid(session, minutes=30)
    visit = waiting(session, working(session), agreement=agreement)
    hold = held(session, visit, opens="10:00")

    with pytest.raises(NotEntitled):
        booking.confirm(session, hold=hold, now=clock.NOW)


def test_a_promise_that_nobody_came_for_is_broken(session):
    visit = waiting(session, working(session))
    promise = promised(session, visit, opens="10:00")
    evening = clock.at("20:00")

    booking.break_missed(session, before=evening, now=evening)

    assert promise.state is AppointmentState.BROKEN


def test_choosing_another_window_lets_the_first_hold_go(session):
    visit = waiting(session, working(session))
    first = held(session, visit, opens="10:00")

    held(session, visit, opens="14:00")

    assert first.state is HoldState.LET_GO


def test_a_hold_keeps_its_place_when_a_plan_is_published(session):
    shift = working(session)
    hold = held(session, waiting(session, shift), opens="10:00")
    waiting(session, shift)

    plan_day(session, shift.technician.territory)

    promise = booking.confirm(session, hold=hold, now=clock.NOW)
    (row,) = plans.assignments_of(session, visit_id=hold.visit_id)
    assert row.starts_at == hold.starts_at
    assert promise.opens_at <= row.starts_at < promise.closes_at


def test_planning_keeps_every_promise_that_the_plan_kept(session):
    shift = working(session)
    visits = [waiting(session, shift, work_minutes=45) for _ in range(3)]
    promises = [
        promised(session, visit, opens=opens)
        for visit, opens in zip(visits, ("08:00", "10:00", "14:00"), strict=True)
    ]
    waiting(session, shift)

    plan_day(session, shift.technician.territory)

    starts = [plans.assignments_of(session, visit_id=visit.id)[0].starts_at for visit in visits]
    assert all(
        promise.opens_at <= start < promise.closes_at
        for promise, start in zip(promises, starts, strict=True)
    )
