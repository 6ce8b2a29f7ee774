"""A person's pin stays; an arrival far from it is asked about, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import field, geocoding, pinning
from dispatch.field import DeedKind
from dispatch.geocoding import RequestState
from dispatch.pinning import FarArrival, NothingToUndo, Position
from dispatch.places import Precision
from tests import build
from tests.clock import NOW

HERE = (52.2319, 21.0067)
# About 111 m to the north for each thousandth of a degree.
STREET_AWAY = Position(latitude=52.2349, longitude=21.0067)
CAR_PARK = Position(latitude=52.2329, longitude=21.0067)


@pytest.fixture
def site(session):
    return build.site(session, at=HERE, precision=Precision.ROOFTOP)


def arrivals(session):
    return session.scalars(select(FarArrival)).all()


def test_an_arrival_far_from_the_pin_asks_a_person(session, site):
    pinning.note_arrival(session, site=site, position=STREET_AWAY, now=NOW)

    (waiting,) = pinning.to_review(session)
    assert waiting[0] is site
    assert (waiting[2].metres, waiting[2].times) == (334, 1)
    assert pinning.review_count(session) == 1
    assert (site.latitude, site.precision) == (52.2319, Precision.ROOFTOP)


def test_an_arrival_near_the_pin_leaves_no_trace(session, site):
    pinning.note_arrival(session, site=site, position=CAR_PARK, now=NOW)

    assert arrivals(session) == []
    assert pinning.review_count(session) == 0


def test_a_phone_that_hardly_knows_where_it_is_tells_nothing(session, site):
    vague = Position(latitude=52.25, longitude=21.0067, accuracy_m=900.0)

    pinning.note_arrival(session, site=site, position=vague, now=NOW)

    assert arrivals(session) == []


def test_ten_arrivals_are_one_question(session, site):
    for day in range(10):
        pinning.note_arrival(
            session, site=site, position=STREET_AWAY, now=NOW + timedelta(days=day)
        )

    assert [each.times for each in arrivals(session)] == [10]
    assert pinning.review_count(session) == 1


def test_what_was_decided_about_a_point_is_not_asked_again(session, site):
    pinning.note_arrival(session, site=site, position=STREET_AWAY, now=NOW)
    pinning.pin(session, site=site, latitude=HERE[0], longitude=HERE[1], now=NOW)

    pinning.note_arrival(session, site=site, position=STREET_AWAY, now=NOW)

    assert pinning.review_count(session) == 0


def test_an_arrival_at_another_point_is_a_new_question(session, site):
    pinning.note_arrival(session, site=site, position=STREET_AWAY, now=NOW)
    pinning.pin(session, site=site, latitude=HERE[0], longitude=HERE[1], now=NOW)

    elsewhere = Position(latitude=52.2319, longitude=21.02)
    pinning.note_arrival(session, site=site, position=elsewhere, now=NOW)

    assert [each.times for each in arrivals(session)] == [1]
    assert pinning.review_count(session) == 1
    assert site.precision is Precision.MANUAL


def test_a_pin_that_is_taken_back_leaves_everything_as_before(session, site):
    request = geocoding.ask(session, site=site, now=NOW)
    geocoding.give_up(session, request_id=request.id, fault="unreadable")
    pinning.note_arrival(session, site=site, position=STREET_AWAY, now=NOW)
    before = pinning.pin(session, site=site, latitude=52.1, longitude=20.9, now=NOW)
    assert pinning.review_count(session) == 0

    pinning.unpin(session, before=before, now=NOW)

    assert (site.latitude, site.longitude, site.precision) == (*HERE, Precision.ROOFTOP)
    assert (request.state, request.decided_at) == (RequestState.REVIEW, None)
    assert pinning.doubt(session, site=site) is not None


def test_a_pin_is_not_taken_back_over_a_later_change(session, site):
    before = pinning.pin(session, site=site, latitude=52.1, longitude=20.9, now=NOW)
    pinning.pin(session, site=site, latitude=52.2, longitude=20.9, now=NOW)

    with pytest.raises(NothingToUndo):
        pinning.unpin(session, before=before, now=NOW)

    assert site.latitude == 52.2


@pytest.fixture
def on_the_way(session, site):
    """A technician under way to a visit at the site."""
    technician = build.technician(session, territory=site.territory)
    visit = build.visit(session, site=site)
    shift = build.shift(session, technician=technician)
    build.assignment(session, visit=visit, shift=shift)
    told = {"visit": visit, "technician": technician, "device_at": NOW}
    field.set_off(session, client_id="set-off-1", now=NOW, **told)
    return told


def test_an_arrival_told_by_the_phone_is_held_against_the_pin(session, on_the_way):
    field.record_deed(
        session,
        kind=DeedKind.ARRIVE,
        client_id="arrive-01",
        position=STREET_AWAY,
        now=NOW,
        **on_the_way,
    )

    assert [each.metres for each in arrivals(session)] == [334]


def test_a_repeated_arrival_counts_once(session, on_the_way):
    deed = {"kind": DeedKind.ARRIVE, "client_id": "arrive-01", "position": STREET_AWAY}
    field.record_deed(session, now=NOW, **deed, **on_the_way)

    field.record_deed(session, now=NOW, **deed, **on_the_way)

    assert [each.times for each in arrivals(session)] == [1]


def test_a_phone_that_does_not_tell_where_it_is_is_welcome(session, on_the_way):
    deed = field.arrive(session, client_id="arrive-01", now=NOW, **on_the_way)

    assert deed.flagged == ""
    assert arrivals(session) == []
