"""The board's own words: why a visit is left over, how full a shift is, how urgent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from app import formats
from app.words import tone, word
from dispatch.planning.reasons import Explanation
from dispatch.planning.rounds import LeftOver
from dispatch.tickets import Priority

# Lacks that say nothing without their amount.
MEASURED = frozenset({"window", "shift", "room"})
# Lacks that say it all: who looks at one technician alone would say that it fits.
PEOPLE = frozenset({"people", "together"})


def init_app(app: Flask) -> None:
    """Let templates write ``{{ item | why_left }}`` and its like."""
    app.jinja_env.filters.update(
        why_left=why_left,
        why_nobody=why_nobody,
        share=share,
        roads_word=roads_word,
        priority_word=lambda code: word(Priority(code)),
        priority_tone=lambda code: tone(Priority(code)),
    )


def share(part: float) -> str:
    """Say a part of a whole in per cent."""
    return formats.percent(part)


def roads_word(source: str) -> str:
    """Say who told travel times: providers by name, straight lines only where they stand alone."""
    known = {
        "osrm": "OSRM",
        "valhalla": "Valhalla",
        "graph": _("imported roads"),
        "crowfly": _("straight lines"),
    }
    names = source.split(",")
    asked = [name for name in names if name != "crowfly"] or names
    return str(_(", ")).join(known.get(name, name) for name in asked)


def why_left(left: LeftOver) -> str:
    """Say why a visit stands in no round, and by how much it failed."""
    return _said(left.reason, left.details)


def why_nobody(found: Explanation) -> str:
    """Say why nobody can take a visit, and by how much it failed."""
    return _said(found.reason, found.details())


def _said(reason: str, details: Mapping[str, Any]) -> str:
    """The reason and what was missing; where people are missing, that alone."""
    if details.get("lack") in PEOPLE:
        return _shortfall(details)
    return " ".join(part for part in (reason_words(reason), _shortfall(details)) if part)


def reason_words(code: str) -> str:
    """Say a plan's reason by its code."""
    said: dict[str, str] = {
        "no-technician": _("Nobody has what it takes."),
        "unreachable": _("Nobody can be there in time, even with an empty day."),
        "no-room": _("It fits alone, but not beside what is planned."),
        "too-costly": _("It would fit, but costs more than leaving it out."),
        "related": _("A visit that it depends on is not served."),
        "not-tried": _("The planner did not get to it."),
        "not-planned": _("Not in the plan in force; plan the day or place it by hand."),
    }
    return said.get(code, code)


def _shortfall(details: Mapping[str, Any]) -> str:
    """Say what was missing at the technician who came nearest."""
    amount = float(details.get("amount") or 0)
    said = lack_words(
        str(details.get("lack", "")), name=str(details.get("name", "")), amount=amount
    )
    return "" if details.get("lack") in MEASURED and not amount else said


def lack_words(lack: str, *, name: str, amount: float) -> str:
    """Say one lack by its code; nothing where the reason says it all. Amounts in seconds."""
    length = formats.minutes(max(1, round(amount / 60)))
    said: dict[str, str] = {
        "skill": _("Missing: %(skill)s.", skill=name),
        "excluded-skill": _("The nearest has a skill that is not wanted: %(skill)s.", skill=name),
        "territory": _("No technician may work in this territory."),
        "chosen-technicians": _("The technicians who were chosen for it do not work then."),
        "people": _("There are not enough people for it."),
        "tools": _("Missing in every van: %(what)s.", what=name),
        "parts-or-room": _("Missing in every van: %(what)s.", what=name),
        "pin": _("It is pinned to somebody who cannot serve it."),
        "hours": _("Window, promise, pin and certificates leave no time to start."),
        "window": _("The nearest would come %(length)s too late.", length=length),
        "shift": _("The nearest would be home %(length)s after the shift's end.", length=length),
        "room": _("%(length)s are missing in the best gap.", length=length),
        "price": _("Raise its priority, or place it by hand."),
        "together": _(
            "There are never %(number)s people free for it at the same time.", number=round(amount)
        ),
        "partner": _("Visit %(number)s belongs to it and is left over, too.", number=name),
        "limit": _("There is time, but a limit, a break or a pin would be broken."),
    }
    return said.get(lack, "")
