"""Maps get their ground, and their base map where one is set; only people who are signed in do."""

from __future__ import annotations

import json

import pytest

from tests import build
from tests.app.archives import archive


@pytest.fixture
def app(make_app, tmp_path):
    return make_app(map="pmtiles", map_pmtiles=str(archive(tmp_path)))


@pytest.fixture
def dispatcher(rows, sign_in):
    made = build.dispatcher(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def imported(app):
    """The ground that an import of roads has left."""
    file = app.extensions["onsite.settings"].instance / "roads" / "area" / "ground.json"
    file.parent.mkdir(parents=True)
    told = {"attribution": "© All", "roads": {"trunk": ["_p~iF~ps|U"]}, "towns": [[52, 21, "Łódź"]]}
    file.write_text(json.dumps(told), encoding="utf-8")


def test_the_archive_is_sent_in_the_parts_that_are_asked_for(dispatcher):
    with dispatcher.get("/maps/base.pmtiles", headers={"Range": "bytes=127-130"}) as answer:
        sent = answer.data

    assert (answer.status_code, sent) == (206, bytes(range(4)))
    assert answer.headers["Content-Range"] == "bytes 127-130/327"
    assert answer.headers["ETag"]
    assert answer.headers["Cache-Control"] == "private, max-age=300"


def test_without_an_import_the_ground_names_the_towns_of_our_sites(dispatcher, rows):
    one = build.site(rows, town="Żyrardów", at=(52.0, 20.4))
    build.site(rows, customer=one.customer, town="Żyrardów", at=(52.2, 20.6))
    rows.commit()

    told = dispatcher.get("/maps/ground.json").json

    assert told["roads"] == {}
    assert told["towns"] == [[52.1, 20.5, "Żyrardów"]]


@pytest.mark.usefixtures("imported")
def test_the_imported_ground_is_kept_and_our_towns_come_behind_it(dispatcher, rows):
    build.site(rows, town="Łódź", at=(51.8, 19.5))
    build.site(rows, town="Żyrardów", at=(52.1, 20.5))
    rows.commit()

    told = dispatcher.get("/maps/ground.json").json

    assert told["attribution"] == "© All"
    assert told["roads"] == {"trunk": ["_p~iF~ps|U"]}
    assert told["towns"] == [[52, 21, "Łódź"], [52.1, 20.5, "Żyrardów"]]


def test_a_browser_that_has_the_ground_is_sent_nothing_again(dispatcher):
    first = dispatcher.get("/maps/ground.json")

    again = dispatcher.get("/maps/ground.json", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["Cache-Control"] == "private, max-age=300"


def test_customers_and_strangers_get_neither(client):
    assert client.get("/maps/ground.json").status_code == 302
    assert client.get("/maps/base.pmtiles").status_code == 302
