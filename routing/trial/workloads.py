"""How unequal the hours of a plan are, and what one route that changes would make of them.

Seconds are added up in the same order as in `routing.score.fairness`, so that the sums are equal
to the last bit. The plan is read once; a question works out one group anew, in about 20 µs for
two hundred people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from routing.trial.fleet import Floats
from routing.trial.laying import Laid
from routing.trial.tables import Tables


class _Group(NamedTuple):
    """``members`` are numbers of technicians, ``worked`` their seconds."""

    members: dict[int, int]
    worked: Floats
    excess: float


class Workloads:
    """``tolerance`` seconds from the middle of one's group cost nothing."""

    def __init__(self, tables: Tables) -> None:
        problem = tables.problem
        numbers = {one.id: n for n, one in enumerate(problem.technicians)}
        self._people = [[numbers[one] for one in v.people] for v in tables.vehicles]
        self._vehicles: list[list[int]] = [[] for _ in numbers]
        for vehicle, people in enumerate(self._people):
            for person in people:
                self._vehicles[person].append(vehicle)
        self._history = [one.history.worked_s for one in problem.technicians]
        self._group_of = [one.history.group for one in problem.technicians]
        self._tolerance = problem.fairness.tolerance_s
        self._routes: list[Laid | None] | None = None
        self._groups: dict[str, _Group] = {}
        self._total = 0.0

    def excess_s(self, routes: Sequence[Laid | None]) -> float:
        """Seconds of work that are too far from the middle of each group."""
        if self._routes != routes:  # Laid has no equality but being the same
            self._read(list(routes))
        return self._total

    def excess_with(self, routes: Sequence[Laid | None], *, changed: Laid) -> float:
        """The same with this route in place of its vehicle's."""
        self.excess_s(routes)
        worked = {
            person: self._worked(person, routes, but=changed.vehicle) + changed.duration_s
            for person in self._people[changed.vehicle]
        }
        touched = {self._group_of[person] for person in worked}
        return sum(
            self._again(group, worked) if name in touched else group.excess
            for name, group in self._groups.items()
        )

    def _read(self, routes: list[Laid | None]) -> None:
        self._routes, members = routes, defaultdict[str, list[int]](list)
        for person, name in enumerate(self._group_of):
            members[name].append(person)
        for name, people in members.items():
            worked = np.array([self._worked(one, routes) for one in people], dtype=np.float64)
            places = {person: n for n, person in enumerate(people)}
            self._groups[name] = _Group(places, worked, _excess(worked, self._tolerance))
        self._total = sum(group.excess for group in self._groups.values())

    def _worked(
        self, person: int, routes: Sequence[Laid | None], *, but: int | None = None
    ) -> float:
        total = self._history[person]
        for vehicle in self._vehicles[person]:
            laid = routes[vehicle]
            if laid is not None and vehicle != but:
                total += laid.duration_s
        return total

    def _again(self, group: _Group, changed: dict[int, float]) -> float:
        worked = group.worked.copy()
        for person, seconds in changed.items():
            if person in group.members:
                worked[group.members[person]] = seconds
        return _excess(worked, self._tolerance)


def _excess(worked: Floats, tolerance: float) -> float:
    """`routing.score.fairness.excess` of an array, one second after the other."""
    ranked, half = np.sort(worked), len(worked) // 2
    middle = ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
    beyond: list[float] = np.maximum(np.abs(worked - middle) - tolerance, 0).tolist()
    return sum(beyond)
