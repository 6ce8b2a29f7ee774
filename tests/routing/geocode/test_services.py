"""The adapters to geocoding services, against a server of our own that answers as they do."""

import json

import pytest

from routing.geocode.answer import (
    GeocoderBusy,
    GeocoderPuzzled,
    GeocoderRefused,
    Precision,
    Verdict,
    judge,
)
from routing.geocode.services import Service
from tests.routing.geocode.server import HOUSE, STREET, TOWN, Server, feature

ADDRESS = "plac Defilad 1, 00-901 Warszawa"


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def geocoder(server):
    """A service by name, at our server."""

    def named(name="nominatim", **more):
        return Service(name=name, url=server.url, contact="dispatch@firma.example", **more)

    return named


def test_an_address_becomes_a_place_with_its_attribution_and_what_was_said(geocoder):
    (answer,) = geocoder().find(ADDRESS, language="pl", country="PL")

    assert (answer.latitude, answer.longitude) == (52.2319, 21.0067)
    assert answer.precision is Precision.ROOFTOP
    assert "OpenStreetMap" in answer.attribution
    assert json.loads(answer.raw) == HOUSE
    assert judge([answer]) is Verdict.ACCEPTED


def test_the_owner_of_the_service_is_told_who_asks_and_in_which_language(geocoder, server):
    geocoder().find(ADDRESS, language="ja", country="PL")

    (asked,) = server.asked
    assert asked.args["accept-language"] == "ja"
    assert asked.args["countrycodes"] == "pl"
    assert asked.headers["User-Agent"] == "onsite (dispatch@firma.example)"


@pytest.mark.parametrize(
    ("found", "precision"),
    [(HOUSE, Precision.ROOFTOP), (STREET, Precision.STREET), (TOWN, Precision.LOCALITY)],
)
def test_an_answer_says_how_exact_it_is(geocoder, server, found, precision):
    server.body = [found]

    (answer,) = geocoder().find(ADDRESS, language="pl")

    assert answer.precision is precision


def test_an_answer_that_repeats_little_of_the_address_is_not_taken(geocoder, server):
    server.body = [TOWN]

    answers = geocoder().find(ADDRESS, language="pl")

    assert judge(answers) is not Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("name", "found", "precision"),
    [
        ("photon", feature(street="Rue X", housenumber="1", city="Paris", type="house"), Precision.ROOFTOP),
        ("photon", feature(name="Rue X", city="Paris", type="street", osm_key="highway"), Precision.STREET),
        ("photon", feature(name="Paris", type="city", osm_key="place"), Precision.LOCALITY),
        ("pelias", feature(name="1 Rue X", label="1 Rue X, Paris", layer="address", confidence=0.9), Precision.ROOFTOP),
        ("pelias", feature(name="1 Rue X", label="1 Rue X, Paris", layer="address", confidence=0.8, match_type="interpolated"), Precision.INTERPOLATED),
        ("ban", feature(label="1 Rue X 75001 Paris", type="housenumber", score=0.97), Precision.ROOFTOP),
        ("ban", feature(label="Rue X 75001 Paris", type="street", score=0.9), Precision.STREET),
        ("ban", feature(label="75001 Paris", type="municipality", score=0.4), Precision.LOCALITY),
    ],
)  # fmt: skip
def test_services_that_answer_in_geojson_are_read(geocoder, server, name, found, precision):
    server.body = {"type": "FeatureCollection", "features": [found]}

    (answer,) = geocoder(name).find("1 rue X, Paris", language="fr")

    assert (answer.latitude, answer.longitude) == (48.85, 2.35)
    assert answer.precision is precision
    assert answer.provider == name
    assert answer.attribution


def test_a_service_that_says_how_sure_it_is_is_believed(geocoder, server):
    server.body = {"features": [feature(label="1 Rue X", type="housenumber", score=0.61)]}

    (answer,) = geocoder("ban").find("1 rue X, Paris", language="fr")

    assert answer.confidence == 0.61


def test_opencage_gets_its_key(geocoder, server):
    place = {
        "formatted": "1 Rue X, Paris",
        "geometry": {"lat": 48.85, "lng": 2.35},
        "components": {"_type": "building", "house_number": "1"},
    }
    server.body = {"status": {"code": 200}, "results": [place]}

    (answer,) = geocoder("opencage", key="k3y").find("1 rue X, Paris", language="fr")

    assert server.asked[0].args["key"] == "k3y"
    assert answer.precision is Precision.ROOFTOP


@pytest.mark.parametrize(("name", "body"), [("nominatim", []), ("ban", {"features": []})])
def test_nothing_found_is_no_fault(geocoder, server, name, body):
    server.body = body

    assert geocoder(name).find("ulica Nieistniejąca 4711", language="pl") == ()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, GeocoderBusy),
        (503, GeocoderBusy),
        (500, GeocoderBusy),
        (401, GeocoderRefused),
        (402, GeocoderRefused),
        (403, GeocoderRefused),
        (404, GeocoderRefused),
        (400, GeocoderPuzzled),
    ],
)
@pytest.mark.parametrize("name", ["nominatim", "photon", "ban"])
def test_a_service_that_gives_no_answer_says_what_to_do(geocoder, server, name, status, error):
    server.status = status

    with pytest.raises(error):
        geocoder(name).find(ADDRESS, language="pl")


def test_a_service_that_asks_for_patience_says_how_long(geocoder, server):
    server.status, server.headers = 429, {"Retry-After": "17"}

    with pytest.raises(GeocoderBusy) as busy:
        geocoder().find(ADDRESS, language="pl")

    assert busy.value.retry_after_s == 17


def test_a_service_that_hangs_is_given_up_in_time(geocoder, server):
    server.hangs.clear()

    with pytest.raises(GeocoderBusy):
        geocoder(timeout_s=0.2).find(ADDRESS, language="pl")


@pytest.mark.parametrize("name", ["nominatim", "photon", "pelias", "ban"])
@pytest.mark.parametrize(
    "body",
    ["<html>Bad gateway</html>", "", '{"a": ', "null", '[{"lat": "x"}]', '{"features": [{}]}', "7"],
)
def test_garbage_is_no_answer(geocoder, server, name, body):
    server.body = body

    try:
        answers = geocoder(name).find(ADDRESS, language="pl")
    except GeocoderBusy:
        answers = ()

    assert answers == ()


def test_a_service_that_is_not_there_may_come_back():
    nowhere = Service(name="nominatim", url="http://127.0.0.1:1", contact="dispatch@firma.example")

    with pytest.raises(GeocoderBusy):
        nowhere.find(ADDRESS, language="pl")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": "nominatim", "url": "", "contact": "a@b.example"}, "address of the nominatim"),
        ({"name": "nominatim", "url": "http://x.example"}, "contact is missing"),
        ({"name": "photon", "url": ""}, "address of the photon"),
        ({"name": "google", "url": "http://x.example"}, "no service is called google"),
    ],
)
def test_no_public_server_is_asked_by_default(given, reason):
    with pytest.raises(ValueError, match=reason):
        Service(**given)
