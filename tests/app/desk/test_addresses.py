"""A person decides where a site is, and what a geocoder says later changes nothing."""

from __future__ import annotations

import pytest

from dispatch import geocoding, pinning
from dispatch.geocoding import RequestState
from dispatch.pinning import Position
from dispatch.places import Precision
from routing.geocode.answer import Answer
from routing.geocode.answer import Precision as Exactness
from routing.geocode.index import build_index
from tests import build
from tests.app.desk.kept import again
from tests.clock import NOW
from tests.routing.geocode.land import Land


@pytest.fixture
def dispatcher(rows, sign_in):
    made = build.dispatcher(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def vague(rows):
    """A site in Warsaw whose address fits two places."""
    site = build.site(rows, precision=Precision.LOCALITY, name="Zajezdnia")
    request = geocoding.ask(rows, site=site, now=NOW)
    answers = [answer("Długa 1, Warszawa", 52.25), answer("Długa 1, Piaseczno", 52.08)]
    geocoding.record(rows, request_id=request.id, provider="photon", answers=answers, now=NOW)
    rows.commit()
    return site


def answer(label, latitude):
    return Answer(
        latitude=latitude,
        longitude=21.0,
        label=label,
        precision=Exactness.ROOFTOP,
        provider="photon",
        attribution="© OpenStreetMap contributors",
        confidence=0.74,
    )


def pinned(dispatcher, site, **data):
    return dispatcher.post(f"/addresses/{site.id}", data={"version": str(site.version), **data})


def test_an_address_that_fits_two_places_is_listed(dispatcher, vague):
    page = dispatcher.get("/addresses").text

    assert "Several places fit" in page
    assert f'href="/addresses/{vague.id}"' in page


def test_the_page_shows_each_candidate_and_whose_data_it_is(dispatcher, vague):
    page = dispatcher.get(f"/addresses/{vague.id}").text

    assert "Długa 1, Warszawa" in page
    assert "Długa 1, Piaseczno" in page
    assert "© OpenStreetMap contributors" in page


def test_nothing_is_said_to_be_missing_before_anybody_has_looked(dispatcher, rows):
    site = build.site(rows, precision=Precision.LOCALITY)
    rows.commit()
    address = f"/addresses/{site.id}"
    assert "This address has not been looked up" in dispatcher.get(address).text

    request = geocoding.ask(rows, site=site, now=NOW)
    rows.commit()
    assert "This address is looked up soon" in dispatcher.get(address).text

    geocoding.record(rows, request_id=request.id, provider="photon", answers=[], now=NOW)
    rows.commit()
    assert "Nothing was found for this address" in dispatcher.get(address).text


def test_a_pin_is_kept_for_ever(dispatcher, rows, vague):
    answer = pinned(dispatcher, vague, latitude="52,2319", longitude="21.0067")

    again(rows, vague)
    request = geocoding.request_of(rows, site=vague)
    assert answer.location == "/addresses"
    assert (vague.latitude, vague.precision) == (52.2319, Precision.MANUAL)
    assert request.state is RequestState.DECIDED
    assert "Every place is known" in dispatcher.get("/addresses").text


def test_a_place_can_be_the_same_as_another_sites(dispatcher, rows, vague):
    other = build.site(rows, customer=vague.customer, at=(52.2, 20.9))
    rows.commit()

    pinned(dispatcher, vague, same_as=str(other.id))

    again(rows, vague)
    assert (vague.latitude, vague.longitude) == (52.2, 20.9)


def test_after_one_the_next_is_shown(dispatcher, rows, vague):
    later = build.site(rows, precision=Precision.LOCALITY)
    rows.commit()

    answer = pinned(dispatcher, vague, latitude="52.2", longitude="21")

    assert answer.location == f"/addresses/{later.id}"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"latitude": "north", "longitude": "21"}, 422),
        ({"latitude": "52", "longitude": "181"}, 422),
        ({"latitude": "52", "longitude": "21", "version": "999"}, 412),
    ],
)
def test_a_pin_that_cannot_be_is_sent_back(dispatcher, rows, vague, data, status):
    answer = pinned(dispatcher, vague, **data)

    again(rows, vague)
    assert answer.status_code == status
    assert vague.precision is Precision.LOCALITY


def test_support_does_not_decide_places(rows, sign_in, vague):
    agent = build.agent(rows)
    rows.commit()

    assert pinned(sign_in(agent), vague, latitude="52", longitude="21").status_code == 403


