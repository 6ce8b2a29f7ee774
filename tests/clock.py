"""Fixed times. The default day is nasty: clocks go forward in Warsaw on the night before it.

29 March 2026 is a Sunday of 23 hours; 02:30 does not exist on it, and a wall time is one hour
fewer after midnight than it looks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Warsaw")
DAY = date(2026, 3, 29)
THE_DAY_BEFORE = DAY - timedelta(days=1)


def at(wall: str, *, day: date = DAY, zone: ZoneInfo = ZONE) -> datetime:
    """The instant at which clocks in ``zone`` show ``wall`` ("09:30") on ``day``, in UTC."""
    return datetime.combine(day, time.fromisoformat(wall), tzinfo=zone).astimezone(UTC)


NOW = at("07:00")


class StillClock:
    """A clock that moves only when a test moves it; called like the real one."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **length: float) -> datetime:
        """Move on by a ``timedelta(**length)`` and return the new now."""
        self.now += timedelta(**length)
        return self.now
