"""OR-Tools at work on a trial: a first plan, and guided local search from the plan there is."""

from __future__ import annotations

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.engine.model import Model
from routing.trial.trial import Trial

Orders = list[tuple[int, list[int]]]


def first_plan(trial: Trial, *, seconds: float) -> Orders | None:
    """Jobs by vehicle, by parallel insertion and local search; None when nothing was found."""
    model = Model(trial, eager=True)
    found = model.routing.SolveWithParameters(_asked(seconds))
    return None if found is None else _orders(model, found)


def improve(trial: Trial, *, seconds: float) -> Orders | None:
    """The trial's routes after local search; None when the model refuses them.

    A model is used once: after a search it sometimes refuses its own routes.
    """
    model = Model(trial, eager=False)
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


def _asked(seconds: float) -> object:
    asked = pywrapcp.DefaultRoutingSearchParameters()
    start = routing_enums_pb2.FirstSolutionStrategy
    then = routing_enums_pb2.LocalSearchMetaheuristic
    asked.first_solution_strategy = start.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = then.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(max(10, round(seconds * 1000)))
    return asked


def _orders(model: Model, found: pywrapcp.Assignment) -> Orders:
    routing, orders = model.routing, []
    for vehicle in range(routing.vehicles()):
        order: list[int] = []
        index = found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            order.append(model.job_of(index))
            index = found.Value(routing.NextVar(index))
        if order:
            orders.append((vehicle, order))
    return orders
