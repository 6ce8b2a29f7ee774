"""What is left of a problem for planners that know roads, loads, windows, and who may go where.

All amounts are small whole numbers: seconds in units of ``Statement.second`` (lengths rounded up,
windows inwards), and prices in units of their own. Levels of the objective become one price: an
earlier level outweighs any that a few dozen of the longest legs could save on a later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.peers import units
from routing.peers.price import Price
from routing.peers.unstated import CannotState, reasons
from routing.problem import Job, Problem
from routing.rules.draft import Vehicle
from routing.rules.spans import Spans, intersect
from routing.solution import Route, Solution, Stop, StopKind, Unserved
from routing.trial.tables import Tables, tabulate

Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A job as peers see it. ``number`` is the problem's; ``spans`` are starts, in units.

    ``penalty`` is the price of leaving it out, where it is not ``required``.
    """

    number: int
    place: int
    service: int
    spans: tuple[tuple[int, int], ...]
    load: tuple[int, ...]
    required: bool
    penalty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break: starts between the instants, in units."""

    earliest: int
    latest: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Van:
    """A vehicle as peers see it. ``kind`` numbers those who may go to the same jobs."""

    begin: int
    finish: int
    start: int
    end: int
    longest: int | None
    room: tuple[int, ...]
    rests: tuple[Rest, ...]
    used: int
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """``times`` and ``prices`` are ``(places, places)``; the last place is nowhere, for open ends.

    ``may[k, c]`` says whether vans of kind k may go to call c. ``duration`` is the price of one
    unit of time away. Calls that nobody may serve are left out.
    """

    problem: Problem
    second: float
    times: Table
    prices: Table
    duration: int
    calls: tuple[Call, ...]
    vans: tuple[Van, ...]
    may: NDArray[np.bool_]
    vehicles: tuple[Vehicle, ...]

    def solution(self, orders: Sequence[tuple[int, Sequence[int]]]) -> Solution:
        """The plan in which each van serves these calls in this order; -1 - b is its break b."""
        routes, absent = [], {job.id for job in self.problem.jobs}
        for number, order in orders:
            vehicle = self.vehicles[number]
            stops = tuple(self._stop(vehicle, code) for code in order)
            routes.append(
                Route(technicians=(vehicle.lead.id,), shift=vehicle.shift.id, stops=stops)
            )
            absent -= set(routes[-1].jobs)
        served = [route for route in routes if route.jobs]
        left = tuple(Unserved(job=job.id) for job in self.problem.jobs if job.id in absent)
        return Solution(problem=self.problem.name, routes=tuple(served), unserved=left)

    def _stop(self, vehicle: Vehicle, code: int) -> Stop:
        if code < 0:
            return Stop(kind=StopKind.BREAK, id=vehicle.breaks[-1 - code].id)
        return Stop(id=self.problem.jobs[self.calls[code].number].id)


def state(problem: Problem) -> Statement:
    """Raises ``CannotState`` with everything that has no words here."""
    tables = tabulate(problem)
    why = reasons(tables)
    if why:
        raise CannotState(why)
    return _Reduction(tables).statement()


class _Reduction:
    """From exact tables to small whole numbers. Instants count from the earliest shift."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._zero = min(v.shift.start for v in tables.vehicles)
        self._day = max(v.shift.end for v in tables.vehicles) - self._zero
        spans = [
            self._within(max(rows[n] for rows in tables.spans)) for n in range(len(tables.jobs))
        ]
        self._spans = {n: found for n, found in enumerate(spans) if found}
        self._times = _with_nowhere(tables.seconds * tables.vehicles[0].travel_factor)
        self._add_setups()
        self._lengths = {n: self._length(n) for n in self._spans}
        self._second = self._unit()
        self._rooms = _rooms(tables)
        self._price = Price(tables, second=self._second)

    def statement(self) -> Statement:
        tables, price = self._tables, self._price
        able = np.array(
            [[bool(rows[n]) for n in self._spans] for rows in tables.spans], dtype=np.bool_
        ).reshape(len(tables.vehicles), len(self._spans))
        kinds, kind_of = np.unique(able, axis=0, return_inverse=True)
        times = units.up(np.minimum(self._times, self._day), unit=self._second)
        times[self._times > self._day] += 1  # longer than anybody's day: never driven
        return Statement(
            problem=tables.problem,
            second=self._second,
            times=times,
            prices=units.near(_with_nowhere(price.legs), unit=price.unit),
            duration=price.duration,
            calls=tuple(self._call(n) for n in self._spans),
            vans=tuple(
                self._van(v, kind=int(kind))
                for v, kind in zip(tables.vehicles, kind_of.reshape(-1), strict=True)
            ),
            may=kinds,
            vehicles=tables.vehicles,
        )

    def _within(self, spans: Spans) -> tuple[tuple[float, float], ...]:
        """The part of these starts that lies in anybody's day, from its beginning on."""
        day = ((self._zero, self._zero + self._day),)
        return tuple((a - self._zero, b - self._zero) for a, b in intersect(spans, day))

    def _length(self, job: int) -> float:
        """Seconds of work, the same in all hands that may do it."""
        rows = zip(self._tables.lengths, self._tables.spans, strict=True)
        return next(lengths[job] for lengths, spans in rows if spans[job])

    def _add_setups(self) -> None:
        """The way in is part of each leg that ends at a job; nobody lives where it takes time."""
        for place, seconds in enumerate(self._tables.setups):
            self._times[:, place] += seconds
            self._times[place, place] = 0

    def _unit(self) -> float:
        """All earliest arrivals are sums of these amounts, so closing times may be rounded."""
        roads = self._times[self._times <= self._day]
        opens = [span[0] for spans in self._spans.values() for span in spans]
        starts = [v.shift.start - self._zero for v in self._tables.vehicles]
        rests = [
            amount
            for v in self._tables.vehicles
            for one in v.breaks
            if one.window is not None
            for amount in (one.duration_s, one.window.opens - self._zero)
        ]
        amounts = np.array([*self._lengths.values(), *opens, *starts, *rests])
        return units.unit_of([roads, amounts], largest=float(roads.max(initial=1.0)))

    def _call(self, number: int) -> Call:
        job = self._tables.jobs[number]
        return Call(
            number=number,
            place=self._tables.places[number],
            service=self._lasting(self._lengths[number]),
            spans=tuple((self._lasting(a), self._before(b)) for a, b in self._spans[number]),
            load=tuple(room.used(job) for room in self._rooms),
            required=number in self._tables.draft.musts,
            penalty=self._price.absent(number),
        )

    def _van(self, vehicle: Vehicle, *, kind: int) -> Van:
        nowhere = len(self._times) - 1
        longest = vehicle.shift.max_duration_s
        return Van(
            begin=nowhere if vehicle.begin is None else vehicle.begin,
            finish=nowhere if vehicle.finish is None else vehicle.finish,
            start=self._lasting(vehicle.shift.start - self._zero),
            end=self._before(vehicle.shift.end - self._zero),
            longest=None if longest is None else self._before(longest),
            room=tuple(room.of(vehicle) for room in self._rooms),
            rests=tuple(
                Rest(
                    earliest=self._lasting(max(0, one.window.opens - self._zero)),
                    latest=self._before(max(0, one.window.closes - self._zero)),
                    length=self._lasting(one.duration_s),
                )
                for one in vehicle.breaks
                if one.window is not None
            ),
            used=self._price.used(vehicle),
            kind=kind,
        )

    def _lasting(self, seconds: float) -> int:
        """A length, or the first unit at or after an instant."""
        return int(units.up(np.array(seconds), unit=self._second))

    def _before(self, seconds: float) -> int:
        """The last unit at or before an instant."""
        return int(units.down(np.array(seconds), unit=self._second))


