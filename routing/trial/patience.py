"""The cheapest times of one order: when to leave, and where to wait.

An order is laid out as early as may be. Where starts have prices of their own it may pay to leave
later, or to wait before some job: the price changes its slope only at certain instants, and they
are tried one after the other as long as the price falls. For that an order is laid out many times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from routing.rules.draft import Vehicle
from routing.rules.spans import Span
from routing.trial.laying import Laid, Layer
from routing.trial.pricing import Prices
from routing.trial.tables import Tables

# Differences of prices below this part, and of instants in seconds, are rounding.
NOISE, NOISE_S = 1e-9, 1e-6

Fixed = Mapping[int, Span]


class Patience:
    """Looks for better times of routes of one problem."""

    def __init__(
        self, tables: Tables, layer: Layer, prices: Prices, *, price: Callable[[Laid], float]
    ) -> None:
        """``price`` is what a route is chosen by."""
        self.tables, self.layer, self.prices, self.price = tables, layer, prices, price

    def timed(self, vehicle: Vehicle, laid: Laid, fixed: Fixed) -> Laid:
        """The same stops at cheaper times, if there are any. What is ``fixed`` stays so."""
        if not self.prices.start_priced.intersection(laid.stops):
            return laid
        best, waiting = laid, fixed
        while True:
            tried = [*self._leaving_later(vehicle, best, waiting)]
            tried += self._starting_later(vehicle, best, waiting)
            if not tried:
                return best
            other, floors = min(tried, key=lambda one: self.price(one[0]))
            if self.price(other) >= self.price(best) - NOISE * abs(self.price(best)):
                return best
            best, waiting = other, floors

    def late(self, vehicle: Vehicle, stops: tuple[int, ...], fixed: Fixed) -> Laid | None:
        """A route that lasts too long when it leaves early, but not when it leaves later."""
        longest = vehicle.shift.max_duration_s
        early = self.layer.soonest(vehicle, stops, fixed=fixed)
        if longest is None or early is None or early.duration_s <= longest:
            return None
        # Until it has to wait no longer, who leaves later is not back later.
        leave = early.back - longest
        laid = self.layer.leaving(vehicle, stops, leave, fixed=fixed)
        return None if laid is None else self.timed(vehicle, laid, fixed)

    def departures(self, vehicle: Vehicle, laid: Laid, fixed: Fixed) -> Iterator[Laid]:
        """The same order with each later departure by which one stop more is reached just in time."""
        depart = vehicle.shift.start
        first = self.layer.leaving(vehicle, laid.stops, depart, fixed=fixed)
        for wait_s in [] if first is None else self.layer.waits(vehicle, first):
            if wait_s > 0:
                depart += wait_s
                later = self.layer.leaving(vehicle, laid.stops, depart, fixed=fixed)
                if later is not None:
                    yield later

    def _leaving_later(
        self, vehicle: Vehicle, laid: Laid, waiting: Fixed
    ) -> Iterator[tuple[Laid, Fixed]]:
        """Departures by which a stop is reached just in time, or begins as its price changes."""
        waits, waited = self.layer.waits(vehicle, laid), 0.0
        instants = set[float]()
        for n, code in enumerate(laid.stops):
            waited += waits[n]
            instants.add(laid.depart + waited)
            for turn in self._turns(vehicle, code):
                instants.add(laid.depart + waited + turn - laid.starts[n])
        for depart in sorted(instants):
            if depart > laid.depart + NOISE_S:
                later = self.layer.leaving(vehicle, laid.stops, depart, fixed=waiting)
                if later is not None:
                    yield later, waiting

    def _starting_later(
        self, vehicle: Vehicle, laid: Laid, waiting: Fixed
    ) -> Iterator[tuple[Laid, Fixed]]:
        """The order with one more job that waits for an instant at which its price changes."""
        for n, code in enumerate(laid.stops):
            if code in waiting and waiting[code][1] < math.inf:
                continue
            for turn in self._turns(vehicle, code):
                if turn > laid.starts[n] + NOISE_S:
                    floors = self.layer.waiting(vehicle, {code: turn}, fixed=waiting)
                    for depart in (None, laid.depart):
                        later = (
                            self.layer.lay(vehicle, laid.stops, fixed=floors)
                            if depart is None
                            else self.layer.leaving(vehicle, laid.stops, depart, fixed=floors)
                        )
                        if later is not None:
                            yield later, floors

    def _turns(self, vehicle: Vehicle, code: int) -> list[float]:
        """Starts at which the price of a stop turns."""
        if code not in self.prices.start_priced:
            return []
        return list(self.prices.turns(code, vehicle=vehicle.index))
