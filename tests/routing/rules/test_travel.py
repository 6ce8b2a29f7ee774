from __future__ import annotations

import pytest

from routing.problem import Location, MatrixTravel
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
