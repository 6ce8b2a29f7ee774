"""The ground that a model of OR-Tools stands on: nodes, whole seconds, and units of money.

Nodes are the jobs first, by their numbers, then one node for each place where routes begin or end,
then one for open ends. Instants count from the earliest shift, rounded inwards; lengths are rounded
up. So what fits here also fits exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp

from routing.flow import extremes
from routing.roads import NO_ROAD
from routing.rules.draft import Draft, Vehicle
from routing.trial.pricing import Prices
from routing.trial.tables import Tables
from routing.trial.trial import Trial

# Units of the longest leg's price: small beside 2^63 when thousands of jobs add up, and fine
# enough that rounding does not choose the plan.
LONGEST_LEG = 1_000_000
# Rounding noise of sums, in seconds.
NOISE_S = 1e-6


@dataclass(frozen=True, slots=True)
class _Ends:
    """``locations`` are those of all nodes, -1 for the open one; the others one a vehicle."""

    locations: list[int]
    starts: list[int]
    finishes: list[int]


class Ground:
    """One empty model of a trial's problem, with its nodes; ``unit`` is the model's for one of the
    trial's price.
    """

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.tables: Tables = trial.tables
        self.draft: Draft = trial.tables.draft
        self.prices: Prices = trial.prices
        self.jobs = len(self.tables.jobs)
        self.zero = math.floor(min(v.shift.start for v in self.tables.vehicles))
        self.horizon = math.ceil(max(v.latest for v in self.tables.vehicles)) - self.zero + 1
        ends = _ends(self.tables)
        self.locations = np.array(ends.locations, dtype=np.int64)
        self.manager = pywrapcp.RoutingIndexManager(
            len(ends.locations), len(self.tables.vehicles), ends.starts, ends.finishes
        )
        self.model = pywrapcp.RoutingModel(self.manager)
        self.unit = self._price_unit()

    def node(self, job: int) -> int:
        """The model's index of a job."""
        return int(self.manager.NodeToIndex(job))

    def up(self, instant: float) -> int:
        """The first whole second at or after an instant."""
        return max(0, math.ceil(max(instant, self.zero) - self.zero - NOISE_S))

    def down(self, instant: float) -> int:
        """The last whole second at or before an instant; negative when it lies before all."""
        return math.floor(min(instant, self.zero + self.horizon) - self.zero + NOISE_S)

    def units(self, price: float) -> int:
        """A price of the trial in units of the model."""
        return round(price * self.unit)

    def between(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """A table of locations by node; nothing to and from the open end."""
        grown = np.zeros((len(table) + 1, len(table) + 1))
        grown[:-1, :-1] = np.minimum(table, NO_ROAD)
        chosen: NDArray[np.float64] = grown[np.ix_(self.locations, self.locations)]
        return chosen

    def by_kind(
        self, key: Callable[[Vehicle], Hashable], *, make: Callable[[Vehicle], int]
    ) -> Iterator[tuple[Vehicle, int]]:
        """Each vehicle with what is made once for all vehicles of one key."""
        made: dict[Hashable, int] = {}
        for vehicle in self.tables.vehicles:
            kind = key(vehicle)
            if kind not in made:
                made[kind] = make(vehicle)
            yield vehicle, made[kind]

    def worst_traffic(self) -> float:
        """Seconds that pass at most for a free-flow second on the road."""
        return extremes(self.tables.problem.travel)[1]

    def _price_unit(self) -> float:
        """Units of the model for one unit of the trial's price."""
        scalar = self.prices.scalar
        every = self.tables.legs.values()
        seconds = max(_longest(legs.seconds) for legs in every)
        metres = max(_longest(legs.metres) for legs in every)
        rows = [self.prices.road(v.index) for v in self.tables.vehicles]
        dearest = max(
            max(scalar(row.travel), scalar(row.duration)) * seconds + scalar(row.distance) * metres
            for row in rows
        )
        return LONGEST_LEG / dearest if dearest > 0 else 1.0


def _longest(table: NDArray[np.float64]) -> float:
    return float(table[table < NO_ROAD].max(initial=1.0))


def _ends(tables: Tables) -> _Ends:
    locations = tables.places[: len(tables.jobs)]
    nodes: dict[int, int] = {}

    def node(place: int | None) -> int:
        where = -1 if place is None else place
        if where not in nodes:
            nodes[where] = len(locations)
            locations.append(where)
        return nodes[where]

    starts = [node(vehicle.begin) for vehicle in tables.vehicles]
    finishes = [node(vehicle.finish) for vehicle in tables.vehicles]
    return _Ends(locations, starts, finishes)
