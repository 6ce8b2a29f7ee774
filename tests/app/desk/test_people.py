"""Customers, sites, technicians and accounts: shown, added and changed."""

from __future__ import annotations

import pytest

from dispatch.accounts import Account, RoleName
from dispatch.customers import Contact, Customer
from dispatch.geocoding import GeocodeRequest, RequestState
from dispatch.journal import Fact
from dispatch.places import Asset, Precision, Site
from dispatch.workforce import Absence, Shift, Technician
from routing.geocode.index import build_index
from routing.travel.provider import Profile
from tests import build
from tests.app.desk.kept import again, every, only
from tests.clock import at
from tests.routing.geocode.land import Land


@pytest.fixture
def dispatcher(rows, sign_in):
    made = build.dispatcher(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def admin(rows, sign_in):
    made = build.admin(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def customer(rows):
    made = build.customer(rows)
    rows.commit()
    return made


@pytest.fixture
def technician(rows):
    made = build.technician(rows)
    rows.commit()
    return made


PLACE = {
    "name": "Zajezdnia",
    "address": "ul. Długa 1",
    "town": "Warszawa",
    "latitude": "52,2319",
    "longitude": "21.0067",
    "precision": "manual",
}


def test_a_customer_is_added_with_a_contact(dispatcher, rows):
    dispatcher.post("/customers/new", data={"name": "田中商店", "language": "ja"})
    made = only(rows, Customer)
    dispatcher.post(
        f"/customers/{made.id}/contacts",
        data={"contact_name": "田中さくら", "reading": "たなか", "email": "Sakura@Example.com"},
    )

    contact = only(rows, Contact)
    page = dispatcher.get(f"/customers/{made.id}").text
    assert (contact.email, contact.reading) == ("sakura@example.com", "たなか")
    assert "田中さくら" in page


def test_an_address_that_is_none_is_marked(dispatcher, customer):
    answer = dispatcher.post(
        f"/customers/{customer.id}/contacts", data={"contact_name": "X", "email": "nowhere"}
    )

    assert answer.status_code == 422
    assert "This is not an e-mail address." in answer.text


def test_a_customer_that_somebody_else_changed_is_not_overwritten(dispatcher, rows, customer):
    data = {"name": "New name", "notes": "", "language": "pl", "version": str(customer.version)}
    dispatcher.post(f"/customers/{customer.id}", data=data)

    answer = dispatcher.post(f"/customers/{customer.id}", data={**data, "name": "Late name"})

    again(rows, customer)
    assert answer.status_code == 412
    assert customer.name == "New name"


def test_a_search_finds_by_contact(dispatcher, rows):
    build.contact(rows, name="Łukasz Żółć")
    rows.commit()

    assert "Zażółć &amp; Synowie" in dispatcher.get("/customers?search=łukasz").text
    assert "Nobody found" in dispatcher.get("/customers?search=zebra").text


def test_a_site_without_a_coordinate_waits_in_its_territory_for_a_person(
    dispatcher, rows, customer
):
    territory = build.territory(rows)
    rows.commit()

    dispatcher.post(
        f"/customers/{customer.id}/sites/new",
        data={**PLACE, "latitude": "", "longitude": "", "territory_id": str(territory.id)},
    )

    made, request = only(rows, Site), only(rows, GeocodeRequest)
    assert (made.territory_id, made.precision) == (territory.id, Precision.LOCALITY)
    assert (request.site_id, request.state) == (made.id, RequestState.REVIEW)
    assert "no window is offered" in dispatcher.get(f"/sites/{made.id}").text


def test_with_an_index_a_site_is_placed_at_once(dispatcher, rows, customer):
    land = Land()
    land.town((52.25, 20.95), "Warszawa", "city")
    land.street((52.25, 20.95), "ulica Długa")
    land.doors((52.25, 20.95), "ulica Długa", [1, 3])
    folder = dispatcher.application.extensions["onsite.settings"].instance
    build_index(land.write(folder / "x.osm.pbf"), folder / "roads/area/places.db")
    territory = build.territory(rows)
    rows.commit()

    dispatcher.post(
        f"/customers/{customer.id}/sites/new",
        data={**PLACE, "latitude": "", "longitude": "", "territory_id": str(territory.id)},
    )

    made, request = only(rows, Site), only(rows, GeocodeRequest)
    assert made.precision is Precision.ROOFTOP
    assert abs(made.latitude - 52.25) < 0.001
    assert (request.provider, request.state) == ("embedded", RequestState.DECIDED)


def test_a_site_gets_its_territory_from_where_it_lies(dispatcher, rows, customer):
    build.territory(rows)
    rows.commit()

    answer = dispatcher.post(
        f"/customers/{customer.id}/sites/new",
        data={**PLACE, "hours-0": "8:00-12:00, 13:00-17:00"},
    )

    made = only(rows, Site)
    assert answer.location == f"/sites/{made.id}"
    assert made.zone == "Europe/Warsaw"
    assert made.opening_hours == [[0, "08:00", "12:00"], [0, "13:00", "17:00"]]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("latitude", "91", "A number from -90 to 90"),
        ("longitude", "east", "A number from -180 to 180"),
        ("hours-2", "8 to 5", "Write periods like 08:00-12:00"),
        ("town", "", "Please fill this in."),
    ],
)
def test_a_site_that_cannot_be_is_sent_back(dispatcher, rows, customer, field, value, sentence):
    build.territory(rows)
    rows.commit()

    answer = dispatcher.post(f"/customers/{customer.id}/sites/new", data={**PLACE, field: value})

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_site_without_any_territory_is_refused_in_words(dispatcher, customer):
    answer = dispatcher.post(f"/customers/{customer.id}/sites/new", data=PLACE)

    assert answer.status_code == 409
    assert "territory" in answer.text


