"""What waits for a coordinate gets one, from a server of our own and from a real index."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import geocoding, store
from dispatch.geocoding import GeocodeRequest, RequestState
from dispatch.places import Precision
from dispatch.tasks import TaskRow
from routing.geocode.index import Places, build_index
from routing.geocode.services import Service
from schedules.chores import geocode_backlog
from schedules.embedded import EmbeddedQueue
from schedules.queue import Turn
from schedules.tasks import locate_sites
from tests import build
from tests.clock import NOW
from tests.routing.geocode.land import Land
from tests.routing.geocode.server import HOUSE, Server

WARSAW = (52.2319, 21.0067)


class Office:
    """Works on requests with one geocoder; the clock moves on a second with each look at it."""

    def __init__(self, open_session, clock) -> None:
        self.open_session = open_session
        self.clock = clock
        self.geocoder = None
        self.task = locate_sites.task(geocoder=lambda: self.geocoder, language="pl")
        self.queue = EmbeddedQueue(open_session, clock=clock, tasks=[self.task])

    def ask(self, **columns) -> int:
        with store.writing(), self.open_session() as session, session.begin():
            site = build.site(session, precision=Precision.LOCALITY, at=(52.0, 21.0), **columns)
            return geocoding.ask(session, site=site, now=NOW).id

    def work(self) -> None:
        def moving():
            return self.clock.advance(seconds=1)

        self.task.take(
            Turn(payload={}, queue=self.queue, open_session=self.open_session, clock=moving)
        )

    def request(self) -> GeocodeRequest:
        with self.open_session() as session:
            found = session.scalars(select(GeocodeRequest)).one()
            assert found.site is not None
            return found

    def tick(self) -> int:
        """What the chore does in its minute: how many tasks then wait."""
        with store.writing(), self.open_session() as session, session.begin():
            geocode_backlog.chore().run(session, self.queue, self.clock())
            return len(session.scalars(select(TaskRow)).all())


@pytest.fixture
def office(open_session, clock):
    return Office(open_session, clock)


@pytest.fixture
def server(office):
    with Server() as server:
        office.geocoder = Service(name="nominatim", url=server.url, contact="a@firma.example")
        yield server


def test_an_address_gets_its_coordinate(office, server):
    office.ask()

    office.work()

    request = office.request()
    assert request.state is RequestState.DECIDED
    assert (request.site.latitude, request.site.longitude) == WARSAW
    assert server.asked[0].args["countrycodes"] == "pl"


def test_the_same_address_is_asked_once(office, server):
    office.ask()
    office.ask()

    office.work()

    assert len(server.asked) == 1


def test_a_server_that_is_down_is_asked_again_later(office, server):
    office.ask()
    server.status = 503
    office.work()
    assert office.request().fault

    server.status = 200
    office.clock.advance(minutes=2)
    office.work()

    assert office.request().state is RequestState.DECIDED


def test_a_server_that_asks_for_patience_is_left_alone(office, server):
    office.ask()
    office.ask(address="pl. Defilad 3")
    server.status, server.headers = 429, {"Retry-After": "600"}
    office.work()

    server.status = 200
    office.clock.advance(minutes=3)
    office.work()

    assert len(server.asked) == 1
    office.clock.advance(minutes=10)
    office.work()
    assert len(server.asked) == 3


def test_a_refused_key_is_told_and_not_tried_with_every_address(office, server):
    office.ask()
    server.status = 403

    office.work()
    office.clock.advance(minutes=30)
    office.work()

    request = office.request()
    assert len(server.asked) == 1
    assert request.state is RequestState.WAITING
    assert request.tries == 0
    assert "403" in request.fault


def test_an_address_that_the_server_cannot_read_goes_to_a_person(office, server):
    office.ask()
    server.status = 400

    office.work()

    assert office.request().state is RequestState.REVIEW


def test_questions_keep_a_pace_over_all_processes(office, server):
    office.ask()
    with store.writing(), office.open_session() as session, session.begin():
        far = NOW + timedelta(minutes=5)
        geocoding.shut_gate(session, provider="nominatim", until=far, now=NOW)

    office.work()

    assert server.asked == []
    assert office.request().state is RequestState.WAITING


def test_without_a_geocoder_everything_goes_on_waiting(office):
    office.ask()

    office.work()

    assert office.request().state is RequestState.WAITING


def test_the_embedded_index_answers_without_a_pace(office, tmp_path):
    land = Land()
    land.town((52.23, 21.0), "Warszawa", "city")
    land.street((52.23, 21.0), "plac Defilad")
    land.doors((52.23, 21.0), "plac Defilad", [1, 3])
    build_index(land.write(tmp_path / "x.osm.pbf"), tmp_path / "places.db")
    office.geocoder = Places(tmp_path / "places.db")
    office.ask(postcode="")

    office.work()

    office.geocoder.close()
    request = office.request()
    assert (request.state, request.provider) == (RequestState.DECIDED, "embedded")
    assert request.site.precision is Precision.ROOFTOP


def test_the_chore_starts_the_work_only_where_something_waits(office, server):
    assert office.tick() == 0

    server.body = [HOUSE]
    office.ask()

    assert office.tick() == 1
    assert office.tick() == 1
