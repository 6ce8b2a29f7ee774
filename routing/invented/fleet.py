"""One fleet from one depot, with time windows and loads, like the academic sets.

A unit of the plane is a minute and a kilometre. Everybody must be served; the distance counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from routing.invented.sites import Point, scattered
from routing.problem import (
    Job,
    Location,
    PlanarTravel,
    Problem,
    RoundUnits,
    Shift,
    Technician,
    Term,
    Window,
)

# Seconds and metres of a unit.
UNIT_S, UNIT_M = 60, 1000
# Units: the side of the region is so many times the root of the visits, as in Gehring and Homberger.
SPREAD = 10.0
SERVICE = 10
DEMANDS = range(1, 36)
# Share of visits that have a window of their own.
WITH_WINDOW = 0.75
# A vehicle for so many visits: more than any good plan needs.
VISITS_A_VEHICLE = 4


class Rounds(StrEnum):
    """How many stops a round has: about ten, or 25 and more."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """``day`` is the length of the day in sides of the region, ``width`` that of windows in units."""

    capacity: int
    day: float
    width: tuple[int, int]


STYLES = {
    Rounds.SHORT: _Style(capacity=200, day=4, width=(30, 120)),
    Rounds.LONG: _Style(capacity=1000, day=16, width=(120, 480)),
}


def fleet_day(*, visits: int, rounds: Rounds, seed: int) -> Problem:
    """A day of one fleet. Raises ValueError when there are no visits."""
    if visits < 1:
        raise ValueError("a day needs a visit")
    rng = Random(f"{rounds} {visits} {seed}")  # a text: the same everywhere
    style, side = STYLES[rounds], SPREAD * math.sqrt(visits)
    sites = scattered(rng, count=visits, side=side)
    depot = (round(side / 2, 2), round(side / 2, 2))
    # The farthest visit can be reached, served and left whatever the size.
    end = math.ceil(max(style.day * side, 2 * side + SERVICE))
    jobs = [_job(rng, n, site, style, depot=depot, end=end) for n, site in enumerate(sites, 1)]
    day = Shift(id="day", start=0, end=end * UNIT_S, start_location="depot", end_location="depot")
    return Problem(
        name=f"{rounds}-rounds-{visits}-{seed}",
        provenance={"made": "invented", "seed": seed},
        locations=(
            Location(id="depot", x=depot[0], y=depot[1]),
            *(Location(id=f"site-{n}", x=x, y=y) for n, (x, y) in enumerate(sites, 1)),
        ),
        travel=PlanarTravel(
            seconds_per_unit=UNIT_S, metres_per_unit=UNIT_M, round_units=RoundUnits.DIMACS
        ),
        technicians=tuple(
            Technician(id=f"vehicle-{n}", shifts=(day,), capacity={"load": style.capacity})
            for n in range(1, max(2, visits // VISITS_A_VEHICLE) + 1)
        ),
        jobs=tuple(jobs),
        objective=((Term(metric="unserved"),), (Term(metric="distance_m", weight=1 / UNIT_M),)),
    )


def _job(rng: Random, number: int, site: Point, style: _Style, *, depot: Point, end: int) -> Job:
    """A visit that a vehicle of its own could always serve."""
    away = math.dist(site, depot)
    first, last = math.ceil(away), math.floor(end - SERVICE - away)
    middle, width = rng.randint(first, last), rng.randint(*style.width)
    opens, closes = max(first, middle - width // 2), min(last, middle + width // 2)
    narrow = rng.random() < WITH_WINDOW
    window = Window(opens=opens * UNIT_S, closes=closes * UNIT_S)
    return Job(
        id=f"visit-{number}",
        location=f"site-{number}",
        duration_s=SERVICE * UNIT_S,
        windows=(window,) if narrow else (),
        demand={"load": rng.choice(DEMANDS)},
        mandatory=True,
    )
