"""Bikes and people on foot: where they may go, how fast, and over a whole town."""

from __future__ import annotations

import pytest

from routing.travel import means
from routing.travel.graph import RoadGraph, build_roads
from routing.travel.provider import Point, Profile
from tests.routing.travel import town as towns


@pytest.fixture(scope="module")
def slow_graph(town, tmp_path_factory) -> RoadGraph:
    folder = tmp_path_factory.mktemp("slow")
    target = folder / "graph.npz"
    build_roads(
        town.write(folder / "town.osm.pbf"), target=target, profiles=[Profile.BIKE, Profile.FOOT]
    )
    return RoadGraph(target)


def kmh(judge, tags):
    way = judge(tags, 1000.0)
    return None if way is None else (way.forward_kmh, way.backward_kmh)


@pytest.mark.parametrize(
    ("tags", "speeds_kmh"),
    [
        ({"highway": "residential"}, (15, 15)),
        ({"highway": "residential", "oneway": "yes"}, (15, 4)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, (15, 15)),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite"}, (15, 15)),
        ({"highway": "residential", "oneway": "-1"}, (4, 15)),
        ({"highway": "tertiary", "junction": "roundabout"}, (15, 0)),
        ({"highway": "footway"}, (4, 4)),
        ({"highway": "footway", "bicycle": "yes"}, (15, 15)),
        ({"highway": "residential", "bicycle": "dismount"}, (4, 4)),
        ({"highway": "track", "surface": "gravel"}, (6, 6)),
        ({"highway": "residential", "bicycle": "no"}, None),
        ({"highway": "motorway"}, None),
        ({"highway": "trunk", "motorroad": "yes"}, None),
        ({"route": "ferry", "duration": "00:10"}, (6, 6)),
    ],
)
def test_a_bike_is_ridden_where_it_may_and_pushed_elsewhere(tags, speeds_kmh):
    assert kmh(means.ride, tags) == speeds_kmh


@pytest.mark.parametrize(
    ("tags", "speeds_kmh"),
    [
        ({"highway": "residential", "oneway": "yes"}, (5, 5)),
        ({"highway": "steps"}, (5, 5)),
        ({"highway": "path", "surface": "sand"}, (2.5, 2.5)),
        ({"highway": "service", "access": "private", "foot": "yes"}, (5, 5)),
        ({"highway": "footway", "foot": "no"}, None),
        ({"highway": "motorway"}, None),
        ({"highway": "construction"}, None),
    ],
)
def test_one_walks_in_both_directions_on_paths_and_roads(tags, speeds_kmh):
    assert kmh(means.walk, tags) == speeds_kmh


def test_a_walk_takes_as_long_there_as_back(town, slow_graph):
    points = [Point(*town.at(*each)) for each in ((0, 0), (4, 2), (7, 8), (11, 9))]

    table = slow_graph.matrix(points, destinations=points, profile=Profile.FOOT)

    assert table.seconds.tolist() == table.seconds.T.tolist()
    assert table.seconds[0, 1] == pytest.approx(table.metres[0, 1] * 3.6 / 5, abs=1)


def test_a_walker_passes_the_bollard_that_stops_a_car(town, slow_graph):
    behind = Point(*town.place(8 * towns.STEP_M + 15.0, -110.0))

    on_foot = slow_graph.snap([behind], profile=Profile.FOOT)[0]
    by_car = slow_graph.snap([behind], profile=Profile.CAR)[0]

    assert on_foot is not None
    assert by_car is not None
    assert on_foot.off_m < 1 < by_car.off_m


def test_a_bike_keeps_to_one_way_streets_or_is_pushed(town, slow_graph):
    (south, lon), (north, _) = town.at(4, 1), town.at(4, 2)
    low, high = Point(south + (north - south) * 0.3, lon), Point(south + (north - south) * 0.7, lon)

    table = slow_graph.matrix([low, high], destinations=[low, high], profile=Profile.BIKE)

    assert table.seconds[0, 1] < table.seconds[1, 0]
    assert slow_graph.capabilities.profiles == {Profile.CAR, Profile.BIKE, Profile.FOOT}
