"""What a sheet must know of each vehicle, as arrays: places, times, breaks, limits and prices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from routing.problem import has_traffic
from routing.rules.draft import Vehicle
from routing.trial.pricing import Prices
from routing.trial.settling import breaks_in_order
from routing.trial.tables import Tables

# Breaks of one shift that a sheet lays out; the orders of three and more are too many to list.
MOST_BREAKS = 2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Fleet:
    """``(vehicles,)`` arrays; those of breaks and of overtime steps have a row for each.

    Prices are those of `Prices.scalar`. ``plain`` are the vehicles whose routes a sheet can lay
    out: no break at a place, no limit by tag, no soft limit, no traffic.
    """

    def __init__(self, tables: Tables, *, prices: Prices) -> None:
        vehicles = tables.vehicles
        nowhere = len(tables.setups)
        self.begin = _ints(nowhere if v.begin is None else v.begin for v in vehicles)
        self.finish = _ints(nowhere if v.finish is None else v.finish for v in vehicles)
        self.start = _floats(v.shift.start for v in vehicles)
        self.end = _floats(v.shift.end for v in vehicles)
        self.latest = _floats(v.latest for v in vehicles)
        self.factor = _floats(v.travel_factor for v in vehicles)
        traffic = has_traffic(tables.problem.travel)
        self.plain = np.array([not traffic and _is_plain(v) for v in vehicles], dtype=np.bool_)
        self._read_breaks(vehicles)
        self.most_duration_s = _limits(v.shift.max_duration_s for v in vehicles)
        self.most_travel_s = _limits(v.shift.max_travel_s for v in vehicles)
        self.most_metres = _limits(v.shift.max_distance_m for v in vehicles)
        self.most_leg_s = _limits(v.shift.max_leg_s for v in vehicles)
        self.most_jobs = _limits(v.shift.max_visits for v in vehicles)
        self._read_prices(tables, prices)

    def _read_breaks(self, vehicles: Sequence[Vehicle]) -> None:
        """In the order of their windows, like the orders that are tried; absent ones never begin."""
        self.breaks = _ints(len(v.breaks) if _is_plain(v) else 0 for v in vehicles)
        shape = max(1, int(self.breaks.max(initial=0))), len(vehicles)
        self.break_number = np.zeros(shape, dtype=np.int64)
        self.break_opens = np.full(shape, -math.inf)
        self.break_closes = np.full(shape, math.inf)
        self.break_s = np.zeros(shape)
        self.unpaid_s = np.zeros(shape)
        # Whether it may never be left out.
        self.always_due = np.zeros(shape, dtype=np.bool_)
        for vehicle in vehicles:
            if not _is_plain(vehicle):
                continue
            for n, number in enumerate(breaks_in_order(vehicle)):
                pause, at = vehicle.breaks[number], (n, vehicle.index)
                self.break_number[at] = number
                self.break_s[at] = pause.duration_s
                self.unpaid_s[at] = 0 if pause.paid else pause.duration_s
                self.always_due[at] = pause.window is None
                if pause.window is not None:
                    self.break_opens[at] = pause.window.opens
                    self.break_closes[at] = pause.window.closes

    def _read_prices(self, tables: Tables, prices: Prices) -> None:
        vehicles, scalar = tables.vehicles, prices.scalar
        rows = [prices.road(vehicle.index) for vehicle in vehicles]
        self.per_route = _floats(scalar(row.used) for row in rows)
        self.per_metre = _floats(scalar(row.distance) for row in rows)
        self.per_travel_s = _floats(scalar(row.travel) for row in rows)
        self.per_duration_s = _floats(scalar(row.duration) for row in rows)
        self.per_unpaid_s = _floats(scalar(row.unpaid) for row in rows)
        self.per_overtime_s = _floats(scalar(row.overtime) for row in rows)
        self.per_job = _floats(scalar(row.visit) for row in rows)
        self.per_wait_s = _floats(scalar(row.wait) for row in rows)
        service, setup, pause, depot = ([scalar(row.busy[n]) for row in rows] for n in range(4))
        self.per_service_s, self.per_setup_s = _floats(service), _floats(setup)
        self.per_break_s, self.per_depot_s = _floats(pause), _floats(depot)
        steps = [
            [(s.after_s, s.per_s) for one in v.crew for s in one.cost.overtime_steps]
            for v in vehicles
        ]
        most = max((len(own) for own in steps), default=0)
        self.step_after_s = np.zeros((most, len(vehicles)))
        self.step_price = np.zeros((most, len(vehicles)))
        for v, own in enumerate(steps):
            for n, (after_s, per_s) in enumerate(own):
                self.step_after_s[n, v] = after_s
                self.step_price[n, v] = per_s * scalar(rows[v].money)


def _is_plain(vehicle: Vehicle) -> bool:
    shift = vehicle.shift
    return (
        len(vehicle.breaks) <= MOST_BREAKS
        and all(place is None for place in vehicle.break_places)
        and not shift.soft_limits
        and not shift.max_visits_by_tag
    )


def _floats(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=np.float64)


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _limits(values: Iterable[float | None]) -> Floats:
    return _floats(math.inf if value is None else value for value in values)
