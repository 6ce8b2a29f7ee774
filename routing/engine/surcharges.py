"""Prices beside the road, and breaks, in a model of OR-Tools."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from ortools.constraint_solver import pywrapcp

from routing.engine.ground import NOISE_S, Ground
from routing.rules.draft import Vehicle


def price_people(ground: Ground) -> None:
    """What a job costs in these hands, as the length of a dimension."""
    prices = ground.prices
    rows = [
        [ground.units(prices.scalar(price)) for price in prices.who_row(v.index)]
        for v in ground.tables.vehicles
    ]
    least = [min(column) for column in zip(*rows, strict=True)]
    if not any(row != least for row in rows):
        return
    ends = [0] * (len(ground.locations) - ground.jobs)

    def table(vehicle: Vehicle) -> int:
        above = [a - b for a, b in zip(rows[vehicle.index], least, strict=True)]
        return int(ground.model.RegisterUnaryTransitVector([*above, *ends]))

    def key(vehicle: Vehicle) -> Hashable:
        return tuple(rows[vehicle.index])

    numbers = [number for _, number in ground.by_kind(key, make=table)]
    beyond = sum(max(column) for column in zip(*rows, strict=True)) - sum(least) + 1
    ground.model.AddDimensionWithVehicleTransits(numbers, 0, beyond, True, "people")
    ground.model.GetDimensionOrDie("people").SetSpanCostCoefficientForAllVehicles(1)


def price_time(ground: Ground, *, clock: pywrapcp.RoutingDimension, jobs: Sequence[int]) -> None:
    """Duration, overtime and lateness by the second."""
    prices = ground.prices
    for vehicle in ground.tables.vehicles:
        road = prices.road(vehicle.index)
        second = ground.units(prices.scalar(road.duration) + prices.scalar(road.wait))
        if second > 0:
            clock.SetSpanCostCoefficientForVehicle(second, vehicle.index)
        over = ground.units(prices.scalar(road.overtime))
        if over > 0 and vehicle.shift.max_overtime_s:
            end = ground.model.End(vehicle.index)
            clock.SetCumulVarSoftUpperBound(end, ground.down(vehicle.shift.end), over)
    for job in jobs:
        _price_lateness(ground, clock=clock, job=job)


def _price_lateness(ground: Ground, *, clock: pywrapcp.RoutingDimension, job: int) -> None:
    what, prices = ground.tables.jobs[job], ground.prices
    if what.max_lateness_s == 0 or not what.windows:
        return
    late = prices.scalar(prices.weights("lateness_s", priority=what.priority))
    cost = prices.scalar(prices.weights("lateness_cost", priority=what.priority))
    second = ground.units(late + cost * what.lateness_cost_per_s)
    if second > 0:
        closes = ground.down(max(window.closes for window in what.windows))
        index = ground.node(job)
        clock.SetCumulVarSoftUpperBound(index, max(0, closes), second)


def pause(ground: Ground, *, clock: pywrapcp.RoutingDimension) -> None:
    """Breaks: in OR-Tools they may lie on the road, and before or after the whole route."""
    for number, breaks in ground.draft.pauses.items():
        vehicle = ground.tables.vehicles[number]
        intervals = []
        for pause in breaks:
            opens = vehicle.shift.start if pause.window is None else pause.window.opens
            last = vehicle.latest - pause.duration_s
            closes = last if pause.window is None else pause.window.closes
            length = math.ceil(pause.duration_s - NOISE_S)
            if ground.up(opens) <= ground.down(closes):
                intervals.append(
                    ground.model.solver().FixedDurationIntervalVar(
                        ground.up(opens), ground.down(closes), length, False, pause.id
                    )
                )
        work = [0] * ground.model.Size()
        for job in range(ground.jobs):
            length = math.ceil(ground.tables.lengths[number][job] - NOISE_S)
            work[ground.node(job)] = length
        clock.SetBreakIntervalsOfVehicle(intervals, number, work)
