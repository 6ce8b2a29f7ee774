"""Prices that routes only have together: one familiar face for several jobs, and a fair share of work.

Everything else that a plan costs is the sum of its routes and of the jobs left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.problem import RelationType
from routing.trial.laying import Laid
from routing.trial.pricing import Price, Prices
from routing.trial.tables import Tables
from routing.trial.workloads import Workloads


class Shared:
    """``active`` is False where no such price matters, and then nothing needs to be asked."""

    def __init__(self, tables: Tables, *, prices: Prices) -> None:
        self._tables = tables
        self._prices = prices
        self._of_split = prices.weights("splits"), prices.weights("continuity_cost")
        fairness = tables.problem.fairness
        weights = zip(
            prices.weights("workload_excess_s"), prices.weights("fairness_cost"), strict=True
        )
        self._per_s = [plain + money * fairness.cost_per_s for plain, money in weights]
        self._fair = any(self._per_s)
        self._workloads = Workloads(tables)
        self._familiar = [
            (tuple(tables.job_number[job] for job in relation.jobs), relation.cost)
            for relation in tables.problem.relations
            if relation.type is RelationType.SAME_TECHNICIAN and relation.cost is not None
        ]
        self.active = self._fair or bool(self._familiar)
        # What one more job may save at most: all its seconds, and the road there and back.
        self.most_saved = tuple(per_s * self._longest_s() for per_s in self._per_s)

    @property
    def rate(self) -> float:
        """The price of one second of unequal work, as one number."""
        return self._prices.scalar(self._per_s)

    @property
    def familiar(self) -> list[tuple[tuple[int, ...], float]]:
        """Jobs that would like one face, and the price of each one more, as one number."""
        found = []
        for jobs, cost in self._familiar:
            pairs = zip(*self._of_split, strict=True)
            split = self._prices.scalar([plain + money * cost for plain, money in pairs])
            found.append((jobs, split))
        return found

    def of_faces(self, job: int, *, holder: Sequence[int]) -> list[float]:
        """What one more face costs when each vehicle serves an absent job, as one number."""
        total = [0.0] * len(self._tables.vehicles)
        for jobs, split in self.familiar:
            if job in jobs:
                leads = self._leads(jobs, holder, None)
                for vehicle in self._tables.vehicles:
                    new = bool(leads) and vehicle.lead.id not in leads
                    total[vehicle.index] += split * new
        return total

    def number(self, routes: Sequence[Laid | None], holder: Sequence[int]) -> float:
        """The price as one number."""
        if not self.active:
            return 0.0
        return self._prices.scalar(self.price(routes, holder=holder))

    def added(self, routes: Sequence[Laid | None], holder: Sequence[int], changed: Laid) -> float:
        """What it gains, as one number, by a route that changes."""
        if not self.active:
            return 0.0
        after = self._prices.scalar(self.price(routes, holder=holder, changed=changed))
        return after - self.number(routes, holder)

    def price(
        self, routes: Sequence[Laid | None], *, holder: Sequence[int], changed: Laid | None = None
    ) -> Price:
        """One value a level; ``changed`` stands in place of its vehicle's route."""
        total = [0.0] * self._prices.levels
        for jobs, cost in self._familiar:
            splits = max(0, len(self._leads(jobs, holder, changed)) - 1)
            for level, (plain, money) in enumerate(zip(*self._of_split, strict=True)):
                total[level] += splits * (plain + money * cost)
        if self._fair:
            seconds = (
                self._workloads.excess_s(routes)
                if changed is None
                else self._workloads.excess_with(routes, changed=changed)
            )
            for level, per_s in enumerate(self._per_s):
                total[level] += seconds * per_s
        return tuple(total)

    def _leads(
        self, jobs: Sequence[int], holder: Sequence[int], changed: Laid | None
    ) -> frozenset[str]:
        held = [
            changed.vehicle if changed is not None and job in changed.stops else holder[job]
            for job in jobs
        ]
        return frozenset(self._tables.vehicles[one].lead.id for one in held if one >= 0)

    def _longest_s(self) -> float:
        return max(
            (vehicle.latest - vehicle.shift.start for vehicle in self._tables.vehicles), default=0
        )
