"""Moments, periods, lengths and money in four languages, over the night when clocks change."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from app import formats
from tests import clock

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


pytestmark = pytest.mark.usefixtures("page")


@pytest.fixture
def page(app):
    with app.test_request_context():
        yield app


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Sun 29 Mar 07:00"),
        ("fr", "dim. 29 mars 07:00"),
        ("pl", "niedz., 29 mar 07:00"),
        ("ja", "3月29日(日) 7:00"),
    ],
)
def test_a_moment_is_said_in_the_zone_of_the_place(language, said):
    with force_locale(language):
        assert formats.instant(clock.NOW, "Europe/Warsaw") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Sun 29 Mar 01:00–04:00"),  # noqa: RUF001
        ("fr", "dim. 29 mars 01:00 – 04:00"),  # noqa: RUF001
        ("pl", "niedz., 29 mar 01:00–04:00"),  # noqa: RUF001
        ("ja", "3月29日(日) 1時00分～4時00分"),  # noqa: RUF001
    ],
)
def test_a_period_over_the_clock_change_is_said_by_the_wall(language, said):
    with force_locale(language):
        told = formats.interval(clock.at("01:00"), clock.at("04:00"), clock.ZONE)

    assert told.replace(NARROW, " ").replace(NO_BREAK, " ").replace("\N{THIN SPACE}", " ") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "2 hrs"), ("fr", "2 h"), ("pl", "2 godz."), ("ja", "2 時間")],
)
def test_its_length_is_the_time_that_really_passes(language, said):
    passed = clock.at("04:00") - clock.at("01:00")

    with force_locale(language):
        assert formats.length(passed).replace(NO_BREAK, " ").replace(NARROW, " ") == said


@pytest.mark.parametrize(
    ("minor", "currency", "language", "said"),
    [
        (123456, "EUR", "fr", "1 234,56 €"),
        (123456, "PLN", "pl", "1 234,56 zł"),
        (123456, "JPY", "ja", "￥123,456"),
        (123456, "GBP", "en", "£1,234.56"),
    ],
)
def test_money_knows_how_many_minor_units_a_currency_has(minor, currency, language, said):
    with force_locale(language):
        told = formats.money(minor, currency)

    assert told.replace(NARROW, " ").replace(NO_BREAK, " ") == said


@pytest.mark.parametrize(("metres", "said"), [(940, "940 m"), (1500, "1.5 km"), (123456, "123 km")])
def test_a_distance_is_as_exact_as_it_is_short(metres, said):
    with force_locale("en"):
        assert formats.distance(metres).replace(NO_BREAK, " ") == said


def test_a_period_over_midnight_names_both_days():
    with force_locale("en"):
        told = formats.interval(
            clock.at("22:00", day=clock.THE_DAY_BEFORE), clock.at("06:00"), clock.ZONE
        )

    assert told == "Sat 28 Mar 22:00 – Sun 29 Mar 06:00"  # noqa: RUF001


def test_machines_are_told_utc():
    assert formats.machine(clock.at("07:00")) == "2026-03-29T05:00:00Z"
