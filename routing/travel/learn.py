"""Travel times corrected by legs that were driven, on top of every provider.

From each leg comes a ratio: seconds it took over seconds expected. The area's scalar is the median
of all, drawn towards 1 while few legs are known; the factor of a distance band, of a part of the
day, and of both is the median of theirs, drawn towards the scalar in the same way; all of them are
kept within a half and twice. An hour counts only where its legs say more than chance would, so that
a town without rush has days without traffic. For the crow's flight, which sees no roads, two hundred legs also give
a field (routing/travel/field.py), which stands for the bands; what an hour does to a band stays.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from routing.travel.crowfly import straight_metres
from routing.travel.dayparts import PARTS
from routing.travel.field import FEWEST_LEGS, LEAST, MOST, Field
from routing.travel.forwarding import Forwarding
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import (
    ALL_DAY,
    MOTORISED,
    Capabilities,
    DayPart,
    Path,
    Point,
    Profile,
    Provider,
)

# Straight metres at which a new band of distances begins.
BANDS_M = (0.0, 1_000.0, 2_500.0, 6_000.0, 15_000.0)
# How many legs the area's scalar, and each finer factor, is drawn to its prior by.
SCALAR_PRIOR, FACTOR_PRIOR = 5, 20
# An hour is not as usual when that would be chance once in 370 times: there are many hours.
CHANCE = 3.0
# A leg counts between these: below, parking is most of it; above, somebody took a break.
SHORTEST_M = 300.0
QUICKEST_S, LONGEST_S = 60.0, 3 * 3600.0
# Seconds after which a lesson is read again: one is learned each night.
READ_AGAIN_S = 300.0


class Leg(NamedTuple):
    """A leg as it was driven, without a stop between; ``day_part`` is "" where it is not known."""

    origin: Point
    destination: Point
    taken_s: float
    day_part: str = ""


class Factor(NamedTuple):
    """What seconds are multiplied by, and how many legs say so."""

    value: float
    legs: int


class Usual(NamedTuple):
    """``(n, m)`` factors of the whole day, and numbers of bands of distances."""

    factors: NDArray[np.float64]
    band: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What legs taught about one provider. ``cells`` are by part of the day and number of band.

    ``parts`` are relative to ``bands``: what an hour does to a drive of any length.
    """

    provider: str
    legs: int
    scalar: float
    bands: tuple[Factor, ...]
    parts: Mapping[str, Factor] = field(default_factory=dict)
    cells: Mapping[tuple[str, int], Factor] = field(default_factory=dict)
    area: Field | None = None

    def factors(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        day_part: DayPart = ALL_DAY,
    ) -> NDArray[np.float64]:
        """``(n, m)`` factors for a provider's seconds, of an hour or of the whole day."""
        return self.at(day_part, usual=self.usual(origins, destinations=destinations))

    def usual(self, origins: Sequence[Point], *, destinations: Sequence[Point]) -> Usual:
        """What is the same at every hour; with a field it takes a tenth of a second for 200 places."""
        metres = straight_metres(origins, destinations=destinations)
        band = band_of(metres)
        if self.area is None:
            return Usual(np.array([factor.value for factor in self.bands])[band], band)
        return Usual(self.area.factors(origins, destinations=destinations, metres=metres), band)

    def at(self, day_part: DayPart, *, usual: Usual) -> NDArray[np.float64]:
        """``(n, m)`` factors of an hour, from what is the same at every hour."""
        held_up = np.array([self._held_up(day_part, band) for band in range(len(self.bands))])
        factors: NDArray[np.float64] = usual.factors * held_up[usual.band]
        return factors

    def _held_up(self, day_part: DayPart, band: int) -> float:
        """What an hour does to drives of a band of distances."""
        cell = self.cells.get((day_part.name, band))
        if cell is not None:
            return cell.value / self.bands[band].value
        return self.parts.get(day_part.name, Factor(1.0, 0)).value

    def factor(self, leg: Leg) -> float:
        """The factor of one leg, at its hour."""
        part = PARTS.get(leg.day_part, ALL_DAY)
        return float(
            self.factors([leg.origin], destinations=[leg.destination], day_part=part)[0, 0]
        )

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "provider": self.provider,
            "legs": self.legs,
            "scalar": self.scalar,
            "bands": [list(factor) for factor in self.bands],
            "parts": {name: list(factor) for name, factor in self.parts.items()},
            "cells": [[part, band, *factor] for (part, band), factor in self.cells.items()],
            "area": self.area.document() if self.area else None,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(
            provider=document["provider"],
            legs=document["legs"],
            scalar=document["scalar"],
            bands=tuple(Factor(*each) for each in document["bands"]),
            parts={name: Factor(*each) for name, each in document["parts"].items()},
            cells={(part, band): Factor(v, n) for part, band, v, n in document["cells"]},
            area=Field.of(document["area"]) if document["area"] else None,
        )


