"""Visits of a demo world, as the gate, the booking and the settling would have written them.

Amounts in minor units, lengths in minutes, windows in wall minutes after midnight.
"""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from dispatch.agreements import AgreementKind, Charge, Price, WalletEntry, WalletKind
from dispatch.demo.catalogue import FAMILIES
from dispatch.demo.stories import Story
from dispatch.demo.world import Deal, Door, World
from dispatch.promises import Appointment, AppointmentState
from dispatch.tickets import Priority, TicketState
from dispatch.visits import Visit, VisitPart, VisitSkill, VisitState

UNIT_MINUTES = 15
BUYS_MORE = 0.7
GRID_MINUTES = 30
# Customers do not get a window that ends when we plan to come.
SPARE_MINUTES = 25


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """A visit on the way: its ticket's story and its row."""

    story: Story
    row: dict[str, Any]

    @property
    def id(self) -> int:
        visit_id: int = self.row["id"]
        return visit_id


def request(
    story: Story,
    *,
    minutes: int,
    state: VisitState = VisitState.READY,
    follows: Call | None = None,
) -> Call:
    """Ask for a visit where the story stands; a follow-up inherits the justification."""
    world, family = story.world, FAMILIES[story.code]
    texts = world.pack.texts
    story.row.update(state=TicketState.IN_FIELD)
    visit_id = world.rows.add(
        Visit,
        ticket_id=story.id,
        site_id=story.device.door.id,
        territory_id=story.device.door.territory_id,
        agreement_id=story.device.door.deal.id,
        predecessor_id=follows.id if follows else None,
        requested_by_id=story.row["owner_id"],
        state=state,
        priority=story.row["priority"],
        summary=story.row["subject"],
        instructions=story.drawn.choice(texts["visit"]),
        work_minutes=minutes,
        evidence={"follow_up_of": follows.id} if follows else evidence(story, minutes=minutes),
        requested_at=story.at,
    )
    codes = {family.skill: family.level}
    if family.certificate:
        codes[family.certificate] = 1
    for code, level in codes.items():
        world.rows.add(VisitSkill, visit_id=visit_id, skill_id=world.skills[code], level=level)
    for part in family.parts if story.drawn.random() < 0.5 else ():
        world.rows.add(VisitPart, visit_id=visit_id, part_id=world.parts[part])
    return Call(story=story, row=world.rows.of(Visit)[-1])


def evidence(story: Story, *, minutes: int) -> dict[str, Any]:
    """What the gate saw: attempts, reviews, and what the visit was going to cost."""
    return {
        "attempts": {str(tier): number for tier, number in sorted(story.tries.items())},
        "failed": {str(tier): number for tier, number in sorted(story.failures.items()) if number},
        "reviews": [{"tier": tier, "verdict": verdict.value} for tier, verdict in story.verdicts],
        "missing": [],
        "checks": [],
        "price": asdict(price(story, minutes=minutes)),
        "losers": [],
        "likely_remote_fixable": None,
    }


def price(story: Story, *, minutes: int) -> Price:
    """What so many minutes cost as things stand: prepaid ones first, the rest at the agreed rate."""
    deal = story.device.door.deal
    billed = _billed(deal, minutes)
    prepaid = min(billed, deal.balance) if deal.kind is AgreementKind.PREPAID else 0
    return Price(
        minutes=billed,
        prepaid_minutes=prepaid,
        labour_minor=math.ceil(deal.rate_minor * (billed - prepaid) / 60),
        travel_minor=deal.travel_minor,
        currency=story.world.pack.setting.currency,
    )


def promise(
    call: Call,
    *,
    day: date,
    window: tuple[int, int],
    at: datetime,
    number: int = 1,
    state: AppointmentState = AppointmentState.PROMISED,
) -> dict[str, Any]:
    """Promise a window of a day; returns the row."""
    world = call.story.world
    known = hashlib.sha256(f"{world.seed}/{call.id}".encode()).hexdigest()
    world.rows.add(
        Appointment,
        visit_id=call.id,
        number=number,
        state=state,
        opens_at=world.calendar.at(day, window[0]),
        closes_at=world.calendar.at(day, window[1]),
        confirmed_at=at,
        uid=f"{known[:32]}@{world.pack.texts['mail_domain']}",
        sequence=number - 1,
    )
    return world.rows.of(Appointment)[-1]


