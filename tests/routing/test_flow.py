"""Traffic: nobody who leaves later arrives earlier, whatever an hour does to which leg."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.flow import Flow, Flows, extremes
from routing.problem import MatrixTravel, PlanarTravel, Traffic, TrafficSlice

RUSH = Traffic(
    slices=(TrafficSlice(start=28800, factor=2), TrafficSlice(start=36000, factor=1)),
    repeat_s=86400,
)
# In the first hour into town takes four times as long, out of town twice; then as in free flow.
INTO, OUT = 600.0, 300.0
TIDE = Traffic(
    slices=(
        TrafficSlice(start=0, seconds=((0, 4 * INTO), (2 * OUT, 0))),
        TrafficSlice(start=3600, factor=1),
    )
)
TOWN = MatrixTravel(seconds=((0, INTO), (OUT, 0)), traffic=TIDE)


def everywhere(traffic):
    return Flow(traffic, factors=[piece.factor for piece in traffic.slices])


@pytest.mark.parametrize(
    ("leave", "work", "arrive"),
    [
        (0, 600, 600),
        (28500, 600, 29400),  # 300 s before the rush, 300 s in it
        (28800, 600, 30000),
        (35000, 600, 36100),
        (86400 + 28800, 600, 86400 + 30000),
        (80000, 6400 + 28800 + 600, 86400 + 30000),  # over midnight, into the next rush
        (30000, 3000 + 50400 + 28800 + 600, 86400 + 30000),  # from rush to rush
        (0, 0, 0),
    ],
)
def test_the_rush_makes_driving_slow(leave, work, arrive):
    city = everywhere(RUSH)

    assert city.advance(leave, work=work) == pytest.approx(arrive)
    assert city.retreat(arrive, work=work) == pytest.approx(leave)
    assert city.driven(leave, end=arrive) == pytest.approx(work)


def test_before_the_first_slice_the_last_one_holds_when_it_repeats():
    slices = (TrafficSlice(start=28800, factor=3), TrafficSlice(start=36000, factor=2))

    repeated = everywhere(Traffic(slices=slices, repeat_s=86400))
    single = everywhere(Traffic(slices=slices))

    assert repeated.advance(0, work=10) == 20
    assert single.advance(0, work=10) == 10


def test_the_slice_after_midnight_is_driven_through_both_ways():
    slices = (TrafficSlice(start=0, factor=3), TrafficSlice(start=300, factor=1))

    city = everywhere(Traffic(slices=slices, repeat_s=86400))

    assert city.advance(86300, work=300) == pytest.approx(86400 + 400)  # 100 + 100 + 100
    assert city.retreat(86400 + 400, work=300) == pytest.approx(86300)


def test_a_drive_of_weeks_takes_as_long_as_its_days():
    city = everywhere(RUSH)
    day = 86400 - 3600  # free-flow seconds of a day with two slow hours

    assert city.advance(0, work=100 * day) == pytest.approx(100 * 86400)
    assert city.retreat(100 * 86400, work=100 * day) == pytest.approx(0)
    assert city.driven(0, end=100 * 86400) == pytest.approx(100 * day)


def test_a_pattern_of_milliseconds_does_not_hang_a_long_drive():
    flicker = Traffic(
        slices=(TrafficSlice(start=0, factor=1), TrafficSlice(start=0.0005, factor=3)),
        repeat_s=0.001,
    )

    city = everywhere(flicker)

    assert city.advance(0, work=1e9) == pytest.approx(1.5e9)


def test_nobody_who_leaves_later_arrives_earlier():
    city = everywhere(RUSH)

    arrivals = [city.advance(leave, work=1234) for leave in range(20000, 50000, 100)]

    assert arrivals == sorted(arrivals)


def test_each_leg_has_the_hours_of_its_own_table():
    town = Flows(TIDE, travel=TOWN)

    assert town.on(0, 1).advance(0, work=INTO) == 4 * INTO
    assert town.on(1, 0).advance(0, work=OUT) == 2 * OUT
    assert town.on(0, 1).advance(3600, work=INTO) == 3600 + INTO


def test_a_leg_uses_its_way_up_hour_by_hour():
    town = Flows(TIDE, travel=TOWN)

    # Half of the way in the rush, the other half in free flow.
    assert town.on(0, 1).advance(3600 - 2 * INTO, work=INTO) == 3600 + INTO / 2
    assert town.on(0, 1).retreat(3600 + INTO / 2, work=INTO) == 3600 - 2 * INTO


def test_a_table_belongs_to_a_matrix():
    with pytest.raises(ValueError, match="matrix"):
        Flows(TIDE, travel=PlanarTravel(traffic=TIDE))


def test_the_extremes_of_traffic_are_those_of_all_legs_and_profiles():
    slow = Traffic(slices=(TrafficSlice(start=0, factor=0.5),))
    bike = MatrixTravel(seconds=TOWN.seconds, traffic=slow)

    assert extremes(TOWN) == (1, 4)
    assert extremes(MatrixTravel(seconds=TOWN.seconds, traffic=TIDE, profiles={"bike": bike})) == (
        0.5,
        4,
    )
    assert extremes(MatrixTravel(seconds=TOWN.seconds)) == (1, 1)


@given(
    st.lists(st.tuples(st.floats(60, 3600), st.floats(60, 3600)), min_size=1, max_size=4),
    st.floats(0, 20_000),
    st.floats(0, 3_600),
)
def test_whoever_leaves_later_arrives_later_on_tables(hours, leave, wait):
    slices = tuple(
        TrafficSlice(start=2000.0 * n, seconds=((0, into), (out, 0)))
        for n, (into, out) in enumerate(hours)
    )
    town = Flows(Traffic(slices=slices), travel=TOWN).on(0, 1)

    arrival = town.advance(leave, work=INTO)

    assert arrival <= town.advance(leave + wait, work=INTO) + 1e-6
    assert town.retreat(arrival, work=INTO) == pytest.approx(leave, abs=1e-5)
