"""Runs the kernel on small, nasty days so that an index out of range is an error.

Run as a program by the tests, never in their own process. With NUMBA_BOUNDSCHECK=1 it compiles all
of the kernel anew, and keeps nothing; with NUMBA_DISABLE_JIT=1 it runs the source as Python, which
knows no bounds below zero, so arrays that do take the place of plain ones.
"""

from __future__ import annotations

import sys

import numba
import numpy as np

_COMPILE = numba.njit


def compile_anew(*functions, **options):
    """`numba.njit`, without anything kept from before or for later."""
    return _COMPILE(*functions, **(options | {"cache": False}))


numba.njit = compile_anew

from random import Random  # noqa: E402 - only now may the kernel be imported

from routing.engine.kernel.encode import encode  # noqa: E402
from routing.engine.kernel.state import Plan  # noqa: E402
from tests.routing import days  # noqa: E402
from tests.routing.engine.kernel import sayable  # noqa: E402


class Guarded(np.ndarray):
    """An array in which no index counts from the end."""

    def __getitem__(self, at):
        check(at)
        return super().__getitem__(at)

    def __setitem__(self, at, value):
        check(at)
        super().__setitem__(at, value)


def check(at):
    for one in at if isinstance(at, tuple) else (at,):
        if isinstance(one, (int, np.integer)) and one < 0:
            raise IndexError(f"index {one} is below 0")


def guard(thing):
    """Let every array of an object be guarded."""
    slots = getattr(thing, "__dataclass_fields__", None) or vars(thing)
    for name in slots:
        value = getattr(thing, name)
        if isinstance(value, np.ndarray):
            object.__setattr__(thing, name, value.view(Guarded))


def crowded(day):
    """Short visits, so that rows must widen."""
    for visit in day["visits"]:
        visit.update(duration_s=60, windows=[[28800, 61200]])
    for place in day["locations"]:
        place.update(x=place["x"] % 3, y=place["y"] % 3)
    return day


def small_days():
    yield from (sayable.eager(seed) for seed in range(1, 9))
    yield from (sayable.crooked_eager(seed) for seed in range(9, 13))
    yield from (sayable.laden(seed) for seed in range(13, 19))
    yield from (days.plain(Random(1), visits=n, technicians=1) for n in (1, 2, 3))
    yield crowded(days.plain(Random(2), visits=40, technicians=1))


def run(day, *, interpreted, steps):
    trial = sayable.trial_of(day)
    if not sayable.is_sayable(trial):
        return
    plan = Plan(encode(trial), seed=1)
    if interpreted:
        guard(plan.question)
        guard(plan)
    sayable.walk(plan, steps=steps)
    sayable.walk(plan, steps=steps // 2, full=False)
    parts = np.arange(plan.question.vehicles) % 2 == 0
    own = np.ones(len(plan.question.node), dtype=np.bool_)
    own[[stop for v, stops in plan.now if not parts[v] for stop in stops]] = False
    orders = plan.now
    plan.confine(vehicles=parts, jobs=own[: plan.question.count])
    plan.take(orders)
    sayable.walk(plan, steps=steps // 2)
    sys.stdout.write(f"{len(plan.best)} routes\n")


def main():
    interpreted = bool(numba.config.DISABLE_JIT)
    for day in small_days():
        run(day, interpreted=interpreted, steps=20 if interpreted else 2000)


if __name__ == "__main__":
    main()
