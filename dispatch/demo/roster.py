"""Who works when: shifts with lunch, part-time and long days, leave, and standby at night.

Wall minutes after midnight; the minutes of a night run on past 24 hours.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import NamedTuple

from dispatch.demo.world import Crewman, Working, World
from dispatch.workforce import Absence, Break, Shift

LUNCH_MINUTES = 30
LUNCH_EARLIEST, LUNCH_LATEST = 11 * 60 + 30, 13 * 60 + 30
BIG_CREW = 12


class Pattern(NamedTuple):
    """Wall minutes of a shift and the weekdays off."""

    opens: int
    closes: int
    days_off: tuple[int, ...] = ()


EARLY, MIDDLE, LATE = Pattern(450, 960), Pattern(480, 990), Pattern(600, 1110)
NIGHT = Pattern(22 * 60, 30 * 60)


def roster(world: World) -> None:
    """Shifts with lunch for the history, D0 and what comes; some leave, some illness."""
    drawn = world.drawn("roster")
    days = [*world.past, world.day, *world.coming]
    if not world.profile.history_days:
        days.insert(0, world.calendar.shifted(world.day, -1))
    patterns = _patterns(world, drawn=drawn)
    for man, pattern in zip(world.crew, patterns, strict=True):
        if pattern is NIGHT:
            continue
        leave = set(drawn.sample(days, k=len(days) // 25)) - {world.day}
        for day in days:
            if day.weekday() not in pattern.days_off:
                _write_shift(world, man, day=day, pattern=pattern)
            if day in leave and day in man.shifts:
                _write_absence(world, man, day=day)
    _write_nights(world, [m for m, p in zip(world.crew, patterns, strict=True) if p is NIGHT])


def _patterns(world: World, *, drawn: random.Random) -> list[Pattern]:
    """Two people at 60 %, every sixth on four long days, standby at night.

    A small crew works full weeks: it could not spare anybody.
    """
    patterns = []
    big = world.profile.technicians >= BIG_CREW
    for number, _ in enumerate(world.crew):
        if number >= world.profile.technicians + world.profile.helpers:
            patterns.append(NIGHT)
        elif big and number in (3, 8):
            off = tuple(drawn.sample(range(5), 2))
            patterns.append(EARLY._replace(days_off=off))
        elif big and number % 6 == 5:
            patterns.append(Pattern(450, 1080, (drawn.randrange(5),)))
        else:
            patterns.append(drawn.choices((EARLY, MIDDLE, LATE), (5, 6, 2))[0])
    return patterns


def _write_shift(world: World, man: Crewman, *, day: date, pattern: Pattern) -> None:
    at = world.calendar.at
    shift_id = world.rows.add(
        Shift,
        technician_id=man.id,
        day=day,
        starts_at=at(day, pattern.opens),
        ends_at=at(day, pattern.closes),
    )
    lunch = pattern.closes <= 24 * 60
    man.shifts[day] = Working(shift_id, pattern.opens, pattern.closes, lunch)
    if lunch:
        world.rows.add(
            Break,
            shift_id=shift_id,
            minutes=LUNCH_MINUTES,
            earliest_at=at(day, LUNCH_EARLIEST),
            latest_at=at(day, LUNCH_LATEST),
        )


def _write_absence(world: World, man: Crewman, *, day: date) -> None:
    man.off.add(day)
    shift = man.shifts[day]
    world.rows.add(
        Absence,
        technician_id=man.id,
        starts_at=world.calendar.at(day, shift.opens),
        ends_at=world.calendar.at(day, shift.closes),
        reason=world.pack.texts["leave"],
    )


def _write_nights(world: World, standby: list[Crewman]) -> None:
    """Standby takes turns, every night of the horizon, also on weekends and over clock changes."""
    last = world.coming[-1] if world.coming else world.day
    for night in range((last - world.day).days + 1 if standby else 0):
        man = standby[night % len(standby)]
        _write_shift(world, man, day=world.day + timedelta(days=night), pattern=NIGHT)
