"""Windows are offered only when they can be kept, and sold once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import booking
from dispatch.booking import HoldExpired, PlaceUnsure, WindowTaken
from dispatch.places import Precision
from dispatch.planning import plans
from dispatch.promises import AppointmentState, HoldState
from tests import build, clock
from tests.dispatch.planning.day import ROADS


def offers(session, visit, *, now=clock.NOW):
    return booking.offer_windows(session, visit=visit, now=now, travel=ROADS)


def held(session, visit, *, opens="10:00", now=clock.NOW):
    proposal = booking.propose(
        session,
        visit=visit,
        opens_at=clock.at(opens),
        closes_at=clock.at(opens) + timedelta(hours=2),
        travel=ROADS,
        now=now,
    )
    return booking.hold(session, proposal=proposal, travel=ROADS, now=now)


def working(session, *, territory=None, starts="08:00", ends="16:00"):
    technician = build.technician(session, territory=territory)
    return build.shift(session, technician=technician, starts=starts, ends=ends)


def test_windows_are_offered_within_the_shift_and_the_opening_hours(session):
    shift = working(session)
    site = build.site(
        session,
        territory=shift.technician.territory,
        opening_hours=[[6, "09:00", "13:00"]],
    )
    visit = build.visit(session, site=site)

    found = offers(session, visit)

    assert {offer.opens_at for offer in found} == {clock.at("09:00"), clock.at("11:00")}


def test_nothing_is_promised_where_nobody_knows_the_street(session):
    shift = working(session)
    vague = build.site(session, territory=shift.technician.territory, precision=Precision.LOCALITY)
    visit = build.visit(session, site=vague)

    with pytest.raises(PlaceUnsure):
        offers(session, visit)
    with pytest.raises(PlaceUnsure):
        held(session, visit)


def test_nothing_is_offered_when_nobody_has_the_skill(session):
    shift = working(session)
    visit = build.visit(session, territory=shift.technician.territory, skills={"fibre"})

    found = offers(session, visit)

    assert found == ()


def test_a_held_window_is_not_offered_to_somebody_else(session):
    shift = working(session, starts="09:30", ends="12:30")
    first = build.visit(session, territory=shift.technician.territory, work_minutes=90)
    second = build.visit(session, territory=shift.technician.territory, work_minutes=90)
    held(session, first)

    with pytest.raises(WindowTaken):
        held(session, second)


def test_a_window_is_free_again_after_its_hold_expires(session):
    shift = working(session, starts="09:30", ends="12:30")
    first = build.visit(session, territory=shift.technician.territory, work_minutes=90)
    second = build.visit(session, territory=shift.technician.territory, work_minutes=90)
    forgotten = held(session, first)

    taken = held(session, second, now=clock.NOW + timedelta(minutes=6))

    assert taken.state is HoldState.HELD
    assert forgotten.state is HoldState.EXPIRED


def test_a_hold_that_ran_out_cannot_be_confirmed(session):
    shift = working(session)
    hold = held(session, build.visit(session, territory=shift.technician.territory))

    with pytest.raises(HoldExpired):
        booking.confirm(session, hold=hold, now=clock.NOW + timedelta(minutes=5))


def test_a_confirmed_window_is_a_promise_with_a_place_in_the_plan(session):
    shift = working(session)
    visit = build.visit(session, territory=shift.technician.territory)
    hold = held(session, visit)

    promise = booking.confirm(session, hold=hold, now=clock.NOW)

    (row,) = plans.assignments_of(session, visit_id=visit.id)
    assert (promise.state, promise.number, promise.sequence) == (AppointmentState.PROMISED, 1, 0)
    assert promise.opens_at <= row.starts_at < promise.closes_at
    assert row.starts_at == hold.starts_at


def test_a_taken_window_names_others_that_can_be_kept(session):
    shift = working(session, starts="09:30", ends="17:30")
    first = build.visit(session, territory=shift.technician.territory, work_minutes=150)
    second = build.visit(session, territory=shift.technician.territory, work_minutes=150)
    held(session, first)

    with pytest.raises(WindowTaken) as refusal:
        held(session, second, opens="09:00")

    others = refusal.value.details["others"]
    assert 1 <= len(others) <= 3
    assert all(closes - opens == timedelta(hours=2) for opens, closes in others)


def test_preferred_windows_come_first(session):
    shift = working(session)
    visit = build.visit(
        session,
        territory=shift.technician.territory,
        preferred=[(clock.at("14:00"), clock.at("16:00"))],
    )

    best, *_ = offers(session, visit)

    assert best.preferred
    assert best.opens_at == clock.at("14:00")


def test_no_window_opens_before_the_part_arrives(session):
    shift = working(session)
    visit = build.visit(session, territory=shift.technician.territory, release_at=clock.at("13:00"))

    found = offers(session, visit)

    assert found
    assert min(offer.starts_at for offer in found) >= clock.at("13:00")


def test_no_window_opens_within_the_next_hour(session):
    shift = working(session)
    visit = build.visit(session, territory=shift.technician.territory)

    found = offers(session, visit, now=clock.at("09:30"))

    assert min(offer.opens_at for offer in found) >= clock.at("10:30")


def test_the_gap_of_the_spring_night_is_no_window_of_two_hours(session):
    shift = working(session, starts="00:30", ends="09:00")
    visit = build.visit(session, territory=shift.technician.territory)
    the_evening_before = clock.at("20:00", day=clock.THE_DAY_BEFORE)

    found = offers(session, visit, now=the_evening_before)

    lengths = {offer.opens_at: offer.closes_at - offer.opens_at for offer in found}
    assert lengths[clock.at("03:00")] == timedelta(hours=1)


def test_a_hold_that_is_extended_lasts_longer(session):
    shift = working(session)
    hold = held(session, build.visit(session, territory=shift.technician.territory))
    later = clock.NOW + timedelta(minutes=4)

    booking.extend_hold(session, hold=hold, now=later)

    assert hold.expires_at == later + timedelta(minutes=5)


def test_a_hold_that_is_let_go_frees_its_window_at_once(session):
    shift = working(session, starts="09:30", ends="12:30")
    first = build.visit(session, territory=shift.technician.territory, work_minutes=90)
    second = build.visit(session, territory=shift.technician.territory, work_minutes=90)
    hold = held(session, first)

    booking.let_go(session, hold=hold, now=clock.NOW)

    assert held(session, second).state is HoldState.HELD


def test_a_hold_moves_the_stops_around_it_within_what_was_promised(session):
    shift = working(session, starts="08:00", ends="16:00")
    planned = build.visit(session, territory=shift.technician.territory)
    row = build.assignment(session, visit=planned, shift=shift, starts_at=clock.at("10:30"))
    visit = build.visit(session, territory=shift.technician.territory, work_minutes=90)

    hold = held(session, visit, opens="10:00")

    assert row.ends_at <= hold.starts_at or hold.ends_at <= row.starts_at
