"""The customers of a demo world: firms, shops, clinics, offices and households, with what they
own and what they bought.

Opening hours are wall minutes after midnight, lengths in minutes, prices in cents of a euro before
the pack scales them.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import NamedTuple

from dispatch.agreements import (
    Agreement,
    AgreementKind,
    Overage,
    ServiceLevel,
    WalletEntry,
    WalletKind,
)
from dispatch.customers import Contact, Customer
from dispatch.demo.calendar import opening
from dispatch.demo.catalogue import AT_HOME, MODELS
from dispatch.demo.land import Doorstep
from dispatch.demo.pack import Person, letters
from dispatch.demo.world import Deal, Device, Door, World
from dispatch.places import Asset, Precision, Site
from dispatch.tickets import Priority

Hours = dict[int, list[tuple[int, int]]]
WEEK, LONG_WEEK = range(5), range(6)
HOURS: dict[str, list[Hours]] = {
    "firm": [
        {day: [(480, 1080)] for day in WEEK},
        {day: [(510, 1050)] for day in WEEK},
        {day: [(480, 720), (810, 1080)] for day in WEEK},
    ],
    "shop": [
        {day: [(540, 1140)] for day in LONG_WEEK},
        {day: [(480, 750), (840, 1170)] for day in LONG_WEEK},
        {day: [(420, 1200)] for day in LONG_WEEK},
    ],
    "clinic": [{day: [(420, 1200)] for day in LONG_WEEK}],
    "public": [{day: [(510, 720), (810, 1020)] for day in WEEK}],
    "household": [{}],
}
KINDS = {"firm": 38, "shop": 30, "clinic": 6, "public": 3, "household": 23}
# Shares of agreements. What is left over to internal is one in a hundred.
SOLD = {
    AgreementKind.CALL_IN: 32,
    AgreementKind.PREPAID: 24,
    AgreementKind.MANAGED: 38,
    AgreementKind.WARRANTY: 5,
    AgreementKind.INTERNAL: 1,
}
# Minutes of service time: answer, on site, resolve.
LEVELS = {
    Priority.URGENT: (60, 240, 480),
    Priority.HIGH: (240, 480, 960),
    Priority.NORMAL: (480, 1440, 2400),
    Priority.PLANNED: (None, None, None),
}
WITH_PENALTY = 6
MINIMUM_MINUTES = 30
# So often a name is drawn again; a big world has namesakes, told apart by their town.
TRIES = 20
BOUGHT_HOURS = (5, 10, 20, 40)


class Client(NamedTuple):
    """A customer on the way into the world."""

    id: int
    kind: str
    name: str
    person: Person
    language: str
    contact_id: int


def settle_customers(world: World) -> None:
    """Customers with a contact, sites with assets, and one agreement each."""
    drawn = world.drawn("customers")
    names = _Names(world, drawn)
    clients = [_client(world, names, drawn=drawn) for _ in range(world.profile.customers)]
    deals = [_deal(world, client, number=n, drawn=drawn) for n, client in enumerate(clients)]
    for number in range(world.profile.sites):
        owner = number if number < len(clients) else _business(clients, drawn=drawn)
        _door(world, clients[owner], deal=deals[owner], number=number, drawn=drawn)
    _strange_places(world, drawn=drawn)
    _devices(world, drawn=drawn)


class _Names:
    """Names of customers, nearly all distinct."""

    def __init__(self, world: World, drawn: random.Random) -> None:
        self._world = world
        self._drawn = drawn
        self._taken: set[str] = set()

    def take(self, kind: str) -> tuple[str, Person]:
        patterns = self._world.pack.texts["customers"][kind]
        for _ in range(TRIES):
            name, person, _town = self._draw(patterns)
            if name not in self._taken:
                self._taken.add(name)
                return name, person
        name, person, town = self._draw(patterns)
        return f"{name} ({town})", person

    def _draw(self, patterns: list[str]) -> tuple[str, Person, str]:
        person = self._world.pack.person(self._drawn)
        town = self._drawn.choice(self._world.pack.places).town
        words = {"family": person.family, "given": person.given, "place": town}
        return self._drawn.choice(patterns).format(**words), person, town


def _client(world: World, names: _Names, *, drawn: random.Random) -> Client:
    pack = world.pack
    kind = drawn.choices(list(KINDS), list(KINDS.values()))[0]
    name, person = names.take(kind)
    other = drawn.random() < 0.06
    language = drawn.choice(pack.setting.other_languages) if other else pack.language
    made = world.calendar.at(world.day - timedelta(days=drawn.randint(200, 1500)), 600)
    customer_id = world.rows.add(
        Customer,
        name=name,
        language=language,
        private=kind == "household",
        synthetic=True,
        created_at=made,
    )
    domain = f"{letters(name) or f'customer{customer_id}'}.example"
    contact_id = world.rows.add(
        Contact,
        customer_id=customer_id,
        name=person.name,
        reading=" ".join(reversed(person.latin)) if pack.language == "ja" else None,
        email=person.mail("mail.example" if kind == "household" else domain, number=customer_id),
        phone=(pack.mobile if kind == "household" else pack.phone)(drawn),
        language=language,
    )
    return Client(customer_id, kind, name, person, language, contact_id)


def _business(clients: list[Client], *, drawn: random.Random) -> int:
    """Who has one more site: never a household."""
    while clients[number := drawn.randrange(len(clients))].kind == "household":
        pass
    return number


def _deal(world: World, client: Client, *, number: int, drawn: random.Random) -> Deal:
    kinds = dict(SOLD)
    if client.kind == "household":
        kinds = {AgreementKind.CALL_IN: 70, AgreementKind.PREPAID: 15, AgreementKind.WARRANTY: 15}
    kind = drawn.choices(list(kinds), list(kinds.values()))[0]
    free = kind in {AgreementKind.WARRANTY, AgreementKind.INTERNAL, AgreementKind.MANAGED}
    setting, pack = world.pack.setting, world.pack
    rate = 0 if free else pack.money(drawn.randrange(6800, 9600, 200))
    travel = 0 if free else pack.money(drawn.choice((2500, 3500, 4500)))
    minimum = 0 if free else MINIMUM_MINUTES
    starts_on = world.day - timedelta(days=drawn.randint(70, 300))
    agreement_id = world.rows.add(
        Agreement,
        customer_id=client.id,
        kind=kind,
        name=pack.texts["agreements"][kind.value],
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=730 if kind is AgreementKind.WARRANTY else 365),
        currency=setting.currency,
        hourly_rate_minor=rate,
        travel_fee_minor=travel,
        minimum_minutes=minimum,
        overage=Overage.CALL_IN_RATE,
        service_hours=opening({day: [(480, 1080)] for day in WEEK}),
        zone=setting.zone,
        country=setting.country,
    )
    deal = Deal(
        id=agreement_id,
        kind=kind,
        rate_minor=rate,
        travel_minor=travel,
        minimum_minutes=minimum,
    )
    if kind is AgreementKind.MANAGED:
        _write_levels(world, deal, penalty=number < WITH_PENALTY)
    if kind is AgreementKind.PREPAID:
        _buy(world, deal, on=starts_on, drawn=drawn)
    return deal


def _write_levels(world: World, deal: Deal, *, penalty: bool) -> None:
    for priority, (answer, arrive, resolve) in LEVELS.items():
        world.rows.add(
            ServiceLevel,
            agreement_id=deal.id,
            priority=priority.value,
            respond_minutes=answer,
            arrive_minutes=arrive,
            resolve_minutes=resolve,
            penalty_minor_per_hour=world.pack.money(12_000) if penalty else 0,
        )


def _buy(world: World, deal: Deal, *, on: date, drawn: random.Random) -> None:
    """Hours of a year, bought at once."""
    minutes = 60 * drawn.choice(BOUGHT_HOURS)
    deal.balance = minutes
    at = world.calendar.at(on, 600)
    world.rows.add(
        WalletEntry, agreement_id=deal.id, kind=WalletKind.PURCHASE, minutes=minutes, at=at
    )


def _door(world: World, client: Client, *, deal: Deal, number: int, drawn: random.Random) -> None:
    doorstep = world.land.doorstep(drawn)
    site = _Site(doorstep, doorstep.latitude, doorstep.longitude, outside=False)
    name = client.name if number < world.profile.customers else None
    hours = drawn.choice(HOURS[client.kind])
    _write_door(world, client, site=site, deal=deal, name=name, hours=hours, drawn=drawn)


class _Site(NamedTuple):
    doorstep: Doorstep
    latitude: float
    longitude: float
    outside: bool


def _write_door(
    world: World,
    client: Client,
    *,
    site: _Site,
    deal: Deal,
    name: str | None,
    hours: Hours,
    drawn: random.Random,
) -> None:
    area = world.land.area_of(site.latitude, site.longitude)
    texts = world.pack.texts
    arrival = 0 if client.kind == "household" else drawn.choice((0, 0, 3, 5))
    site_id = world.rows.add(
        Site,
        customer_id=client.id,
        territory_id=world.territories[area.number],
        contact_id=client.contact_id,
        name=name or f"{client.name}, {site.doorstep.place.town}",
        address=site.doorstep.line,
        postcode=site.doorstep.postcode,
        town=site.doorstep.place.town,
        zone=world.pack.setting.zone,
        latitude=site.latitude,
        longitude=site.longitude,
        precision=Precision.LOCALITY if drawn.random() < 0.03 else Precision.SYNTHETIC,
        outside_territory=site.outside,
        access_notes=drawn.choice(texts["access"]) if drawn.random() < 0.4 else "",
        arrival_minutes=arrival,
        opening_hours=opening(hours),
    )
    _add_door(world, client, site=site, deal=deal, hours=hours, site_id=site_id)


def _add_door(
    world: World, client: Client, *, site: _Site, deal: Deal, hours: Hours, site_id: int
) -> None:
    area = world.land.area_of(site.latitude, site.longitude)
    row = world.rows.of(Site)[-1]
    world.doors.append(
        Door(
            id=site_id,
            customer_id=client.id,
            contact_id=client.contact_id,
            contact_name=client.person.name,
            area=area,
            territory_id=row["territory_id"],
            point=(site.latitude, site.longitude),
            town=site.doorstep.place.town,
            language=client.language,
            kind=client.kind,
            deal=deal,
            arrival_minutes=row["arrival_minutes"],
            hours=hours,
        )
    )


def _strange_places(world: World, *, drawn: random.Random) -> None:
    """Four sites move onto a border, one beyond all territories."""
    sites = world.rows.of(Site)[-len(world.doors) :]
    points = [(world.land.outside(), True)]
    if len(world.land.areas) > 1:
        points += [(world.land.border(drawn), False) for _ in range(4)]
    for offset, (point, outside) in enumerate(points, start=1):
        door, row = world.doors[-offset], sites[-offset]
        door.point, door.area = point, world.land.area_of(*point)
        door.territory_id = world.territories[door.area.number]
        row["latitude"], row["longitude"] = point
        row["territory_id"], row["outside_territory"] = door.territory_id, outside


def _devices(world: World, *, drawn: random.Random) -> None:
    """Every site has one asset; the rest are drawn."""
    for number in range(world.profile.assets):
        first = number < len(world.doors)
        _device(world, world.doors[number] if first else drawn.choice(world.doors), drawn=drawn)


def _device(world: World, door: Door, *, drawn: random.Random) -> None:
    codes = AT_HOME if door.kind == "household" else tuple(MODELS)
    code = drawn.choices(codes, [MODELS[code].often for code in codes])[0]
    product, families, _ = MODELS[code]
    installed = world.day - timedelta(days=drawn.randint(30, 2600))
    name = f"{world.pack.texts['models'][code]} {product}"
    asset_id = world.rows.add(
        Asset,
        site_id=door.id,
        name=name,
        product=product,
        serial=f"{product[:2].upper()}{drawn.randrange(10**8):08d}",
        installed_on=installed,
        warranty_until=installed + timedelta(days=730),
        created_at=world.calendar.at(installed, 720),
    )
    world.devices.append(Device(asset_id, name, door, families))
