"""Tables of roads that vehicles pay for: as few as say what each second and metre costs everybody.

A leg of the kernel has at most two prices, so at most two tables can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.trial.trial import Trial

MOST_PLANES = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plane:
    """``per_s`` and ``per_m`` of a profile's legs, and how often each vehicle pays that: ``(v,)``."""

    profile: str
    per_s: float
    per_m: float
    pay: Floats


def tolls_of(trial: Trial) -> Floats:
    """``(v, 2)`` prices of a second and a metre on the road; what waiting costs is taken off."""
    scalar = trial.prices.scalar
    rows = [(vehicle, trial.prices.road(vehicle.index)) for vehicle in trial.tables.vehicles]
    prices = [
        ((scalar(road.travel) - scalar(road.wait)) * vehicle.travel_factor, scalar(road.distance))
        for vehicle, road in rows
    ]
    return np.array(prices, dtype=np.float64).reshape(len(rows), 2)


def planes(tolls: Floats, *, profiles: Sequence[str]) -> list[Plane]:
    """The fewest tables; those of profiles that nobody pays for are left out, all but one."""
    found: list[Plane] = []
    for profile in sorted(set(profiles)):
        mine = np.array([one == profile for one in profiles])
        found += _of_profile(profile, np.where(mine[:, None], tolls, 0.0), mine)
    return [plane for plane in found if plane.pay.any()] or found[:1]


def can_tell(trial: Trial) -> bool:
    """Whether the kernel's two prices of a leg, and its one table of metres, are enough."""
    profiles = [vehicle.profile for vehicle in trial.tables.vehicles]
    return len(planes(tolls_of(trial), profiles=profiles)) <= MOST_PLANES


def _of_profile(profile: str, tolls: Floats, mine: NDArray[np.bool_]) -> list[Plane]:
    per_s, per_m = tolls[:, 0], tolls[:, 1]
    seconds = Plane(profile=profile, per_s=1.0, per_m=0.0, pay=per_s)
    metres = Plane(profile=profile, per_s=0.0, per_m=1.0, pay=per_m)
    if not per_m.any():
        return [seconds]
    if not per_s.any():
        return [metres]
    share = per_s + per_m
    own = share[mine]
    if own.all() and np.allclose(per_s[mine] / own, per_s[mine][0] / own[0], rtol=1e-12):
        # A table in which each cell means the same to everybody saves half of the look-ups.
        one_s, one_m = float(per_s[mine][0]), float(per_m[mine][0])
        return [Plane(profile=profile, per_s=one_s, per_m=one_m, pay=share / own[0])]
    return [seconds, metres]
