"""The one file that asks what time it is; everybody else is told.

In demo mode another clock may take its place: it stands still, is set to a moment, or runs
faster. Its state lies in ``clock.json`` of the instance folder, so that a command can move the
clock of a running server. Moments are aware UTC.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, current_app

Clock = Callable[[], datetime]
# The demo clock never runs faster than an hour in a second: chores must keep up.
FASTEST = 3600


def system() -> datetime:
    """Return this moment by the computer's own clock."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return this moment by the clock of the current application."""
    return clock_of(current_app)()


def true_now() -> datetime:
    """Return this moment by the clock that no demo moves: sign-ins last for true hours."""
    moment: datetime = current_app.extensions["onsite.true-clock"]()
    return moment


def clock_of(app: Flask) -> Clock:
    """Return the clock that tells ``app`` the time, for those who outlive a request."""
    clock: Clock = app.extensions["onsite.clock"]
    return clock


def use(app: Flask, *, clock: Clock, true_clock: Clock) -> None:
    """Let ``clock`` tell ``app`` the time of the trade, and ``true_clock`` that of sign-ins."""
    app.extensions["onsite.clock"] = clock
    app.extensions["onsite.true-clock"] = true_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClock:
    """A clock that can be set, stopped (speed 0) and hurried; true time until it is first set."""

    path: Path

    def __call__(self) -> datetime:
        """Return the moment that the demo is at."""
        try:
            state = json.loads(self.path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return system()
        passed = system() - datetime.fromisoformat(state["set_at"])
        return datetime.fromisoformat(state["moment"]) + passed * float(state["speed"])

    @property
    def speed(self) -> float:
        """How many seconds pass on it in one second."""
        if not self.path.exists():
            return 1.0
        return float(json.loads(self.path.read_text(encoding="ascii"))["speed"])

    def set(self, *, moment: datetime, speed: float) -> None:
        """Go to ``moment`` and run on from there, ``speed`` times as fast as true time."""
        if moment.tzinfo is None:
            raise ValueError(f"naive datetime: {moment!r}")
        if not 0 <= speed <= FASTEST:
            raise ValueError(f"speed {speed} is not between 0 and {FASTEST}")
        state = {
            "moment": moment.astimezone(UTC).isoformat(),
            "set_at": system().isoformat(),
            "speed": speed,
        }
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(state), encoding="ascii")
        draft.replace(self.path)  # a reader sees the old state or the new one

    def step(self, *, by: timedelta) -> None:
        """Go forward by so much; the speed stays."""
        self.set(moment=self() + by, speed=self.speed)

    def forget(self) -> None:
        """Go back to true time."""
        self.path.unlink(missing_ok=True)
