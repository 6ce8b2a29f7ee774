"""What every part of a demo world knows: the pack, the days, the rows, and who and what there is.

Filled part by part: catalogue, crew, customers, then tickets and visits. Each part draws from a
generator of its own, so that a change in one does not reshuffle the others.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from dispatch.agreements import AgreementKind
from dispatch.demo.calendar import Calendar
from dispatch.demo.catalogue import FAMILIES, Family
from dispatch.demo.land import Area, Land
from dispatch.demo.pack import Pack
from dispatch.demo.profile import Profile
from dispatch.demo.rows import Rows
from routing.travel.provider import Profile as TravelProfile


class Working(NamedTuple):
    """A shift: its row, wall minutes after midnight, and whether there is a lunch in it."""

    shift_id: int
    opens: int
    closes: int
    lunch: bool


@dataclass(slots=True, kw_only=True)
class Crewman:
    """A technician as the generator sees one. ``point`` is where the day starts and ends.

    ``drives``: whether there are rounds of their own; helpers and standby have none.
    """

    id: int
    account_id: int
    key: str
    name: str
    area: Area
    point: tuple[float, float]
    factor: float
    drives: bool
    travel_profile: TravelProfile
    skills: dict[str, int] = field(default_factory=dict)
    until: dict[str, date] = field(default_factory=dict)
    shifts: dict[date, Working] = field(default_factory=dict)
    off: set[date] = field(default_factory=set)

    def can(self, family: Family, *, day: date) -> bool:
        """Whether skill, level and certificate suffice for a fault family on that day."""
        needed = [family.skill, *([family.certificate] if family.certificate else [])]
        return self.skills.get(family.skill, 0) >= family.level and all(
            code in self.skills and day <= self.until.get(code, day) for code in needed
        )


@dataclass(slots=True, kw_only=True)
class Deal:
    """An agreement as the generator sees one; ``balance`` is the sum of its entries, in minutes."""

    id: int
    kind: AgreementKind
    rate_minor: int
    travel_minor: int
    minimum_minutes: int
    balance: int = 0


@dataclass(slots=True, kw_only=True)
class Door:
    """A site as the generator sees one. No ``hours`` means always open."""

    id: int
    customer_id: int
    contact_id: int
    contact_name: str
    area: Area
    territory_id: int
    point: tuple[float, float]
    town: str
    language: str
    kind: str
    deal: Deal
    arrival_minutes: int
    hours: dict[int, list[tuple[int, int]]]


class Device(NamedTuple):
    """An asset as the generator sees one."""

    id: int
    name: str
    door: Door
    families: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class World:
    """The demo world as it grows. ``day`` is the demo day D0; nothing happened after its 07:00.

    ``past`` and ``coming`` are the working days before it, oldest first, and after it.
    """

    pack: Pack
    profile: Profile
    seed: int
    day: date
    calendar: Calendar
    rows: Rows
    land: Land = field(init=False)
    past: list[date] = field(default_factory=list)
    coming: list[date] = field(default_factory=list)
    territories: dict[int, int] = field(default_factory=dict)
    skills: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    families: dict[str, int] = field(default_factory=dict)
    checks: dict[tuple[str, int], list[tuple[int, str]]] = field(default_factory=dict)
    desk: dict[int, list[int]] = field(default_factory=dict)
    personas: dict[str, int] = field(default_factory=dict)
    crew: list[Crewman] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    dispatchers: list[int] = field(default_factory=list)

    def drawn(self, part: str) -> random.Random:
        """The generator of one part."""
        return random.Random(f"{self.seed}/{part}")

    @property
    def now(self) -> datetime:
        """07:00 of the demo day, when the story begins."""
        return self.calendar.at(self.day, 7 * 60)

    def able(self, code: str, *, area: Area, day: date) -> list[Crewman]:
        """Who could serve a fault family in an area on that day."""
        family = FAMILIES[code]
        return [man for man in self.crew if man.area is area and man.can(family, day=day)]
