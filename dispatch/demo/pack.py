"""A demo pack: the places of a territory and the words of its language, read from JSON.

Money is given in cents of a euro and scaled to the pack's currency, in its minor units.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class PackName(StrEnum):
    """The packs by name."""

    LYON = "lyon"
    KRAKOW = "krakow"
    OSAKA = "osaka"
    BIRMINGHAM = "birmingham"


class Place(NamedTuple):
    """A town: degrees, inhabitants, and in Japan (postal code, neighbourhood) pairs."""

    name: str
    postcode: str
    latitude: float
    longitude: float
    inhabitants: int
    quarters: tuple[tuple[str, str], ...] = ()

    @property
    def town(self) -> str:
        """The town that a district belongs to: "Lyon" for "Lyon 3e"."""
        return re.sub(r" \d+er?$", "", self.name)

    @property
    def weight(self) -> float:
        """How often somebody lives there; a capital must not swallow all."""
        return float(min(self.inhabitants, 60_000) ** 0.85)


class Setting(NamedTuple):
    """What a pack fixes beside places and words. ``?`` in a telephone number is a drawn digit.

    ``money`` turns a cent of a euro into minor units.
    """

    language: str
    other_languages: tuple[str, ...]
    zone: str
    country: str
    currency: str
    money: float
    phone: str
    mobile: str
    centre: tuple[float, float]
    radius_km: float


# Telephone numbers: reserved for fiction by the regulators of France and Britain; in Poland and
# Japan no such range was found, these are believed to be unassigned.
SETTINGS = {
    PackName.LYON: Setting(
        "fr", ("en", "pl"), "Europe/Paris", "FR", "EUR", 1.0,
        "+3346571????", "+3363998????", (45.764, 4.836), 60,
    ),
    PackName.KRAKOW: Setting(
        "pl", ("en", "fr"), "Europe/Warsaw", "PL", "PLN", 3.0,
        "+4812000????", "+4812000????", (50.16, 19.50), 70,
    ),
    PackName.OSAKA: Setting(
        "ja", ("en", "fr"), "Asia/Tokyo", "JP", "JPY", 1.5,
        "+8160000????", "+81900000????", (34.694, 135.502), 50,
    ),
    PackName.BIRMINGHAM: Setting(
        "en", ("fr", "pl"), "Europe/London", "GB", "GBP", 0.9,
        "+441214960???", "+447700900???", (52.481, -1.900), 50,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Places, names and words, with what the territory fixes. ``texts`` is read, never changed."""

    name: PackName
    setting: Setting
    places: tuple[Place, ...]
    texts: dict[str, Any]
    given: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.setting.zone)

    @property
    def language(self) -> str:
        return self.setting.language

    def money(self, cents: int) -> int:
        """An amount in cents of a euro as minor units of the pack, rounded to two digits."""
        amount = round(cents * self.setting.money)
        return round(amount, -1) if amount >= 100 else amount

    def phone(self, drawn: random.Random) -> str:
        """A telephone number of an office, E.164."""
        return _digits(self.setting.phone, drawn=drawn)

    def mobile(self, drawn: random.Random) -> str:
        """A mobile number, E.164."""
        return _digits(self.setting.mobile, drawn=drawn)

    def person(self, drawn: random.Random) -> Person:
        """Somebody."""
        given, family = drawn.choice(self.given), drawn.choice(self.family)
        if self.language == "ja":
            return Person(f"{family[0]} {given[0]}", given[0], family[0], (given[1], family[1]))
        return Person(f"{given[0]} {family[0]}", given[0], family[0], (given[1], family[1]))

    def address(self, place: Place, *, drawn: random.Random) -> tuple[str, str]:
        """A made-up address in a town: the line and its postal code."""
        if place.quarters:
            postcode, quarter = drawn.choice(place.quarters)
            blocks = f"{drawn.randint(1, 7)}-{drawn.randint(1, 28)}-{drawn.randint(1, 20)}"
            return f"{quarter}{blocks}", postcode
        line = self.texts["address"].format(
            number=drawn.randint(1, 180), street=drawn.choice(self.texts["streets"])
        )
        return line, place.postcode


class Person(NamedTuple):
    """A name as written, its parts, and Latin letters for a mail address."""

    name: str
    given: str
    family: str
    latin: tuple[str, str]

    def mail(self, domain: str, *, number: int = 0) -> str:
        """``given.family@domain``; a number keeps namesakes apart."""
        suffix = str(number) if number else ""
        return f"{'.'.join(map(letters, self.latin))}{suffix}@{domain}"


@cache
def pack_of(name: PackName) -> Pack:
    """Read a pack; some milliseconds the first time."""
    setting = SETTINGS[name]
    names = _read(f"names-{setting.language}.json")
    rows = _read(f"places-{name}.json")["places"]
    return Pack(
        name=name,
        setting=setting,
        places=tuple(map(_place, rows)),
        texts=_read(f"texts-{setting.language}.json"),
        given=tuple(zip(names["given"], names.get("given_latin", names["given"]), strict=True)),
        family=tuple(zip(names["family"], names.get("family_latin", names["family"]), strict=True)),
    )


def letters(name: str) -> str:
    """Plain a to z and digits, for mail addresses and codes."""
    spelt = name.lower().replace("ł", "l").replace("œ", "oe").replace("æ", "ae")
    plain = unicodedata.normalize("NFD", spelt)
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def _place(row: list[Any]) -> Place:
    name, postcode, latitude, longitude, inhabitants, *quarters = row
    pairs = tuple((code, quarter) for code, quarter in (quarters[0] if quarters else ()))
    return Place(name, postcode, latitude, longitude, inhabitants, pairs)


def _read(filename: str) -> dict[str, Any]:
    content = (resources.files("dispatch.demo") / "packs" / filename).read_text("utf-8")
    read: dict[str, Any] = json.loads(content)
    return read


def _digits(pattern: str, *, drawn: random.Random) -> str:
    return "".join(str(drawn.randrange(10)) if c == "?" else c for c in pattern)
