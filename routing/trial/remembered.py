"""Prices of starts that were asked for once, by job, so that those of one job can be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

# Prices of starts that are kept; about 20 MB.
REMEMBERED = 100_000

T = TypeVar("T")


class Remembered(Generic[T]):
    """What ``worth`` says of a job, a vehicle and a start, worked out once."""

    def __init__(self, worth: Callable[[int, int, float], T]) -> None:
        self._worth = worth
        self._known: dict[int, dict[tuple[int, float], T]] = {}
        self._count = 0

    def of(self, job: int, vehicle: int, start: float) -> T:
        """From memory, if it was asked for before."""
        known = self._known.get(job)
        if known is None:
            known = self._known[job] = {}
        found = known.get((vehicle, start))
        if found is None:
            found = self._worth(job, vehicle, start)
            self._keep(job, (vehicle, start), found)
        return found

    def forget(self, job: int) -> None:
        """The number stands for another job by now."""
        self._count -= len(self._known.pop(job, ()))

    def _keep(self, job: int, key: tuple[int, float], found: T) -> None:
        if self._count >= REMEMBERED:
            self._known.clear()
            self._count = 0
        self._known.setdefault(job, {})[key] = found
        self._count += 1
