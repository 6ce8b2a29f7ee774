"""The people of the demo firm: the desk with one persona per role, and the technicians.

Nobody has a password: demo accounts are entered through the addresses that the server prints.
Prices are cents of a euro before the pack scales them.
"""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from itertools import cycle

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import Account, Role, RoleName, account_role
from dispatch.demo.catalogue import CERTIFICATES, FAMILIES, SKILLS
from dispatch.demo.land import Area
from dispatch.demo.pack import PackName, Person
from dispatch.demo.world import Crewman, World
from dispatch.places import Depot, Territory
from dispatch.tickets import Check, FaultFamily
from dispatch.workforce import (
    Employment,
    Part,
    Skill,
    Technician,
    TechnicianSkill,
    VanStock,
)
from routing.travel.provider import Profile

# What somebody usually learns together.
TRADES = (
    ("workstation", "printing", "network", "wireless", "server"),
    ("network", "fibre", "telephony", "wireless", "workstation"),
    ("point-of-sale", "payment-terminal", "printing", "workstation", "access-control"),
    ("access-control", "cameras", "climate-control", "boiler-electronics", "power-backup"),
)
EVERY_SKILL_TWICE = 2
LIFT_DRIVING = "lift-platform"
# Pieces of each part in a van: enough for any round, so that parts never break a promise.
CARRIED = (5, 9)


def settle_firm(world: World, session: Session) -> None:
    """Territories, depots, the catalogue of faults, the desk and the technicians."""
    _write_catalogue(world)
    for area in world.land.areas:
        _write_territory(world, area)
    hiring = _Hiring(world, session)
    hiring.desk()
    hiring.technicians()


def _write_catalogue(world: World) -> None:
    texts, rows = world.pack.texts, world.rows
    for code in SKILLS:
        world.skills[code] = rows.add(Skill, code=code, name=texts["skills"][code])
    for code in CERTIFICATES:
        name = texts["certificates"][code]
        world.skills[code] = rows.add(Skill, code=code, name=name, certificate=True)
    for code, name in texts["parts"].items():
        world.parts[code] = rows.add(Part, code=code, name=name)
    for code, family in FAMILIES.items():
        words = texts["families"][code]
        world.families[code] = rows.add(
            FaultFamily,
            code=code,
            name=words["name"],
            physical=family.physical,
            on_site_minutes=family.minutes,
        )
        for tier in (0, 1, 2):
            world.checks[code, tier] = [
                (
                    rows.add(
                        Check,
                        family_id=world.families[code],
                        tier=tier,
                        position=position,
                        text=line,
                        required=tier > 0,
                    ),
                    line,
                )
                for position, line in enumerate(words[f"tier{tier}"], start=1)
            ]


def _write_territory(world: World, area: Area) -> None:
    setting = world.pack.setting
    world.territories[area.number] = world.rows.add(
        Territory,
        code=f"{world.pack.name}-{area.number + 1:02d}",
        name=area.name,
        zone=setting.zone,
        currency=setting.currency,
        country=setting.country,
        polygon=[list(corner) for corner in area.polygon],
    )


