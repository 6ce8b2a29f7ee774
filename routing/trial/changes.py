"""How many jobs a trial takes away from what the incumbent says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Problem
from routing.rules.draft import Vehicle
from routing.trial.laying import Laid
from routing.trial.tables import Tables

# Seconds; a start that moved by less has not moved, as for the judge.
TOLERANCE_S = 1e-3


@dataclass(frozen=True, slots=True)
class Former:
    """Where the incumbent has a job. ``start`` None: it carries no times."""

    people: frozenset[str]
    shift: str | None
    start: float | None

    def has(self, vehicle: Vehicle) -> bool:
        """Whether these are the same people in the same shift."""
        return self.people == vehicle.people and self.shift in (None, vehicle.shift.id)


def former_places(problem: Problem) -> Mapping[str, Former]:
    """By job, of those that the problem knows."""
    if problem.incumbent is None:
        return {}
    return {
        stop.id: Former(frozenset(route.technicians), route.shift, stop.start)
        for route in problem.incumbent.routes
        for stop in route.stops
        if stop.id in problem.job_by_id and stop.id in route.jobs
    }


class Changes:
    """Counts changes of whole trials against one incumbent."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._tolerance_s = tables.problem.change_cost.tolerance_s
        self._former = {
            tables.job_number[job]: former for job, former in former_places(tables.problem).items()
        }

    def beyond(self, routes: Sequence[Laid | None], *, holder: Sequence[int]) -> int:
        """Changed jobs above the allowed number; 0 when there is no limit."""
        most = self._tables.draft.most_changes
        if most is None:
            return 0
        changed = sum(
            self._is_changed(job, former, routes, holder) for job, former in self._former.items()
        )
        return max(0, changed - most)

    def moved(self, vehicle: Vehicle, *, stops: Sequence[int], starts: Sequence[float]) -> int:
        """Jobs of a route that stay with their people but not at their hour, where that counts."""
        if self._tables.draft.most_changes is None:
            return 0
        return sum(
            self._is_moved(former, start)
            for code, start in zip(stops, starts, strict=True)
            if (former := self._former.get(code)) is not None and former.has(vehicle)
        )

    def _is_changed(
        self, job: int, former: Former, routes: Sequence[Laid | None], holder: Sequence[int]
    ) -> bool:
        vehicle = holder[job]
        laid = routes[vehicle] if vehicle >= 0 else None
        if laid is None or not former.has(self._tables.vehicles[vehicle]):
            return True
        return self._is_moved(former, laid.starts[laid.stops.index(job)])

    def _is_moved(self, former: Former, start: float) -> bool:
        if former.start is None:
            return False
        return abs(start - former.start) > self._tolerance_s + TOLERANCE_S