def counts(leg: Leg) -> bool:
    """Whether a leg says something about roads."""
    metres = straight_metres([leg.origin], destinations=[leg.destination])[0, 0]
    return bool(metres > SHORTEST_M and QUICKEST_S <= leg.taken_s <= LONGEST_S)


def expected_s(legs: Sequence[Leg], *, provider: Provider) -> list[int]:
    """What a provider says about legs at their hour; a question for each origin and hour it knows."""
    able = provider.capabilities
    together: dict[tuple[Point, DayPart], list[int]] = {}
    for index, leg in enumerate(legs):
        part = able.known(PARTS.get(leg.day_part, ALL_DAY), profile=Profile.CAR)
        together.setdefault((leg.origin, part), []).append(index)
    expected = [0] * len(legs)
    for (origin, part), indices in together.items():
        ends = [legs[i].destination for i in indices]
        table = provider.matrix([origin], destinations=ends, day_part=part)
        for index, seconds in zip(indices, table.seconds[0].tolist(), strict=True):
            expected[index] = seconds
    return expected


def learn(legs: Sequence[Leg], *, expected: Sequence[float], provider: str) -> Lesson:
    """What legs teach; those that do not count should be left out before. None teach nothing."""
    known = [(leg, said) for leg, said in zip(legs, expected, strict=True) if said > 0]
    legs = [leg for leg, _ in known]
    ratios = np.array([leg.taken_s / said for leg, said in known])
    metres = np.array(
        [straight_metres([leg.origin], destinations=[leg.destination])[0, 0] for leg in legs]
    )
    scalar = _drawn(ratios, prior=1.0, weight=SCALAR_PRIOR).value
    band = band_of(metres)
    part = np.array([leg.day_part for leg in legs], dtype=np.str_)
    bands = tuple(_drawn(ratios[band == b], prior=scalar) for b in range(len(BANDS_M)))
    rest = ratios / np.array([factor.value for factor in bands])[band] if legs else ratios
    parts = {
        name: _beyond_chance(rest[part == name], usual=1.0)
        for name in sorted(set(part.tolist()))
        if name
    }
    return Lesson(
        provider=provider,
        legs=len(legs),
        scalar=scalar,
        bands=bands,
        parts=parts,
        cells=_cells(ratios, part, band, bands=bands, parts=parts),
        area=_area(legs, metres, ratios) if provider == "crowfly" else None,
    )


