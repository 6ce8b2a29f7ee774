"""Tools, parts and room in the van suffice, in the order of the stops.

What the crew carries adds up. A depot empties the van, and what it supplies is never short again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from routing.problem import Break, Depot, Job, Problem, Technician
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TimedRoute

CODES = ("E_TOOL", "E_PART", "E_CAPACITY")

# Pieces; sums of fractions of a piece are this exact.
NOISE = 1e-9


def impose(draft: Draft, *, problem: Problem) -> None:
    """Jobs that need something from the van. Without depots, who lacks it can never serve them."""
    for number, job in draft.pending.items():
        if job.tools or job.parts or job.demand:
            draft.use_stock(number)
            if not job.demand and problem.depots:
                continue  # a depot on the way may cure the rest
            for vehicle in draft.candidates(number):
                short = {one.code for one in shortages([job], crew=vehicle.crew, name="")}
                if "E_CAPACITY" in short or (short and not problem.depots):
                    draft.forbid(number, vehicle=vehicle.index)


def check(route: TimedRoute) -> Iterator[Violation]:
    things = (stop.thing for stop in route.stops)
    return shortages(things, crew=route.crew, name=route.name)


def shortages(
    things: Iterable[Job | Depot | Break], *, crew: Sequence[Technician], name: str
) -> Iterator[Violation]:
    """What a crew runs out of when it meets these things in their order."""
    van = _Van(crew, name=name)
    for thing in things:
        if isinstance(thing, Depot):
            van.call_at(thing)
        elif isinstance(thing, Job):
            yield from van.use(thing)


class _Van:
    """What is on board while a route goes on."""

    def __init__(self, crew: Sequence[Technician], *, name: str) -> None:
        self._name = name
        self._tools = {tool for technician in crew for tool in technician.tools}
        self._parts = _together(technician.parts for technician in crew)
        self._capacity = _together(technician.capacity for technician in crew)
        self._load: dict[str, float] = {}
        self._supplied: set[str] = set()
        self._everything = False

    def call_at(self, depot: Depot) -> None:
        if depot.supplies is None:
            self._everything = True
        else:
            self._supplied |= depot.supplies
        self._load = {}

    def use(self, job: Job) -> Iterator[Violation]:
        if not self._everything:
            yield from self._use_tools(job)
            yield from self._use_parts(job)
        for dimension, amount in job.demand.items():
            self._load[dimension] = self._load.get(dimension, 0) + amount
            room = self._capacity.get(dimension, math.inf)
            if self._load[dimension] > room + NOISE:
                yield Violation(
                    code="E_CAPACITY",
                    text=f"{self._name} carries {self._load[dimension]} of {dimension},"
                    f" the capacity is {room}",
                    route=self._name,
                )

    def _use_tools(self, job: Job) -> Iterator[Violation]:
        missing = job.tools - self._tools - self._supplied
        if missing:
            yield Violation(
                code="E_TOOL",
                text=f"visit {job.id} needs {', '.join(sorted(missing))}",
                job=job.id,
            )

    def _use_parts(self, job: Job) -> Iterator[Violation]:
        for part, pieces in job.parts.items():
            if not pieces or part in self._supplied:
                continue
            self._parts[part] = self._parts.get(part, 0) - pieces
            if self._parts[part] < -NOISE:
                yield Violation(
                    code="E_PART",
                    text=f"{self._name} runs out of {part} at visit {job.id}",
                    job=job.id,
                )


def _together(carried: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """What several people carry."""
    total: dict[str, float] = {}
    for amounts in carried:
        for name, amount in amounts.items():
            total[name] = total.get(name, 0) + amount
    return total
