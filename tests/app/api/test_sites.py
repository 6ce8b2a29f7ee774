"""Sites over the interface: with a coordinate, and with an address that waits for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app import geocoding
from app.context import settings_of
from app.geocoders import Geocoders
from dispatch.geocoding import GeocodeRequest, RequestState
from dispatch.places import Precision, Site
from dispatch.tasks import TaskRow
from routing.geocode.index import build_index
from tests import build
from tests.app.desk.kept import every, only
from tests.routing.geocode.land import Land

ADDRESS = {"name": "Zajezdnia", "address": "plac Defilad 1", "town": "Warszawa"}


@pytest.fixture
def territory(rows):
    return build.territory(rows)


@pytest.fixture
def customer(rows, territory):
    assert territory.id
    made = build.customer(rows)
    rows.commit()
    return made


@pytest.fixture
def with_index(app):
    """The index of an extract in which plac Defilad 1 lies."""
    folder = app.extensions["onsite.settings"].instance
    land = Land()
    land.town((52.25, 20.95), "Warszawa", "city")
    land.street((52.25, 20.95), "plac Defilad")
    land.doors((52.25, 20.95), "plac Defilad", [1, 3])
    build_index(land.write(folder / "x.osm.pbf"), folder / "roads/area/places.db")


def added(dispatcher, customer, **more):
    return dispatcher.post("/sites", {"customer_id": customer.id, **ADDRESS, **more})


def test_an_address_that_the_index_knows_gets_its_coordinate_at_once(
    dispatcher, customer, with_index
):
    assert with_index is None

    answer = added(dispatcher, customer)

    assert answer.status_code == 201, answer.json
    assert (answer.json["precision"], answer.json["place_unsure"]) == ("rooftop", False)
    assert abs(answer.json["latitude"] - 52.25) < 0.01


def test_an_address_that_nobody_can_look_up_waits_for_a_person(dispatcher, rows, customer):
    answer = added(dispatcher, customer)

    assert answer.status_code == 201, answer.json
    assert (answer.json["precision"], answer.json["place_unsure"]) == ("locality", True)
    assert only(rows, Site).is_unsure
    assert only(rows, GeocodeRequest).state is RequestState.REVIEW


def test_an_address_waits_for_the_service_of_the_settings(dispatcher, rows, customer, app):
    app.extensions[geocoding.KEY] = Geocoders(
        replace(settings_of(app), geocoder="photon", geocoder_url="http://127.0.0.1:9")
    )

    answer = added(dispatcher, customer)

    assert answer.json["place_unsure"]
    assert only(rows, GeocodeRequest).state is RequestState.WAITING
    assert [row.name for row in every(rows, TaskRow)] == ["locate_sites"]


def test_a_coordinate_counts_as_the_callers_word(dispatcher, rows, customer):
    answer = added(dispatcher, customer, latitude=52.2, longitude=21.0)

    assert (answer.json["precision"], answer.json["latitude"]) == ("manual", 52.2)
    assert rows.scalars(select(GeocodeRequest)).all() == []


def test_a_caller_may_say_how_exact_its_coordinate_is(dispatcher, customer):
    answer = added(dispatcher, customer, latitude=52.2, longitude=21.0, precision="street")

    assert answer.json["precision"] == "street"


@pytest.mark.parametrize(
    "more",
    [{"latitude": 52.2}, {"longitude": 21.0, "latitude": None}, {"precision": "synthetic"}],
)
def test_half_a_coordinate_is_refused(dispatcher, rows, customer, more):
    assert added(dispatcher, customer, **more).status_code == 422
    assert rows.scalars(select(Site)).all() == []


def test_a_site_that_waits_stands_where_others_of_its_town_are(dispatcher, rows, customer):
    other = build.territory(rows, code="piaseczno")
    build.site(rows, customer=build.customer(rows), territory=other)
    rows.commit()
    only(rows, Site).town = "WARSZAWA"
    rows.commit()

    assert added(dispatcher, customer).json["territory_id"] == other.id


def test_a_caller_may_say_which_territory_it_probably_is(dispatcher, rows, customer):
    other = build.territory(rows, code="piaseczno")
    rows.commit()

    assert added(dispatcher, customer, territory_id=other.id).json["territory_id"] == other.id


def test_no_window_is_offered_where_nobody_knows_the_street(dispatcher, rows, territory):
    vague = build.site(rows, territory=territory, precision=Precision.LOCALITY)
    visit = build.visit(rows, site=vague)
    rows.commit()

    answer = dispatcher.get(f"/visits/{visit.id}/offers")

    assert (answer.status_code, answer.json["code"]) == (409, "place-unsure")
    assert "no window can be promised" in answer.json["detail"]
