from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.travel.dayparts import PARTS, WORKING_DAY, part_of, touched
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


def test_a_part_is_known_where_the_provider_tells_it_apart_for_who_moves():
    able = Capabilities(day_parts={Profile.CAR: frozenset({"morning-rush"})})
    rush, noon = PARTS["morning-rush"], PARTS["midday"]

    assert able.known(rush, profile=Profile.CAR) == rush
    assert able.known(noon, profile=Profile.CAR) == ALL_DAY
    assert able.known(rush, profile=Profile.FOOT) == ALL_DAY
