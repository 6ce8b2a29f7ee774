"""Needles in the haystack: rare things that must not break anything, each found by one test.

They are marked by the note of their customer or by the reason on their visit, and told in the
pack's language like everything else.
"""

from __future__ import annotations

import base64
import hashlib
import random
from datetime import timedelta

from dispatch.agreements import Agreement, AgreementKind, Overage
from dispatch.customers import Contact, Customer
from dispatch.demo.calendar import opening
from dispatch.demo.crew import LIFT_DRIVING, lift_ends
from dispatch.demo.drives import Errand, work_minutes
from dispatch.demo.history import call_for
from dispatch.demo.stories import begin
from dispatch.demo.visits import Call, calm, hours_of, promise
from dispatch.demo.world import Device, World
from dispatch.places import Site
from dispatch.tickets import Attachment, Channel, Priority
from dispatch.visits import Visit, VisitSkill, VisitState

# A grey pixel: what a photo is to a database.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
ATTACHMENTS = 14


def hide_needles(world: World) -> None:
    """All of them that the profile has room for."""
    drawn = world.drawn("needles")
    _strange_names(world)
    _two_agreements(world, drawn)
    _three_tickets(world, drawn)
    _many_attachments(world, drawn)
    _careless_post(world, drawn)
    if not world.coming or not world.profile.open_visits:
        return
    _out_of_reach(world, drawn)
    _too_short_hours(world, drawn)
    _outside(world, drawn)
    _expired(world, drawn)
    _before_the_part(world, drawn)
    if world.profile.standby:
        _night(world, drawn)


def _strange_names(world: World) -> None:
    """A name of 60 characters, one with ł and ż, one in kanji and kana."""
    customers, contacts = world.rows.of(Customer), world.rows.of(Contact)
    customers[1]["name"] = world.pack.texts["needles"]["long_name"]
    contacts[2]["name"] = "Łukasz Żółć"
    contacts[3].update(name="田中さくら", reading="たなか さくら")


def _two_agreements(world: World, drawn: random.Random) -> None:
    """Two customers have a second agreement, for one site: the narrower one wins."""
    for door in drawn.sample(world.doors, 2):
        general = next(row for row in world.rows.of(Agreement) if row["id"] == door.deal.id)
        narrower = {
            "site_id": door.id,
            "kind": AgreementKind.CALL_IN,
            "name": world.pack.texts["agreements"]["call-in"],
            "overage": Overage.CALL_IN_RATE,
            "hourly_rate_minor": world.pack.money(9900),
        }
        world.rows.add(Agreement, **{**general, **narrower})


def _three_tickets(world: World, drawn: random.Random) -> None:
    device = drawn.choice(world.devices)
    before = world.calendar.shifted(world.day, -1)
    for hour in (9, 13, 16):
        at = world.calendar.at(before, hour * 60 + 5)
        begin(world, device, device.families[0], at=at, drawn=drawn, priority=Priority.NORMAL)


def _many_attachments(world: World, drawn: random.Random) -> None:
    device = drawn.choice(world.devices)
    at = world.calendar.at(world.calendar.shifted(world.day, -1), 640)
    story = begin(world, device, device.families[0], at=at, drawn=drawn, channel=Channel.EMAIL)
    story.later(2, 9)
    message_id = story.say(drawn.choice(story.words["symptoms"]), by=None)
    for number in range(1, ATTACHMENTS + 1):
        world.rows.add(
            Attachment,
            message_id=message_id,
            filename=f"photo-{number:02d}.png",
            media_type="image/png",
            sha256=hashlib.sha256(PIXEL).hexdigest(),
            content=PIXEL,
            size=len(PIXEL),
        )


def _careless_post(world: World, drawn: random.Random) -> None:
    """Somebody wrote an address into a public post."""
    device = drawn.choice(world.devices)
    site = next(row for row in world.rows.of(Site) if row["id"] == device.door.id)
    post = world.pack.texts["needles"]["social_post"].format(address=site["address"])
    at = world.calendar.at(world.calendar.shifted(world.day, -1), 1010)
    begin(
        world, device, device.families[0], at=at, drawn=drawn, channel=Channel.SOCIAL, symptom=post
    )


