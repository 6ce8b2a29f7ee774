from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.travel.dayparts import NOISE, PARTS, WORKING_DAY, factor_between, part_of, touched
from routing.travel.provider import ALL_DAY, Capabilities, Profile

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY = datetime(2026, 3, 30, tzinfo=WARSAW)


def test_eight_parts_cover_every_minute_of_a_working_day_once():
    minutes = [m for part in WORKING_DAY for m in range(part.begins_minute, part.ends_minute)]

    assert minutes == list(range(24 * 60))
    assert len(PARTS) == 16


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (MONDAY, "night"),
        (MONDAY.replace(hour=7, minute=30), "morning-rush"),
        (MONDAY.replace(hour=8, minute=59), "morning-rush"),
        (MONDAY.replace(hour=23, minute=59), "evening"),
        (MONDAY - timedelta(days=1), "weekend-night"),
    ],
)
def test_a_moment_lies_in_the_part_that_the_wall_clock_shows(moment, name):
    assert part_of(moment).name == name


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="naive"):
        part_of(datetime(2026, 3, 30, 8))  # noqa: DTZ001 - what is refused


def minutes_after(midnight, found):
    return [((begin.timestamp() - midnight.timestamp()) / 60, part.name) for begin, part in found]


def test_a_stretch_of_time_touches_the_part_it_begins_in_and_those_that_begin_in_it():
    found = touched(MONDAY.replace(hour=8), MONDAY.replace(hour=14))

    assert minutes_after(MONDAY, found) == [
        (450, "morning-rush"),
        (540, "late-morning"),
        (690, "midday"),
    ]


def test_a_night_shift_on_a_friday_ends_at_the_weekend():
    friday = MONDAY + timedelta(days=4)

    found = touched(friday.replace(hour=20), (friday + timedelta(days=1)).replace(hour=7))

    assert [part.name for _, part in found] == ["evening", "weekend-night", "weekend-early"]


def test_on_the_day_on_which_clocks_go_forward_the_rush_is_an_hour_sooner_after_midnight():
    sunday = datetime(2026, 3, 29, tzinfo=WARSAW)

    found = touched(sunday, sunday.replace(hour=9))

    assert minutes_after(sunday, found) == [
        (0, "weekend-night"),
        (330, "weekend-early"),
        (390, "weekend-morning-rush"),
    ]


def test_on_the_day_on_which_clocks_go_back_the_night_has_an_hour_more():
    sunday = datetime(2026, 10, 25, tzinfo=WARSAW)
    second_half_past_two = datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW, fold=1)

    assert minutes_after(sunday, touched(second_half_past_two, sunday.replace(hour=8))) == [
        (0, "weekend-night"),
        (450, "weekend-early"),
        (510, "weekend-morning-rush"),
    ]


@pytest.mark.parametrize("day", [MONDAY, datetime(2026, 10, 25, tzinfo=WARSAW)])
def test_a_whole_day_touches_eight_parts(day):
    names = [part.name for _, part in touched(day, day + timedelta(days=1))]

    assert len(names) == len(set(names)) == 8


def test_the_zone_of_the_end_does_not_matter():
    begin, end = MONDAY.replace(hour=8), MONDAY.replace(hour=14)

    assert touched(begin, end) == touched(begin, end.astimezone(UTC))


def table(*seconds):
    return np.array([seconds], np.int32)


def test_a_table_that_is_everywhere_one_factor_of_another_is_told_by_that_factor():
    usual = table(0, 61, 599, 1200, 7)

    assert factor_between(usual, np.rint(usual * 1.37).astype(np.int32)) == 1.37


def test_two_tables_that_differ_by_more_than_rounding_have_no_factor():
    assert factor_between(table(600, 1200), table(900, 1500)) is None


@pytest.mark.parametrize("held_up", [(615, 1195), (600, 1200), (612, 1224)])
def test_what_differs_by_less_than_noise_is_no_traffic(held_up):
    assert factor_between(table(600, 1200), table(*held_up)) == 1


def test_between_places_that_are_one_there_is_no_traffic():
    assert factor_between(table(0, 0), table(0, 0)) == 1


@given(
    st.lists(st.integers(1, 20_000), min_size=1, max_size=30),
    st.lists(st.integers(1, 40_000), min_size=30, max_size=30),
    st.floats(0.5, 2),
    st.booleans(),
)
def test_a_factor_is_right_for_every_way_up_to_rounding_or_to_noise(
    usual, others, factor, is_uniform
):
    free = table(*usual)
    exact = np.rint(free * factor).astype(np.int32)
    slow = np.maximum(exact, 1) if is_uniform else table(*others[: len(usual)])

    found = factor_between(free, slow)

    if found is not None:
        loose = NOISE * free if found == 1 else 0
        assert (np.abs(free * found - slow) <= loose + 0.5 * (1 + found) + 1e-6).all()
    assert not is_uniform or found is not None


def test_a_part_is_known_where_the_provider_tells_it_apart_for_who_moves():
    able = Capabilities(day_parts={Profile.CAR: frozenset({"morning-rush"})})
    rush, noon = PARTS["morning-rush"], PARTS["midday"]

    assert able.known(rush, profile=Profile.CAR) == rush
    assert able.known(noon, profile=Profile.CAR) == ALL_DAY
    assert able.known(rush, profile=Profile.FOOT) == ALL_DAY
