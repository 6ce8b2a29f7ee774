from __future__ import annotations

import pytest

from routing.travel.crowfly import CrowFly, straight_metres
from routing.travel.dayparts import PARTS
from routing.travel.provider import Point, Profile, TravelBusy, TravelImpossible, TravelRefused
from routing.travel.valhalla import Valhalla
from tests.routing.travel import servers

POINTS = [Point(41.15 + i * 0.003, -8.61 + (i * i % 7) * 0.004) for i in range(5)]


@pytest.fixture(params=[False, True], ids=["short tables", "long tables"])
def engine(request):
    with servers.running(servers.valhalla(verbose=request.param)) as engine:
        yield engine


def test_a_table_has_the_servers_seconds_and_its_kilometres_as_metres(engine):
    table = Valhalla(engine.url).matrix(POINTS[:2], destinations=POINTS, profile=Profile.BIKE)

    straight = straight_metres(POINTS, destinations=POINTS)
    assert table.seconds[0, 1] == round(straight[0, 1] * 0.1)
    assert table.seconds[1, 0] == round(straight[1, 0] * 0.125)
    assert table.metres[1, 4] == round(straight[1, 4] * 1.3)
    assert table.estimated_cells == 0


def test_large_tables_are_asked_in_pieces(engine):
    many = [Point(41 + i * 0.001, -8.6) for i in range(60)]

    table = Valhalla(engine.url).matrix(many, destinations=many)

    assert table.shape == (60, 60)
    assert table.seconds[59, 0] == round(straight_metres(many, destinations=many)[59, 0] * 0.125)
    assert engine.questions == 2


def test_where_there_is_no_way_the_cell_is_estimated(engine):
    engine.nowhere = {POINTS[0]}

    table = Valhalla(engine.url).matrix(POINTS, destinations=POINTS)

    straight = CrowFly().matrix(POINTS, destinations=POINTS)
    assert table.estimated_cells == 2 * (len(POINTS) - 1)
    assert table.seconds[0, 3] == 2 * straight.seconds[0, 3]


@pytest.mark.parametrize(
    ("part", "moment"),
    [
        ("morning-rush", "2026-01-14T08:15"),
        ("weekend-evening", "2026-01-17T21:15"),
        ("night", "2026-01-14T03:15"),
    ],
)
def test_traffic_is_asked_for_by_the_middle_of_an_hour_whose_speeds_hold_all_the_way(
    engine, part, moment
):
    valhalla = Valhalla(engine.url, by_hour=True)

    valhalla.matrix(POINTS, destinations=POINTS[:2], day_part=PARTS[part])
    valhalla.path(POINTS[:3], day_part=PARTS[part])

    assert engine.moments == [{"type": 3, "value": moment}] * 2


@pytest.mark.parametrize(
    ("by_hour", "choice"),
    [
        (False, {"day_part": PARTS["night"]}),
        (True, {}),
        (True, {"day_part": PARTS["night"], "profile": Profile.BIKE}),
    ],
    ids=["not told to know traffic", "the usual table", "a bike"],
)
def test_otherwise_no_hour_is_asked_for(engine, by_hour, choice):
    Valhalla(engine.url, by_hour=by_hour).matrix(POINTS, destinations=POINTS, **choice)

    assert (engine.questions, engine.moments) == (1, [])


def test_each_leg_of_a_way_has_its_line(engine):
    first, second = Valhalla(engine.url).path(POINTS[:3]).legs

    corner = Point(POINTS[1].lat, POINTS[0].lon)
    assert first.line == (POINTS[0], corner, POINTS[1])
    assert (second.line[0], second.line[-1]) == (POINTS[1], POINTS[2])
    assert not second.straight


def test_a_key_in_the_address_goes_along_with_every_question(engine):
    Valhalla(f"{engine.url}/here?api_key=secret").health()

    assert engine.paths == ["/here/status?api_key=secret"]


@pytest.mark.parametrize(
    ("status", "refusal"), [(503, TravelBusy), (403, TravelRefused), (400, TravelImpossible)]
)
def test_errors_are_sorted_by_what_to_do_and_hide_the_key(engine, status, refusal):
    engine.fault = servers.says(status, b'{"error_code":171}')

    with pytest.raises(refusal) as raised:
        Valhalla(f"{engine.url}?api_key=secret").matrix(POINTS, destinations=POINTS)

    assert "secret" not in str(raised.value)


def test_a_table_of_other_things_is_trouble(engine):
    engine.fault = servers.says(200, b'{"sources_to_targets":[[{"time":1}]]}')

    with pytest.raises(TravelBusy):
        Valhalla(engine.url).matrix(POINTS[:1], destinations=POINTS[:1])


def test_a_server_that_is_away_is_not_well(engine):
    assert Valhalla(engine.url).health().well
    engine.kill()
    assert not Valhalla(engine.url).health().well
