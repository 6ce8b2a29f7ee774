"""Opening hours as people type them: for each weekday "08:00-12:00, 13:00-17:00"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from app.forms import Form

Entry = tuple[int, str, str]
MONDAY = date(2026, 1, 5)  # any Monday; only its name is shown
PERIOD = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-\u2013]\s*([01]?\d|2[0-4]):([0-5]\d)")


def told_hours(stored: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    """Return weekday and periods for each of seven days; an empty text where it is closed."""
    return [
        (
            format_date(MONDAY + timedelta(days=weekday), "EEEE", locale=get_locale()),
            ", ".join(f"{opens}-{closes}" for day, opens, closes in stored if day == weekday),
        )
        for weekday in range(7)
    ]


def read_hours(form: Form) -> list[Entry]:
    """Read the seven fields ``hours-0`` … ``hours-6``; all empty means always open."""
    return [entry for weekday in range(7) for entry in _read_day(form, weekday)]


def _read_day(form: Form, weekday: int) -> list[Entry]:
    name = f"hours-{weekday}"
    entries: list[Entry] = []
    for piece in filter(None, (part.strip() for part in form.said(name).split(","))):
        found = PERIOD.fullmatch(piece)
        if found is None:
            form.wrong[name] = _("Write periods like 08:00-12:00, 13:00-17:00.")
            return []
        opens_hour, opens_minute, closes_hour, closes_minute = found.groups()
        closes = f"{int(closes_hour):02}:{closes_minute}"
        if closes > "24:00":
            form.wrong[name] = _("Write periods like 08:00-12:00, 13:00-17:00.")
            return []
        entries.append((weekday, f"{int(opens_hour):02}:{opens_minute}", closes))
    return entries
