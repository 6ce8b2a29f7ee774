"""One price out of the levels of an objective, in whole units, for planners that know only one.

An earlier level outweighs whatever a few dozen of the longest legs could save on a later one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.peers import units
from routing.roads import NO_ROAD
from routing.rules.draft import Vehicle
from routing.trial.tables import Tables
from routing.trial.weights import RouteWeights, Weights

# Longest legs of a later level that one unit of an earlier level outweighs: a visit or a route more
# never saves more road than that.
OUTWEIGHED = 30
# A price that is none, where a unit of price must not be 0.
LEAST = 1e-9


class Price:
    """``legs`` are prices of roads in no unit yet, ``unit`` is that of all others, and ``duration``
    the price of one unit of time away (``second`` seconds).
    """

    def __init__(self, tables: Tables, *, second: float) -> None:
        self._tables = tables
        self._weights = Weights(tables.problem)
        self._rows = [RouteWeights(self._weights, vehicle) for vehicle in tables.vehicles]
        roads = tables.seconds < NO_ROAD
        farthest_s = float(tables.seconds[roads].max(initial=0))
        levels = self._legs_by_level()
        longest = [
            max(float(level[roads].max(initial=0)), lasting * farthest_s)
            for level, lasting in zip(levels, self._rows[0].duration, strict=True)
        ]
        self._scale = _scales(longest, least=self._least_steps())
        legs = np.zeros_like(tables.seconds)
        for level, scale in zip(levels, self._scale, strict=True):
            legs += level * scale
        dearest = float(legs[roads].max(initial=0))
        self.legs: NDArray[np.float64] = np.where(roads, legs, max(1.0, dearest) * OUTWEIGHED**2)
        lasting = self._combined(self._rows[0].duration)
        largest = max(dearest, lasting * farthest_s)
        self.unit, self.duration = self._units(legs[roads], lasting * second, largest=largest)

    def _legs_by_level(self) -> list[NDArray[np.float64]]:
        row, tables = self._rows[0], self._tables
        return [
            row.distance[n] * tables.metres + row.travel[n] * tables.seconds
            for n in range(self._weights.levels)
        ]

    def _units(
        self, legs: NDArray[np.float64], lasting: float, *, largest: float
    ) -> tuple[float, int]:
        """The unit of price, and units for one of time; time alone is its own unit."""
        if lasting and not legs.any():
            return lasting, 1
        amounts = [self._absent(n) for n in range(len(self._tables.jobs))]
        amounts += [lasting, *map(self._used, self._tables.vehicles)]
        unit = units.unit_of([legs, np.array(amounts)], largest=max(largest, LEAST))
        if not lasting:
            return unit, 0
        duration = max(1, round(lasting / unit))
        return lasting / duration, duration  # both exactly in proportion

    def absent(self, job: int) -> int:
        """What leaving a job out costs beyond not doing it, in units."""
        return max(0, round(self._absent(job) / self.unit))

    def used(self, vehicle: Vehicle) -> int:
        """What a route costs by being driven at all, in units."""
        return round(self._used(vehicle) / self.unit)

    def _absent(self, number: int) -> float:
        job, weights = self._tables.jobs[number], self._weights
        left_out = weights.of("unserved", priority=job.priority)
        penalty = weights.of("unserved_penalty", priority=job.priority)
        levels = [a + b * job.unserved_penalty for a, b in zip(left_out, penalty, strict=True)]
        return self._combined(levels) - self._combined(self._rows[0].visit)

    def _used(self, vehicle: Vehicle) -> float:
        return self._combined(self._rows[vehicle.index].used)

    def _combined(self, levels: Sequence[float]) -> float:
        return sum(value * scale for value, scale in zip(levels, self._scale, strict=True))

    def _least_steps(self) -> list[float]:
        """The smallest difference that a level without roads can make: a visit, or a route."""
        steps = []
        for level in range(self._weights.levels):
            jobs = {(job.priority, job.unserved_penalty) for job in self._tables.jobs}
            values = [row.used[level] for row in self._rows] + [
                self._weights.of("unserved", priority=priority)[level]
                + self._weights.of("unserved_penalty", priority=priority)[level] * penalty
                for priority, penalty in jobs
            ]
            steps.append(min((value for value in values if value > 0), default=1.0))
        return steps


def _scales(longest: Sequence[float], *, least: Sequence[float]) -> list[float]:
    """What one unit of each level is worth on the last one."""
    scales = [1.0]
    outweighed = longest[-1] * OUTWEIGHED
    for level in range(len(longest) - 2, -1, -1):
        scale = math.ceil(max(1.0, outweighed)) / least[level]  # whole, not to spoil the unit
        scales.insert(0, scale)
        outweighed = max(outweighed, scale * least[level]) * OUTWEIGHED
    return scales
