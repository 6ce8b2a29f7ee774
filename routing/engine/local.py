"""OR-Tools at work on a trial: a first plan, and guided local search from the plan there is."""

from __future__ import annotations

from collections.abc import Callable

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.engine.model import Model
from routing.trial.trial import Trial

Orders = list[tuple[int, list[int]]]
# Is given a way to the orders, which cost something to read.
Hearer = Callable[[Callable[[], Orders]], None]

# How a first plan is made, by the number of the process, so that no two begin alike; the first is
# the best on most problems.
BEGINNINGS = (
    routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC,
    routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION,
    routing_enums_pb2.FirstSolutionStrategy.SAVINGS,
)


def first_plan(
    trial: Trial, *, seconds: float, number: int = 0, hear: Hearer | None = None
) -> Orders | None:
    """Jobs by vehicle, begun in the manner of this number, after local search; None is nothing.

    ``hear`` is called for each better plan on the way.
    """
    model = Model(trial, eager=True)
    _tell_on_the_way(model, hear)
    asked = _asked(seconds, beginning=BEGINNINGS[number % len(BEGINNINGS)])
    found = model.routing.SolveWithParameters(asked)
    return None if found is None else _orders(model, found)


def improve(trial: Trial, *, seconds: float, hear: Hearer | None = None) -> Orders | None:
    """The trial's routes after local search; None when the model refuses them.

    A model is used once: after a search it sometimes refuses its own routes.
    """
    model = Model(trial, eager=False)
    _tell_on_the_way(model, hear)
    carried = set(model.carried)
    rows: list[list[int]] = [
        [] if laid is None else [code for code in laid.stops if code in carried]
        for laid in trial.routes
    ]
    asked = _asked(seconds)
    model.routing.CloseModelWithParameters(asked)
    start = model.routing.ReadAssignmentFromRoutes(rows, True)
    if start is None:
        return None
    found = model.routing.SolveFromAssignmentWithParameters(start, asked)
    return None if found is None else _orders(model, found)


def take_over(trial: Trial, orders: Orders) -> None:
    """Lay these orders out exactly in an empty trial; jobs that do not fit stay absent."""
    for vehicle, order in orders:
        trial.hold_most(vehicle, order)
    trial.drop_half_served()


def _asked(seconds: float, *, beginning: int = BEGINNINGS[0]) -> object:
    asked = pywrapcp.DefaultRoutingSearchParameters()
    then = routing_enums_pb2.LocalSearchMetaheuristic
    asked.first_solution_strategy = beginning
    asked.local_search_metaheuristic = then.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(max(10, round(seconds * 1000)))
    return asked


def _tell_on_the_way(model: Model, hear: Hearer | None) -> None:
    """Let ``hear`` ask for the orders of each plan while OR-Tools holds it."""
    if hear is not None:
        routing = model.routing
        routing.AddAtSolutionCallback(
            lambda: hear(lambda: _followed(model, lambda index: routing.NextVar(index).Value()))
        )


def _orders(model: Model, found: pywrapcp.Assignment) -> Orders:
    return _followed(model, lambda index: found.Value(model.routing.NextVar(index)))


def _followed(model: Model, following: Callable[[int], int]) -> Orders:
    """Jobs by vehicle, along what follows each index."""
    routing, orders = model.routing, []
    for vehicle in range(routing.vehicles()):
        order: list[int] = []
        index = following(routing.Start(vehicle))
        while not routing.IsEnd(index):
            order.append(model.job_of(index))
            index = following(index)
        if order:
            orders.append((vehicle, order))
    return orders
