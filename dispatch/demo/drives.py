"""Rounds that a sensible dispatcher would have drawn by hand: nearest neighbour, inside the rules.

They prove that the promises of a demo day can be kept together: skills, opening hours, lunch and
shifts hold, with the product's own travel times. They leave a visible gain for the planner. Times
are wall minutes after midnight, in whole seconds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from dispatch.demo.catalogue import FAMILIES
from dispatch.demo.land import Area
from dispatch.demo.roster import LUNCH_EARLIEST, LUNCH_LATEST, LUNCH_MINUTES
from dispatch.demo.visits import Call
from dispatch.demo.world import Crewman, Device, Door, Working, World
from routing.travel.crowfly import CrowFly
from routing.travel.provider import Point

LOOKED_AT = 12
WAIT_AT_MOST = 40
# Rounds end a little early, so that small differences in counting seconds never break a promise.
SPARE_MINUTES = 6
ALWAYS_OPEN = [(8 * 60, 20 * 60)]


@dataclass(slots=True, kw_only=True, eq=False)
class Errand:
    """Something to do on site: new, or a visit that is already asked for and due from a day on."""

    device: Device
    code: str
    minutes: int
    call: Call | None = None
    due: date | None = None


class Stop(NamedTuple):
    """An errand in a round."""

    errand: Errand
    man: Crewman
    shift: Working
    day: date
    position: int
    leg_s: int
    leg_m: int
    arrives: float
    starts: float
    ends: float


def opening_on(door: Door, day: date) -> list[tuple[int, int]]:
    """When a site is open on a day; one without hours counts as open from 8 to 20."""
    return door.hours.get(day.weekday(), []) if door.hours else ALWAYS_OPEN


class Ground:
    """An area with its sites, assets and crew, and the travel between all of them."""

    def __init__(self, world: World, area: Area) -> None:
        self.doors = [door for door in world.doors if door.area is area]
        self.crew = [man for man in world.crew if man.area is area and man.drives]
        here = {door.id for door in self.doors}
        self.devices = [device for device in world.devices if device.door.id in here]
        points = [Point(*door.point) for door in self.doors]
        points += [Point(*man.point) for man in self.crew]
        self.tables = {
            profile: CrowFly().matrix(points, destinations=points, profile=profile)
            for profile in {man.travel_profile for man in self.crew}
        }
        self.at_door = {door.id: number for number, door in enumerate(self.doors)}
        self.at_home = {man.id: len(self.doors) + n for n, man in enumerate(self.crew)}


class Fleet:
    """All grounds of a world. ``waiting`` holds errands that must be driven before new ones."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._grounds = [Ground(world, area) for area in world.land.areas]
        self.waiting: list[Errand] = []

    def drive(self, day: date, *, visits: int, drawn: random.Random) -> list[Stop]:
        """At most ``visits`` stops of one day, spread over the crews by who is there."""
        rounds = [
            _Round(ground, man, day=day)
            for ground in self._grounds
            for man in ground.crew
            if day in man.shifts and day not in man.off
        ]
        busy: set[int] = set()
        stops: list[Stop] = []
        growing = [driven for driven in rounds if driven.ground.devices]
        while growing and len(stops) < visits:
            driven = min(growing, key=lambda each: (each.now, each.man.id))
            stop = driven.grow(self._errands(driven, day=day, busy=busy, drawn=drawn))
            if stop is None:
                growing.remove(driven)
                continue
            busy.add(stop.errand.device.door.id)
            if stop.errand.due is not None:
                self.waiting.remove(stop.errand)
            stops.append(stop)
        return stops

    def _errands(
        self, driven: _Round, *, day: date, busy: set[int], drawn: random.Random
    ) -> Iterator[Errand]:
        here = driven.ground.at_door
        for errand in self.waiting:
            door = errand.device.door.id
            due = errand.due is not None and errand.due <= day
            if due and door in here and door not in busy and driven.can(errand.code):
                yield errand
        for device in drawn.choices(driven.ground.devices, k=LOOKED_AT):
            codes = [code for code in device.families if driven.can(code)]
            if codes and device.door.id not in busy:
                code = drawn.choices(codes, [FAMILIES[each].often for each in codes])[0]
                yield Errand(device=device, code=code, minutes=work_minutes(code, drawn=drawn))


def work_minutes(code: str, *, drawn: random.Random) -> int:
    """The family's minutes, now and then more or less, in steps of five."""
    return max(20, 5 * round(FAMILIES[code].minutes * drawn.uniform(0.75, 1.3) / 5))


class _Round:
    """One technician's day as it grows, stop by stop."""

    def __init__(self, ground: Ground, man: Crewman, *, day: date) -> None:
        self.ground = ground
        self.man = man
        self.shift = man.shifts[day]
        self.now = float(self.shift.opens)
        self._day = day
        self._place = ground.at_home[man.id]
        self._table = ground.tables[man.travel_profile]
        self._lunch_due = self.shift.lunch
        self._stops = 0

    def can(self, code: str) -> bool:
        return self.man.can(FAMILIES[code], day=self._day)

    def grow(self, errands: Iterable[Errand]) -> Stop | None:
        """Append the cheapest errand that fits; an old promise goes before a new errand."""
        found = [tried for errand in errands if (tried := self._try(errand)) is not None]
        if not found:
            return None
        best, lunched = min(
            found, key=lambda t: (t[0].errand.due is None, t[0].starts - self.now, t[0].ends)
        )
        self._lunch_due = self._lunch_due and not lunched
        self.now = best.ends
        self._place = self.ground.at_door[best.errand.device.door.id]
        self._stops += 1
        return best

    def _try(self, errand: Errand) -> tuple[Stop, bool] | None:
        """The stop, and whether lunch comes before it."""
        door = errand.device.door
        target = self.ground.at_door[door.id]
        leg_s = int(self._table.seconds[self._place, target])
        work = math.ceil(errand.minutes * 60 * self.man.factor) / 60
        for lunch_first in (False, True) if self._lunch_due else (False,):
            arrives = self._after_lunch(lunch_first) + leg_s / 60
            starts = _first_start(door, self._day, ready=arrives + door.arrival_minutes, work=work)
            if starts is None or not self._fits(starts + work, target, lunch_first=lunch_first):
                continue
            if starts - arrives > WAIT_AT_MOST and self._stops:
                continue
            leg_m = int(self._table.metres[self._place, target])
            leave = (errand, self.man, self.shift, self._day, self._stops + 1, leg_s, leg_m)
            return Stop(*leave, arrives, starts, starts + work), lunch_first
        return None

    def _after_lunch(self, lunch_first: bool) -> float:  # noqa: FBT001 - private, read beside its loop
        return max(self.now, LUNCH_EARLIEST) + LUNCH_MINUTES if lunch_first else self.now

    def _fits(self, ends: float, target: int, *, lunch_first: bool) -> bool:
        """Lunch can still be taken in time, and the way home fits the shift."""
        lunch_after = self._lunch_due and not lunch_first
        if lunch_after and ends > LUNCH_LATEST:
            return False
        if lunch_first and self.now > LUNCH_LATEST:
            return False
        home = int(self._table.seconds[target, self.ground.at_home[self.man.id]]) / 60
        leaves = max(ends, LUNCH_EARLIEST) + LUNCH_MINUTES if lunch_after else ends
        return leaves + home + SPARE_MINUTES <= self.shift.closes


def _first_start(door: Door, day: date, *, ready: float, work: float) -> float | None:
    """The first minute at which the work can start and end while the site is open."""
    for opens, closes in opening_on(door, day):
        starts = max(ready, float(opens))
        if starts + work <= closes:
            return starts
    return None
