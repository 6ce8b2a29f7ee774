"""Service hours: lunch, holidays, nights, and the night on which clocks change."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dispatch.worktime import Hours
from tests.clock import DAY, THE_DAY_BEFORE, at

FRIDAY, MONDAY = date(2026, 3, 27), date(2026, 3, 30)
EASTER_MONDAY = date(2026, 4, 6)
AUTUMN = date(2026, 10, 25)
WITH_LUNCH = [[day, *half] for day in range(5) for half in (("08:00", "12:00"), ("13:00", "17:00"))]
NIGHTS = [[day, "22:00", "06:00"] for day in range(7)]


def hours(stored=WITH_LUNCH, *, country="PL"):
    return Hours.read(stored, zone="Europe/Warsaw", country=country)


def test_lunch_does_not_count():
    assert hours().elapsed(at("11:30", day=FRIDAY), at("13:30", day=FRIDAY)) == 60


def test_time_runs_over_lunch_to_the_afternoon():
    assert hours().add(at("11:30", day=FRIDAY), 60) == at("13:30", day=FRIDAY)


def test_time_runs_over_a_weekend_on_which_clocks_change():
    assert hours().add(at("16:30", day=FRIDAY), 60) == at("08:30", day=MONDAY)


def test_a_public_holiday_is_closed():
    assert hours().windows_on(EASTER_MONDAY) == ()
    assert hours(country="").windows_on(EASTER_MONDAY) != ()


def test_time_runs_over_a_holiday():
    thursday_before = date(2026, 4, 2)

    over_easter = hours().elapsed(
        at("08:00", day=thursday_before), at("08:00", day=date(2026, 4, 7))
    )

    assert over_easter == 2 * 8 * 60


@pytest.mark.parametrize(
    ("day", "length"), [(THE_DAY_BEFORE, 7), (date(2026, 10, 24), 9), (FRIDAY, 8)]
)
def test_a_night_is_as_long_as_it_really_was(day, length):
    """Section 5: a night shift has 7 or 9 hours when clocks change."""
    ((opens, closes),) = hours(NIGHTS).windows_on(day)

    assert closes - opens == timedelta(hours=length)


@pytest.mark.parametrize(("day", "length"), [(DAY, 23), (AUTUMN, 25), (FRIDAY, 24)])
def test_a_day_without_hours_is_open_from_midnight_to_midnight(day, length):
    ((opens, closes),) = hours([]).windows_on(day)

    assert closes - opens == timedelta(hours=length)


def test_after_midnight_the_night_before_is_still_open():
    assert hours(NIGHTS).is_open(at("05:59", day=FRIDAY))
    assert not hours(NIGHTS).is_open(at("06:00", day=FRIDAY))


def test_day_and_night_knows_no_holiday():
    assert hours([]).add(at("23:00", day=EASTER_MONDAY), 120) == at("01:00", day=date(2026, 4, 7))


def test_hours_that_overlap_count_once():
    doubled = hours([[4, "08:00", "12:00"], [4, "10:00", "14:00"]])

    assert doubled.elapsed(at("00:00", day=FRIDAY), at("23:00", day=FRIDAY)) == 6 * 60


def test_midnight_may_close_a_day():
    ((_, closes),) = hours([[4, "18:00", "24:00"]]).windows_on(FRIDAY)

    assert closes == at("00:00", day=THE_DAY_BEFORE)


def test_the_end_of_a_window_is_outside():
    assert hours().is_open(at("11:59", day=FRIDAY))
    assert not hours().is_open(at("12:00", day=FRIDAY))


def test_working_days_skip_weekend_and_holiday():
    good_friday = date(2026, 4, 3)

    assert hours().working_days_after(at("10:00", day=good_friday), 1) == at(
        "08:00", day=date(2026, 4, 7)
    )


@pytest.mark.parametrize(
    "stored", [[[7, "08:00", "12:00"]], [[0, "8 o'clock", "12:00"]], [[0, "25:00", "26:00"]]]
)
def test_malformed_hours_are_refused_when_they_are_read(stored):
    with pytest.raises(ValueError, match=r".+"):
        hours(stored)


def test_a_country_that_nobody_knows_is_refused_when_it_is_read():
    with pytest.raises(ValueError, match="holidays"):
        hours(country="XX")


# Eight months of whole minutes, with both nights on which clocks change.
INSTANTS = some.integers(0, 330_000).map(
    lambda minutes: at("00:00", day=date(2026, 3, 20)) + timedelta(minutes=minutes)
)


@given(
    start=INSTANTS, minutes=some.integers(1, 6000), stored=some.sampled_from([WITH_LUNCH, NIGHTS])
)
def test_what_is_added_is_what_has_elapsed(start, minutes, stored):
    served = hours(stored)

    end = served.add(start, minutes)

    assert served.open_time(start, end) == timedelta(minutes=minutes)


@given(moments=some.lists(INSTANTS, min_size=3, max_size=3))
def test_elapsed_time_adds_up(moments):
    start, middle, end = sorted(moments)

    parts = hours().open_time(start, middle) + hours().open_time(middle, end)

    assert parts == hours().open_time(start, end)
