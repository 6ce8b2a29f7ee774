from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.travel.crowfly import CrowFly, DrivenLeg, learned_scalar, straight_metres
from routing.travel.provider import Point, Profile

WARSAW = Point(52.22977, 21.01178)
LODZ = Point(51.75925, 19.45598)
POINTS = st.builds(Point, st.floats(-89, 89), st.floats(-179, 179))


def test_the_way_from_the_equator_to_the_pole_is_met_within_a_third_of_a_percent():
    metres = straight_metres([Point(0, 21)], destinations=[Point(90, 21)])

    assert metres[0, 0] == pytest.approx(10_001_966, rel=0.0033)  # quarter meridian of WGS 84


def test_a_kilometre_and_a_half_passes_at_the_speed_of_its_band():
    north = Point(WARSAW.lat + 1500 / 111_194.9, WARSAW.lon)

    table = CrowFly().matrix([WARSAW], destinations=[north])

    assert table.seconds[0, 0] == pytest.approx(1.5 / 18.5 * 3600, abs=1)
    assert table.metres[0, 0] == pytest.approx(1500 * 1.38, abs=2)


def test_two_spellings_of_one_doorstep_are_no_leg():
    spelt_longer = Point(WARSAW.lat + 0.000_004, WARSAW.lon)

    table = CrowFly().matrix([WARSAW], destinations=[spelt_longer])

    assert table.seconds[0, 0] == 0
    assert table.metres[0, 0] == 0


def test_the_learned_scalar_makes_every_leg_longer():
    plain = CrowFly().matrix([WARSAW], destinations=[LODZ])

    slow = CrowFly(scalar=1.5).matrix([WARSAW], destinations=[LODZ])

    assert slow.seconds[0, 0] == pytest.approx(1.5 * plain.seconds[0, 0], abs=1)
    assert slow.metres[0, 0] == plain.metres[0, 0]


def test_no_driven_leg_leaves_the_model_as_it_is():
    assert learned_scalar([]) == 1


def test_many_driven_legs_move_the_scalar_most_of_the_way():
    legs = [DrivenLeg(expected_s=600, taken_s=900)] * 30

    scalar = learned_scalar(legs)

    assert 1.35 < scalar < 1.5


def test_who_walks_is_slower_than_who_drives():
    walked = CrowFly().matrix([WARSAW], destinations=[LODZ], profile=Profile.FOOT)

    driven = CrowFly().matrix([WARSAW], destinations=[LODZ], profile=Profile.VAN)

    assert walked.seconds[0, 0] > driven.seconds[0, 0]


def test_a_place_that_is_not_on_earth_is_refused():
    with pytest.raises(ValueError, match="not on earth"):
        CrowFly().matrix([Point(91, 0)], destinations=[WARSAW])


def test_a_path_is_as_long_as_its_legs():
    there_and_back = CrowFly().path([WARSAW, LODZ, WARSAW])

    legs = CrowFly().matrix([WARSAW, LODZ], destinations=[WARSAW, LODZ])
    assert there_and_back.seconds == legs.seconds[0, 1] + legs.seconds[1, 0]
    assert there_and_back.line == (WARSAW, LODZ, WARSAW)
    assert all(leg.straight for leg in there_and_back.legs)


@given(st.lists(POINTS, min_size=1, max_size=6))
def test_every_table_is_symmetric_and_free_on_the_diagonal(points):
    table = CrowFly().matrix(points, destinations=points)

    assert (table.seconds == table.seconds.T).all()
    assert not table.seconds.diagonal().any()
    assert table.estimated_cells == 0


@given(st.floats(100, 50_000), st.floats(1.01, 3))
def test_farther_away_takes_longer(metres, times):
    lat = 45 + metres / 111_194.9
    lat_farther = 45 + metres * times / 111_194.9

    table = CrowFly().matrix([Point(45, 7)], destinations=[Point(lat, 7), Point(lat_farther, 7)])

    assert table.seconds[0, 0] <= table.seconds[0, 1]


def test_a_thousand_places_take_a_fraction_of_a_second():
    degrees = np.random.default_rng(7).uniform(45, 46, (1000, 2))
    points = [Point(*row) for row in degrees]

    before = time.perf_counter()
    CrowFly().matrix(points, destinations=points)

    assert time.perf_counter() - before < 0.5
