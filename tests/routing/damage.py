"""Spoils plans at random: stops lost, swapped, doubled, given away; times moved or forgotten."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

Document = dict[str, Any]


def damaged(plan: Document, rng: Random) -> Document:
    """One to four things of the plan moved, lost, doubled or shifted in time."""
    damage = _Damage(plan, rng)
    for _ in range(rng.randint(1, 4)):
        damage.strike()
    return damage.plan


class _Damage:
    """A plan that gets worse and worse."""

    def __init__(self, plan: Document, rng: Random) -> None:
        self.plan = copy.deepcopy(plan)
        self.plan.setdefault("unserved", [])
        self._rng = rng
        self._ways = (
            self._lose,
            self._swap,
            self._double,
            self._move,
            self._shift_times,
            self._shift_times,
            self._shift_ends,
            self._forget_times,
            self._give_away,
            self._leave_out,
            self._claim,
        )

    def strike(self) -> None:
        if any(route["stops"] for route in self.plan["routes"]):
            self._rng.choice(self._ways)()

    def _route(self) -> Document:
        return self._rng.choice([route for route in self.plan["routes"] if route["stops"]])

    def _stop(self) -> Document:
        return self._rng.choice(self._route()["stops"])

    def _lose(self) -> None:
        stops = self._route()["stops"]
        stops.pop(self._rng.randrange(len(stops)))

    def _swap(self) -> None:
        stops = self._route()["stops"]
        at, other = self._rng.randrange(len(stops)), self._rng.randrange(len(stops))
        stops[at], stops[other] = stops[other], stops[at]

    def _double(self) -> None:
        self._put_somewhere(self._stop())

    def _move(self) -> None:
        stops = self._route()["stops"]
        at = self._rng.randrange(len(stops))
        if "break" not in stops[at]:
            self._put_somewhere(stops.pop(at))

    def _put_somewhere(self, stop: Document) -> None:
        """Not a break: those belong to their own shift."""
        stops = self._rng.choice(self.plan["routes"])["stops"]
        if "break" not in stop:
            stops.insert(self._rng.randint(0, len(stops)), dict(stop))

    def _shift_times(self) -> None:
        stop, by = (
            self._stop(),
            self._rng.choice([-3600, -60, -0.5, -0.0009, 0.0011, 0.5, 60, 3600]),
        )
        for key in self._rng.sample(["arrival", "start", "end"], self._rng.randint(1, 3)):
            if stop.get(key) is not None:
                stop[key] += by

    def _shift_ends(self) -> None:
        route, key = self._route(), self._rng.choice(["depart", "return"])
        if route.get(key) is not None:
            route[key] += self._rng.choice([-1800, -1, 1, 1800])

    def _forget_times(self) -> None:
        route, stop = self._route(), self._stop()
        for key in self._rng.sample(["depart", "return"], self._rng.randint(1, 2)):
            route.pop(key, None)
        for key in self._rng.sample(["arrival", "end"], self._rng.randint(1, 2)):
            stop.pop(key, None)

    def _give_away(self) -> None:
        route, other = self._route(), self._rng.choice(self.plan["routes"])
        if all("break" not in stop for stop in route["stops"] + other["stops"]):
            route["stops"], other["stops"] = other["stops"], route["stops"]

    def _leave_out(self) -> None:
        stop = self._stop()
        if "visit" in stop:
            self.plan["unserved"].append({"visit": stop["visit"], "reason": "no-room"})

    def _claim(self) -> None:
        self.plan["objective"] = [self._rng.choice([0, 1e6])]
        self.plan["about"] = {"bound": [self._rng.choice([-1, 1e12])]}
