"""Limits of routes and of vans in a model of OR-Tools."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from ortools.constraint_solver import pywrapcp

from routing.engine.ground import NOISE_S, Ground
from routing.rules.draft import Amount, Vehicle

# Thousandths of a piece count in vans.
PIECE = 1000


def limit(ground: Ground, *, clock: pywrapcp.RoutingDimension) -> None:
    """Hours, roads, and numbers of visits."""
    for amount in (Amount.TRAVEL_S, Amount.DISTANCE_M):
        limits = {v: most for (v, kind), most in ground.draft.limits.items() if kind is amount}
        if limits:
            _limit_road(ground, amount=amount, limits=limits)
    for vehicle in ground.tables.vehicles:
        most = ground.draft.limits.get((vehicle.index, Amount.DURATION_S))
        if most is not None:
            clock.SetSpanUpperBoundForVehicle(math.floor(most), vehicle.index)
    visits = {v: m for (v, kind), m in ground.draft.limits.items() if kind is Amount.VISITS}
    if visits:
        _count(ground, "visits", [1.0] * ground.jobs, visits)
    for name in {name for _, name in ground.draft.counts}:
        own = {v: row for (v, other), row in ground.draft.counts.items() if other == name}
        tagged = next(iter(own.values()))[0]
        amounts = [float(job in tagged) for job in range(ground.jobs)]
        _count(ground, f"tag {name}", amounts, {v: most for v, (_, most) in own.items()})


def _limit_road(ground: Ground, *, amount: Amount, limits: Mapping[int, float]) -> None:
    """Metres, or seconds at the wheel at their worst, from begin to end of a route."""
    slow = amount is Amount.TRAVEL_S
    factor = max(v.travel_factor for v in ground.tables.vehicles) if slow else 1.0
    worst = factor * (ground.worst_traffic() if slow else 1.0)
    beyond = 1

    def table(vehicle: Vehicle) -> int:
        nonlocal beyond
        legs = ground.tables.legs[vehicle.profile]
        length = ground.between(legs.seconds if slow else legs.metres)
        cells = np.ceil(length * worst - NOISE_S).astype(np.int64)
        beyond = max(beyond, int(cells.sum()) + 1)
        return int(ground.model.RegisterTransitMatrix(cells.tolist()))

    numbers = [number for _, number in ground.by_kind(lambda one: one.profile, make=table)]
    most = [math.floor(limits.get(v.index, beyond)) for v in ground.tables.vehicles]
    ground.model.AddDimensionWithVehicleTransitAndCapacity(numbers, 0, most, True, amount.value)


def stock(ground: Ground) -> None:
    """Parts and room, as if there were no depot to load at."""
    vehicles = ground.tables.vehicles
    jobs = [ground.tables.jobs[job] for job in range(ground.jobs)]
    for name in sorted({name for job in jobs for name in job.parts}):
        uses = [job.parts.get(name, 0) for job in jobs]
        _count(ground, f"part {name}", uses, {v.index: v.parts.get(name, 0) for v in vehicles})
    for name in sorted({name for job in jobs for name in job.demand}):
        uses = [job.demand.get(name, 0) for job in jobs]
        room = {v.index: v.capacity[name] for v in vehicles if name in v.capacity}
        if room:
            _count(ground, f"room {name}", uses, room)


def _count(ground: Ground, name: str, amounts: Sequence[float], most: Mapping[int, float]) -> None:
    """No more than so much of it on a route; who is not named has no limit."""
    cells = [math.ceil(amount * PIECE - NOISE_S) for amount in amounts]
    cells += [0] * (len(ground.locations) - len(cells))
    number = ground.model.RegisterUnaryTransitVector(cells)
    limits = [
        math.floor(most[v.index] * PIECE + NOISE_S) if v.index in most else sum(cells)
        for v in ground.tables.vehicles
    ]
    ground.model.AddDimensionWithVehicleCapacity(number, 0, limits, True, name)
