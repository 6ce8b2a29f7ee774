"""The adapter to Nominatim's API, against a server of our own that speaks it."""

import pytest

from routing.geocode.answer import GeocoderBusy, GeocoderRefused, Precision
from routing.geocode.services import NominatimCompatible
from tests.routing.geocode.nominatim import HOUSE, STREET, TOWN, Nominatim


@pytest.fixture
def nominatim():
    with Nominatim() as server:
        yield server


@pytest.fixture
def geocoder(nominatim):
    return NominatimCompatible(url=nominatim.url, contact="dispatch@firma.example")


def test_an_address_becomes_a_place_with_its_attribution(geocoder):
    (answer,) = geocoder.find("plac Defilad 1, Warszawa", language="pl", country="PL")

    assert (answer.latitude, answer.longitude) == (52.2319, 21.0067)
    assert answer.precision is Precision.ROOFTOP
    assert "OpenStreetMap" in answer.attribution


def test_the_owner_of_the_service_is_told_who_asks_and_in_which_language(geocoder, nominatim):
    geocoder.find("plac Defilad 1", language="ja", country="PL")

    (asked,) = nominatim.asked
    assert asked.args["accept-language"] == "ja"
    assert asked.args["countrycodes"] == "pl"
    assert asked.headers["User-Agent"] == "onsite (dispatch@firma.example)"


@pytest.mark.parametrize(
    ("found", "precision"),
    [(HOUSE, Precision.ROOFTOP), (STREET, Precision.STREET), (TOWN, Precision.LOCALITY)],
)
def test_an_answer_says_how_exact_it_is(geocoder, nominatim, found, precision):
    nominatim.found = [found]

    (answer,) = geocoder.find("plac Defilad", language="pl")

    assert answer.precision is precision


def test_nothing_found_is_no_fault(geocoder, nominatim):
    nominatim.found = []

    assert geocoder.find("ulica Nieistniejąca 4711", language="pl") == ()


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, GeocoderBusy), (503, GeocoderBusy), (500, GeocoderBusy), (401, GeocoderRefused)],
)
def test_a_service_that_gives_no_answer_says_what_to_do(geocoder, nominatim, status, error):
    nominatim.status = status

    with pytest.raises(error):
        geocoder.find("plac Defilad 1", language="pl")


def test_a_service_that_is_not_there_may_come_back():
    nowhere = NominatimCompatible(url="http://127.0.0.1:1", contact="dispatch@firma.example")

    with pytest.raises(GeocoderBusy):
        nowhere.find("plac Defilad 1", language="pl")
