"""What both academic formats share: numbers in rows, units, conventions and faults."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from routing.faults import Fault, Malformed
from routing.problem import PlanarTravel, RoundUnits, Term

# One unit of a file: a minute of travel, and a kilometre.
UNIT_S, UNIT_M = 60, 1000
# Rounding noise of a unit, far below the thousandths that the sets are published with.
NOISE = 1e-9
# Largest number that the problem format holds.
LARGEST = 10**12


class Convention(StrEnum):
    """How the length of a leg is rounded: cut to one decimal, to three decimals, or not at all."""

    DIMACS = "dimacs"
    MILLI = "milli"
    EXACT = "exact"


class Goal(StrEnum):
    """What counts after the served visits: the distance, or the routes before the distance."""

    DISTANCE = "distance"
    VEHICLES = "vehicles"


ROUNDING = {
    Convention.DIMACS: RoundUnits.DIMACS,
    Convention.MILLI: RoundUnits.MILLI,
    Convention.EXACT: RoundUnits.NONE,
}


def plane(convention: Convention) -> PlanarTravel:
    """Straight lines, a minute and a kilometre a unit."""
    return PlanarTravel(
        seconds_per_unit=UNIT_S, metres_per_unit=UNIT_M, round_units=ROUNDING[convention]
    )


def levels(goal: Goal, *, metres: float = UNIT_M) -> tuple[tuple[Term, ...], ...]:
    """Everybody first, then what the goal asks for; ``metres`` are those of one unit."""
    unserved, distance = Term(metric="unserved"), Term(metric="distance_m", weight=1 / metres)
    if goal is Goal.DISTANCE:
        return (unserved,), (distance,)
    return (unserved,), (Term(metric="routes_used"),), (distance,)


def seconds(units: float, *, unit_s: float = UNIT_S) -> float:
    """Units of a file as seconds, whole where they are."""
    return tidy(units * unit_s)


def tidy(value: float) -> float:
    """The number as an int where it is one but for noise."""
    whole = round(value)
    return whole if abs(value - whole) < NOISE * max(1.0, abs(value)) else value


def number(text: str, *, place: str) -> float:
    """A finite number of the format's range. Raises ``Malformed``."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise malformed(
            "wrong-type", place, f"{text[:40]!r} is no number", advice="Write digits here."
        )
    return tidy(value)


def count(text: str, *, place: str, least: int = 1) -> int:
    """A whole number. Raises ``Malformed``."""
    value = number(text, place=place)
    if value != int(value) or value < least:
        raise malformed(
            "wrong-type",
            place,
            f"{text[:40]!r} is no number of things",
            advice=f"At least {least}.",
        )
    return int(value)


def row_of(words: Sequence[str], *, width: int, place: str) -> list[float]:
    """So many numbers. Raises ``Malformed``."""
    if len(words) != width:
        raise malformed(
            "wrong-row",
            place,
            f"{len(words)} values where {width} are expected",
            advice="See that no value is missing and no line is broken in two.",
        )
    return [number(word, place=place) for word in words]


def malformed(code: str, place: str, message: str, *, advice: str) -> Malformed:
    """The one fault that ended the reading; a text file has no way on after it."""
    return Malformed((Fault(code=code, place=place, message=message, advice=advice),))
