from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from routing.travel.crowfly import CrowFly, straight_metres
from routing.travel.dayparts import PARTS
from routing.travel.osrm import Osrm
from routing.travel.provider import (
    ALL_DAY,
    Point,
    Profile,
    TravelBusy,
    TravelImpossible,
    TravelRefused,
)
from tests.routing.travel import servers

POINTS = [Point(41.15 + i * 0.003, -8.61 + (i * i % 7) * 0.004) for i in range(12)]
RUSH = PARTS["morning-rush"]


@pytest.fixture
def engine():
    with servers.running(servers.osrm()) as engine:
        yield engine


def provider(engine, patience_s=1.0, profile=Profile.CAR):
    return Osrm({profile: engine.url}, patience_s=patience_s)


def expected(origins, destinations):
    straight = straight_metres(origins, destinations=destinations)
    factors = [[0.1 if a < b else 0.125 for b in destinations] for a in origins]
    return np.rint(straight * factors).astype(int)


def test_a_table_has_the_servers_seconds_and_metres_row_by_row(engine):
    table = provider(engine).matrix(POINTS[:3], destinations=POINTS)

    assert table.seconds.tolist() == expected(POINTS[:3], POINTS).tolist()
    assert table.metres[0, 1] == round(straight_metres(POINTS, destinations=POINTS)[0, 1] * 1.3)
    assert table.estimated_cells == 0
    assert table.source == "osrm"


def test_no_place_gets_into_an_address(engine):
    provider(engine).matrix(POINTS, destinations=POINTS)
    provider(engine).path(POINTS)

    assert engine.paths == ["/table/v1/driving", "/route/v1/driving"]


def test_a_server_that_knows_no_post_is_asked_by_get_and_only_once_by_post():
    with servers.running(servers.old_osrm()) as engine:
        osrm = provider(engine)

        first = osrm.matrix(POINTS, destinations=POINTS)
        osrm.matrix(POINTS, destinations=POINTS)

        assert first.seconds.tolist() == expected(POINTS, POINTS).tolist()
        assert [path.startswith("/table/v1/driving/") for path in engine.paths] == [
            False,
            True,
            True,
        ]


def test_a_server_of_small_tables_gets_small_questions_and_the_size_is_kept(engine):
    engine.most_cells = 100
    many = [Point(41 + i * 0.001, -8.6) for i in range(40)]
    osrm = provider(engine)

    table = osrm.matrix(many, destinations=many)

    assert table.seconds.tolist() == expected(many, many).tolist()
    assert osrm.capabilities.max_elements == 100
    before = engine.questions
    osrm.matrix(many, destinations=many)
    assert engine.questions - before == 16


def test_where_there_is_no_way_the_cell_is_twice_the_crows_flight_and_marked(engine):
    engine.nowhere = {POINTS[2]}

    table = provider(engine).matrix(POINTS, destinations=POINTS)

    straight = CrowFly().matrix(POINTS, destinations=POINTS)
    assert table.estimated.sum() == 2 * (len(POINTS) - 1)
    assert table.seconds[2, 5] == 2 * straight.seconds[2, 5]
    assert table.seconds[2, 2] == 0
    assert not table.estimated[2, 2]


def test_a_place_that_the_server_moves_far_away_to_a_road_is_not_taken_for_one_on_it(engine):
    def on_the_moon(handler):
        near, far = {"distance": 9.0}, {"distance": 7000.0}
        cells = [[0, 60], [70, 0]]
        said = {"code": "Ok", "durations": cells, "distances": cells, "sources": [near, far]}
        servers.send(handler, 200, json.dumps(said | {"destinations": [near, far]}).encode())
        return True

    engine.fault = on_the_moon

    table = provider(engine).matrix(POINTS[:2], destinations=POINTS[:2])

    assert table.estimated.tolist() == [[False, True], [True, False]]
    assert table.seconds[0, 1] != 60


def test_a_way_comes_leg_by_leg_with_its_lines(engine):
    first, second = provider(engine).path(POINTS[:3]).legs

    straight = straight_metres(POINTS, destinations=POINTS)
    corner = Point(POINTS[1].lat, POINTS[0].lon)
    assert first.line == (POINTS[0], corner.rounded(), POINTS[1])
    assert second.line[0] == POINTS[1]
    assert (first.metres, second.metres) == (
        round(straight[0, 1] * 1.3),
        round(straight[1, 2] * 1.3),
    )
    assert not first.straight


def test_a_leg_to_a_place_far_from_every_road_is_straight(engine):
    def in_the_lake(handler):
        route = servers.route(POINTS[:3])
        waypoints = [servers.NEAR, servers.NEAR, {"distance": 700.0, "location": [0, 0]}]
        text = json.dumps({"code": "Ok", "routes": [route], "waypoints": waypoints})
        return servers.says(200, text.encode())(handler)

    engine.fault = in_the_lake

    on_land, over_water = provider(engine).path(POINTS[:3]).legs

    assert (on_land.straight, over_water.straight) == (False, True)
    assert over_water.line == (POINTS[1], POINTS[2])


