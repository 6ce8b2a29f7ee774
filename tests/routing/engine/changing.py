"""Ways to change a day that is written as a document: its people, shifts, visits, plan in force."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

Document = dict[str, Any]
Pinch = Callable[[Document, Random], None]
NOON = 43200


def everybody(**keys: Callable[[Random], Any]) -> Pinch:
    """Keys of each technician."""

    def pinch(made: Document, rng: Random) -> None:
        for technician in made["technicians"]:
            for key, value in keys.items():
                if isinstance(made_of := value(rng), dict):
                    made_of = technician.get(key, {}) | made_of
                technician[key] = made_of

    return pinch


def each_shift(**keys: Callable[[Random], Any]) -> Pinch:
    def pinch(made: Document, rng: Random) -> None:
        for technician in made["technicians"]:
            for shift in technician["shifts"]:
                shift |= {key: value(rng) for key, value in keys.items()}

    return pinch


def some(share: float, **keys: Callable[[Random], Any]) -> Pinch:
    """Keys of some visits, of one at least."""

    def pinch(made: Document, rng: Random) -> None:
        hot = [visit for visit in made["visits"] if rng.random() < share]
        for visit in hot or made["visits"][:1]:
            visit |= {key: value(rng) for key, value in keys.items()}

    return pinch


def both(*pinches: Pinch) -> Pinch:
    def pinch(made: Document, rng: Random) -> None:
        for one in pinches:
            one(made, rng)

    return pinch


def relation_between(kind: str, **keys: Any) -> Pinch:
    """Between the first two visits, which may begin at any hour."""

    def pinch(made: Document, rng: Random) -> None:
        first, second = made["visits"][:2]
        for visit in (first, second):
            visit["windows"] = [[28800, NOON + 7200]]
        own = {key: value(rng) if callable(value) else value for key, value in keys.items()}
        relation = {"type": kind, "visits": [first["id"], second["id"]], **own}
        made["relations"] = [*made.get("relations", []), relation]

    return pinch


def in_force(**prices: Any) -> Pinch:
    """A plan in force that gives everything to the second technician, in the order of the list."""

    def pinch(made: Document, rng: Random) -> None:
        stops = [{"visit": visit["id"]} for visit in made["visits"]]
        if "per_moved_s" in prices:
            stops = [
                one | {"start": visit["windows"][0][0] + rng.randrange(0, 7200, 600)}
                for one, visit in zip(stops, made["visits"], strict=True)
            ]
        route = {"technician": made["technicians"][1]["id"], "shift": "day", "stops": stops}
        made["incumbent"] = {"routes": [route]}
        made["change_cost"] = made.get("change_cost", {}) | prices

    return pinch
