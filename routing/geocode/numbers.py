"""House numbers: reading them, and finding doors between known ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from routing.geocode.answer import Precision, apart
from routing.geocode.gather import Point

_NUMBER = re.compile(r"(\d+)\s*([a-z]|bis|ter|quater)?(?:\s*([-/\u2013])\s*(\d+)?\s*([a-z])?)?$")
# Farther apart two known doors say nothing about one between them, in metres.
MOST_BETWEEN_M = 400.0
# What an answer is worth that is not the very door: starting values.
OTHER_SUFFIX, BETWEEN, ONLY_STREET, NOT_IN_STREET = 0.95, 0.92, 0.85, 0.82


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A house number: 12, 12b, 12-14 (``last`` 14), or door 3 of 12 (12/3)."""

    first: int
    suffix: str = ""
    last: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A known door of a street."""

    number: Number
    at: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where a house number is, how exactly, and how far to trust it."""

    at: Point
    precision: Precision
    share: float


def read(text: str) -> Number | None:
    """Read a folded house number, or None when it is none."""
    label = re.sub(r"\s+", "", text)
    found = _NUMBER.fullmatch(label)
    if found is None or len(found[1]) > 6:
        return None
    first, last = int(found[1]), int(found[4] or 0)
    if found[3] == "/" or last <= first:
        last = 0  # 12/3 is a door in 12
    return Number(first=first, suffix=found[2] or "", last=last, label=label)


def find(wanted: Number, houses: Sequence[House], *, street: Point) -> Hit:
    """The door itself, the same number, a place between neighbours, or the street; O(houses)."""
    exact = [house for house in houses if house.number.label == wanted.label]
    if exact:
        return Hit(at=exact[0].at, precision=Precision.ROOFTOP, share=1.0)
    covering = [house for house in houses if _covers(house.number, wanted)]
    if covering:
        best = min(covering, key=lambda house: house.number.suffix != wanted.suffix)
        same = best.number.suffix == wanted.suffix
        share = 1.0 if same else OTHER_SUFFIX
        return Hit(
            at=best.at,
            precision=Precision.ROOFTOP if same else Precision.INTERPOLATED,
            share=share,
        )
    between = _between(wanted.first, houses)
    if between is not None:
        return Hit(at=between, precision=Precision.INTERPOLATED, share=BETWEEN)
    share = NOT_IN_STREET if houses else ONLY_STREET
    return Hit(at=street, precision=Precision.STREET, share=share)


def _covers(known: Number, wanted: Number) -> bool:
    """71-75 also is 71, 73 and 75; 12 also is 12/3; 12-14 is where 12 is."""
    if known.first == wanted.first:
        return True
    same_side = (known.first - wanted.first) % 2 == 0
    return known.first < wanted.first <= known.last and same_side


def _between(number: int, houses: Sequence[House]) -> Point | None:
    """Along the straight line between the nearest lower and higher number of the same side."""
    side = [house for house in houses if (house.number.first - number) % 2 == 0]
    below = max(
        (house for house in side if house.number.first < number),
        key=lambda house: house.number.first,
        default=None,
    )
    above = min(
        (house for house in side if house.number.first > number),
        key=lambda house: house.number.first,
        default=None,
    )
    if below is None or above is None or apart(below.at, above.at) > MOST_BETWEEN_M:
        return None
    share = (number - below.number.first) / (above.number.first - below.number.first)
    return (
        below.at[0] + share * (above.at[0] - below.at[0]),
        below.at[1] + share * (above.at[1] - below.at[1]),
    )
