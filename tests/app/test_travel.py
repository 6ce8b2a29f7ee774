"""Travel times come from whom the settings name, and nobody else is asked."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app import travel
from app.config import SettingsWrong, load
from dispatch import store
from routing.travel.crowfly import CrowFly
from routing.travel.provider import Point, Profile
from tests.routing.travel import servers

POINTS = [Point(52.2, 21.0), Point(52.21, 21.02), Point(52.23, 21.01)]


@pytest.fixture
def made(engine, clock, tmp_path):
    def make(**given):
        settings = load({"instance": tmp_path, **given}, {})
        return travel.made(settings, open_session=store.sessions(engine), now=clock)

    return make


def test_without_settings_the_crow_flies_and_estimates_nothing(made):
    roads = made()

    table = roads.matrix(POINTS, destinations=POINTS)
    assert table.seconds.tolist() == CrowFly().matrix(POINTS, destinations=POINTS).seconds.tolist()
    assert (roads.name, table.estimated_cells) == ("crowfly", 0)


def test_osrm_is_asked_where_the_settings_name_it_and_only_once_for_each_way(made):
    with servers.running(servers.osrm()) as server:
        roads = made(travel="osrm", osrm_url=server.url)
        first = roads.matrix(POINTS, destinations=POINTS)
        made(travel="osrm", osrm_url=server.url).matrix(POINTS, destinations=POINTS)

    assert roads.name == "osrm,crowfly"
    assert first.estimated_cells == 0
    assert server.questions == 1


def test_where_osrm_is_away_valhalla_answers(made):
    with servers.running(servers.valhalla()) as server:
        roads = made(travel="osrm,valhalla", osrm_url="http://127.0.0.1:9", valhalla_url=server.url)
        with capture_logs() as logs:
            table = roads.matrix(POINTS, destinations=POINTS)

    assert table.estimated_cells == 0
    assert [(each["event"], each["provider"]) for each in logs] == [("travel.not-answered", "osrm")]


def test_a_graph_that_nobody_imported_is_said_and_a_table_comes_all_the_same(made):
    roads = made(travel="graph", roads="porto")

    table = roads.matrix(POINTS, destinations=POINTS)

    assert table.estimated_cells == 6
    assert "no road graph is imported for porto" in roads.health().message
    assert "onsite roads import" in roads.health().message


def test_osrm_without_an_address_says_what_to_set(made):
    assert "ONSITE_OSRM_URL" in made(travel="osrm,crowfly").health().message


def test_nobody_behind_the_crows_flight_is_asked():
    settings = load({"travel": "osrm,crowfly,graph"}, {})

    assert travel.names_of(settings) == ["osrm", "crowfly"]


def test_addresses_of_osrm_may_differ_by_profile():
    urls = travel.osrm_urls("http://cars:1 bike=http://bikes:2/osrm?a=b")

    assert urls == {Profile.CAR: "http://cars:1", Profile.BIKE: "http://bikes:2/osrm?a=b"}


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"travel": "teleport"}, "ONSITE_TRAVEL"),
        ({"travel": "valhalla"}, "ONSITE_VALHALLA_URL"),
        ({"roads": "../elsewhere"}, "ONSITE_ROADS"),
        ({"osrm_url": "localhost:5000"}, "ONSITE_OSRM_URL"),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(given, word):
    with pytest.raises(SettingsWrong, match=word):
        load(given, {})