@dataclass(frozen=True, slots=True)
class _Room:
    """One thing that fills a van, or that is used up in it, in its own unit."""

    name: str
    is_part: bool
    unit: float
    everything: int

    def used(self, job: Job) -> int:
        amount = (job.parts if self.is_part else job.demand).get(self.name, 0)
        return int(units.up(np.array(amount), unit=self.unit))

    def of(self, vehicle: Vehicle) -> int:
        """A dimension without a limit has room for everything; a part that is not there has not."""
        if self.is_part:
            amount = vehicle.parts.get(self.name, 0)
        elif self.name in vehicle.capacity:
            amount = vehicle.capacity[self.name]
        else:
            return self.everything
        return min(self.everything, int(units.down(np.array(amount), unit=self.unit)))


def _rooms(tables: Tables) -> list[_Room]:
    loads = {(False, name) for job in tables.jobs for name in job.demand}
    parts = {(True, name) for job in tables.jobs for name in job.parts}
    found = []
    for is_part, name in sorted(loads | parts):
        amounts = np.array(
            [(job.parts if is_part else job.demand).get(name, 0) for job in tables.jobs]
        )
        unit = units.unit_of([amounts], largest=float(amounts.max()))
        everything = int(units.up(amounts, unit=unit).sum())
        if everything:
            found.append(_Room(name, is_part, unit, everything))
    return found


def _with_nowhere(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """One more place, no way from any other."""
    return np.pad(table, ((0, 1), (0, 1)))
