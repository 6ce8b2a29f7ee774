"""How fast an area is where: learned from legs for the crow's flight, which sees no roads.

A leg's seconds are the crow's times the exponential of: the mean of a field along its straight
line (a river to get round, a motorway that helps), half of a second field at each end (a centre
that is slow to leave), and a curve over its length. All three are linear, so one least-squares
system gives them; smoothness stands for what legs do not tell. It is travel-time tomography, as
seismology does it, with straight rays. Places between grid points are interpolated; outside of the
area that the legs cover the nearest value of its border holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from routing.travel.provider import Point

Numbers = NDArray[np.float64]

# Grid points to a side, and samples along a line. 14 was best of 6, 10 and 14 on three real areas:
# mean error 12.8, 12.1 and 11.8 % for 1,000 legs and places that were never seen.
SIDE, SAMPLES = 14, 12
# Lengths, in straight metres, between which the curve is a line over their logarithm.
LENGTHS_M = (300.0, 1_000.0, 2_500.0, 6_000.0, 12_000.0, 25_000.0)
# What a step between neighbours, a value, and a value of the curve cost, against one leg's squared
# error. Best of a few on the same areas.
SMOOTH_LINE, SMOOTH_END = 1.0, 2.0
SMALL_LINE, SMALL_END, SMALL_CURVE = 0.02, 0.3, 0.3
# From so many legs on the field pays, also when each is off by a quarter: 13.9 % mean error instead of
# 16.1 % at 200, 12.2 % instead of 15.6 % at 1,000 (three areas, places never seen).
FEWEST_LEGS = 200
# Factors are kept within these, as all learned ones are.
LEAST, MOST = 0.5, 2.0
KM = 111.195  # kilometres of a degree of latitude


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Logarithms of factors on a square grid: ``along`` lines, at ``ends``, and over ``lengths``.

    ``south``, ``west`` in degrees are its corner, ``side_km`` its width and height.
    """

    south: float
    west: float
    side_km: float
    common: float
    along: Numbers
    ends: Numbers
    lengths: Numbers

    @classmethod
    def fitted(
        cls, ends: Sequence[tuple[Point, Point]], *, metres: Numbers, ratios: Numbers
    ) -> Self:
        """Learn from legs: straight ``metres`` and actual over expected seconds, ``(n,)`` each."""
        corners = np.array([point for leg in ends for point in leg], dtype=np.float64)
        south, west = corners.min(axis=0)
        narrow = math.cos(math.radians(float(south)))
        size = np.ptp(corners, axis=0) * (KM, KM * narrow)
        empty = np.zeros(SIDE * SIDE)
        blank = cls(
            south=float(south),
            west=float(west),
            side_km=max(float(size.max()), 0.1),
            common=float(np.median(np.log(ratios))),
            along=empty,
            ends=empty,
            lengths=np.zeros(len(LENGTHS_M)),
        )
        matrix = blank._design(ends, metres)
        weights = np.linalg.solve(
            matrix.T @ matrix + _prior(), matrix.T @ (np.log(ratios) - blank.common)
        )
        along, at_ends, lengths = np.split(weights, [SIDE * SIDE, 2 * SIDE * SIDE])
        return cls(
            south=blank.south,
            west=blank.west,
            side_km=blank.side_km,
            common=blank.common,
            along=along,
            ends=at_ends,
            lengths=lengths,
        )

    def factors(
        self, origins: Sequence[Point], *, destinations: Sequence[Point], metres: Numbers
    ) -> Numbers:
        """``(n, m)`` factors for the crow's seconds; 0.1 s for 300 by 300 legs."""
        here, there = self._on_grid(origins), self._on_grid(destinations)
        table = np.full((len(origins), len(destinations)), self.common)
        table += _read(self.ends, here)[:, None] / 2 + _read(self.ends, there)[None, :] / 2
        for row, start in enumerate(here):
            for share in _shares():
                table[row] += _read(self.along, start + (there - start) * share) / SAMPLES
        curve = np.interp(np.log(np.maximum(metres, 1.0)), np.log(LENGTHS_M), self.lengths)
        factors: Numbers = np.clip(np.exp(table + curve), LEAST, MOST)
        return factors

    def document(self) -> dict[str, Any]:
        """As JSON, logarithms to four decimals."""
        return {
            "south": self.south,
            "west": self.west,
            "side_km": self.side_km,
            "common": self.common,
            "along": self.along.round(4).tolist(),
            "ends": self.ends.round(4).tolist(),
            "lengths": self.lengths.round(4).tolist(),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(
            south=document["south"],
            west=document["west"],
            side_km=document["side_km"],
            common=document["common"],
            along=np.array(document["along"]),
            ends=np.array(document["ends"]),
            lengths=np.array(document["lengths"]),
        )

    def _on_grid(self, points: Sequence[Point]) -> Numbers:
        """``(n, 2)`` coordinates in steps of the grid."""
        degrees = np.array(points, dtype=np.float64).reshape(len(points), 2)
        narrow = math.cos(math.radians(self.south))
        km = (degrees - (self.south, self.west)) * (KM, KM * narrow)
        steps: Numbers = km / self.side_km * (SIDE - 1)
        return steps

    def _design(self, ends: Sequence[tuple[Point, Point]], metres: Numbers) -> Numbers:
        """``(legs, unknowns)``: how much each value counts for each leg."""
        here, there = (self._on_grid([leg[end] for leg in ends]) for end in (0, 1))
        along, at_ends = (np.zeros((len(ends), SIDE * SIDE)) for _ in range(2))
        for share in _shares():
            _spread(along, here + (there - here) * share, 1 / SAMPLES)
        for steps in (here, there):
            _spread(at_ends, steps, 0.5)
        logs = np.log(np.maximum(metres, 1.0))
        hats = np.eye(len(LENGTHS_M))
        curve = np.column_stack([np.interp(logs, np.log(LENGTHS_M), hat) for hat in hats])
        return np.hstack([along, at_ends, curve])


def _shares() -> Numbers:
    shares: Numbers = (np.arange(SAMPLES) + 0.5) / SAMPLES
    return shares


def _corners(steps: Numbers) -> list[tuple[NDArray[np.int64], Numbers]]:
    """The four grid points around each place, and their weights."""
    inside = np.clip(steps, 0, SIDE - 1 - 1e-9)
    low = inside.astype(np.int64)
    rest = inside - low
    return [
        (
            (low[:, 0] + up) * SIDE + low[:, 1] + right,
            (rest[:, 0] if up else 1 - rest[:, 0]) * (rest[:, 1] if right else 1 - rest[:, 1]),
        )
        for up in (0, 1)
        for right in (0, 1)
    ]


def _read(values: Numbers, steps: Numbers) -> Numbers:
    read = np.zeros(len(steps))
    for index, weight in _corners(steps):
        read += values[index] * weight
    return read


def _spread(matrix: Numbers, steps: Numbers, share: float) -> None:
    rows = np.arange(len(steps))
    for index, weight in _corners(steps):
        np.add.at(matrix, (rows, index), weight * share)


def _prior() -> Numbers:
    """What rough fields and large values cost."""
    numbers = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [(numbers[:-1], numbers[1:]), (numbers[:, :-1], numbers[:, 1:])]
    rough = np.zeros((SIDE * SIDE, SIDE * SIDE))
    for first, second in pairs:
        for here, there in zip(first.ravel(), second.ravel(), strict=True):
            rough[here, here] += 1
            rough[there, there] += 1
            rough[here, there] -= 1
            rough[there, here] -= 1
    size = 2 * SIDE * SIDE + len(LENGTHS_M)
    prior = np.zeros((size, size))
    line, end = slice(0, SIDE * SIDE), slice(SIDE * SIDE, 2 * SIDE * SIDE)
    prior[line, line] = SMOOTH_LINE * rough + SMALL_LINE * np.eye(SIDE * SIDE)
    prior[end, end] = SMOOTH_END * rough + SMALL_END * np.eye(SIDE * SIDE)
    curve = np.arange(2 * SIDE * SIDE, size)
    prior[curve, curve] = SMALL_CURVE
    return prior
