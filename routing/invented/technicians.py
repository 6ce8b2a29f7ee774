"""Days of technicians: skills with levels, homes, shifts, windows, and visits that may stay out.

One level counts: seconds on the road plus the penalties of visits left out, whoever plans.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

from routing.invented.sites import Point, scattered
from routing.problem import (
    Break,
    Job,
    Location,
    PlanarTravel,
    Problem,
    Requirement,
    RoundUnits,
    Shift,
    Skill,
    Technician,
    Term,
    Window,
)

SKILLS = ("alarms", "fibre", "heating", "lifts", "networks", "tills")
TOP = 3
# A technician has half of the skills; how many of them, and of the visits, at levels 1, 2 and 3.
OWN_LEVELS, ASKED_LEVELS = (0.3, 0.4, 0.3), (0.5, 0.35, 0.15)
# 40 km/h as the crow flies: 90 s a kilometre, whole seconds for each tenth of it.
SECONDS_PER_KM = 90
# Kilometres: the side of the square that one technician has on average.
PATCH_KM = 12.0
EIGHT, NOON, DAY_END = 8 * 3600, 12 * 3600, 18 * 3600
# Hours of shifts, some of which begin an hour later.
SHIFT_HOURS, LATE_SHARE = (8, 9, 9), 0.3
# Minutes of work and how often.
MINUTES, OFTEN = (20, 30, 45, 60, 90), (0.2, 0.3, 0.25, 0.15, 0.1)
SHORTEST_S, STEP_S = 600, 60
# Shares of visits with a window of two hours, and of half a day.
TWO_HOURS, HALF_DAY = 0.35, 0.2
# Seconds of road that leaving a visit out counts, by priority from 1; few visits are far enough
# away for that to pay, so who stays out is a question of room.
PENALTY_S = {1: 36_000, 2: 21_600, 3: 14_400, 4: 7_200}
PRIORITIES = (0.1, 0.2, 0.3, 0.4)
LUNCH = Break(id="lunch", duration_s=1800, window=Window(opens=41_400, closes=48_600))
# A leg is so many times as long as it were if everybody could do everything at any hour: measured
# on a plan of 100 visits and 17 technicians.
DETOUR = 2.5


def technician_day(
    *, visits: int, technicians: int, seed: int, lunch: bool = False, over: float | None = None
) -> Problem:
    """A day of so many visits and technicians. Raises ValueError when there are none of either.

    ``over`` stretches or shrinks the work until it, with the road, exceeds the shifts by that share
    (0.15: about 15 per cent more than anybody could do); None leaves it as it was drawn.
    """
    if visits < 1 or technicians < 1:
        raise ValueError("a day needs a visit and a technician")
    rng = Random(f"technicians {visits} {technicians} {seed}")  # a text: the same everywhere
    side = PATCH_KM * math.sqrt(technicians)
    sites = scattered(rng, count=visits, side=side)
    homes = scattered(rng, count=technicians, side=side)
    people = _people(rng, count=technicians, lunch=lunch)
    jobs = [_job(rng, number) for number in range(1, visits + 1)]
    if over is not None:
        jobs = _stretched(jobs, people, over=over, leg_s=_usual_leg_s(side, visits))
    name = f"technicians-{visits}-{technicians}-{seed}"
    name += ("-lunch" if lunch else "") + (f"-over-{over:g}" if over is not None else "")
    return Problem(
        name=name,
        provenance={"made": "invented", "seed": seed},
        locations=(*_places("site", sites), *_places("home", homes)),
        travel=PlanarTravel(
            seconds_per_unit=SECONDS_PER_KM, metres_per_unit=1000, round_units=RoundUnits.DIMACS
        ),
        technicians=tuple(people),
        jobs=tuple(jobs),
        objective=((Term(metric="travel_s"), Term(metric="unserved_penalty")),),
    )


def _places(kind: str, points: list[Point]) -> list[Location]:
    return [Location(id=f"{kind}-{n}", x=x, y=y) for n, (x, y) in enumerate(points, start=1)]


def _people(rng: Random, *, count: int, lunch: bool) -> list[Technician]:
    """Everybody has a skill, and somebody has each of them at the top."""
    levels = [
        {
            name: rng.choices(range(1, TOP + 1), OWN_LEVELS)[0]
            for name in SKILLS
            if rng.random() < 0.5
        }
        for _ in range(count)
    ]
    for name in SKILLS:
        if all(own.get(name) != TOP for own in levels):
            rng.choice(levels)[name] = TOP
    for own in levels:
        if not own:
            own[rng.choice(SKILLS)] = TOP
    return [_technician(rng, n, own, lunch=lunch) for n, own in enumerate(levels, start=1)]


def _technician(rng: Random, number: int, levels: dict[str, int], *, lunch: bool) -> Technician:
    start = EIGHT + (3600 if rng.random() < LATE_SHARE else 0)
    shift = Shift(
        id="day",
        start=start,
        end=min(DAY_END, start + 3600 * rng.choice(SHIFT_HOURS)),
        start_location=f"home-{number}",
        end_location=f"home-{number}",
        breaks=(LUNCH,) if lunch else (),
    )
    skills = {name: Skill(level=level) for name, level in levels.items()}
    return Technician(id=f"technician-{number}", shifts=(shift,), skills=skills)


def _job(rng: Random, number: int) -> Job:
    [priority] = rng.choices(list(PENALTY_S), PRIORITIES)
    [level] = rng.choices(range(1, TOP + 1), ASKED_LEVELS)
    return Job(
        id=f"visit-{number}",
        location=f"site-{number}",
        duration_s=60 * rng.choices(MINUTES, OFTEN)[0],
        windows=_windows(rng),
        skills=(Requirement(names=(rng.choice(SKILLS),), level=level),),
        priority=priority,
        unserved_penalty=PENALTY_S[priority],
    )


def _windows(rng: Random) -> tuple[Window, ...]:
    """Two hours, half a day, or any time."""
    kind, opens = rng.random(), rng.randrange(EIGHT, DAY_END - 7200, 3600)
    morning = rng.random() < 0.5
    if kind < TWO_HOURS:
        return (Window(opens=opens, closes=opens + 7199),)
    if kind < TWO_HOURS + HALF_DAY:
        half = (EIGHT, NOON) if morning else (NOON, DAY_END)
        return (Window(opens=half[0], closes=half[1] - 1),)
    return ()


def _usual_leg_s(side: float, visits: int) -> float:
    """Seconds from one visit to the next in a good plan, from the density of the sites."""
    return (
        DETOUR * 0.7124 * side / math.sqrt(visits) * SECONDS_PER_KM
    )  # the constant of long rounds


def _stretched(
    jobs: list[Job], people: list[Technician], *, over: float, leg_s: float
) -> list[Job]:
    """The same jobs, with work that fills the shifts and the share beyond."""
    hours = sum(
        shift.end - shift.start - sum(pause.duration_s for pause in shift.breaks)
        for one in people
        for shift in one.shifts
    )
    wanted = hours * (1 + over) - leg_s * (len(jobs) + len(people))
    factor = max(0.0, wanted) / sum(job.duration_s for job in jobs)
    lengths = [max(SHORTEST_S, STEP_S * round(job.duration_s * factor / STEP_S)) for job in jobs]
    return [replace(job, duration_s=s) for job, s in zip(jobs, lengths, strict=True)]
