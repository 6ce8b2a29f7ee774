"""Travel without any map: straight lines, speeds that grow with the distance, one learned scalar.

A short leg is slow (lights, parking, back streets), a long one runs on trunk roads, so the speed is
a curve over the straight distance and already contains the detours of real roads. Metres get the
detour as a factor of their own. All cells are exact for this model, so none is marked estimated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from routing.travel.matrix import TravelMatrix
from routing.travel.provider import (
    ALL_DAY,
    Capabilities,
    DayPart,
    Health,
    Path,
    Point,
    Profile,
    Way,
)

EARTH_M = 6_371_000.0  # mean radius; errs by at most 0.26 % against the ellipsoid

# Straight kilometres and the km/h at which they pass away: means of the medians that routing
# engines gave for three towns. Between them the speed follows the logarithm of the distance.
BANDS_KM = (0.3, 0.7, 1.5, 3.5, 7.0, 14.0, 28.0)
BANDS_KMH = (13.2, 15.6, 18.5, 23.1, 27.8, 32.3, 48.8)

# Road metres for each straight metre: sums of the same legs gave 1.38 and 1.46, published figures
# lie between 1.2 and 1.44.
ROAD_FACTOR = 1.38

# Walking and cycling hardly depend on the distance: the flat speeds of OSRM's own profiles in km/h.
STEADY_KMH = {Profile.FOOT: 5.0, Profile.BIKE: 15.0}

# How many legs the prior is worth. With none the model is used as it is; after 30 legs the scalar
# is within 15 % of what they say. Starting value.
PRIOR_LEGS = 5


class DrivenLeg(NamedTuple):
    """A leg as it was driven: what the model had expected, and what it took."""

    expected_s: float
    taken_s: float


def learned_scalar(legs: Iterable[DrivenLeg]) -> float:
    """The factor by which an area's legs differ from the model, drawn towards 1 while few are known.

    It is the geometric mean, so that one jam does not outweigh ten quiet drives. Legs without
    length are left out. It stays within a quarter and four times.
    """
    logs = [math.log(leg.taken_s / leg.expected_s) for leg in legs if min(leg) > 0]
    mean = sum(logs) / (len(logs) + PRIOR_LEGS)
    return min(4.0, max(0.25, math.exp(mean)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowFly:
    """The default provider: no data, no network. ``scalar`` multiplies all seconds of an area."""

    scalar: float = 1.0
    road_factor: float = ROAD_FACTOR

    def __post_init__(self) -> None:
        if not (self.scalar > 0 and self.road_factor >= 1):
            raise ValueError(f"scalar {self.scalar}, road factor {self.road_factor}")

    @property
    def name(self) -> str:
        return "crowfly"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(profiles=frozenset(Profile))

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,  # noqa: ARG002 - straight lines know no traffic
    ) -> TravelMatrix:
        """Seconds and metres of every leg; 1,000 by 1,000 in tens of milliseconds."""
        straight = straight_metres(origins, destinations=destinations)
        seconds = np.rint(self._seconds(straight, profile)).astype(np.int32)
        metres = np.rint(straight * self.road_factor).astype(np.int32)
        return TravelMatrix(
            seconds=seconds,
            metres=metres,
            estimated=np.zeros(seconds.shape, dtype=np.bool_),
            source=self.name,
        )

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """Straight lines from point to point, and marked as such."""
        table = self.matrix(points, destinations=points, profile=profile, day_part=day_part)
        return Path(
            legs=tuple(
                Way(
                    seconds=int(table.seconds[i, i + 1]),
                    metres=int(table.metres[i, i + 1]),
                    line=(points[i], points[i + 1]),
                    straight=bool(table.metres[i, i + 1]),
                )
                for i in range(len(points) - 1)
            )
        )

    def health(self) -> Health:
        """Always well: there is nothing to be ill."""
        return Health(well=True)

    def _seconds(self, straight: NDArray[np.float64], profile: Profile) -> NDArray[np.float64]:
        steady = STEADY_KMH.get(profile)
        if steady is not None:
            return straight * (self.road_factor * 3.6 / steady * self.scalar)
        logs = np.log(np.maximum(straight, 1.0))
        kmh = np.interp(logs, np.log(np.array(BANDS_KM) * 1000.0), BANDS_KMH)
        return straight * (3.6 * self.scalar) / kmh


def straight_metres(
    origins: Sequence[Point], *, destinations: Sequence[Point]
) -> NDArray[np.float64]:
    """``(n, m)`` great-circle metres; 0 between points that are equal after rounding."""
    chord = cdist(_on_sphere(origins), _on_sphere(destinations))
    metres: NDArray[np.float64] = 2 * EARTH_M * np.arcsin(np.minimum(chord / 2, 1.0))
    return metres


def _on_sphere(points: Sequence[Point]) -> NDArray[np.float64]:
    """``(n, 3)`` unit vectors. Raises ValueError when a point is not on earth."""
    degrees = np.array(points, dtype=np.float64).reshape(len(points), 2).round(5)
    if not (np.isfinite(degrees).all() and (np.abs(degrees) <= (90, 180)).all()):
        raise ValueError("latitude or longitude is not on earth")
    lat, lon = np.radians(degrees.T)
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
