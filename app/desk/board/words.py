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


def init_app(app: Flask) -> None:
    """Let templates write ``{{ item | why_left }}`` and its like."""
    app.jinja_env.filters.update(
        why_left=why_left,
        why_nobody=why_nobody,
        share=share,
        priority_word=lambda code: word(Priority(code)),
        priority_tone=lambda code: tone(Priority(code)),
    )


def share(part: float) -> str:
    """Say a part of a whole in per cent."""
    return formats.percent(part)


def why_left(left: LeftOver) -> str:
    """Say why a visit stands in no round, and by how much it failed."""
    return " ".join(part for part in (_reason(left.reason), _shortfall(left.details)) if part)


def why_nobody(found: Explanation) -> str:
    """Say why nobody can take a visit, and by how much it failed."""
    return " ".join(part for part in (_reason(found.reason), _shortfall(found.details())) if part)


def _reason(code: str) -> str:
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
    lack, name, amount = details.get("lack"), details.get("name", ""), details.get("amount")
    length = formats.minutes(max(1, round(float(amount or 0) / 60)))
    said = {
        "skill": _("Missing: %(skill)s.", skill=name),
        "territory": _("No technician may work in this territory."),
        "chosen-technicians": _("The technicians who were chosen for it do not work then."),
        "people": _("There are not enough people for it."),
        "tools": _("Missing in every van: %(what)s.", what=name),
        "parts-or-room": _("Missing in every van: %(what)s.", what=name),
        "certificate": _("The certificate needed is not valid then: %(skill)s.", skill=name),
    }
    measured = {
        "window": _("The nearest would come %(length)s too late.", length=length),
        "shift": _("The nearest would be home %(length)s after the shift's end.", length=length),
        "room": _("%(length)s are missing in the best gap.", length=length),
    }
    return said.get(str(lack)) or (measured.get(str(lack), "") if amount else "")