def window_around(
    start: float, *, hours: list[tuple[int, int]], drawn: random.Random
) -> tuple[int, int]:
    """Two or four hours on the half hour inside opening hours; work may start at ``start``.

    Shorter only where the site is open for less.
    """
    period = next((opens, closes) for opens, closes in hours if opens <= start < closes)
    for spare in (SPARE_MINUTES, 0):
        for length in drawn.sample((120, 120, 240), 3):
            if choices := _openings(start, length=length, period=period, spare=spare):
                opens = drawn.choice(choices)
                return opens, opens + length
    return period


def _openings(start: float, *, length: int, period: tuple[int, int], spare: int) -> range:
    """When a window of that length may open, so that ``start`` is not at its very edge."""
    first = max(period[0], start + spare - length + 1)
    last = min(period[1] - length, start - spare)
    on_grid = math.ceil(first / GRID_MINUTES) * GRID_MINUTES
    return range(on_grid, math.floor(last) + 1, GRID_MINUTES)


def hours_of(door: Door, day: date) -> list[tuple[int, int]]:
    """When a site is open on a day; one without hours counts as open from 8 to 20."""
    return door.hours.get(day.weekday(), []) if door.hours else [(8 * 60, 20 * 60)]


def calm(call: Call) -> None:
    """Nobody leaves an urgent visit without a window: what is left over is high at most."""
    if call.row["priority"] is Priority.URGENT:
        call.row["priority"] = call.story.row["priority"] = Priority.HIGH


def settle(call: Call, *, minutes: int, at: datetime) -> None:
    """Charge a finished visit: prepaid minutes first, the rest at the agreed rate."""
    deal, world = call.story.device.door.deal, call.story.world
    if deal.kind is AgreementKind.PREPAID and deal.balance < _billed(deal, minutes):
        _perhaps_buy(call, at=at)
    due = price(call.story, minutes=minutes)
    if due.prepaid_minutes:
        taken = -due.prepaid_minutes
        move_balance(world, deal, WalletKind.SETTLE, minutes=taken, call=call, at=at)
    world.rows.add(Charge, agreement_id=deal.id, visit_id=call.id, at=at, **asdict(due))


def _perhaps_buy(call: Call, *, at: datetime) -> None:
    """Most customers buy more hours when theirs run out."""
    deal = call.story.device.door.deal
    if call.story.drawn.random() < BUYS_MORE:
        minutes = 60 * call.story.drawn.choice((5, 10, 20))
        kind = WalletKind.PURCHASE
        move_balance(call.story.world, deal, kind, minutes=minutes, call=None, at=at)


def reserve(call: Call, *, at: datetime) -> None:
    """Set prepaid minutes aside for a promised visit, as far as they last."""
    deal = call.story.device.door.deal
    minutes = min(_billed(deal, call.row["work_minutes"]), deal.balance)
    if deal.kind is AgreementKind.PREPAID and minutes > 0:
        kind = WalletKind.RESERVE
        move_balance(call.story.world, deal, kind, minutes=-minutes, call=call, at=at)


def _billed(deal: Deal, minutes: int) -> int:
    """Started units, at least the minimum."""
    return UNIT_MINUTES * math.ceil(max(minutes, deal.minimum_minutes) / UNIT_MINUTES)


def move_balance(
    world: World, deal: Deal, kind: WalletKind, *, minutes: int, call: Call | None, at: datetime
) -> None:
    """One entry of a wallet; the balance stays the sum of its entries."""
    deal.balance += minutes
    visit_id = call.id if call else None
    world.rows.add(
        WalletEntry, agreement_id=deal.id, visit_id=visit_id, kind=kind, minutes=minutes, at=at
    )


def lately(world: World, day: date, *, drawn: random.Random) -> datetime:
    """When the ticket of a visit on ``day`` may have been opened: one to four days before.

    Early enough that its story ends in office hours, and before the demo day begins.
    """
    back = drawn.choices((1, 2, 3, 4), (4, 4, 2, 1))[0]
    before = world.calendar.shifted(min(day, world.day), -back)
    minute = drawn.triangular(460, 720, 560)
    return world.calendar.at(before, minute)
