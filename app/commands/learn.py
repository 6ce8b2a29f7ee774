"""``onsite roads learn``: travel times corrected by legs from a file."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import clock, config, travel
from dispatch import legs, store
from routing.travel.dayparts import part_of
from routing.travel.learn import Leg
from routing.travel.provider import Point
from schedules.tasks import learn_travel


class LegsWrong(Exception):
    """A file of legs that cannot be used; the message says where."""


@click.command()
@click.argument("file", metavar="LEGS", type=click.Path(path_type=Path, dir_okay=False))
def learn(file: Path) -> None:
    """Correct travel times by driven legs: LEGS is {"legs": [{"from": …, "to": …, "seconds": …}]}.

    "from" and "to" are [latitude, longitude] in degrees; "departed" may be given, a time with its
    offset from UTC, so that hours of traffic are learned, too. The legs are kept beside those of
    our own technicians, each once; then everything is learned anew for the providers that
    ONSITE_TRAVEL names. Legs below 300 m, below a minute or above three hours teach nothing.

    \b
    Examples:
      onsite roads learn legs.json
      ONSITE_TRAVEL=graph onsite roads learn legs.json
    """
    try:
        given = read_legs(file)
    except LegsWrong as wrong:
        raise click.ClickException(str(wrong)) from wrong
    settings, now = config.load(), clock.system()
    engine = store.open_store(settings.database)
    sessions = store.sessions(engine)
    try:
        with store.writing(), sessions() as session, session.begin():
            new = legs.take_in(session, legs=given, now=now)
    except (OperationalError, ProgrammingError) as fault:
        raise click.ClickException(
            "the database is not ready; make it with: onsite migrate"
        ) from fault
    roads = travel.uncorrected(settings, open_session=sessions, now=clock.system)
    shown = learn_travel.learn_from_all(sessions, travel=roads, now=now)
    engine.dispose()
    click.echo(f"{new} of {len(given)} legs are new and count")
    if shown is None:
        raise click.ClickException(
            f"at least {learn_travel.FEWEST_LEGS} legs are needed; nothing was learned"
        )
    click.echo(
        f"{roads.name}: learned from {shown['legs']} legs; mean error"
        f" {shown['before']:.1%} before, {shown['after']:.1%} after"
    )


def read_legs(file: Path) -> list[Leg]:
    """The legs of a file. Raises LegsWrong with the file and the place in it."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as wrong:
        raise LegsWrong(f"{file} cannot be read as JSON: {wrong}") from wrong
    rows = content.get("legs") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        raise LegsWrong(f'{file}: there are no legs; give {{"legs": [{{"from": …}}]}}')
    return [_leg(row, place=f"{file}: legs[{index}]") for index, row in enumerate(rows)]


def _leg(row: object, *, place: str) -> Leg:
    if not isinstance(row, dict):
        raise LegsWrong(f'{place} is no object with "from", "to" and "seconds"')
    seconds: Any = row.get("seconds")
    if not _is_number(seconds) or seconds <= 0:
        raise LegsWrong(f"{place}.seconds is {seconds!r}, but must be a number above 0")
    return Leg(
        _point(row.get("from"), place=f"{place}.from"),
        _point(row.get("to"), place=f"{place}.to"),
        float(seconds),
        _part(row.get("departed"), place=f"{place}.departed"),
    )


def _point(value: object, *, place: str) -> Point:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        raise LegsWrong(f"{place} is not [latitude, longitude] in degrees")
    lat, lon = value
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise LegsWrong(f"{place} is not on earth: latitude comes first, then longitude")
    return Point(float(lat), float(lon)).rounded()


def _part(value: object, *, place: str) -> str:
    """Name of the part of the day in which a leg began; "" where nobody said."""
    if value is None:
        return ""
    try:
        return part_of(datetime.fromisoformat(str(value))).name
    except ValueError:
        raise LegsWrong(
            f"{place} is {value!r}, but must be a time with its offset: 2026-03-30T08:15:00+02:00"
        ) from None


def _is_number(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
