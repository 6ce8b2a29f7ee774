"""Prices and limits of routes, as arrays of the kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.crews import ENDLESS, opening
from routing.engine.kernel.places import Places
from routing.engine.kernel.question import Floats
from routing.engine.kernel.whole import NOISE as TICK_NOISE
from routing.problem import Depot, SoftLimitKind
from routing.roads import NO_ROAD
from routing.rules.draft import Amount
from routing.trial.tables import Tables
from routing.trial.trial import Trial

# Pieces; sums of fractions of a piece are this exact.
NOISE = 1e-9
# The part by which metres in 32 bits may fall short: with it taken off a limit that is kept in them
# is kept exactly.
SINGLE = 2.0**-23
SOFT_COLUMNS = {
    SoftLimitKind.DURATION: (c.SOFT_TIME, c.TICKS),
    SoftLimitKind.TRAVEL: (c.SOFT_TRAVEL, c.TICKS),
    SoftLimitKind.DISTANCE: (c.SOFT_METRES, 1),
    SoftLimitKind.VISITS: (c.SOFT_JOBS, 1),
    SoftLimitKind.LAST_END: (c.SOFT_END, c.TICKS),
}


def pay_of(trial: Trial) -> Floats:
    """``(v, ...)`` prices of vehicles, but for roads."""
    pay = np.zeros((len(trial.tables.vehicles), c.PAY_WIDTH))
    scalar, weights = trial.prices.scalar, trial.prices.weights
    money, soft = scalar(weights("route_cost")), scalar(weights("soft_limit_cost"))
    softs = c.PAY_STEPS + 2 * c.STEPS
    for row, vehicle in zip(pay, trial.tables.vehicles, strict=True):
        road = trial.prices.road(vehicle.index)
        wait = scalar(road.wait)
        row[c.PER_TICK] = (scalar(road.duration) + wait) / c.TICKS
        row[c.PER_JAM] = (scalar(road.travel) - wait) / c.TICKS
        row[c.USED] = scalar(road.used)
        row[c.PER_OVERTIME] = scalar(road.overtime) / c.TICKS
        row[c.OVERTIME_FROM] = vehicle.shift.end * c.TICKS
        steps = [step for one in vehicle.crew for step in one.cost.overtime_steps]
        row[c.PAY_STEPS : softs : 2] = ENDLESS
        for k, step in enumerate(sorted(steps, key=lambda step: step.after_s)[: c.STEPS]):
            at = c.PAY_STEPS + 2 * k
            row[at : at + 2] = step.after_s * c.TICKS, step.per_s * money / c.TICKS
        for limit in vehicle.shift.soft_limits:
            column, unit = SOFT_COLUMNS[limit.limit]
            at = softs + 2 * column
            row[at : at + 2] = limit.value * unit, limit.price * soft / unit
        for b, pause in enumerate(sorted(vehicle.breaks, key=opening)):
            per_s = scalar(road.busy[2]) - wait + (0 if pause.paid else scalar(road.unpaid))
            row[softs + 2 * c.SOFTS + b] = per_s * pause.duration_s
    return pay


def limits_road(tables: Tables) -> bool:
    """Whether any route may only be so long."""
    kinds = {kind for _, kind in tables.draft.limits}
    softs = {limit.limit for v in tables.vehicles for limit in v.shift.soft_limits}
    return bool(
        kinds & {Amount.TRAVEL_S, Amount.DISTANCE_M}
        or softs & {SoftLimitKind.TRAVEL, SoftLimitKind.DISTANCE}
    )


def road_limits(tables: Tables, places: Places) -> tuple[NDArray[np.int32], Floats]:
    """Ticks at the wheel by leg, and the most of them and of metres, when there are limits."""
    if not limits_road(tables):
        return np.zeros((1, 1, 1), dtype=np.int32), np.zeros((1, 2))
    limits, known = tables.draft.limits, tables.metres < NO_ROAD
    exact = bool((tables.metres == tables.metres.astype(np.float32))[known].all())
    most = [
        [
            limits.get((v.index, Amount.TRAVEL_S), ENDLESS) * c.TICKS + TICK_NOISE,
            limits.get((v.index, Amount.DISTANCE_M), ENDLESS) * (1 if exact else 1 - SINGLE),
        ]
        for v in tables.vehicles
    ]
    # Of one vehicle alone a second row says that there are limits at all.
    return places.ticks(setup=False), np.array([*most, [ENDLESS, ENDLESS]])


def stock(tables: Tables) -> tuple[Floats, Floats]:
    """What jobs need and vehicles have room for: capacity, parts, jobs of a tag; beside depots,
    which need nothing, also tools and jobs at all. Rooms of vehicles, then what depots do to each.
    """
    jobs, vehicles, depots = tables.jobs, tables.vehicles, tables.depots
    needs: list[list[float]] = []
    rooms: list[list[float]] = []
    anew: list[float] = [c.ANEW] * len(depots)
    as_it_was: list[float] = [c.AS_IT_WAS] * len(depots)
    for name in sorted({name for job in jobs for name in job.demand}):
        if any(name in v.capacity for v in vehicles):
            needs.append([job.demand.get(name, 0) for job in jobs])
            rooms.append([v.capacity.get(name, ENDLESS) for v in vehicles] + anew)
    for name in sorted({name for job in jobs for name in job.parts}):
        needs.append([job.parts.get(name, 0) for job in jobs])
        rooms.append([v.parts.get(name, 0) for v in vehicles] + _supplied(name, depots))
    for name in sorted({name for job in jobs for name in job.tools if depots}):
        needs.append([float(name in job.tools) for job in jobs])
        carried = [ENDLESS if name in v.tools else 0.0 for v in vehicles]
        rooms.append(carried + _supplied(name, depots))
    limits = [tables.draft.limits.get((v.index, Amount.VISITS), ENDLESS) for v in vehicles]
    if depots and min(limits) < ENDLESS:
        needs.append([1.0] * len(jobs))
        rooms.append(limits + as_it_was)
    counts = tables.draft.counts
    for tag in sorted({name for _, name in counts}):
        own = {v: row for (v, name), row in counts.items() if name == tag}
        tagged = next(iter(own.values()))[0]
        needs.append([float(job in tagged) for job in range(len(jobs))])
        most = [own[v.index][1] if v.index in own else ENDLESS for v in vehicles]
        rooms.append(most + as_it_was)
    need = np.array(needs, dtype=np.float64).reshape(len(needs), len(jobs)).T
    room = np.array(rooms, dtype=np.float64).reshape(len(rooms), len(vehicles) + len(depots)).T
    nothing = np.zeros((len(depots), len(needs)))
    room = np.ascontiguousarray(room)
    room[: len(vehicles)] += NOISE
    return np.ascontiguousarray(np.concatenate([need, nothing])), room


def _supplied(name: str, depots: Sequence[Depot]) -> list[float]:
    """What each depot does to the stock of a tool or part."""
    return [
        c.SUPPLIED if depot.supplies is None or name in depot.supplies else c.AS_IT_WAS
        for depot in depots
    ]