class _Hiring:
    """Takes people on, one after the other; mail addresses stay distinct."""

    def __init__(self, world: World, session: Session) -> None:
        self._world = world
        self._drawn = world.drawn("people")
        self._mails: set[str] = set(session.scalars(select(Account.email)))
        # Also on a database that was made without the first migration's rows.
        self._roles = {role.name: role.id for role in session.scalars(select(Role))}
        for name in RoleName:
            if name not in self._roles:
                self._roles[name] = world.rows.add(Role, name=name.value)

    def desk(self) -> None:
        world = self._world
        for tier, number in enumerate(world.profile.agents, start=1):
            world.desk[tier] = [self._agent(tier) for _ in range(number)]
            world.personas[f"tier{tier}"] = world.desk[tier][0]
        lead = self._account(self._person(), roles=(RoleName.LEAD, RoleName.AGENT), tier=3)
        world.personas["lead"] = lead
        world.dispatchers = [
            self._account(self._person(), roles=(RoleName.DISPATCHER,)) for _ in range(2)
        ]
        world.personas["dispatcher"] = world.dispatchers[0]
        world.personas["admin"] = self._account(self._person(), roles=(RoleName.ADMIN,))

    def technicians(self) -> None:
        world, profile = self._world, self._world.profile
        depots = self._depots()
        numbers = iter(range(1, 10_000))
        for area, size in zip(world.land.areas, _crews(world), strict=True):
            by_car = [Profile.CAR] * (size - 1)
            crew = [
                self._technician(area, next(numbers), depot=depots.get(area.number), by=by)
                for by in (*by_car, self._last_goes_by(area))
            ]
            _teach(world, crew, drawn=self._drawn)
        world.personas["technician"] = world.crew[0].account_id
        areas = cycle(world.land.areas)
        for _ in range(profile.helpers):
            self._technician(next(areas), next(numbers), depot=None)
        for _ in range(profile.standby):
            man = self._technician(next(areas), next(numbers), depot=None)
            man.skills.update(dict.fromkeys(SKILLS, 3) | dict.fromkeys(CERTIFICATES[:4], 1))
        _let_some_expire(world)
        self._write_skills()

    def _last_goes_by(self, area: Area) -> Profile:
        """In one firm somebody rides a bike, where the most people live."""
        rides = self._world.pack.name is PackName.LYON
        busiest = max(self._world.land.areas, key=lambda one: one.weight)
        return Profile.BIKE if rides and area is busiest else Profile.CAR

    def _agent(self, tier: int) -> int:
        return self._account(self._person(), roles=(RoleName.AGENT,), tier=tier)

    def _person(self) -> Person:
        return self._world.pack.person(self._drawn)

    def _account(self, person: Person, *, roles: tuple[RoleName, ...], tier: int = 0) -> int:
        world, number = self._world, 0
        domain = world.pack.texts["mail_domain"]
        while (mail := person.mail(domain, number=number)) in self._mails:
            number += 1
        self._mails.add(mail)
        account_id = world.rows.add(
            Account,
            email=mail,
            name=person.name,
            fs_uniquifier=hashlib.sha256(f"{world.seed}/{mail}".encode()).hexdigest(),
            language=world.pack.language,
            tier=tier or None,
            created_at=world.calendar.at(world.day - timedelta(days=400), 540),
        )
        for role in roles:
            world.rows.link(account_role, account_id=account_id, role_id=self._roles[role])
        return account_id

    def _depots(self) -> dict[int, tuple[int, tuple[float, float]]]:
        """By number of the area: the depot's row and point, in the areas where most happens."""
        world = self._world
        busiest = sorted(world.land.areas, key=lambda area: -area.weight)
        depots = {}
        for area in busiest[: world.profile.depots]:
            doorstep = world.land.doorstep(self._drawn, place=area.middle)
            depot_id = world.rows.add(
                Depot,
                territory_id=world.territories[area.number],
                name=world.pack.texts["depot"].format(place=area.name),
                address=f"{doorstep.line}, {doorstep.postcode} {doorstep.place.town}",
                latitude=doorstep.latitude,
                longitude=doorstep.longitude,
            )
            depots[area.number] = (depot_id, (doorstep.latitude, doorstep.longitude))
        return depots

    def _technician(
        self,
        area: Area,
        number: int,
        *,
        depot: tuple[int, tuple[float, float]] | None,
        by: Profile = Profile.CAR,
    ) -> Crewman:
        world, drawn, pack = self._world, self._drawn, self._world.pack
        person = self._person()
        account_id = self._account(person, roles=(RoleName.TECHNICIAN,))
        home = world.land.doorstep(drawn, place=drawn.choice(area.places))
        at_depot = depot is not None and drawn.random() < 0.5
        partner = world.profile.technicians - world.profile.contractors < number
        partner = partner and number <= world.profile.technicians
        factor = round(drawn.triangular(0.8, 1.3, 1.0), 2)
        technician_id = world.rows.add(
            Technician,
            account_id=account_id,
            territory_id=world.territories[area.number],
            depot_id=depot[0] if depot else None,
            name=person.name,
            phone=pack.mobile(drawn),
            language=pack.language,
            employment=Employment.PARTNER if partner else Employment.OWN,
            home_latitude=home.latitude,
            home_longitude=home.longitude,
            starts_at_depot=at_depot,
            travel_profile=by,
            work_factor=factor,
            per_hour_minor=pack.money(5800 if partner else drawn.randrange(3200, 4900, 100)),
            per_km_minor=pack.money(38),
            per_day_minor=0 if partner else pack.money(4000),
            max_overtime_minutes=0 if partner else drawn.choice((0, 30, 60, 60)),
        )
        man = Crewman(
            id=technician_id,
            account_id=account_id,
            key=f"T{number:02d}",
            name=person.name,
            area=area,
            point=depot[1] if depot and at_depot else (home.latitude, home.longitude),
            factor=factor,
            drives=number <= world.profile.technicians,
            travel_profile=by,
        )
        world.crew.append(man)
        return man

    def _write_skills(self) -> None:
        world = self._world
        for man in world.crew:
            for code, level in man.skills.items():
                world.rows.add(
                    TechnicianSkill,
                    technician_id=man.id,
                    skill_id=world.skills[code],
                    level=level,
                    valid_from=world.day - timedelta(days=700) if code in CERTIFICATES else None,
                    valid_until=man.until.get(code),
                )
            for code in world.parts if man.drives else ():
                pieces = self._drawn.randint(*CARRIED)
                world.rows.add(
                    VanStock, technician_id=man.id, part_id=world.parts[code], pieces=pieces
                )


