"""A place is decided on the map: by dragging, by keys, and without any mistake of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from dispatch import geocoding, pinning
from dispatch.accounts import RoleName
from dispatch.pinning import FarArrival, Position
from dispatch.places import Precision, Site
from dispatch.planning.plans import AssignmentState
from dispatch.visits import VisitState
from tests import build
from tests.app.desk.test_addresses import answer
from tests.clock import NOW

pytestmark = [pytest.mark.slow]


@pytest.fixture
def site_id(site) -> int:
    """A site whose address fits two places."""
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        build.dispatcher(session, name="Wacław Dąb")
        vague = build.site(session, precision=Precision.LOCALITY, name="Zajezdnia")
        build.site(session, customer=vague.customer, name="Biuro", at=(52.2, 20.95))
        asked = geocoding.ask(session, site=vague, now=NOW)
        answers = [answer("Długa 1, Warszawa", 52.25), answer("Długa 1, Piaseczno", 52.15)]
        geocoding.record(session, request_id=asked.id, provider="photon", answers=answers, now=NOW)
        session.commit()
        return vague.id


@pytest.fixture
def page(new_context, site_id):
    page = new_context().new_page()
    page.goto("/demo/sign-in/dispatcher")
    page.goto(f"/addresses/{site_id}")
    return page


def kept(site, site_id) -> Site:
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        return session.get_one(Site, site_id)


def latitude(page) -> float:
    return float(page.get_by_label("Latitude").input_value())


def test_a_pin_is_dragged_to_where_the_site_is(page, site, site_id):
    pin = page.locator("[data-pin]")
    box = pin.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 40, middle[1] + 80, steps=4)
    page.mouse.up()

    moved = latitude(page)
    page.get_by_role("button", name="Keep the pin here").click()

    expect(page.get_by_text("stays where you put it")).to_be_visible()
    assert moved < 52.24
    assert abs(kept(site, site_id).latitude - moved) < 0.000001
    assert kept(site, site_id).precision is Precision.MANUAL


def test_the_whole_work_is_done_by_keys(page, site, site_id):
    page.keyboard.press("2")
    assert latitude(page) == 52.15
    page.keyboard.press("+")
    page.keyboard.press("ArrowUp")
    moved = latitude(page)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Every place is known")).to_be_visible()
    assert 52.15 < moved < 52.16
    assert abs(kept(site, site_id).latitude - moved) < 0.000001


def test_the_pages_have_no_barriers(page, axe):
    assert axe(page) == []

    page.goto("/addresses")

    assert axe(page) == []


@pytest.fixture
def doubted(site, site_id):
    """The same site with an arrival north of its pin."""
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        found = session.get_one(Site, site_id)
        there = Position(latitude=52.26, longitude=21.0)
        pinning.note_arrival(session, site=found, position=there, now=NOW)
        session.commit()
    return site_id


def test_an_arrival_is_taken_by_keys_and_taken_back(page, site, doubted, axe):
    page.goto(f"/addresses/{doubted}")
    assert axe(page) == []
    page.keyboard.press("a")
    assert latitude(page) == 52.26
    page.keyboard.press("Enter")

    expect(page.get_by_text("Every place is known")).to_be_visible()
    assert kept(site, doubted).latitude == 52.26
    assert axe(page) == []
    page.get_by_role("button", name="Take back: Zajezdnia").click()
    expect(page.get_by_text("is where it was before")).to_be_visible()
    assert kept(site, doubted).precision is Precision.LOCALITY


def test_the_phone_tells_where_it_is_only_when_asked_to(new_context, site):
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        account = build.account(session, roles=[RoleName.TECHNICIAN], name="Ola Nowa")
        place = build.site(session, at=(52.2319, 21.0067))
        worker = build.technician(session, territory=place.territory, account_id=account.id)
        visit = build.visit(session, site=place, state=VisitState.UNDER_WAY)
        shift = build.shift(session, technician=worker)
        build.assignment(session, visit=visit, shift=shift, state=AssignmentState.UNDER_WAY)
        session.commit()
        visit_id = visit.id
    context = new_context()
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 52.25, "longitude": 21.0067, "accuracy": 9})
    page = context.new_page()
    page.goto("/demo/sign-in/technician")
    page.goto(f"/m/visits/{visit_id}")
    choice = page.get_by_label("Tell where I am when I arrive")
    expect(choice).not_to_be_checked()

    choice.check()
    page.get_by_role("button", name="I have arrived").click()

    expect(page.get_by_text("On site")).to_be_visible()
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        assert [each.metres for each in session.query(FarArrival)] == [2013]
