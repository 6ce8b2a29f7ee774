"""What lies ahead: the demo day's promises, booked days after it, and visits without a window.

Windows come from rounds that were really driven on paper, so all promises can be kept together.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from dispatch.agreements import AgreementKind
from dispatch.demo.catalogue import FAMILIES
from dispatch.demo.drives import Errand, Fleet, Stop, work_minutes
from dispatch.demo.history import call_for
from dispatch.demo.places import assign
from dispatch.demo.stories import begin
from dispatch.demo.visits import (
    Call,
    calm,
    hours_of,
    lately,
    promise,
    request,
    reserve,
    window_around,
)
from dispatch.demo.world import Device, World
from dispatch.tickets import Priority, TicketKind
from dispatch.visits import PreferredWindow, TechnicianWish, VisitState, Wish
from dispatch.visits.requests import PRICE

# Days ahead are ever emptier: shares of the booked visits, first to last of ten.
FULLNESS = (16, 15, 13, 12, 11, 9, 8, 7, 5, 4)
PREFERRED, FORBIDDEN = 20, 5
# Of every 180 visits without a window, as many are of a special kind.
SPECIAL = {"crew": 12, "survey": 8, "long": 6, "part": 15, "maintenance": 30, "price": 6}
SPECIAL_OF = 180
LONG_MINUTES = 600
RECURRING_DAYS = 3


def fill_days(world: World, fleet: Fleet, *, tell: Callable[[float], None]) -> None:
    """Promise D0 and the days after it, then leave some visits open."""
    drawn = world.drawn("future")
    book_day(world, fleet, world.day, visits=world.profile.visits_per_day, drawn=drawn)
    shares = FULLNESS[: len(world.coming)]
    booked = []
    for number, (day, share) in enumerate(zip(world.coming, shares, strict=True), start=1):
        visits = round(world.profile.booked * share / sum(shares))
        booked += book_day(world, fleet, day, visits=visits, drawn=drawn)
        tell(number / len(shares))
    _wish(world, booked, drawn=drawn)
    _leave_open(world, fleet, drawn=drawn)


def book_day(
    world: World, fleet: Fleet, day: date, *, visits: int, drawn: random.Random
) -> list[tuple[Call, Stop]]:
    """Drive a day on paper, promise windows around it, and keep the places that prove them."""
    booked = []
    for stop in fleet.drive(day, visits=visits, drawn=drawn):
        call = stop.errand.call or call_for(world, stop.errand, day=day, drawn=drawn)
        call.row.update(state=VisitState.READY, blocked_reason="")
        hours = hours_of(stop.errand.device.door, day)
        window = window_around(stop.starts, hours=hours, drawn=drawn)
        promise(call, day=day, window=window, at=call.story.later(10, 60))
        reserve(call, at=call.story.at)
        assign(call, stop)
        booked.append((call, stop))
    return booked


def _wish(world: World, booked: list[tuple[Call, Stop]], *, drawn: random.Random) -> None:
    """Some customers want the technician whom they know, some never again."""
    scale = world.profile.booked / 700
    known = {row["visit_id"] for row in world.rows.of(TechnicianWish)}
    free = [pair for pair in booked if pair[0].id not in known]
    wished = drawn.sample(free, round((PREFERRED + FORBIDDEN) * scale))
    for number, (call, stop) in enumerate(wished):
        never = number < FORBIDDEN * scale
        others = [man for man in world.crew if man is not stop.man and man.area is stop.man.area]
        if never and not others:
            continue
        world.rows.add(
            TechnicianWish,
            visit_id=call.id,
            technician_id=drawn.choice(others).id if never else stop.man.id,
            wish=Wish.NEVER if never else Wish.PREFERRED,
            reason=world.pack.texts["overrides"][0] if not never else "",
        )


def _leave_open(world: World, fleet: Fleet, *, drawn: random.Random) -> None:
    total = world.profile.open_visits
    for errand in fleet.waiting:
        if errand.call is not None:
            calm(errand.call)
            errand.call.row["due_at"] = world.calendar.at(world.coming[-1], 18 * 60)
            total -= 1
    fleet.waiting.clear()
    for kind, number in SPECIAL.items():
        for _ in range(round(number * world.profile.open_visits / SPECIAL_OF)):
            _MAKE[kind](world, drawn)
            total -= 2 if kind == "survey" else 1
    for _ in range(total - 1):
        _plain(world, drawn)
    if total > 0:
        _invite(world, drawn)


def _device(
    world: World, drawn: random.Random, *, kind: AgreementKind | None = None
) -> tuple[Device, str]:
    """An asset with a fault that at least two people of its area can mend."""
    devices = [each for each in world.devices if kind in {None, each.door.deal.kind}]
    while True:
        device = drawn.choice(devices)
        code = drawn.choice(device.families)
        if len(world.able(code, area=device.door.area, day=world.day)) > 1:
            return device, code


def _plain(world: World, drawn: random.Random, *, kind: AgreementKind | None = None) -> Call:
    """Ready, without a window; some customers said when they would like us."""
    device, code = _device(world, drawn, kind=kind)
    errand = Errand(device=device, code=code, minutes=work_minutes(code, drawn=drawn))
    call = call_for(world, errand, day=world.day, drawn=drawn)
    calm(call)
    days = {Priority.HIGH: 2, Priority.NORMAL: 5, Priority.PLANNED: 9}
    last = min(days[call.row["priority"]], len(world.coming))
    call.row["due_at"] = world.calendar.at(world.coming[last - 1], 18 * 60)
    if drawn.random() < 0.4:
        _prefer(call, drawn.choice(world.coming[:last]), drawn=drawn)
    return call


def _invite(world: World, drawn: random.Random) -> None:
    """The newest request of all, which many could serve: a guided walk lets its customer choose."""
    call = _plain(world, drawn)
    while not hours_of(call.story.device.door, world.coming[0]):
        call = _plain(world, drawn)
    call.row["requested_at"] = world.now - timedelta(minutes=10)


def _prefer(call: Call, day: date, *, drawn: random.Random) -> None:
    world = call.story.world
    for opens, closes in hours_of(call.story.device.door, day)[:1]:
        middle = drawn.choice((closes, opens + 240))
        world.rows.add(
            PreferredWindow,
            visit_id=call.id,
            opens_at=world.calendar.at(day, opens),
            closes_at=world.calendar.at(day, min(closes, middle)),
        )


def _for_two(world: World, drawn: random.Random) -> None:
    _plain(world, drawn).row["crew_size"] = 2


def _long(world: World, drawn: random.Random) -> None:
    _plain(world, drawn).row["work_minutes"] = LONG_MINUTES


def _waits_for_part(world: World, drawn: random.Random) -> None:
    call = _plain(world, drawn)
    arrival = drawn.choice(world.coming[: max(1, len(world.coming) // 2)])
    call.row.update(
        state=VisitState.BLOCKED,
        blocked_reason=world.pack.texts["part_missing"],
        release_at=world.calendar.at(arrival, 0),
        due_at=world.calendar.at(world.coming[-1], 18 * 60),
    )


def _asks_price(world: World, drawn: random.Random) -> None:
    """Asked for, but the customer has not agreed to the price yet."""
    call = _plain(world, drawn, kind=AgreementKind.CALL_IN)
    missing = {**call.row["evidence"], "missing": [PRICE]}
    call.row.update(state=VisitState.REQUESTED, evidence=missing)


def _survey(world: World, drawn: random.Random) -> None:
    """A survey, then the installation at least two working days later."""
    call = _planned(world, drawn, kind=TicketKind.INSTALLATION)
    name = call.story.device.name
    call.row["summary"] = world.pack.texts["survey"].format(asset=name)
    call.row["work_minutes"] = 30
    install = request(call.story, minutes=120, follows=call)
    release = world.coming[min(2, len(world.coming) - 1)]
    install.row["release_at"] = world.calendar.at(release, 0)
    install.row["due_at"] = world.calendar.at(world.coming[-1], 18 * 60)


def _maintenance(world: World, drawn: random.Random) -> None:
    """Yearly service: planned, due in a few days, not before its tolerance begins."""
    call = _planned(world, drawn, kind=TicketKind.MAINTENANCE)
    first = drawn.randrange(max(1, len(world.coming) - RECURRING_DAYS))
    last = min(first + RECURRING_DAYS, len(world.coming) - 1)
    call.row["release_at"] = world.calendar.at(world.coming[first], 0)
    call.row["due_at"] = world.calendar.at(world.coming[last], 18 * 60)


def _planned(world: World, drawn: random.Random, *, kind: TicketKind) -> Call:
    device, code = _device(world, drawn)
    subject = world.pack.texts["kinds"][kind.value].format(asset=device.name, family="")
    story = begin(
        world,
        device,
        code,
        at=lately(world, world.day, drawn=drawn) - timedelta(days=7),
        drawn=drawn,
        priority=Priority.PLANNED,
        symptom=subject,
    )
    story.row.update(kind=kind, subject=subject)
    story.answer()
    return request(story, minutes=FAMILIES[code].minutes)


_MAKE: dict[str, Callable[[World, random.Random], object]] = {
    "crew": _for_two,
    "survey": _survey,
    "long": _long,
    "part": _waits_for_part,
    "maintenance": _maintenance,
    "price": _asks_price,
}