def test_a_visit_there_says_that_its_place_is_not_sure(dispatcher, rows, vague):
    visit = build.visit(rows, site=vague)
    rows.commit()

    assert "Place not sure" in dispatcher.get(f"/visits/{visit.id}").text


@pytest.mark.parametrize("page", ["/customers", "/board"])
def test_those_who_decide_are_told_on_their_pages(dispatcher, vague, page):
    assert vague.is_unsure

    assert "1 address to decide" in dispatcher.get(page, follow_redirects=True).text


def test_support_is_not_told_of_what_it_may_not_decide(rows, sign_in, vague):
    agent = build.agent(rows)
    rows.commit()

    assert vague.is_unsure
    assert "address to decide" not in sign_in(agent).get("/customers").text


def test_an_address_is_looked_up_again_when_there_is_an_index(dispatcher, rows, vague):
    folder = dispatcher.application.extensions["onsite.settings"].instance
    land = Land()
    land.town((52.25, 20.95), "Warszawa", "city")
    land.street((52.25, 20.95), "plac Defilad")
    land.doors((52.25, 20.95), "plac Defilad", [1, 3])
    build_index(land.write(folder / "x.osm.pbf"), folder / "roads/area/places.db")

    dispatcher.post(f"/addresses/{vague.id}/again")

    again(rows, vague)
    assert vague.precision is Precision.ROOFTOP
    page = dispatcher.get(f"/sites/{vague.id}").text
    assert "embedded" in page
    assert "© OpenStreetMap contributors" in page


def test_a_pin_is_never_looked_up_again(dispatcher, rows, vague):
    pinned(dispatcher, vague, latitude="52.2", longitude="21")

    answer = dispatcher.post(f"/addresses/{vague.id}/again")

    again(rows, vague)
    assert answer.status_code == 409
    assert (vague.latitude, vague.precision) == (52.2, Precision.MANUAL)


@pytest.fixture
def doubted(rows):
    """A site whose pin somebody arrived 334 m away from."""
    site = build.site(rows, name="Magazyn", at=(52.2319, 21.0067))
    far = Position(latitude=52.2349, longitude=21.0067)
    pinning.note_arrival(rows, site=site, position=far, now=NOW)
    rows.commit()
    return site


def test_an_arrival_far_from_the_pin_is_listed_and_drawn(dispatcher, doubted):
    listed = dispatcher.get("/addresses").text
    page = dispatcher.get(f"/addresses/{doubted.id}").text

    assert "Arrival 334 m away" in listed
    assert "Somebody arrived 334 m from the pin" in page
    assert 'class="pin-arrival"' in page
    assert 'name="latitude" value="52.234900"' in page


def test_one_click_takes_the_arrival_as_the_new_pin(dispatcher, rows, doubted):
    pinned(dispatcher, doubted, latitude="52.234900", longitude="21.006700")

    again(rows, doubted)
    assert (doubted.latitude, doubted.precision) == (52.2349, Precision.MANUAL)
    assert "Every place is known" in dispatcher.get("/addresses").text


def test_a_pin_is_taken_back_with_one_button(dispatcher, rows, vague):
    pinned(dispatcher, vague, latitude="52.2", longitude="21")
    assert "Take back: Zajezdnia" in dispatcher.get("/addresses").text

    answer = dispatcher.post("/addresses/undo")

    again(rows, vague)
    assert answer.location == f"/addresses/{vague.id}"
    assert (vague.latitude, vague.precision) == (52.25, Precision.LOCALITY)
    assert pinning.review_count(rows) == 1
    assert "Take back" not in dispatcher.get("/addresses").text


def test_there_is_nothing_to_take_back_after_somebody_elses_change(dispatcher, rows, vague):
    pinned(dispatcher, vague, latitude="52.2", longitude="21")
    pinning.pin(rows, site=again(rows, vague), latitude=52.3, longitude=21.0, now=NOW)
    rows.commit()

    answer = dispatcher.post("/addresses/undo")

    assert answer.status_code == 409
    assert "nothing to take back" in answer.text
    assert again(rows, vague).latitude == 52.3


def test_nothing_was_placed_so_there_is_nothing_to_take_back(dispatcher, vague):
    assert vague.is_unsure

    assert dispatcher.post("/addresses/undo").status_code == 409


def test_a_pin_outside_of_every_territory_is_said(dispatcher, vague):
    pinned(dispatcher, vague, latitude="48.0", longitude="2.0")

    page = dispatcher.get(f"/addresses/{vague.id}").text

    assert "It lies outside every territory" in page
