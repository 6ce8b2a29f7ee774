"""OR-Tools as a peer: its routing model with guided local search, as anybody would use it.

Apart from our search on purpose: nothing here is shared with it, so that the two can be compared.
One core and no seed; those side by side differ in how they begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.peers.answering import Asked, Orders
from routing.peers.statement import Statement, Van

# How the first plan is made, by the number of the process; the first is the best on most problems.
BEGINNINGS = (
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC,
    routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.SAVINGS,
)


def solve(statement: Statement, asked: Asked) -> Orders | None:
    """The plan at the deadline; None when not even a first one was found."""
    model = _Model(statement)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = BEGINNINGS[asked.number % len(BEGINNINGS)]
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(max(10, round(1000 * asked.seconds)))
    found = model.routing.SolveWithParameters(parameters)
    return None if found is None else model.orders(found)


@dataclass(frozen=True, slots=True)
class _Nodes:
    """``places`` of all nodes: calls first, then one for each place where vans begin or end."""

    places: NDArray[np.int64]
    begins: list[int]
    finishes: list[int]


class _Model:
    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._calls = len(statement.calls)
        nodes = _nodes(statement)
        self._manager = pywrapcp.RoutingIndexManager(
            len(nodes.places), len(statement.vans), nodes.begins, nodes.finishes
        )
        self.routing = pywrapcp.RoutingModel(self._manager)
        self._rests: list[list[Any]] = []
        between = np.ix_(nodes.places, nodes.places)
        prices = self.routing.RegisterTransitMatrix(statement.prices[between].tolist())
        self.routing.SetArcCostEvaluatorOfAllVehicles(prices)
        for number, van in enumerate(statement.vans):
            self.routing.SetFixedCostOfVehicle(van.used, number)
        self._load()
        self._clock = self._keep_time(statement.times[between])
        self._call()
        self._rest()

    def orders(self, found: pywrapcp.Assignment) -> Orders:
        """Calls and breaks of each van, by their starts."""
        orders = []
        for number in range(len(self._statement.vans)):
            codes, starts = list[int](), list[int]()
            index = found.Value(self.routing.NextVar(self.routing.Start(number)))
            while not self.routing.IsEnd(index):
                codes.append(self._manager.IndexToNode(index))
                starts.append(found.Min(self._clock.CumulVar(index)))
                index = found.Value(self.routing.NextVar(index))
            if codes:
                back = found.Min(self._clock.CumulVar(index))
                orders.append((number, self._with_rests(found, number, codes, starts, back)))
        return orders

    def _with_rests(
        self,
        found: pywrapcp.Assignment,
        number: int,
        codes: list[int],
        starts: list[int],
        back: int,
    ) -> list[int]:
        """Breaks stand before the first call that starts after them; none after the return."""
        timed = [(start, 1, code) for start, code in zip(starts, codes, strict=True)]
        for at, interval in enumerate(self._rests[number]):
            if found.PerformedValue(interval) and found.StartValue(interval) < back:
                timed.append((found.StartValue(interval), 0, -1 - at))
        return [code for _, _, code in sorted(timed)]

    def _load(self) -> None:
        vans, calls = self._statement.vans, self._statement.calls
        ends = len({place for van in vans for place in (van.begin, van.finish)})
        for dimension in range(len(vans[0].room)):
            loads = [call.load[dimension] for call in calls] + [0] * ends
            taken = self.routing.RegisterUnaryTransitVector(loads)
            rooms = [van.room[dimension] for van in vans]
            self.routing.AddDimensionWithVehicleCapacity(taken, 0, rooms, True, f"load {dimension}")

    def _keep_time(self, times: NDArray[np.int64]) -> pywrapcp.RoutingDimension:
        service = np.zeros(len(times), dtype=np.int64)
        service[: self._calls] = [call.service for call in self._statement.calls]
        steps = self.routing.RegisterTransitMatrix((times + service[:, None]).tolist())
        horizon = max(van.end for van in self._statement.vans)
        self.routing.AddDimension(steps, horizon, horizon, False, "time")
        clock = self.routing.GetDimensionOrDie("time")
        for number, van in enumerate(self._statement.vans):
            for end in (self.routing.Start(number), self.routing.End(number)):
                clock.CumulVar(end).SetRange(van.start, van.end)
            if van.longest is not None:
                clock.SetSpanUpperBoundForVehicle(van.longest, number)
            if self._statement.duration:
                clock.SetSpanCostCoefficientForVehicle(self._statement.duration, number)
            self.routing.AddVariableMaximizedByFinalizer(clock.CumulVar(self.routing.Start(number)))
            self.routing.AddVariableMinimizedByFinalizer(clock.CumulVar(self.routing.End(number)))
        return clock

    def _call(self) -> None:
        """Who, when, and what leaving a call out costs."""
        kinds = [van.kind for van in self._statement.vans]
        for number, call in enumerate(self._statement.calls):
            index = self._manager.NodeToIndex(number)
            optional = [] if call.required else [-1]
            if optional:
                self.routing.AddDisjunction([index], call.penalty)
            column = self._statement.may[kinds, number]
            if not column.all():  # SetAllowedVehiclesForIndex has no way in from Python
                self.routing.VehicleVar(index).SetValues(
                    [*optional, *np.flatnonzero(column).tolist()]
                )
            start = self._clock.CumulVar(index)
            start.SetRange(call.spans[0][0], call.spans[-1][1])
            for (_, closes), (opens, _) in zip(call.spans, call.spans[1:], strict=False):
                if opens > closes + 1:
                    start.RemoveInterval(closes + 1, opens - 1)

    def _rest(self) -> None:
        lengths = [0] * self.routing.Size()
        for number, call in enumerate(self._statement.calls):
            lengths[self._manager.NodeToIndex(number)] = call.service
        for number, van in enumerate(self._statement.vans):
            self._rests.append(self._intervals(number, van))
            if van.rests:
                self._clock.SetBreakIntervalsOfVehicle(self._rests[number], number, lengths)

    def _intervals(self, number: int, van: Van) -> list[Any]:
        make = self.routing.solver().FixedDurationIntervalVar
        return [
            make(rest.earliest, rest.latest, rest.length, False, f"break {number} {at}")
            for at, rest in enumerate(van.rests)
        ]


def _nodes(statement: Statement) -> _Nodes:
    vans: Sequence[Van] = statement.vans
    ends = list(dict.fromkeys(place for van in vans for place in (van.begin, van.finish)))
    node = {place: len(statement.calls) + at for at, place in enumerate(ends)}
    return _Nodes(
        np.array([*(call.place for call in statement.calls), *ends]),
        [node[van.begin] for van in vans],
        [node[van.finish] for van in vans],
    )