def _call(world: World, drawn: random.Random, *, device: Device | None = None) -> Call:
    device = device or drawn.choice(world.devices)
    code = device.families[0]
    errand = Errand(device=device, code=code, minutes=work_minutes(code, drawn=drawn))
    call = call_for(world, errand, day=world.day, drawn=drawn)
    calm(call)
    call.row["due_at"] = world.calendar.at(world.coming[-1], 18 * 60)
    return call


def _open_only(world: World, call: Call, *periods: tuple[int, int]) -> None:
    """The site of the visit opens for these minutes of every day; for none: always."""
    door = call.story.device.door
    door.hours = {weekday: list(periods) for weekday in range(7)} if periods else {}
    site = next(row for row in world.rows.of(Site) if row["id"] == door.id)
    site["opening_hours"] = opening(door.hours)


def _quiet(world: World, drawn: random.Random) -> Device:
    """An asset whose site nobody visits on a promised window."""
    visited = {row["site_id"] for row in world.rows.of(Visit) if row["closed_at"] is None}
    return drawn.choice([device for device in world.devices if device.door.id not in visited])


def _out_of_reach(world: World, drawn: random.Random) -> None:
    """Two bakers who open before anybody's shift begins, urgent and due today."""
    for _ in range(2):
        call = _call(world, drawn, device=_quiet(world, drawn))
        _open_only(world, call, (4 * 60, 5 * 60))
        call.row["due_at"] = world.calendar.at(world.day, 6 * 60)
        call.row["priority"] = call.story.row["priority"] = Priority.URGENT


def _too_short_hours(world: World, drawn: random.Random) -> None:
    call = _call(world, drawn, device=_quiet(world, drawn))
    _open_only(world, call, (12 * 60, 12 * 60 + 40))
    call.row["work_minutes"] = 90


def _outside(world: World, drawn: random.Random) -> None:
    rows = {row["id"] for row in world.rows.of(Site) if row["outside_territory"]}
    devices = [device for device in world.devices if device.door.id in rows]
    if devices:
        _call(world, drawn, device=drawn.choice(devices))


def _expired(world: World, drawn: random.Random) -> None:
    """Only one person may drive the lift, and only until the day before."""
    device = _quiet(world, drawn)
    day = lift_ends(world) + timedelta(days=1)
    call = _call(world, drawn, device=device)
    world.rows.add(VisitSkill, visit_id=call.id, skill_id=world.skills[LIFT_DRIVING], level=1)
    call.row["release_at"] = world.calendar.at(day, 0)
    call.row["due_at"] = world.calendar.at(day, 18 * 60)


def _before_the_part(world: World, drawn: random.Random) -> None:
    """Promised for a day on which the part is not there yet."""
    day = world.coming[0]
    device = _quiet(world, drawn)
    while not hours_of(device.door, day):
        device = _quiet(world, drawn)
    call = _call(world, drawn, device=device)
    opens = hours_of(device.door, day)[0][0]
    promise(call, day=day, window=(opens, opens + 120), at=call.story.later(5, 20))
    call.row.update(
        state=VisitState.BLOCKED,
        blocked_reason=world.pack.texts["part_missing"],
        release_at=world.calendar.at(world.coming[-1], 0),
    )


def _night(world: World, drawn: random.Random) -> None:
    """A visit in the night on which clocks change, or the fifth one where none does."""
    nights = [world.day + timedelta(days=n) for n in range((world.coming[-1] - world.day).days)]
    tz = world.calendar.tz
    changing = [
        night
        for night in nights
        if world.calendar.at(night, 1380).astimezone(tz).utcoffset()
        != world.calendar.at(night, 1800).astimezone(tz).utcoffset()
    ]
    night = (changing or nights[4:])[0]
    guard = next(man for man in world.crew if night in man.shifts and not man.shifts[night].lunch)
    near = [device for device in world.devices if device.door.area is guard.area]
    call = _call(world, drawn, device=drawn.choice([d for d in near if not d.door.hours] or near))
    _open_only(world, call)
    call.row["instructions"] = world.pack.texts["needles"]["night"]
    promise(call, day=night, window=(23 * 60, 27 * 60), at=call.story.later(5, 20))
