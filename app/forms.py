"""Reading what a person typed: each field becomes a value of the trade, or a sentence beside it.

    form = Form(request.form)
    subject = form.text("subject", longest=200)
    family = form.row(FaultFamily, "family_id")
    form.check()

All mistakes are collected; ``check`` refuses once, with every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.database import session
from dispatch.base import Base, DispatchError

Row = TypeVar("Row", bound=Base)
Code = TypeVar("Code", bound=StrEnum)
LARGEST_ID = 2**31 - 1


class FormWrong(DispatchError):
    """Something typed cannot be used; ``fields`` maps a field's name to a sentence."""

    code = "form-wrong"


class Form:
    """One form as it was sent; ``wrong`` collects a sentence for each field that cannot be used."""

    def __init__(self, sent: MultiDict[str, str]) -> None:
        self.sent = sent
        self.wrong: dict[str, str] = {}

    def check(self) -> None:
        """Refuse the form when anything in it is wrong. Raises FormWrong."""
        if self.wrong:
            raise FormWrong(fields=dict(self.wrong))

    def said(self, name: str) -> str:
        """What was typed, without space around it."""
        return self.sent.get(name, "").strip()

    def text(self, name: str, *, longest: int, required: bool = True) -> str:
        """A text; line ends become plain ones."""
        value = self.said(name).replace("\r\n", "\n")
        if not value and required:
            self.wrong[name] = _("Please fill this in.")
        if len(value) > longest:
            self.wrong[name] = _("At most %(count)s characters, please.", count=longest)
        if "\0" in value:
            self.wrong[name] = _("This contains a character that cannot be kept.")
        return value

    def number(self, name: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number; ``default`` stands for an empty field."""
        value = self.said(name)
        if not value and default is not None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.wrong[name] = _(
                "A whole number from %(least)s to %(most)s, please.", least=least, most=most
            )
            return least
        return int(value)

    def decimal(self, name: str, *, least: float, most: float) -> float:
        """A number with decimals; a comma is understood as well."""
        value = self.said(name).replace(",", ".")
        if not re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,9})?", value) or not (
            least <= float(value) <= most
        ):
            self.wrong[name] = _(
                "A number from %(least)s to %(most)s, please.", least=least, most=most
            )
            return least
        return float(value)

    def yes(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.said(name))

    def code(self, kind: type[Code], name: str) -> Code:
        """One of a list."""
        value = self.said(name)
        if value not in {member.value for member in kind}:
            self.wrong[name] = _("Please choose one.")
            return next(iter(kind))
        return kind(value)

    def row(self, kind: type[Row], name: str) -> Row:
        """A row that must be chosen. Only to be used after ``check``, which refuses none."""
        found = self.maybe_row(kind, name)
        if found is None:
            self.wrong[name] = _("Please choose one.")
            return kind()
        return found

    def maybe_row(self, kind: type[Row], name: str) -> Row | None:
        """A row that may be chosen."""
        value = self.said(name)
        if not value:
            return None
        number = int(value) if re.fullmatch(r"[0-9]{1,10}", value) else 0
        found = session().get(kind, number) if 0 < number <= LARGEST_ID else None
        if found is None:
            self.wrong[name] = _("This is not there any more.")
        return found

    def email(self, name: str, *, required: bool = True) -> str | None:
        """An address for mail, in small letters."""
        value = self.said(name)
        if not value and not required:
            return None
        try:
            return validate_email(value, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            self.wrong[name] = _("This is not an e-mail address.")
            return None

    def day(self, name: str) -> date | None:
        """A calendar day, or none."""
        value = self.said(name)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.wrong[name] = _("This is not a date.")
            return None

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """A moment typed as wall time of ``zone``, or none; one in a clock change's gap is refused."""
        value = self.said(name)
        if not value:
            return None
        try:
            wall = datetime.fromisoformat(value)
        except ValueError:
            self.wrong[name] = _("This is not a date with a time.")
            return None
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != wall:
            self.wrong[name] = _("Clocks skip this time on that day.")
            return None
        return moment

    def clock(self, name: str) -> time | None:
        """A time of day, or none."""
        value = self.said(name)
        if not value:
            return None
        try:
            return time.fromisoformat(value)
        except ValueError:
            self.wrong[name] = _("This is not a time of day.")
            return None

    def numbers(self, name: str) -> list[int]:
        """Ids of everything that is ticked in a list."""
        return [
            int(value) for value in self.sent.getlist(name) if re.fullmatch(r"[0-9]{1,9}", value)
        ]


def fields_of(refusal: DispatchError) -> Mapping[str, str]:
    """Return the sentences beside the fields, where the refusal has any."""
    fields = refusal.details.get("fields", {})
    return fields if isinstance(fields, dict) else {}
