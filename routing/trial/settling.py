"""Puts breaks and depot stops into an order of jobs where they cost least."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from routing.rules.draft import Vehicle
from routing.rules.spans import Span, Spans
from routing.trial.laying import Laid
from routing.trial.patience import Fixed, Patience
from routing.trial.tables import Tables

# Routes kept by their order; about 100 MB at 12 stops each.
REMEMBERED = 100_000
# Seconds after which a route leaves that goes without a break: as clear as rounding needs.
EXCUSED_S = 0.02
# Depot stops that one route may need; more was never cheaper in the public problems.
MOST_LOADINGS = 3

# Of the ways to put breaks into an order, those whose times are looked at closely.
MOST_TIMED = 3

_Key = tuple[int, tuple[int, ...]]


class Settler:
    """Lays orders of jobs out, and remembers those that do not depend on other routes."""

    def __init__(self, tables: Tables, *, patience: Patience, patient: bool) -> None:
        """``patient``: each order is laid out at its cheapest times, which takes long."""
        self._tables = tables
        self._layer, self._price = patience.layer, patience.price
        self._hours = patience.prices.hours
        self._patience = patience if patient else None
        self._jobs = len(tables.jobs)
        self._known: dict[_Key, Laid | None] = {}

    def put_job(self, *, early: frozenset[int]) -> None:
        """Forget what was laid out while a number stood for another job."""
        self._known.clear()
        self._layer.early = early

    def settle(
        self, vehicle: Vehicle, bare: tuple[int, ...], fixed: Mapping[int, Span]
    ) -> Laid | None:
        """The cheapest route with these jobs in this order, or None. ``bare`` has no breaks.

        Depot stops in ``bare`` that nothing needs are left out, missing ones are added.
        """
        if fixed and any(code in fixed for code in bare):
            return self.settle_anew(vehicle, bare, fixed)
        key = vehicle.index, bare
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = self.settle_anew(vehicle, bare, fixed)
        return self._known[key]

    def settle_anew(
        self, vehicle: Vehicle, bare: tuple[int, ...], fixed: Mapping[int, Span]
    ) -> Laid | None:
        """`settle` without looking at what is remembered."""
        return self._cheapest(
            laid
            for order in self.orders(vehicle, bare)
            if (laid := self._with_breaks(vehicle, order, fixed)) is not None
        )

    def settle_waiting(
        self, vehicle: Vehicle, bare: tuple[int, ...], fixed: Mapping[int, Span]
    ) -> Laid | None:
        """`settle`, or a cheaper route that waits for one wished hour with breaks where that is
        cheapest then, or that leaves when a break is no longer due.
        """
        best = self._cheapest(
            laid
            for laid in (self.settle(vehicle, bare, fixed), *self._missing(vehicle, bare, fixed))
            if laid is not None
        )
        wished = [(code, opens) for code in bare for opens in self._hours.get(code, ())]
        if best is None or not wished:
            return best
        floors: list[dict[int, float]] = [{code: opens} for code, opens in wished]
        aims = self._layer.aims_of(bare)
        if aims:
            floors += [{**aims, **floor} for floor in floors]
        for floor in floors:
            later = self._layer.waiting(vehicle, floor, fixed=fixed)
            for order in self.orders(vehicle, bare):
                for stops in self._orders(vehicle, order) if vehicle.breaks else [order]:
                    laid = self._layer.lay(vehicle, stops, fixed=later)
                    if laid is not None and self._price(laid) < self._price(best):
                        best = laid
        return best

    def _missing(
        self, vehicle: Vehicle, bare: tuple[int, ...], fixed: Mapping[int, Span]
    ) -> Iterator[Laid]:
        """Routes that leave right after breaks could have begun, and do without them."""
        windows = [pause.window for pause in vehicle.breaks if pause.window is not None]
        first = min((window.opens for window in windows), default=math.inf)
        spans = self._tables.spans[vehicle.index]
        if any(code < self._jobs and _closes(spans[code]) < first for code in bare):
            return
        for order in self.orders(vehicle, bare) if windows else []:
            for stops in self._orders(vehicle, order):
                missed = [b for n, b in enumerate(vehicle.breaks) if -1 - n not in stops]
                opens = [pause.window.opens for pause in missed if pause.window is not None]
                if opens and len(opens) == len(missed) and max(opens) > vehicle.shift.start:
                    leave = max(opens) + EXCUSED_S
                    laid = self._layer.leaving(vehicle, stops, leave, fixed=fixed)
                    if laid is not None:
                        yield laid

    def orders(self, vehicle: Vehicle, bare: tuple[int, ...]) -> list[tuple[int, ...]]:
        """The order with the depot stops that it needs, if any; without breaks."""
        if not self._tables.stocked:
            return [bare]
        jobs = tuple(code for code in bare if code < self._jobs)
        orders = [order for order in {bare, jobs} if self._layer.supplied(vehicle, order)]
        return orders or list(self._loaded(vehicle, bare, MOST_LOADINGS))

    def _loaded(
        self, vehicle: Vehicle, bare: tuple[int, ...], loadings: int
    ) -> Iterator[tuple[int, ...]]:
        """Orders with one more depot stop, or as many as it takes."""
        short = self._layer.first_short(vehicle, bare)
        if short is None:
            yield bare
        elif loadings:
            for depot in range(self._jobs, self._jobs + len(self._tables.problem.depots)):
                for n in range(short + 1):
                    order = (*bare[:n], depot, *bare[n:])
                    still = self._layer.first_short(vehicle, order)
                    if still is None:
                        yield order
                    elif still > short + 1:
                        yield from self._loaded(vehicle, order, loadings - 1)

    def lay(
        self,
        vehicle: Vehicle,
        stops: tuple[int, ...],
        fixed: Mapping[int, Span],
        *,
        aimed: bool | None = None,
    ) -> Laid | None:
        """The cheapest route with exactly these stops, breaks included.

        ``aimed`` says whether it waits for its aims, where the caller knows that already.
        """
        best = None
        if aimed is not None:
            aims = self._layer.aims_of(stops) if aimed else {}
            waiting = self._layer.waiting(vehicle, aims, fixed=fixed)
            best = self._layer.lay(vehicle, stops, fixed=waiting)
        if best is None:
            best = self._cheapest(self._layer.lays(vehicle, stops, fixed=fixed))
        return None if best is None else self._waited(vehicle, best, fixed)

    def _with_breaks(
        self, vehicle: Vehicle, bare: tuple[int, ...], fixed: Mapping[int, Span]
    ) -> Laid | None:
        orders = self._orders(vehicle, bare) if vehicle.breaks else [bare]
        laid_out = [
            laid for order in orders for laid in self._layer.lays(vehicle, order, fixed=fixed)
        ]
        if self._patience is not None:
            return self._cheapest(self._timed(vehicle, bare, laid_out, fixed))
        best = self._cheapest(laid_out)
        return None if best is None else self._waited(vehicle, best, fixed)

    def _timed(
        self, vehicle: Vehicle, bare: tuple[int, ...], laid_out: Sequence[Laid], fixed: Fixed
    ) -> Iterator[Laid]:
        """The cheapest of these routes and those that leave later, at their cheapest times."""
        assert self._patience is not None
        for laid in sorted(laid_out, key=self._price)[:MOST_TIMED]:
            yield self._patience.timed(vehicle, self._waited(vehicle, laid, fixed), fixed)
        for order in self._orders(vehicle, bare) if vehicle.breaks else [bare]:
            late = self._patience.late(vehicle, order, fixed)
            if late is not None:
                yield late

    def _waited(self, vehicle: Vehicle, laid: Laid, fixed: Mapping[int, Span]) -> Laid:
        """The same order, waiting for wished hours one after the other where that pays."""
        for n, code in enumerate(laid.stops):
            for opens in self._hours.get(code, ()):
                if laid.starts[n] < opens:
                    later = self._layer.waiting(vehicle, {code: opens}, fixed=fixed)
                    other = self._layer.lay(vehicle, laid.stops, fixed=later)
                    if other is not None and self._price(other) < self._price(laid):
                        laid, fixed = other, later
        return laid

    def _orders(self, vehicle: Vehicle, bare: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """All orders with each break once, in the order of their windows, or left out."""
        due = breaks_in_order(vehicle)
        yield bare
        for count in range(1, len(due) + 1):
            for chosen in itertools.combinations(due, count):
                gaps = range(len(bare) + 1)
                for places in itertools.combinations_with_replacement(gaps, count):
                    order = list(bare)
                    for place, number in reversed(list(zip(places, chosen, strict=True))):
                        order.insert(place, -1 - number)
                    yield tuple(order)

    def _cheapest(self, routes: Iterable[Laid]) -> Laid | None:
        return min(routes, key=self._price, default=None)


def _closes(spans: Spans) -> float:
    """When the last start is, before all time when there is none."""
    return spans[-1][1] if spans else -math.inf


def breaks_in_order(vehicle: Vehicle) -> list[int]:
    """Numbers of the breaks by the opening of their windows."""
    return sorted(range(len(vehicle.breaks)), key=lambda n: _opens(vehicle, n))


def _opens(vehicle: Vehicle, number: int) -> float:
    window = vehicle.breaks[number].window
    return 0 if window is None else window.opens