def test_a_way_with_fewer_legs_than_asked_is_no_answer(engine):
    text = json.dumps({"code": "Ok", "routes": [servers.route(POINTS[:2])]})
    engine.fault = servers.says(200, text.encode())

    with pytest.raises(TravelBusy):
        provider(engine).path(POINTS[:3])


def test_a_van_drives_on_the_cars_roads_and_nobody_walks_on_them(engine):
    osrm = provider(engine)

    assert osrm.matrix(POINTS, destinations=POINTS, profile=Profile.VAN).estimated_cells == 0
    with pytest.raises(TravelImpossible):
        osrm.matrix(POINTS, destinations=POINTS, profile=Profile.FOOT)


LATER = {
    "hangs": servers.hangs,
    "drips": servers.drips,
    "hangs up": servers.hangs_up,
    "breaks off": servers.breaks_off,
    "noise": servers.noise,
    "nested": servers.nested,
    "overloaded": servers.says(429),
    "broken": servers.says(500, b"<html>"),
    "no document": servers.says(200, b"<html>hello</html>"),
    "another document": servers.says(200, b'["Ok"]'),
    "words": servers.says(200, b'{"code":"Ok","durations":[["a","b"]],"distances":[[1,2]]}'),
    "another shape": servers.says(200, b'{"code":"Ok","durations":[[1]],"distances":[[1]]}'),
    "no table": servers.says(200, b'{"code":"Ok"}'),
    "before the start": servers.says(
        200, b'{"code":"Ok","durations":[[-1,2]],"distances":[[1,2]]}'
    ),
    "endless": servers.says(200, b'{"code":"Ok","durations":[[1e300,2]],"distances":[[1,2]]}'),
}


@pytest.mark.parametrize("fault", LATER.values(), ids=LATER.keys())
def test_a_server_in_trouble_is_asked_again_later_and_costs_little_time(engine, fault):
    engine.fault = fault
    before = time.monotonic()

    with pytest.raises(TravelBusy):
        provider(engine, patience_s=0.4).matrix(POINTS[:1], destinations=POINTS[:2])

    assert time.monotonic() - before < 1.0


def test_where_nobody_listens_the_answer_comes_at_once(engine):
    osrm = provider(engine)
    engine.kill()
    before = time.monotonic()

    with pytest.raises(TravelBusy):
        osrm.matrix(POINTS, destinations=POINTS)

    assert time.monotonic() - before < 0.5
    assert not osrm.health().well


@pytest.mark.parametrize("status", [301, 401, 402, 403, 404])
def test_a_person_is_needed_where_the_server_refuses(engine, status):
    engine.fault = servers.says(status, b"{}")

    with pytest.raises(TravelRefused):
        provider(engine).matrix(POINTS, destinations=POINTS)


def test_what_a_server_says_about_a_place_is_in_no_error(engine):
    engine.fault = servers.says(400, b'{"code":"InvalidValue","message":"bad: 41.15,-8.61"}')

    with pytest.raises(TravelImpossible) as refusal:
        provider(engine).matrix(POINTS, destinations=POINTS)

    assert "41.1" not in str(refusal.value)


def test_a_server_that_answers_is_well(engine):
    assert provider(engine).health().well


@pytest.mark.parametrize("url", ["localhost:5000", "ftp://there", "", "http://"])
def test_an_address_that_is_none_is_refused_at_once(url):
    with pytest.raises(ValueError, match="address"):
        Osrm({Profile.CAR: url})


@pytest.fixture
def by_hour(engine):
    """The usual server, that of the morning's rush, and who knows both."""
    with servers.running(servers.jammed()) as jammed:
        hours = {Profile.CAR: {RUSH.name: jammed.url}}
        yield engine, jammed, Osrm({Profile.CAR: engine.url}, hours=hours)


@pytest.mark.parametrize("profile", [Profile.CAR, Profile.VAN])
def test_an_hour_with_a_server_of_its_own_is_asked_there_and_others_at_the_usual_one(
    by_hour, profile
):
    usual, jammed, osrm = by_hour

    rush = osrm.matrix(POINTS[:3], destinations=POINTS, profile=profile, day_part=RUSH)
    noon = osrm.matrix(POINTS[:3], destinations=POINTS, profile=profile, day_part=PARTS["midday"])

    straight = straight_metres(POINTS, destinations=POINTS)
    assert rush.seconds[1, 0] == round(straight[1, 0] * 0.25)
    assert noon.seconds[1, 0] == round(straight[1, 0] * 0.125)
    assert (usual.questions, jammed.questions) == (1, 1)
    assert osrm.capabilities.known(RUSH, profile=profile) == RUSH
    assert osrm.capabilities.known(PARTS["midday"], profile=profile) == ALL_DAY


