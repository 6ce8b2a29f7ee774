"""The problem as a model of OR-Tools.

What the model cannot say it leaves to the exact trial: jobs that depend on others, share machines
or have a place in their route stay out, and a van that would need a depot counts as empty-handed.
Its routes are laid out exactly afterwards, so nothing of it is believed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp

from routing.engine.allowances import limit, stock
from routing.engine.ground import LONGEST_LEG, NOISE_S, Ground
from routing.engine.surcharges import pause, price_people, price_time
from routing.rules.draft import Vehicle
from routing.rules.spans import Spans, intersect
from routing.trial.trial import Trial

# Cells of all time tables together; beyond, one table of the slowest serves everybody.
MOST_CELLS = 20_000_000
# In a first plan jobs that may stay out count this much more: alone, hardly any job pays its way.
EAGER = 20.0

# Bounds of prices in units: a leg without road, and a job, of which thousands must add up below
# 2^63.
MOST_LEG, MOST_WORTH = 1000 * LONGEST_LEG, 10**15


class Model:
    """Good for one search. ``carried`` are the jobs that it can speak of.

    ``eager`` makes it serve jobs that do not pay by themselves, for others to be laid beside them.
    """

    def __init__(self, trial: Trial, *, eager: bool) -> None:
        self._ground = Ground(trial)
        self._eager = EAGER if eager else 1.0
        self.carried = [job for job in range(self._ground.jobs) if not self._left_to_trial(job)]
        self._price_roads()
        self._clock = self._keep_time()
        self._allow()
        limit(self._ground, clock=self._clock)
        stock(self._ground)
        price_people(self._ground)
        price_time(self._ground, clock=self._clock, jobs=self.carried)
        pause(self._ground, clock=self._clock)
        for vehicle, other in self._ground.draft.exclusive:
            self._exclude(vehicle, other)

    def _exclude(self, vehicle: int, other: int) -> None:
        """Somebody rides in both: only one of them may be used."""
        model = self._ground.model
        used = model.ActiveVehicleVar(vehicle) + model.ActiveVehicleVar(other)
        model.solver().Add(used <= 1)

    @property
    def routing(self) -> pywrapcp.RoutingModel:
        """OR-Tools' own model."""
        return self._ground.model

    def job_of(self, index: int) -> int:
        """The job at an index of the model."""
        return int(self._ground.manager.IndexToNode(index))

    def _price_roads(self) -> None:
        scalar = self._ground.prices.scalar

        def table(vehicle: Vehicle) -> int:
            road = self._ground.prices.road(vehicle.index)
            legs = self._ground.tables.legs[vehicle.profile]
            cost = scalar(road.distance) * self._ground.between(legs.metres)
            cost += scalar(road.travel) * vehicle.travel_factor * self._ground.between(legs.seconds)
            cells = np.rint(np.minimum(cost * self._ground.unit, MOST_LEG)).astype(np.int64)
            return int(self._ground.model.RegisterTransitMatrix(cells.tolist()))

        def key(vehicle: Vehicle) -> Hashable:
            road = self._ground.prices.road(vehicle.index)
            travel = scalar(road.travel) * vehicle.travel_factor
            return vehicle.profile, scalar(road.distance), travel

        for vehicle, number in self._ground.by_kind(key, make=table):
            self._ground.model.SetArcCostEvaluatorOfVehicle(number, vehicle.index)
            used = scalar(self._ground.prices.road(vehicle.index).used)
            self._ground.model.SetFixedCostOfVehicle(self._ground.units(used), vehicle.index)

    # --- clock ---

    def _keep_time(self) -> pywrapcp.RoutingDimension:
        kinds = {self._time_kind(vehicle) for vehicle in self._ground.tables.vehicles}
        merged = len(kinds) * len(self._ground.locations) ** 2 > MOST_CELLS
        slowest = self._slowest()

        def table(vehicle: Vehicle) -> int:
            if merged:
                lengths, legs = slowest
            else:
                lengths, legs = self._ground.tables.lengths[vehicle.index], self._legs(vehicle)
            cells = self._time_cells(lengths, legs, vehicle.shift.max_leg_s)
            return int(self._ground.model.RegisterTransitMatrix(cells.tolist()))

        def key(vehicle: Vehicle) -> Hashable:
            return vehicle.shift.max_leg_s if merged else self._time_kind(vehicle)

        numbers = [number for _, number in self._ground.by_kind(key, make=table)]
        self._ground.model.AddDimensionWithVehicleTransits(
            numbers, self._ground.horizon, self._ground.horizon, False, "time"
        )
        clock = self._ground.model.GetDimensionOrDie("time")
        for vehicle in self._ground.tables.vehicles:
            earliest, latest = self._ground.draft.away[vehicle.index]
            start, end = (
                self._ground.model.Start(vehicle.index),
                self._ground.model.End(vehicle.index),
            )
            clock.CumulVar(start).SetRange(self._ground.up(earliest), self._ground.down(latest))
            clock.CumulVar(end).SetRange(self._ground.up(earliest), self._ground.down(latest))
            self._ground.model.AddVariableMaximizedByFinalizer(clock.CumulVar(start))
            self._ground.model.AddVariableMinimizedByFinalizer(clock.CumulVar(end))
        for (vehicle_number, then), seconds in self._ground.draft.rests.items():
            back = clock.CumulVar(self._ground.model.End(vehicle_number))
            leave = clock.CumulVar(self._ground.model.Start(then))
            self._ground.model.solver().Add(leave >= back + math.ceil(seconds))
        return clock

    def _time_kind(self, vehicle: Vehicle) -> Hashable:
        lengths = tuple(self._ground.tables.lengths[vehicle.index])
        return vehicle.profile, vehicle.travel_factor, vehicle.shift.max_leg_s, lengths

    def _legs(self, vehicle: Vehicle) -> NDArray[np.float64]:
        """Seconds between nodes in these hands, free flow."""
        legs = self._ground.tables.legs[vehicle.profile].seconds
        return self._ground.between(legs) * vehicle.travel_factor

    def _slowest(self) -> tuple[list[float], NDArray[np.float64]]:
        lengths = np.array(self._ground.tables.lengths).max(axis=0).tolist()
        every = {(v.profile, v.travel_factor): v for v in self._ground.tables.vehicles}.values()
        return lengths, np.max([self._legs(vehicle) for vehicle in every], axis=0)

    def _time_cells(
        self, lengths: Sequence[float], legs: NDArray[np.float64], longest: float | None
    ) -> NDArray[np.int64]:
        """Seconds from the start of one stop to where the next may start, rounded up."""
        where = self._ground.locations
        road = legs * self._ground.worst_traffic()
        setups = np.array([*self._ground.tables.setups, 0.0])[where]
        moved = (where[:, None] != where[None, :]) & (where[:, None] >= 0)
        setups[self._ground.jobs :] = 0
        work = np.zeros(len(where))
        work[: self._ground.jobs] = lengths
        cells = work[:, None] + road + np.where(moved, setups[None, :], 0)
        if longest is not None:
            cells[legs > longest] = self._ground.horizon + 1
        return np.minimum(np.ceil(cells - NOISE_S), self._ground.horizon + 1).astype(np.int64)

    # --- who and when ---

    def _left_to_trial(self, job: int) -> bool:
        draft = self._ground.draft
        related = (*draft.all_or_none, *draft.same_people, *draft.other_people)
        return (
            job in self._ground.tables.linked
            or job in draft.positions
            or any(job in jobs for jobs in related)
            or any(job in uses for uses in draft.machines.values())
        )

    def _allow(self) -> None:
        """Starts, vehicles, and what leaving a job out costs."""
        everybody = len(self._ground.tables.vehicles)
        carried = set(self.carried)
        for job in range(self._ground.jobs):
            index = self._ground.node(job)
            self._ground.model.AddDisjunction([index], self._worth(job))
            allowed, spans = self._hands(job) if job in carried else ([], ())
            if not allowed:
                self._ground.model.ActiveVar(index).SetValue(0)
                continue
            if len(allowed) < everybody:
                self._ground.model.VehicleVar(index).SetValues([-1, *allowed])
            self._open(index, spans)

    def _worth(self, job: int) -> int:
        """What leaving the job out costs, in units of the model."""
        trial = self._ground.trial
        eager = 1.0 if trial.urgency(job) else self._eager
        return max(0, min(MOST_WORTH, self._ground.units(trial.worth(job) * eager)))

    def _hands(self, job: int) -> tuple[list[int], Spans]:
        """Vehicles for the job and starts that all of them may choose."""
        rows = [
            (v.index, self._ground.tables.spans[v.index][job]) for v in self._ground.tables.vehicles
        ]
        allowed = [(number, spans) for number, spans in rows if spans and self._has(number, job)]
        if not allowed:
            return [], ()
        common = allowed[0][1]
        for _, spans in allowed:
            common = common if spans == common else intersect(common, spans)
        if common:
            return [number for number, _ in allowed], common
        [(usual, _)] = Counter(spans for _, spans in allowed).most_common(1)
        return [number for number, spans in allowed if spans == usual], usual

    def _has(self, vehicle: int, job: int) -> bool:
        """Whether the vehicle carries what the job needs from the start."""
        if job not in self._ground.draft.stocked:
            return True
        what, van = self._ground.tables.jobs[job], self._ground.tables.vehicles[vehicle]
        return what.tools <= van.tools and all(
            van.parts.get(name, 0) >= amount for name, amount in what.parts.items()
        )

    def _open(self, index: int, spans: Spans) -> None:
        times = [(self._ground.up(opens), self._ground.down(closes)) for opens, closes in spans]
        times = [(opens, closes) for opens, closes in times if opens <= closes]
        if not times:
            self._ground.model.ActiveVar(index).SetValue(0)
            return
        start = self._clock.CumulVar(index)
        start.SetRange(times[0][0], max(closes for _, closes in times))
        reached = times[0][1]
        for opens, closes in times[1:]:
            if opens > reached + 1:
                start.RemoveInterval(reached + 1, opens - 1)
            reached = max(reached, closes)
