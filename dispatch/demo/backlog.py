"""What lies on the desk when the demo day begins: tickets in every open state, at every tier."""

from __future__ import annotations

import random
from datetime import timedelta

from dispatch.demo.catalogue import FAMILIES
from dispatch.demo.stories import Story, begin
from dispatch.demo.world import World
from dispatch.tickets import Channel, Priority, TicketState

# Where they stand, in shares: nobody answered yet, each tier at work, waiting for somebody.
STANDING = {"new": 30, "tier1": 20, "tier2": 20, "tier3": 8, "customer": 12, "other": 10}
URGENT = 0.2
CALM, CALM_WEIGHTS = (Priority.HIGH, Priority.NORMAL, Priority.PLANNED), (20, 70, 10)


def pile_up(world: World) -> None:
    """Open tickets of the last working day, and of this morning before anybody was there."""
    drawn = world.drawn("backlog")
    for _ in range(world.profile.backlog):
        standing = drawn.choices(list(STANDING), list(STANDING.values()))[0]
        _tell(_begun(world, drawn=drawn, fresh=standing == "new"), standing)


def _begun(world: World, *, drawn: random.Random, fresh: bool) -> Story:
    """A ticket that remote support can work on. An urgent one has just come in."""
    device = drawn.choice(world.devices)
    remote = [code for code in device.families if not FAMILIES[code].physical]
    code = drawn.choice(remote or device.families)
    evening = world.calendar.at(world.calendar.shifted(world.day, -1), drawn.uniform(840, 1000))
    morning = world.now - timedelta(minutes=drawn.uniform(3, 70))
    urgent = fresh and drawn.random() < URGENT
    at = morning if urgent or (fresh and drawn.random() < 0.6) else evening
    usual = drawn.choices(CALM, CALM_WEIGHTS)[0]
    return begin(
        world,
        device,
        code,
        at=at.replace(microsecond=0),
        drawn=drawn,
        priority=Priority.URGENT if urgent else usual,
        channel=drawn.choice((Channel.EMAIL, Channel.WEB)) if at is morning else None,
    )


def _tell(story: Story, standing: str) -> None:
    """As far as the ticket has got."""
    if standing == "new":
        return
    story.answer()
    if standing == "tier1":
        return
    story.work(1, fixed=False)
    if standing in {"tier2", "tier3", "other"}:
        story.escalate()
    if standing == "tier3":
        story.work(2, fixed=False)
        story.escalate()
    texts, world = story.world.pack.texts, story.world
    if standing == "customer":
        story.row.update(state=TicketState.WAITING_CUSTOMER, waiting_for=texts["question"])
        story.later(1, 10)
        story.say(texts["question"], by=story.row["owner_id"])
    if standing == "other":
        story.row.update(
            state=TicketState.WAITING_OTHER,
            waiting_for=texts["supplier"],
            waiting_until=world.now + timedelta(days=story.drawn.randint(1, 4)),
        )