def test_ways_of_an_hour_take_what_its_tables_say(by_hour):
    _, _, osrm = by_hour

    usual, rush = osrm.path(POINTS[:3]), osrm.path(POINTS[:3], day_part=RUSH)

    assert rush.seconds == pytest.approx(2 * usual.seconds, abs=2)


def test_a_van_with_a_server_of_its_own_has_not_the_hours_of_cars(engine):
    urls = {Profile.CAR: engine.url, Profile.VAN: engine.url}

    osrm = Osrm(urls, hours={Profile.CAR: {RUSH.name: "http://127.0.0.1:9"}})

    assert osrm.capabilities.known(RUSH, profile=Profile.VAN) == ALL_DAY


def test_who_has_no_server_has_none_for_an_hour():
    with pytest.raises(ValueError, match="bike"):
        Osrm({Profile.CAR: "http://a:1"}, hours={Profile.BIKE: {RUSH.name: "http://b:2"}})


def test_a_server_of_an_hour_that_is_away_is_named_with_its_hour(by_hour):
    usual, jammed, osrm = by_hour
    assert osrm.health().well
    jammed.kill()

    assert "car@morning-rush" in osrm.health().message
    assert usual.url.removeprefix("http://") not in osrm.health().message


def test_another_server_of_an_hour_has_other_roads(engine):
    def version(**hours):
        return Osrm({Profile.CAR: engine.url}, hours={Profile.CAR: hours}).graph_version

    assert version() == Osrm({Profile.CAR: engine.url}).graph_version
    assert len({version(), version(night="http://b:2"), version(night="http://b:3")}) == 3


def where_osrm_is():
    """The folder of the wheel, which ONSITE_TEST_OSRM names; skips where there is none."""
    given = os.environ.get("ONSITE_TEST_OSRM")  # noqa: TID251 - for these tests alone
    folder = Path(given or "instance/engines/osrm/osrm")
    if not (folder / "bin" / "osrm-routed").exists():
        pytest.skip("no osrm-routed; ONSITE_TEST_OSRM names the folder that holds bin and share")
    return folder.resolve()


def test_a_real_server_with_the_speeds_of_an_hour_answers_for_it(real):
    with servers.real_osrm(where_osrm_is(), kmh=5) as slow:
        osrm = Osrm({Profile.CAR: real}, hours={Profile.CAR: {RUSH.name: slow}})
        here, there = [servers.corner(0, 0)], [servers.corner(0, 3), servers.corner(3, 3)]

        usual = osrm.matrix(here, destinations=there)
        rush = osrm.matrix(here, destinations=there, day_part=RUSH)

    assert (rush.seconds > 2 * usual.seconds).all()
    assert rush.seconds[0, 0] == pytest.approx(3 * servers.BLOCK_M / (5 / 3.6), rel=0.1)


@pytest.fixture(scope="module")
def real():
    """An osrm-routed over a grid of streets."""
    with servers.real_osrm(where_osrm_is()) as url:
        yield url


def test_a_real_server_finds_the_way_round_a_one_way_street(real):
    osrm = Osrm({Profile.CAR: real})
    here, there = servers.corner(0, 0), servers.corner(0, 3)

    table = osrm.matrix([here, there], destinations=[here, there])

    assert table.estimated_cells == 0
    assert table.metres[0, 1] == pytest.approx(3 * servers.BLOCK_M, rel=0.02)
    assert table.metres[1, 0] == pytest.approx(5 * servers.BLOCK_M, rel=0.02)
    assert osrm.health().well


def test_a_real_server_draws_the_way_and_knows_no_road_far_away(real):
    osrm = Osrm({Profile.CAR: real})
    here, there, nowhere = servers.corner(0, 0), servers.corner(2, 2), Point(60.0, 20.0)

    way = osrm.path([here, there])
    table = osrm.matrix([here], destinations=[there, nowhere])

    assert way.metres == table.metres[0, 0]
    assert len(way.line) >= 3
    assert not way.legs[0].straight
    assert table.estimated.tolist() == [[False, True]]


def test_legs_of_a_real_server_are_as_long_as_its_tables_say(real):
    osrm = Osrm({Profile.CAR: real})
    places = [
        servers.corner(0, 3),
        servers.corner(0, 0),
        servers.corner(0.4, 2),
        servers.corner(4, 1),
    ]

    legs = osrm.path(places).legs
    table = osrm.matrix(places, destinations=places)

    assert [leg.metres for leg in legs] == [table.metres[i, i + 1] for i in range(3)]
    assert [leg.line[0] for leg in legs] == places[:3]


def test_a_real_server_is_asked_in_tables_of_its_size(real):
    osrm = Osrm({Profile.CAR: real})
    places = [servers.corner(i % 6, i // 6 + j / 50) for i in range(36) for j in range(5)]

    table = osrm.matrix(places, destinations=places)  # 180 places; the server takes 100

    assert table.estimated_cells == 0
    assert osrm.capabilities.max_elements <= 10_000
