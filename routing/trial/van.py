"""What is in the van along a route: the judge's rule of stock, with a yes or no for an answer."""

from __future__ import annotations

import math

from routing.problem import Depot, Job
from routing.rules.draft import Vehicle

# Pieces; sums of fractions of a piece are this exact.
NOISE = 1e-9


class Van:
    """Loaded at the start with what the crew carries together."""

    __slots__ = ("capacity", "endless", "everything", "load", "parts", "tools")

    def __init__(self, vehicle: Vehicle) -> None:
        self.tools, self.capacity = vehicle.tools, vehicle.capacity
        self.parts = dict(vehicle.parts)
        self.load: dict[str, float] = {}
        self.endless: frozenset[str] = frozenset()
        self.everything = False

    def load_at(self, depot: Depot) -> None:
        """Empty the van, and never be short again of what the depot supplies."""
        self.load = {}
        self.everything = self.everything or depot.supplies is None
        self.endless |= depot.supplies or frozenset()

    def serves(self, job: Job) -> bool:
        """Take out what the job needs; False when it is not there."""
        for name, amount in job.demand.items():
            self.load[name] = self.load.get(name, 0) + amount
            if self.load[name] > self.capacity.get(name, math.inf) + NOISE:
                return False
        if self.everything:
            return True
        if not job.tools <= self.tools | self.endless:
            return False
        for name, amount in job.parts.items():
            if amount and name not in self.endless:
                self.parts[name] = self.parts.get(name, 0) - amount
                if self.parts[name] < -NOISE:
                    return False
        return True