def test_a_device_is_added_and_the_way_in_changed(dispatcher, rows):
    place = build.site(rows)
    rows.commit()

    dispatcher.post(
        f"/sites/{place.id}/assets",
        data={"asset_name": "Printer", "product": "P9", "warranty_until": "2027-01-01"},
    )
    dispatcher.post(
        f"/sites/{place.id}",
        data={"access_notes": "Ring twice", "arrival_minutes": "5", "version": place.version},
    )

    page = dispatcher.get(f"/sites/{place.id}").text
    assert only(rows, Asset).product == "P9"
    assert "Ring twice" in page


def test_a_technician_is_added_with_skill_and_shift(dispatcher, rows):
    area = build.territory(rows)
    printers = build.skill(rows, "printer")
    rows.commit()
    dispatcher.post(
        "/technicians/new",
        data={
            "name": "Łukasz Żółć",
            "territory_id": area.id,
            "employment": "own",
            "home_latitude": "52.2",
            "home_longitude": "21.0",
        },
    )
    made = only(rows, Technician)

    dispatcher.post(f"/technicians/{made.id}/skills", data={"skill_id": printers.id, "level": "2"})
    dispatcher.post(
        f"/technicians/{made.id}/shifts",
        data={"starts_at": "2026-03-29T01:00", "ends_at": "2026-03-29T09:00"},
    )

    shift = only(rows, Shift)
    assert [(row.skill_id, row.level) for row in made.skills] == [(printers.id, 2)]
    assert (shift.starts_at, shift.ends_at) == (at("01:00"), at("09:00"))
    assert (shift.ends_at - shift.starts_at).total_seconds() == 7 * 3600


def test_somebody_who_rides_is_added_and_drives_later(dispatcher, rows):
    area = build.territory(rows)
    rows.commit()
    dispatcher.post(
        "/technicians/new",
        data={
            "name": "Zoé",
            "territory_id": area.id,
            "employment": "own",
            "travel_profile": "bike",
            "home_latitude": "52.2",
            "home_longitude": "21.0",
        },
    )
    made = only(rows, Technician)
    riding = made.travel_profile
    listed = dispatcher.get("/technicians").text

    dispatcher.post(f"/technicians/{made.id}/travel", data={"travel_profile": "van"})

    assert riding is Profile.BIKE
    assert "Bike" in listed
    assert again(rows, made).travel_profile is Profile.VAN
    told = [fact.thing_id for fact in every(rows, Fact) if fact.kind == "travel-profile-changed"]
    assert told == [made.id]


def test_a_means_of_travel_that_there_is_not_is_marked(dispatcher, rows, technician):
    answer = dispatcher.post(
        f"/technicians/{technician.id}/travel", data={"travel_profile": "rocket"}
    )

    assert answer.status_code == 422
    assert "Please choose one." in answer.text
    assert again(rows, technician).travel_profile is Profile.CAR


def test_a_shift_that_ends_before_it_begins_is_marked(dispatcher, technician):
    answer = dispatcher.post(
        f"/technicians/{technician.id}/shifts",
        data={"starts_at": "2026-03-30T16:00", "ends_at": "2026-03-30T08:00"},
    )

    assert answer.status_code == 422
    assert "A shift begins before it ends." in answer.text


def test_an_absence_is_reported(dispatcher, rows, technician):
    dispatcher.post(
        f"/technicians/{technician.id}/absences",
        data={"starts_at": "2026-03-30T08:00", "ends_at": "2026-03-30T12:00", "reason": "fever"},
    )

    assert only(rows, Absence).reason == "fever"
    assert "fever" in dispatcher.get(f"/technicians/{technician.id}").text


def test_an_administrator_makes_an_account_that_can_sign_in(admin, client, rows):
    admin.post(
        "/admin/accounts/new",
        data={
            "name": "田中さくら",
            "email": "sakura@example.com",
            "roles": ["agent", "dispatcher"],
            "tier": "2",
            "password": "a long first sentence",
        },
    )

    made = every(rows, Account)[-1]
    entered = client.post(
        "/sign-in", data={"email": "sakura@example.com", "password": "a long first sentence"}
    )
    assert made.tier == 2
    assert {role.name for role in made.roles} == {"agent", "dispatcher"}
    assert entered.status_code == 302


def test_an_address_belongs_to_one_account_only(admin, rows):
    taken = build.agent(rows)
    rows.commit()

    answer = admin.post(
        "/admin/accounts/new",
        data={
            "name": "Twin",
            "email": taken.email,
            "roles": "agent",
            "tier": "1",
            "password": "a long first sentence",
        },
    )

    assert answer.status_code == 409
    assert f"Another account has the address {taken.email}." in answer.text


def test_the_last_administrator_stays(admin, rows):
    last = only(rows, Account)

    answer = admin.post(f"/admin/accounts/{last.id}/deactivate")

    again(rows, last)
    assert answer.status_code == 409
    assert last.active


def test_whoever_is_shut_out_is_signed_out(admin, rows, sign_in):
    agent = build.account(rows, roles=[RoleName.AGENT])
    rows.commit()
    theirs = sign_in(agent)

    admin.post(f"/admin/accounts/{agent.id}/deactivate")

    assert theirs.get("/account").status_code == 302


def test_the_settings_page_hides_secrets(admin, app):
    page = admin.get("/admin/settings").text

    assert "ONSITE_PLAN_SECONDS" in page
    assert app.config["SECRET_KEY"] not in page
