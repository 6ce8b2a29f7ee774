from __future__ import annotations

import pytest

from routing.travel import speeds, vehicles
from routing.travel.vehicles import CAR, VAN


def seen(tags, vehicle=CAR, metres=1000.0):
    return vehicles.traits(tags, vehicle=vehicle, metres=metres)


def kmh(**tags):
    way = seen({key.replace("_", ":"): value for key, value in tags.items()})
    return None if way is None else (way.forward_kmh, way.backward_kmh)


@pytest.mark.parametrize(
    ("tags", "speeds_kmh"),
    [
        ({"highway": "residential"}, (25, 25)),
        ({"highway": "motorway"}, (90, 0)),
        ({"highway": "motorway", "oneway": "no"}, (90, 90)),
        ({"highway": "residential", "oneway": "yes"}, (25, 0)),
        ({"highway": "residential", "oneway": "-1"}, (0, 25)),
        ({"highway": "residential", "oneway": "yes", "oneway_motor:vehicle": "no"}, (25, 0)),
        ({"highway": "tertiary", "junction": "roundabout"}, (40, 0)),
        ({"highway": "residential", "maxspeed": "50"}, (40, 40)),
        ({"highway": "residential", "maxspeed": "30 mph"}, (38.616, 38.616)),
        ({"highway": "primary", "maxspeed_forward": "100"}, (80, 65)),
        ({"highway": "primary", "maxspeed": "FR:urban"}, (40, 40)),
        ({"highway": "primary", "maxspeed": "signals"}, (65, 65)),
        ({"highway": "residential", "surface": "mud"}, (10, 10)),
    ],
)
def test_speeds_follow_class_limit_surface_and_direction(tags, speeds_kmh):
    assert kmh(**tags) == pytest.approx(speeds_kmh)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "track"},
        {"highway": "residential", "access": "no"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "residential", "area": "yes"},
        {"highway": "construction"},
        {"highway": "residential", "construction": "residential"},
        {"highway": "service", "service": "emergency_access"},
        {"highway": "residential", "maxheight": "1.8"},
        {"highway": "residential", "maxwidth": "6'0\""},
    ],
)
def test_some_ways_are_none_for_a_car(tags):
    assert seen(tags) is None


def test_the_most_particular_access_counts():
    assert seen({"highway": "track", "access": "no", "motorcar": "yes"}) is not None


def test_private_ways_lead_to_places_on_them_only():
    way = seen({"highway": "residential", "access": "private"})

    assert way is not None
    assert way.forward_local
    assert way.backward_local


def test_a_low_bridge_stops_a_van_and_lets_a_car_through():
    tags = {"highway": "primary", "maxheight": "2.3"}

    assert seen(tags, CAR) is not None
    assert seen(tags, VAN) is None


def test_a_ferry_takes_the_time_it_says():
    way = seen({"route": "ferry", "duration": "00:20"}, metres=3000.0)

    assert way is not None
    assert way.forward_kmh == pytest.approx(9.0)
    assert not way.start


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("00:05", 300), ("1:30:10", 5410), ("45", 2700), ("PT1H5M", 3900), ("soon", 0), ("", 0)],
)
def test_durations_are_read_in_their_usual_forms(said, seconds):
    assert vehicles.duration_s(said) == seconds


def test_a_narrow_road_is_liked_less_but_takes_no_longer():
    wide, narrow = seen({"highway": "tertiary"}), seen({"highway": "tertiary", "lanes": "1"})

    assert wide is not None
    assert narrow is not None
    assert narrow.forward_kmh == wide.forward_kmh
    assert narrow.forward_liking < wide.forward_liking


def test_a_limit_without_a_number_is_a_land_s_law():
    assert speeds.limit_kmh("PL:motorway") == 140
    assert speeds.limit_kmh("XX:rural") == 90
    assert speeds.limit_kmh("variable") == 0
