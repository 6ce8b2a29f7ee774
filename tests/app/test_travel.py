"""Travel times come from whom the settings name, and nobody else is asked."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app import travel
from app.config import SettingsWrong, load
from app.road_servers import osrm_servers
from dispatch import store
from routing.travel.crowfly import CrowFly
from routing.travel.dayparts import PARTS
from routing.travel.provider import ALL_DAY, Point, Profile
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
    servers = osrm_servers("http://cars:1 bike=http://bikes:2/osrm?a=b")

    assert servers.usual == {Profile.CAR: "http://cars:1", Profile.BIKE: "http://bikes:2/osrm?a=b"}
    assert servers.hours == {}


def test_addresses_of_osrm_may_differ_by_hour():
    servers = osrm_servers("http://cars:1 car@morning-rush=http://me:pw@jam:2 van@night=http://v:3")

    assert servers.usual == {Profile.CAR: "http://cars:1"}
    assert servers.hours == {
        Profile.CAR: {"morning-rush": "http://me:pw@jam:2"},
        Profile.VAN: {"night": "http://v:3"},
    }


def test_an_hour_of_osrm_has_rows_of_its_own_and_the_others_share_the_usual_ones(made):
    with servers.running(servers.osrm()) as usual, servers.running(servers.jammed()) as jammed:
        given = {"travel": "osrm", "osrm_url": f"{usual.url} car@morning-rush={jammed.url}"}
        day, noon, rush = (
            made(**given).matrix(POINTS, destinations=POINTS, day_part=part).seconds
            for part in (ALL_DAY, PARTS["midday"], PARTS["morning-rush"])
        )
        van = made(**given).matrix(
            POINTS, destinations=POINTS, profile=Profile.VAN, day_part=PARTS["morning-rush"]
        )

    assert day.tolist() == noon.tolist()
    assert rush.tolist() == van.seconds.tolist()
    assert rush.sum() > 1.9 * day.sum()
    assert (usual.questions, jammed.questions) == (1, 2)


def test_valhalla_is_asked_by_the_hour_only_where_its_tiles_are_said_to_know_traffic(made):
    given = {"travel": "valhalla", "valhalla_url": "http://127.0.0.1:9"}

    assert made(**given).capabilities.day_parts.get(Profile.CAR, frozenset()) == frozenset()
    traffic = made(**given, valhalla_traffic="yes").capabilities.day_parts
    assert traffic[Profile.CAR] == traffic[Profile.VAN] == set(PARTS)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"travel": "teleport"}, "ONSITE_TRAVEL"),
        ({"travel": "valhalla"}, "ONSITE_VALHALLA_URL"),
        ({"roads": "../elsewhere"}, "ONSITE_ROADS"),
        ({"osrm_url": "localhost:5000"}, "ONSITE_OSRM_URL"),
        ({"osrm_url": "http://a:1 truck=http://b:2"}, "ONSITE_OSRM_URL names truck, .*car, van"),
        ({"osrm_url": "http://a:1 car@lunch=http://b:2"}, "car@lunch, .*morning-rush"),
        ({"osrm_url": "http://a:1 car@=http://b:2"}, "ONSITE_OSRM_URL names car@, "),
        (
            {"osrm_url": "http://a:1 bike=http://b:2 bike@night=http://b:3"},
            "bike@night, .*car and van",
        ),
        ({"osrm_url": "car@night=http://b:2"}, "car@night, .*for other hours"),
        ({"osrm_url": "http://a:1 car=http://b:2"}, "car more than once"),
        ({"valhalla_traffic": "yes"}, "ONSITE_VALHALLA_TRAFFIC is yes, .*ONSITE_VALHALLA_URL"),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(given, word):
    with pytest.raises(SettingsWrong, match=word):
        load(given, {})
