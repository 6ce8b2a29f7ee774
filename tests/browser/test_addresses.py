"""A place is decided on the map: by dragging, by keys, and without any mistake of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from dispatch import geocoding
from dispatch.places import Precision, Site
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
