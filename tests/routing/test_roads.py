"""Seconds and metres, exactly, also through traffic."""

from __future__ import annotations

import math

import pytest

from routing.problem import (
    HaversineTravel,
    Location,
    MatrixTravel,
    PlanarTravel,
    RoundUnits,
    Traffic,
    TrafficSlice,
)
from routing.roads import NO_ROAD, Roads
from tests.routing import build

RUSH = Traffic(
    slices=(TrafficSlice(start=28800, factor=2), TrafficSlice(start=36000, factor=1)),
    repeat_s=86400,
)


def roads(travel, *, places=build.PLACES):
    return Roads(build.problem(travel=travel, locations=places))


def test_a_plane_is_measured_in_units():
    plane = roads(PlanarTravel(seconds_per_unit=60, metres_per_unit=1000))

    assert plane.seconds(0, 1) == 600
    assert plane.metres(0, 2) == 20000
    assert plane.seconds(0, 1, factor=1.5) == 900


@pytest.mark.parametrize(
    ("rounding", "units"),
    [(RoundUnits.NONE, math.sqrt(2)), (RoundUnits.DIMACS, 1.4), (RoundUnits.MILLI, 1.414)],
)
def test_lengths_are_rounded_before_factors_apply(rounding, units):
    places = (Location(id="a", x=0, y=0), Location(id="b", x=1, y=1))

    plane = roads(PlanarTravel(seconds_per_unit=60, round_units=rounding), places=places)

    assert plane.seconds(0, 1) == pytest.approx(60 * units)


def test_great_circles_are_made_longer_by_the_detour():
    places = (Location(id="a", lat=52, lon=21), Location(id="b", lat=53, lon=21))
    degree_m = 6371000 * math.radians(1)

    globe = roads(HaversineTravel(metres_per_second=10, detour_factor=1.3), places=places)

    assert globe.metres(0, 1) == pytest.approx(degree_m * 1.3)
    assert globe.seconds(0, 1) == pytest.approx(degree_m * 1.3 / 10)


def test_a_matrix_may_have_no_road_and_its_diagonal_is_nothing():
    matrix = roads(MatrixTravel(seconds=((7, None), (9, 7))), places=build.PLACES[:2])

    assert matrix.seconds(0, 0) == 0
    assert matrix.seconds(1, 0) == 9
    assert not matrix.connects(0, 1)
    assert matrix.seconds(0, 1) == NO_ROAD
    assert matrix.metres(1, 0) == 0


def test_places_without_coordinates_are_refused():
    with pytest.raises(ValueError, match="coordinates"):
        roads(PlanarTravel(), places=(Location(id="a"),))


def test_driving_stands_still_during_a_break():
    plane = roads(PlanarTravel(seconds_per_unit=60))

    arrival, at_wheel = plane.drive(0, 1, leave=0, factor=1, pauses=[(200, 500)])

    assert (arrival, at_wheel) == (900, 600)


def test_a_break_after_the_arrival_delays_nothing():
    plane = roads(PlanarTravel(seconds_per_unit=60))

    assert plane.drive(0, 1, leave=0, factor=1, pauses=[(600, 900)]) == (600, 600)


def test_a_break_in_the_rush_leaves_the_rest_of_the_way():
    city = roads(PlanarTravel(seconds_per_unit=60, traffic=RUSH))

    arrival, at_wheel = city.drive(0, 1, leave=28700, factor=1, pauses=[(28900, 36000)])

    assert arrival == pytest.approx(36000 + 450)  # 100 s driven, 50 s worth of rush, 450 s left
    assert at_wheel == pytest.approx(200 + 450)
