"""Nodes of the kernel and the legs between them: ticks, seconds, metres."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.question import Floats
from routing.engine.kernel.tolls import Plane, planes
from routing.engine.kernel.whole import NOISE
from routing.roads import NO_ROAD
from routing.rules.draft import Vehicle
from routing.trial.tables import Tables

# A leg that must not be driven, in ticks: longer than any shift.
NO_LEG = 1 << 30

# Profile, travel factor, longest leg in seconds.
RoadKind = tuple[str, float, float]


class Places:
    """Nodes are places of jobs and depots first, then of begins, then of ends; of open ones there is one."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        where = list[int]()
        known: dict[tuple[str, int], int] = {}

        def node(kind: str, place: int | None) -> int:
            key = kind, -1 if place is None else place
            if key not in known:
                known[key] = len(where)
                where.append(key[1])
            return known[key]

        stops = len(tables.jobs) + len(tables.depots)
        self.stops = np.array([node("job", place) for place in tables.places[:stops]])
        self.first = [node("begin", vehicle.begin) for vehicle in tables.vehicles]
        self.last = [node("end", vehicle.finish) for vehicle in tables.vehicles]
        self._where = np.array(where)
        self._is_job = np.array([kind == "job" for kind, _ in known])
        every = dict.fromkeys(road_kind(vehicle) for vehicle in tables.vehicles)
        # Neighbours are ranked by the first, so it had better be everybody's.
        kinds = sorted(every, key=lambda kind: kind[0] != "")
        self.kinds: dict[RoadKind, int] = {kind: f for f, kind in enumerate(kinds)}

    def between(self, table: Floats | NDArray[np.bool_]) -> Floats:
        """A table of locations by node; nothing to and from an open end, or without road."""
        grown = np.zeros((len(table) + 1, len(table) + 1))
        grown[:-1, :-1] = np.where(table >= NO_ROAD, 0, table)
        chosen: Floats = grown.take(self._where, axis=0).take(self._where, axis=1)
        return chosen

    def ticks(self, *, setup: bool) -> NDArray[np.int32]:
        """``(f, m, m)`` for each kind of road; with setup up to where the work may begin."""
        tables = self._tables
        free = {profile: self._free(legs.seconds) for profile, legs in tables.legs.items()}
        moved = (self._where[:, None] != self._where[None, :]) & (self._where[:, None] >= 0)
        ready = np.where(self._is_job, np.array([*tables.setups, 0.0])[self._where], 0.0)
        found = np.empty((len(self.kinds), *moved.shape), dtype=np.int32)
        for (profile, factor, longest), f in self.kinds.items():
            legs, banned = free[profile]
            times = legs * factor
            never = banned | (times > longest + 1e-6)
            ticks = np.ceil(times * c.TICKS - NOISE)
            if setup:
                ticks += np.where(moved, np.ceil(ready * c.TICKS - NOISE)[None, :], 0.0)
            found[f] = np.where(never, NO_LEG, np.minimum(ticks, NO_LEG))
        return found

    def _free(self, table: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Seconds of legs by node, and where there is no road."""
        legs, gone = self.between(table), table >= NO_ROAD
        banned = self.between(gone) > 0 if gone.any() else np.zeros(legs.shape, dtype=np.bool_)
        return legs, banned

    def roads(self, tolls: Floats, *, limited: bool) -> tuple[NDArray[np.float32], Floats]:
        """``(2 or 4, m, m)`` tables and what a unit of each costs: ``(v, 2)``.

        Out and in, with a second pair of metres where one table will not do or where roads are
        limited, or with one for each of two profiles. ``tolls`` are ``(v, 2)`` prices of a second
        and a metre.
        """
        profiles = [vehicle.profile for vehicle in self._tables.vehicles]
        pay = np.zeros_like(tolls)
        tables = list[Floats]()
        for column, plane in enumerate(planes(tolls, profiles=profiles)):
            pay[:, column] = plane.pay
            tables.append(self._priced(plane))
        if limited and len(tables) == 1:
            tables.append(self.between(self._tables.metres))
        both = [turned for table in tables for turned in (table, table.T)]
        return np.array(both, np.float32), pay

    def _priced(self, plane: Plane) -> Floats:
        """``(m, m)`` prices of legs; exactly seconds or metres where the other costs nothing."""
        legs = self._tables.legs[plane.profile]
        if not plane.per_m:
            return plane.per_s * self.between(legs.seconds)
        if not plane.per_s:
            return plane.per_m * self.between(legs.metres)
        return plane.per_s * self.between(legs.seconds) + plane.per_m * self.between(legs.metres)


def road_kind(vehicle: Vehicle) -> RoadKind:
    """Vehicles of one kind need the same time for each leg."""
    longest = vehicle.shift.max_leg_s
    return vehicle.profile, vehicle.travel_factor, math.inf if longest is None else longest
