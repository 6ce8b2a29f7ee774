from __future__ import annotations

import pytest

from routing.problem import Location, MatrixTravel, PlanarTravel, Traffic, TrafficSlice
from routing.rules import travel
from tests.routing import build


def test_the_road_takes_its_time():
    question = build.problem(build.job())
    route = build.route(build.visit(arrival=29400, start=29400), depart=28800, back=31800)

    assert build.broken_on(travel, question, route) == []


@pytest.mark.parametrize(
    ("visit", "ends"),
    [
        ({"start": 29399}, {"depart": 28800}),
        ({"arrival": 29399, "start": 29400}, {"depart": 28800}),
        ({"start": 29400}, {"depart": 28800, "back": 31799}),
    ],
    ids=["start", "arrival", "return"],
)
def test_nobody_is_faster_than_the_road(visit, ends):
    question = build.problem(build.job())
    route = build.route(build.visit(**visit), **ends)

    assert build.broken_on(travel, question, route) == ["E_TRAVEL"]


def test_a_missing_road_is_not_driven():
    matrix = MatrixTravel(seconds=((0, 600, 0, 0), (None, 0, 0, 0), (0,) * 4, (0,) * 4))
    question = build.problem(build.job(), travel=matrix)

    assert build.broken_on(travel, question, build.route(build.visit())) == ["E_TRAVEL"]


def test_work_starts_after_the_way_in():
    places = (Location(id="base", x=0, y=0), Location(id="młyn", x=10, y=0, setup_s=300))
    question = build.problem(build.job(), locations=places)
    inside = build.route(build.visit(start=29700), depart=28800)
    outside = build.route(build.visit(start=29699), depart=28800)

    assert build.broken_on(travel, question, inside) == []
    assert build.broken_on(travel, question, outside) == ["E_SETUP"]


def test_the_way_in_is_made_once_at_a_place():
    places = (Location(id="base", x=0, y=0), Location(id="młyn", x=10, y=0, setup_s=300))
    question = build.problem(build.job("a"), build.job("b"), locations=places)
    stops = (build.visit("a", start=29700), build.visit("b", start=31500))

    assert build.broken_on(travel, question, build.route(*stops)) == []


@pytest.mark.parametrize(("start", "codes"), [(29400, []), (29399, ["E_TRAVEL"])])
def test_the_slower_of_a_crew_sets_the_pace(start, codes):
    pair = (build.technician("anna"), build.technician("bob", travel_factor=2))
    question = build.problem(build.job(), technicians=pair)
    alone = build.route(build.visit(start=start), crew=("anna",), depart=28800)
    together = build.route(build.visit(start=start + 600), crew=("anna", "bob"), depart=28800)

    assert build.broken_on(travel, question, alone) == codes
    assert build.broken_on(travel, question, together) == codes


@pytest.mark.parametrize(("start", "codes"), [(30000, []), (29999, ["E_TRAVEL"])])
def test_a_road_is_slower_in_its_hours(start, codes):
    rush = Traffic(
        slices=(TrafficSlice(start=28800, factor=2), TrafficSlice(start=43200, factor=1))
    )
    road = PlanarTravel(seconds_per_unit=60, metres_per_unit=1000, traffic=rush)
    question = build.problem(build.job(), travel=road)
    early = build.route(build.visit(start=start), depart=28800)
    later = build.route(build.visit(start=start + 14400 - 600), depart=43200)

    assert build.broken_on(travel, question, early) == codes
    assert build.broken_on(travel, question, later) == codes
