from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.flow import Flow
from routing.problem import Traffic, TrafficSlice
from routing.travel.dayparts import PARTS, WORKING_DAY, changes, part_of

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY = datetime(2026, 3, 30, tzinfo=WARSAW)
RUSH = {"morning-rush": 1.5, "evening-rush": 1.4, "early": 1.01}


def day_of(opens_at):
    return {"opens_at": opens_at, "closes_at": opens_at + timedelta(days=1)}


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


def test_where_nothing_slows_nothing_changes():
    assert changes({}, **day_of(MONDAY)) == ()
    assert changes({"morning-rush": 1.02}, **day_of(MONDAY)) == ()


def test_only_hours_that_differ_change_anything():
    found = changes(RUSH, **day_of(MONDAY))

    assert [(each[0] / 60, each[1]) for each in found] == [
        (0, 1),
        (450, 1.5),
        (540, 1),
        (960, 1.4),
        (1110, 1),
    ]


def test_on_the_day_on_which_clocks_go_forward_the_rush_is_an_hour_sooner_after_midnight():
    sunday = datetime(2026, 3, 29, tzinfo=WARSAW)

    found = changes(
        {"weekend-morning-rush": 2.0},
        opens_at=sunday,
        closes_at=datetime(2026, 3, 30, tzinfo=WARSAW),
    )

    assert [each[0] / 60 for each in found] == [0, 390, 480]


@given(
    st.floats(0, 86_400),
    st.floats(0, 3_600),
    st.floats(1, 20_000),
    st.dictionaries(st.sampled_from(sorted(PARTS)), st.floats(0.5, 2)),
)
def test_whoever_leaves_later_arrives_later(leave, wait, work, factors):
    slices = tuple(TrafficSlice(start=s, factor=f) for s, f in changes(factors, **day_of(MONDAY)))
    traffic = Traffic(slices=slices or (TrafficSlice(start=0),))
    flow = Flow(traffic, factors=[piece.factor for piece in traffic.slices])

    early = flow.advance(leave, work=work)
    late = flow.advance(leave + wait, work=work)

    assert early <= late + 1e-6
    assert 0.5 * work - 1e-6 <= early - leave <= 2 * work + 1e-6
