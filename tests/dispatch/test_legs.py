"""Legs are read from deeds: between which stops, how long, and when nobody can know."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import legs
from dispatch.planning.plans import AssignmentState
from routing.travel.learn import learn
from routing.travel.provider import Point, Profile
from tests import build
from tests.clock import DAY, NOW, at

EVENING = at("20:00")
HOME, FIRST, SECOND = (52.20, 21.00), (52.23, 21.03), (52.26, 20.98)


@pytest.fixture
def shift(session):
    territory = build.territory(session)
    who = build.technician(session, territory=territory, home=HOME)
    return build.shift(session, technician=who)


def stop(session, shift, where, begins, **deeds):
    territory = shift.technician.territory
    visit = build.visit(session, site=build.site(session, territory=territory, at=where))
    times = {name: at(wall) for name, wall in deeds.items()}
    return build.assignment(
        session,
        visit=visit,
        shift=shift,
        starts_at=at(begins),
        state=AssignmentState.FINISHED,
        **times,
    )


def recorded(session):
    legs.record(session, since=DAY, now=EVENING)
    return legs.driven(session, now=EVENING)


def test_a_day_gives_a_leg_from_home_and_one_from_stop_to_stop(session, shift):
    stop(
        session, shift, FIRST, "09:00", set_off_at="08:10", arrived_at="08:25", finished_at="09:30"
    )
    stop(
        session, shift, SECOND, "11:00", set_off_at="09:35", arrived_at="09:55", finished_at="12:00"
    )

    first, second = recorded(session)

    assert (first.origin, first.destination) == (Point(*HOME), Point(*FIRST))
    assert (first.taken_s, first.day_part) == (15 * 60, "weekend-morning-rush")
    assert (second.origin, second.destination) == (Point(*FIRST), Point(*SECOND))
    assert (second.taken_s, second.day_part) == (20 * 60, "weekend-late-morning")


def test_a_ride_says_nothing_about_drives(session, shift):
    shift.technician.travel_profile = Profile.BIKE
    stop(session, shift, FIRST, "09:00", set_off_at="08:10", arrived_at="08:25")

    assert recorded(session) == []


def test_a_leg_is_recorded_once(session, shift):
    stop(session, shift, FIRST, "09:00", set_off_at="08:10", arrived_at="08:25")

    assert legs.record(session, since=DAY, now=EVENING) == 1
    assert legs.record(session, since=DAY, now=EVENING) == 0


@pytest.mark.parametrize(
    ("finished", "why"),
    [
        (None, "nobody said when the stop before was over"),
        ("08:40", "a long stay lies between"),
        ("09:50", "the stop before was over only later"),
    ],
)
def test_where_nobody_knows_where_the_way_began_there_is_no_leg(session, shift, finished, why):
    deeds = {"finished_at": finished} if finished else {}
    stop(session, shift, FIRST, "09:00", set_off_at="08:10", arrived_at="08:25", **deeds)
    stop(session, shift, SECOND, "11:00", set_off_at="09:35", arrived_at="09:55")

    found = recorded(session)

    assert [leg.destination for leg in found] == [Point(*FIRST)], why


def test_who_has_not_arrived_or_took_hours_teaches_nothing(session, shift):
    stop(session, shift, FIRST, "09:00", set_off_at="08:10", finished_at="09:30")
    stop(session, shift, SECOND, "11:00", set_off_at="09:35", arrived_at="15:55")

    assert recorded(session) == []


def test_a_way_from_the_depot_begins_at_the_depot(session):
    territory = build.territory(session)
    depot = build.depot(session, territory=territory)
    who = build.technician(
        session, territory=territory, home=HOME, depot=depot, starts_at_depot=True
    )
    shift = build.shift(session, technician=who)
    stop(session, shift, SECOND, "09:00", set_off_at="08:10", arrived_at="08:35")

    (leg,) = recorded(session)

    assert leg.origin == Point(depot.latitude, depot.longitude).rounded()


def test_legs_of_long_ago_are_forgotten(session, shift):
    stop(session, shift, FIRST, "09:00", set_off_at="08:10", arrived_at="08:25")
    recorded(session)
    later = EVENING + timedelta(days=400)

    legs.record(session, since=later.date(), now=later)

    assert legs.driven(session, now=EVENING) == []


def test_the_latest_lesson_of_a_provider_holds(session):
    assert legs.latest(session, provider="osrm") is None
    for provider, scalar in (("osrm", 1.1), ("osrm", 1.2), ("crowfly", 1.3)):
        lesson = learn([], expected=[], provider=provider)
        object.__setattr__(lesson, "scalar", scalar)
        legs.keep(session, lesson=lesson, evidence={"legs": 0}, now=NOW)

    found = legs.latest(session, provider="osrm")

    assert (found.lesson.scalar, found.learned_at, found.evidence) == (1.2, NOW, {"legs": 0})


def test_only_some_lessons_are_kept(session):
    for _ in range(legs.KEPT_LESSONS + 5):
        lesson = learn([], expected=[], provider="osrm")
        legs.keep(session, lesson=lesson, evidence={}, now=NOW)

    assert session.query(legs.TravelLesson).count() == legs.KEPT_LESSONS
