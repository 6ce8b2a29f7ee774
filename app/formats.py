"""How moments, periods, lengths and money look in the reader's language.

Moments are shown in the zone of the place they concern, never in the computer's. Each function
speaks the language of the page; the catalogue of forms is Babel's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_time
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from babel.units import format_unit
from flask import Flask
from flask_babel import get_locale

from app.context import settings

Zone = ZoneInfo | str | None


def init_app(app: Flask) -> None:
    """Let templates write ``{{ ticket.due_at | instant(site.zone) }}``."""
    for form in (instant, day, clock_time, interval, between, minutes, hours, money, distance):
        app.jinja_env.filters[form.__name__] = form
    app.jinja_env.filters.update(phone=phone, machine=machine, zone_name=zone_name)
    app.jinja_env.filters.update(number=number, percent=percent)


def instant(moment: datetime, zone: Zone = None) -> str:
    """Say a moment: short weekday, day, month, time."""
    return f"{_weekday(moment, zone)} {clock_time(moment, zone)}"


def day(value: date, form: str = "full") -> str:
    """Say a calendar day; ``form`` is full, long, medium or short."""
    return format_date(value, format=form, locale=_locale())


def clock_time(moment: datetime, zone: Zone = None) -> str:
    """Say the time of day."""
    return format_time(moment, format="short", tzinfo=_zone(zone), locale=_locale())


def interval(opens: datetime, closes: datetime, zone: Zone = None) -> str:
    """Say a period of one day as that language does: the day, then from when to when."""
    tz = _zone(zone)
    if opens.astimezone(tz).date() != closes.astimezone(tz).date():
        return f"{instant(opens, zone)} – {instant(closes, zone)}"  # noqa: RUF001
    return f"{_weekday(opens, zone)} {between(opens, closes, zone)}"


def between(opens: datetime, closes: datetime, zone: Zone = None) -> str:
    """Say from when to when, without the day."""
    tz = _zone(zone)
    return format_interval(opens, closes, skeleton="Hm", tzinfo=tz, locale=_locale())


def length(span: timedelta) -> str:
    """Say a length of time in its two largest units; a negative one without its sign."""
    whole = abs(round(span.total_seconds() / 60))
    days, rest = divmod(whole, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [("day", days), ("hour", hours)] if days else [("hour", hours), ("minute", left)]
    told = [(unit, count) for unit, count in parts if count] or [("minute", 0)]
    return " ".join(
        format_unit(count, f"duration-{unit}", length="short", locale=_locale())
        for unit, count in told
    )


def minutes(count: int) -> str:
    """Say so many minutes as a length of time."""
    return length(timedelta(minutes=count))


def hours(count: int) -> str:
    """Say so many minutes as hours of work, to the half hour: 50.5 h, never 2 days."""
    return format_unit(round(count / 30) / 2, "duration-hour", length="short", locale=_locale())


def money(minor: int, currency: str) -> str:
    """Say an amount given in the currency's minor units; yen have none."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=_locale())


def distance(metres: float) -> str:
    """Say a distance: metres below one kilometre, else kilometres with one decimal below 100."""
    if metres < 1000:
        return format_unit(round(metres), "length-meter", length="short", locale=_locale())
    kilometres = metres / 1000
    shown = round(kilometres, 1) if kilometres < 100 else round(kilometres)
    return format_unit(shown, "length-kilometer", length="short", locale=_locale())


def number(value: float) -> str:
    """Say a number."""
    return format_decimal(value, locale=_locale())


def percent(part: float) -> str:
    """Say a part of a whole in whole per cent."""
    return format_percent(part, locale=_locale())


def phone(number: str) -> str:
    """Group a telephone number as its country does; what is none stays as it was typed."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number


def machine(moment: datetime) -> str:
    """Write a moment for ``<time datetime>`` and other machines: ISO 8601 in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zone_name(zone: Zone = None) -> str:
    """Name the zone by its city, so that nobody guesses: "Europe/Paris"."""
    return str(_zone(zone)).replace("_", " ")


def _weekday(moment: datetime, zone: Zone) -> str:
    """Short weekday, day and month, in that language's order."""
    forms = _locale().datetime_skeletons
    pattern = forms["MMMEd"]
    return format_datetime(moment, str(pattern.pattern), tzinfo=_zone(zone), locale=_locale())


def _locale() -> Locale:
    """The language's own forms; English ones are British, whose clock has 24 hours."""
    locale = get_locale() or Locale("en")
    return Locale("en", "GB") if locale.language == "en" else locale


def _zone(zone: Zone) -> ZoneInfo:
    if isinstance(zone, ZoneInfo):
        return zone
    return ZoneInfo(zone or settings().zone)
