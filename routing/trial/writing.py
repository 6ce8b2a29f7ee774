"""A trial as a solution with times, and a solution as a trial."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from routing.rules.draft import Vehicle
from routing.solution import Route, Solution, Stop, StopKind, Unserved
from routing.trial.laying import Laid
from routing.trial.tables import Tables
from routing.trial.trial import Trial

# Decimals of a second: far below what the judge tolerates, far above the noise of sums.
DECIMALS = 6


def solution_of(trial: Trial, *, reasons: Mapping[int, Unserved] | None) -> Solution:
    """All routes with their times; ``reasons`` has an entry for each absent job of the problem."""
    tables = trial.tables
    absent = [job for job in trial.absent() if tables.jobs[job].id in tables.problem.job_by_id]
    return Solution(
        problem=tables.problem.name,
        routes=tuple(route_of(tables, laid) for laid in trial.routes if laid is not None),
        unserved=tuple(
            Unserved(job=tables.jobs[job].id) if reasons is None else reasons[job] for job in absent
        ),
    )


def route_of(tables: Tables, laid: Laid) -> Route:
    """One route with its times."""
    vehicle = tables.vehicles[laid.vehicle]
    return Route(
        technicians=tuple(one.id for one in vehicle.crew),
        shift=vehicle.shift.id,
        stops=tuple(_stop(tables, vehicle, laid, n) for n in range(len(laid.stops))),
        depart=_instant(laid.depart),
        back=_instant(laid.back),
    )


def _stop(tables: Tables, vehicle: Vehicle, laid: Laid, n: int) -> Stop:
    code, jobs = laid.stops[n], tables.jobs
    if code < 0:
        kind, name = StopKind.BREAK, vehicle.breaks[-1 - code].id
    elif code >= len(jobs):
        kind, name = StopKind.DEPOT, tables.problem.depots[code - len(jobs)].id
    else:
        kind, name = StopKind.VISIT, jobs[code].id
    return Stop(
        kind=kind,
        id=name,
        arrival=_instant(laid.arrivals[n]),
        start=_instant(laid.starts[n]),
        end=_instant(laid.ends[n]),
    )


def _instant(seconds: float) -> float:
    rounded = round(seconds, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def follow(trial: Trial, solution: Solution) -> list[int]:
    """Lay the orders of a solution out in an empty trial, as far as they keep the rules.

    Jobs of a solution with starts that must meet others keep those starts, and those that waited
    for a machine still wait. What the problem does not know is passed over. Gives the jobs that found no place.
    """
    tables = trial.tables
    lost: list[int] = []
    for route in solution.routes:
        vehicle = _vehicle_of(tables, route)
        order = [
            code for stop in route.stops if (code := _code(tables, stop)) is not None and code >= 0
        ]
        jobs = [code for code in order if code < len(tables.jobs)]
        if vehicle is None:
            lost += jobs
            continue
        for stop in route.stops:
            job = tables.job_number.get(stop.id) if stop.kind is StopKind.VISIT else None
            if job is None or stop.start is None:
                continue
            if job in tables.linked:
                trial.fixed[job] = (stop.start, stop.start)
            elif tables.jobs[job].equipment:
                trial.fixed[job] = (stop.start, math.inf)
        lost += trial.hold_most(vehicle, order)
    return lost


def as_known(solution: Solution, *, tables: Tables) -> Solution | None:
    """The routes of a solution without what the problem does not know; all other jobs unserved.

    None when people or shifts of it are gone, or when it has times for some stops only.
    """
    routes = []
    for route in solution.routes:
        stops = tuple(stop for stop in route.stops if _is_known(tables, route, stop))
        if stops:
            if _vehicle_of(tables, route) is None:
                return None
            routes.append(replace(route, stops=stops))
    served = {job for route in routes for job in route.jobs}
    absent = [job.id for job in tables.problem.jobs if job.id not in served]
    timed = {stop.start is None for route in routes for stop in route.stops}
    if len(timed) > 1:
        return None
    return Solution(
        problem=tables.problem.name,
        routes=tuple(routes),
        unserved=tuple(Unserved(job=job) for job in absent),
    )


def _is_known(tables: Tables, route: Route, stop: Stop) -> bool:
    if stop.kind is not StopKind.BREAK:
        return _code(tables, stop) is not None
    vehicle = _vehicle_of(tables, route)
    return vehicle is not None and any(
        pause.id == stop.id for pause in tables.vehicles[vehicle].breaks
    )


def _vehicle_of(tables: Tables, route: Route) -> int | None:
    people = frozenset(route.technicians)
    found = tables.vehicle_of.get((people, route.shift))
    if found is None and route.shift is None:
        own = [v.index for v in tables.vehicles if v.people == people]
        found = own[0] if len(own) == 1 else None
    if found is not None and tables.vehicles[found].lead.id != route.lead:
        return None
    return found


def _code(tables: Tables, stop: Stop) -> int | None:
    if stop.kind is StopKind.VISIT:
        return tables.job_number.get(stop.id)
    if stop.kind is StopKind.DEPOT:
        for number, depot in enumerate(tables.depots):
            if depot.id == stop.id:
                return len(tables.jobs) + number
    return None
