"""``onsite places geocode`` asks whom the settings name, and goes on where it was cut off."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app.commands import onsite
from app.commands.places.paced import Paced
from dispatch import geocoding, store
from routing.geocode.answer import GeocoderBusy
from routing.geocode.services import Service
from tests.clock import NOW
from tests.databases import with_schema
from tests.routing.geocode.land import invented
from tests.routing.geocode.server import Server

TABLE = 'id,address\n1,"plac Defilad 1, Warszawa"\n2,"plac Defilad 1, Warszawa"\n3,\n'


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def by_service(server, tmp_path, monkeypatch):
    """The settings name a server of our own."""
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("ONSITE_GEOCODER", "nominatim")
    monkeypatch.setenv("ONSITE_GEOCODER_URL", server.url)
    monkeypatch.setenv("ONSITE_GEOCODER_CONTACT", "a@firma.example")
    return server


@pytest.fixture
def geocode(tmp_path):
    def run(text, *more):
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        words = ["places", "geocode", tmp_path / "in.csv", "--out", tmp_path / "out.csv", *more]
        done = CliRunner().invoke(onsite, [str(word) for word in words])
        return done.exit_code, done.stderr

    return run


@pytest.fixture
def rows_of(tmp_path):
    def read():
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


def test_the_service_of_the_settings_is_asked_once_for_each_address(by_service, geocode, rows_of):
    code, said = geocode(TABLE)

    first, second, empty = rows_of()
    assert code == 1
    assert "line 4: its address is empty" in said
    assert (first["lat"], first["verdict"], first["provider"]) == (
        "52.231900",
        "accepted",
        "nominatim",
    )
    assert second["lat"] == first["lat"]
    assert empty["verdict"] == ""
    assert len(by_service.asked) == 1


def test_what_a_service_said_is_kept_for_the_next_table(by_service, geocode, rows_of):
    geocode(TABLE)

    geocode('address,note\nplac Defilad 1 Warszawa,again\n"plac Defilad 1, Warszawa",same\n')

    assert [row["verdict"] for row in rows_of()] == ["accepted", "accepted"]
    assert len(by_service.asked) == 2


def test_a_service_that_refuses_us_stops_the_run_with_what_it_said(by_service, geocode, tmp_path):
    by_service.status = 403

    code, said = geocode(TABLE)

    assert code == 1
    assert "0 of 3 rows are done; the same command goes on from there" in said
    assert not (tmp_path / "out.csv").exists()


def test_a_run_goes_on_when_the_service_is_back(by_service, geocode, rows_of, tmp_path):
    table = "address\nplac Defilad 1\nplac Defilad 2\n"
    by_service.status = 403
    geocode(table)
    by_service.status = 200

    code, said = geocode(table)

    assert (code, [row["verdict"] for row in rows_of()]) == (0, ["accepted", "unsure"]), said
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.csv", "instance", "out.csv"]


def test_none_is_asked_where_the_settings_say_so(geocode, monkeypatch, tmp_path):
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("ONSITE_GEOCODER", "none")

    code, said = geocode(TABLE)

    assert code == 2
    assert "ONSITE_GEOCODER is none" in said


def test_an_index_that_is_named_is_asked_whatever_the_settings_name(
    by_service, geocode, rows_of, tmp_path
):
    extract = invented().write(tmp_path / "land.osm.pbf")
    CliRunner().invoke(onsite, ["places", "index", str(extract), "--name", "land"])

    code, _said = geocode('address\n"Hauptstr. 5, 9491 Neudorf"\n', "--name", "land")

    (row,) = rows_of()
    assert (code, row["provider"]) == (0, "embedded")
    assert by_service.asked == []


def test_a_run_that_was_killed_goes_on_where_it_was(by_service, geocode, rows_of, tmp_path):
    """The pace leaves a second after the first address, in which the process is killed."""
    table = "address\nplac Defilad 1\nplac Defilad 2\n"
    (tmp_path / "in.csv").write_text(table, encoding="utf-8")
    words = ["places", "geocode", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]
    begun = tmp_path / ".out.csv.begun"

    run = subprocess.Popen(
        [sys.executable, "-m", "app", *words],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # noqa: TID251 - handed on
    )
    patience = time.monotonic() + 30
    while not (begun.exists() and len(begun.read_text(encoding="utf-8").splitlines()) == 2):
        assert time.monotonic() < patience
        assert run.poll() is None
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    with begun.open("a", encoding="utf-8") as file:
        file.write('{"cells": ["cut o')
    asked_before = len(by_service.asked)

    code, said = geocode(table)

    assert code == 0, said
    assert "going on after row 1" in said
    assert [row["lat"] for row in rows_of()] == ["52.231900", "52.231900"]
    assert [one.args["q"] for one in by_service.asked[asked_before:]] == ["plac Defilad 2"]
    assert not begun.exists()


def test_what_was_begun_with_another_table_is_not_taken_up(by_service, geocode, rows_of, tmp_path):
    (tmp_path / ".out.csv.begun").write_text(
        '{"about": "another"}\n{"cells": ["1", "2", "", "", "", "", ""], "fault": ""}\n',
        encoding="utf-8",
    )

    geocode("address\nplac Defilad 1\n")

    assert [row["lat"] for row in rows_of()] == ["52.231900"]
    assert len(by_service.asked) == 1


class Office:
    """A paced service whose waits are counted and not waited for."""

    def __init__(self, engine, server, clock) -> None:
        self.sessions = store.sessions(engine)
        self.waits: list[float] = []
        self.clock = clock
        self.server = server
        self.paced = Paced(
            Service(name="photon", url=server.url), self.sessions, clock=clock, wait=self.wait
        )

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance(seconds=seconds)
        if len(self.waits) == 2:
            self.server.status, self.server.body = 200, {"features": []}

    def find(self):
        return self.paced.find("Długa 1", language="pl")


@pytest.fixture
def office(tmp_path, server, clock):
    url = f"sqlite:///{tmp_path / 'onsite.db'}"
    with_schema(url)
    engine = store.open_store(url)
    yield Office(engine, server, clock)
    engine.dispose()


def test_a_service_that_is_away_for_a_moment_is_asked_again(office):
    office.server.status = 503

    assert office.find() == ()

    assert len(office.server.asked) >= 2


def test_a_service_that_is_to_be_left_alone_for_long_is_not_waited_for(office):
    with store.writing(), Session(office.sessions.kw["bind"]) as session, session.begin():
        until = office.clock().replace(year=NOW.year + 1)
        geocoding.shut_gate(session, provider="photon", until=until, now=office.clock())

    with pytest.raises(GeocoderBusy, match="left alone until"):
        office.find()

    assert office.server.asked == []
    assert office.waits == []