def band_of(metres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the band of distances, of straight metres."""
    bands: NDArray[np.int64] = np.searchsorted(BANDS_M, metres, side="right").astype(np.int64) - 1
    return bands


class Corrected(Forwarding):
    """A provider whose seconds are those that were learned; metres, marks and lines stay.

    ``lesson`` may also be what reads the one that holds; it is read again after five minutes.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        lesson: Lesson | Callable[[], Lesson | None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider, self._monotonic = provider, monotonic
        self._read = lesson if callable(lesson) else lambda: lesson
        self._held: Lesson | None = None
        self._kept: _Kept | None = None
        self._until: float | None = None

    @property
    def asked(self) -> Provider:
        return self._provider

    @property
    def capabilities(self) -> Capabilities:
        """The provider's; of those who drive, hours that were learned are known as well."""
        able = self._provider.capabilities
        lesson = self._lesson()
        if lesson is None or not lesson.parts:
            return able
        own = {
            profile: able.day_parts.get(profile, frozenset()) | lesson.parts.keys()
            for profile in MOTORISED
        }
        return replace(able, day_parts={**able.day_parts, **own})

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """The provider's table, corrected for who drives; nobody has learned about other ways."""
        table = self._provider.matrix(
            origins, destinations=destinations, profile=profile, day_part=day_part
        )
        lesson = self._lesson()
        if lesson is None or profile not in MOTORISED:
            return table
        factors = lesson.at(day_part, usual=self._usual(lesson, origins, destinations))
        return TravelMatrix(
            seconds=np.rint(table.seconds * factors).astype(np.int32),
            metres=table.metres,
            estimated=table.estimated,
            source=table.source,
            graph_version=table.graph_version,
        )

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """The provider's way, with seconds as in the table."""
        path = self._provider.path(points, profile=profile, day_part=day_part)
        lesson = self._lesson()
        if lesson is None or profile not in MOTORISED or not path.legs:
            return path
        factors = lesson.factors(points[:-1], destinations=points[1:], day_part=day_part)
        return Path(
            legs=tuple(
                replace(leg, seconds=round(leg.seconds * factor))
                for leg, factor in zip(path.legs, factors.diagonal().tolist(), strict=True)
            )
        )

    def _usual(
        self, lesson: Lesson, origins: Sequence[Point], destinations: Sequence[Point]
    ) -> Usual:
        """What is the same at every hour, kept until other ways are asked for."""
        ends = (tuple(origins), tuple(destinations))
        kept = self._kept
        if kept is None or kept.lesson is not lesson or kept.ends != ends:
            usual = lesson.usual(origins, destinations=destinations)
            self._kept = kept = _Kept(lesson, ends, usual)
        return kept.usual

    def _lesson(self) -> Lesson | None:
        if self._until is None or self._monotonic() >= self._until:
            self._held = self._read()
            self._until = self._monotonic() + READ_AGAIN_S
        return self._held


class _Kept(NamedTuple):
    """Of which ways a lesson's usual factors are at hand."""

    lesson: Lesson
    ends: tuple[tuple[Point, ...], tuple[Point, ...]]
    usual: Usual


def _drawn(ratios: NDArray[np.float64], *, prior: float, weight: float = FACTOR_PRIOR) -> Factor:
    """The median, drawn to a prior that is worth ``weight`` legs, within bounds."""
    count = len(ratios)
    if not count:
        return Factor(_within(prior), 0)
    share = count / (count + weight)
    return Factor(_within(share * float(np.median(ratios)) + (1 - share) * prior), count)


def _beyond_chance(ratios: NDArray[np.float64], *, usual: float) -> Factor:
    """As `_drawn`, where legs say beyond chance that an hour is not as usual; else as usual.

    That is the sign test: how many of n legs took longer than usual spreads by the root of n, halved.
    """
    more = np.count_nonzero(ratios > usual) + np.count_nonzero(ratios == usual) / 2
    if abs(more - len(ratios) / 2) <= CHANCE * math.sqrt(len(ratios)) / 2:
        return Factor(_within(usual), len(ratios))
    return _drawn(ratios, prior=usual)


def _within(value: float) -> float:
    return round(min(MOST, max(LEAST, value)), 4)


def _cells(
    ratios: NDArray[np.float64],
    part: NDArray[np.str_],
    band: NDArray[np.int64],
    *,
    bands: Sequence[Factor],
    parts: Mapping[str, Factor],
) -> dict[tuple[str, int], Factor]:
    """Factors of a part of the day and a band: the product of both, unless legs say otherwise."""
    return {
        (name, number): _beyond_chance(own, usual=bands[number].value * factor.value)
        for name, factor in parts.items()
        for number in range(len(bands))
        if len(own := ratios[(part == name) & (band == number)])
    }


def _area(
    legs: Sequence[Leg], metres: NDArray[np.float64], ratios: NDArray[np.float64]
) -> Field | None:
    if len(legs) < FEWEST_LEGS:
        return None
    ends = [(leg.origin, leg.destination) for leg in legs]
    kept = np.clip(ratios, LEAST / 2, MOST * 2)  # a forgotten deed is no road
    return Field.fitted(ends, metres=metres, ratios=kept)


def mean_error(expected: Iterable[float], taken: Iterable[float]) -> float:
    """Mean of the absolute error, relative to what it took; 0 without legs."""
    errors = [abs(said - took) / took for said, took in zip(expected, taken, strict=True)]
    return float(np.mean(errors)) if errors else 0.0
