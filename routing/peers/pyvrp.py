"""PyVRP: one core, iterated local search. It has no words for breaks and several windows.

Who may go where is a routing profile for each kind of van, in which roads to and from other places
are too dear for anybody: the way PyVRP itself reads site-dependent problems. Where the profiles
would need gigabytes, it is a load instead, for which other vans have no room: 10 per cent worse on
100 visits in 8 s, equal on 500 in 20 s. Vans that are alike are one vehicle type. Optional visits
carry prizes. Where routes count before distance, part of the time goes into the smallest fleet.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyvrp
import pyvrp.constants
from numpy.typing import NDArray

from routing.peers.answering import Asked, Orders
from routing.peers.statement import Call, Statement, Van
from routing.peers.unstated import CannotState

# Share of the time for finding the smallest fleet, before the distance is looked at.
FLEET_SHARE = 0.3
# Cells of all profiles together: 8 bytes each for prices, and again for times, in every process.
MOST_CELLS = 100_000_000
# Units; the penalties of a search would not survive larger numbers.
FAR = pyvrp.constants.MAX_VALUE


def solve(statement: Statement, asked: Asked) -> Orders | None:
    """The best feasible plan by the deadline; the seed decides."""
    _refuse(statement)
    if len(statement.may) * len(statement.calls) ** 2 > MOST_CELLS:
        statement = _by_loads(statement)
    alike = _alike(statement.vans)
    data = _data(statement, list(alike))
    if _counts_routes(statement):
        data = _smallest_fleet(data, asked)
    found = pyvrp.solve(
        data,
        stop=lambda _best: time.monotonic() > asked.deadline,
        seed=asked.seed,
        collect_stats=False,
        display=False,
    )
    if not found.best.is_feasible():
        return None
    free = [list(numbers) for numbers in alike.values()]
    return [
        (free[route.vehicle_type()].pop(0), [stop.idx for stop in route if stop.is_client()])
        for route in found.best.routes()
    ]


def _refuse(statement: Statement) -> None:
    """Several windows could be clients of a group, but each of them would be a place of its own."""
    why = []
    if any(van.rests for van in statement.vans):
        why.append("breaks")
    if any(len(call.spans) > 1 for call in statement.calls):
        why.append("several windows of one visit")
    if why:
        raise CannotState(tuple(why))


def _alike(vans: Iterable[Van]) -> dict[Van, list[int]]:
    """Numbers of the vans that are the same for any planner."""
    found: dict[Van, list[int]] = {}
    for number, van in enumerate(vans):
        found.setdefault(van, []).append(number)
    return found


def _by_loads(statement: Statement) -> Statement:
    """The same with one kind of van: a dimension for each set of kinds that may go to a call."""
    columns, set_of = np.unique(statement.may, axis=1, return_inverse=True)
    one_each = np.eye(columns.shape[1], dtype=np.int64)[set_of.reshape(-1)].tolist()
    rooms = (columns * len(statement.calls)).tolist()
    calls = zip(statement.calls, one_each, strict=True)
    return replace(
        statement,
        calls=tuple(replace(call, load=(*call.load, *row)) for call, row in calls),
        vans=tuple(
            replace(van, room=(*van.room, *rooms[van.kind]), kind=0) for van in statement.vans
        ),
        may=np.ones((1, len(statement.calls)), dtype=np.bool_),
    )


def _data(statement: Statement, types: list[Van]) -> pyvrp.ProblemData:
    """Each call has a location of its own, so that two at one address may differ in who may come."""
    depots = sorted({place for van in types for place in (van.begin, van.finish)})
    places = np.array([*(call.place for call in statement.calls), *depots])
    first = len(statement.calls)
    numbers = {place: number for number, place in enumerate(depots)}
    groups = _alike(statement.vans)
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(*_point(statement, int(place))) for place in places],
        clients=[_client(call, location=at) for at, call in enumerate(statement.calls)],
        depots=[pyvrp.Depot(location=first + at) for at in range(len(depots))],
        vehicle_types=[
            _vehicle_type(van, statement, count=len(groups[van]), depots=numbers) for van in types
        ],
        distance_matrices=[_roads(statement, places, kind) for kind in range(len(statement.may))],
        duration_matrices=[statement.times[np.ix_(places, places)]] * len(statement.may),
    )


def _point(statement: Statement, place: int) -> tuple[float, float]:
    """Where a place is, as far as it is known; only pictures and a few heuristics look at it."""
    if place == len(statement.problem.locations):
        return 0.0, 0.0
    known = statement.problem.locations[place]
    return known.x or known.lon or 0.0, known.y or known.lat or 0.0


def _client(call: Call, *, location: int) -> pyvrp.Client:
    [(opens, closes)] = call.spans
    return pyvrp.Client(
        location=location,
        delivery=list(call.load),
        service_duration=call.service,
        tw_early=opens,
        tw_late=closes,
        required=call.required,
        prize=0 if call.required else call.penalty,
    )


def _vehicle_type(
    van: Van, statement: Statement, *, count: int, depots: dict[int, int]
) -> pyvrp.VehicleType:
    longest = {} if van.longest is None else {"shift_duration": van.longest}
    return pyvrp.VehicleType(
        num_available=count,
        capacity=list(van.room),
        start_depot=depots[van.begin],
        end_depot=depots[van.finish],
        fixed_cost=van.used,
        tw_early=van.start,
        tw_late=van.end,
        unit_distance_cost=1,
        unit_duration_cost=statement.duration,
        profile=van.kind,
        **longest,
    )


def _roads(statement: Statement, places: NDArray[np.int64], kind: int) -> NDArray[np.int64]:
    """Prices of roads for one kind of van."""
    roads = statement.prices[np.ix_(places, places)]
    closed = np.flatnonzero(~statement.may[kind])
    roads[:, closed] = roads[closed, :] = FAR
    np.fill_diagonal(roads, 0)
    return roads


def _counts_routes(statement: Statement) -> bool:
    return any(
        term.metric == "routes_used" for level in statement.problem.objective[:-1] for term in level
    )


def _smallest_fleet(data: pyvrp.ProblemData, asked: Asked) -> pyvrp.ProblemData:
    """The same with the fewest vans found in a share of the time.

    PyVRP does so for one type and where everybody must be served, and needs loads to know when to
    stop; otherwise the price of a route, which is in the data anyway, has to do.
    """
    required = all(client.required for client in data.clients())
    if data.num_vehicle_types != 1 or not required or not data.num_load_dimensions:
        return data
    until = time.monotonic() + FLEET_SHARE * asked.seconds
    fleet = pyvrp.minimise_fleet(data, stop=lambda _best: time.monotonic() > until, seed=asked.seed)
    return data.replace(vehicle_types=[fleet])