def _crews(world: World) -> list[int]:
    """How many technicians each area gets: two at least, the rest by what happens there."""
    areas, total = world.land.areas, world.profile.technicians
    weights = [area.weight for area in areas]
    sizes = [min(2, total // len(areas))] * len(areas)
    while sum(sizes) < total:
        load = [weight / size for weight, size in zip(weights, sizes, strict=True)]
        sizes[load.index(max(load))] += 1
    return sizes


def _teach(world: World, crew: list[Crewman], *, drawn: random.Random) -> None:
    """Two trades each; then whatever fewer than two can do, until every fault has two hands."""
    for number, man in enumerate(crew):
        first = TRADES[number % len(TRADES)]
        second = drawn.choice([trade for trade in TRADES if trade is not first])
        man.skills.update({code: drawn.randint(1, 2) for code in second})
        man.skills.update({code: drawn.randint(2, 3) for code in first})
        man.skills.update({code: 1 for code in CERTIFICATES[:4] if drawn.random() < 0.25})
    wanted = min(EVERY_SKILL_TWICE, len(crew))
    for family in FAMILIES.values():
        while sum(man.can(family, day=world.day) for man in crew) < wanted:
            unable = [man for man in crew if not man.can(family, day=world.day)]
            pupil = min(unable, key=lambda man: len(man.skills))
            pupil.skills[family.skill] = max(family.level, pupil.skills.get(family.skill, 0))
            if family.certificate:
                pupil.skills[family.certificate] = 1


def lift_ends(world: World) -> date:
    """The last day on which the only lift driver may drive: the eve of a working day."""
    days = world.coming or [world.calendar.shifted(world.day, 1)]
    return days[min(3, len(days) - 1)] - timedelta(days=1)


def _let_some_expire(world: World) -> None:
    """Two certificates end inside the horizon, where two others keep theirs; one has no other."""
    world.crew[0].skills[LIFT_DRIVING] = 1
    world.crew[0].until[LIFT_DRIVING] = lift_ends(world)
    days = iter((world.day + timedelta(days=3), world.day + timedelta(days=6)))
    for code in ("height", "payment-security"):
        for area in world.land.areas:
            holders = [man for man in world.crew if man.area is area and code in man.skills]
            if len(holders) > EVERY_SKILL_TWICE:
                holders[-1].until[code] = next(days)
                break
