"""Service hours and their arithmetic: weekly hours and public holidays in one time zone.

Pure: no table, no clock. Lengths are computed in UTC, so a night on which clocks change is as
long as it really was. Hours as they are stored: ``[[weekday, "08:00", "12:00"], ..]`` in wall times
with Monday = 0; an end that is not after its start belongs to the next day ("24:00" is midnight);
an empty list means day and night, holidays included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

Period = tuple[datetime, datetime]
FURTHEST = timedelta(days=3660)  # hours that give nothing in ten years never will
NIGHT = "24:00"


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody serves: ``weekly`` as stored, an IANA zone, an ISO country for holidays.

    An empty ``country`` knows no holidays. Raises ValueError when made from anything malformed.
    """

    weekly: tuple[tuple[int, time, time], ...]
    zone: ZoneInfo
    country: str

    @classmethod
    def read(cls, stored: Sequence[Any], *, zone: str, country: str = "") -> Hours:
        """Hours from what a site or an agreement stores."""
        if country:
            _free_days(country, 2026)  # an unknown country ends here, not in the middle of a night
        weekly = tuple(sorted(_entry(*row) for row in stored))
        return cls(weekly, ZoneInfo(zone), country)

    @property
    def always(self) -> bool:
        """Whether it is served day and night."""
        return not self.weekly

    def windows_on(self, day: date) -> tuple[Period, ...]:
        """Open periods that begin on a local day, merged, in UTC; none on a holiday."""
        if self.always:
            return ((self._utc(day, time.min), self._utc(day + timedelta(days=1), time.min)),)
        if self.country and day in _free_days(self.country, day.year):
            return ()
        return tuple(
            _merged(
                (self._utc(day, opens), self._utc(_end_day(day, opens, closes), closes))
                for weekday, opens, closes in self.weekly
                if weekday == day.weekday()
            )
        )

    def is_open(self, at: datetime) -> bool:
        """Whether ``at`` lies in service hours, which are half-open."""
        return self.open_time(at, at + timedelta(microseconds=1)) > timedelta(0)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Service time between two instants; nothing when the end is not after the start."""
        if self.always or end <= start:
            return max(end - start, timedelta(0))
        total = timedelta(0)
        for opens, closes in self._open_from(start, until=end):
            total += min(closes, end) - max(opens, start)
        return total

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Whole minutes of service time between two instants."""
        return self.open_time(start, end) // timedelta(minutes=1)

    def add(self, start: datetime, minutes: float) -> datetime:
        """The first instant by which so much service time has passed since ``start``, in UTC."""
        left = timedelta(minutes=minutes)
        if self.always or left <= timedelta(0):
            return start.astimezone(UTC) + max(left, timedelta(0))
        for opens, closes in self._open_from(start, until=start + FURTHEST):
            begins = max(opens, start.astimezone(UTC))
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        raise ValueError(f"no service time in ten years after {start}")

    def working_days_after(self, start: datetime, days: int) -> datetime:
        """The opening of the nth local day with service hours after the day of ``start``."""
        day = start.astimezone(self.zone).date()
        last = day + FURTHEST
        while day < last:
            day += timedelta(days=1)
            windows = self.windows_on(day)
            days -= bool(windows)
            if days <= 0 and windows:
                return windows[0][0]
        raise ValueError(f"no service time in ten years after {start}")

    def _open_from(self, start: datetime, *, until: datetime) -> Iterator[Period]:
        """Merged open periods that touch [start, until), in order."""
        day = start.astimezone(self.zone).date() - timedelta(days=1)  # its night may reach over
        last = until.astimezone(self.zone).date()
        pending: Period | None = None
        while day <= last:
            for window in self.windows_on(day):
                if pending and window[0] <= pending[1]:
                    pending = (pending[0], max(pending[1], window[1]))
                    continue
                if pending and start < pending[1] and pending[0] < until:
                    yield pending
                pending = window
            day += timedelta(days=1)
        if pending and start < pending[1] and pending[0] < until:
            yield pending

    def _utc(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)


def _entry(weekday: int, opens: str, closes: str) -> tuple[int, time, time]:
    if weekday not in range(7):
        raise ValueError(f"weekday {weekday!r} is not 0 to 6")
    ends = time.min if closes == NIGHT else time.fromisoformat(closes)
    return weekday, time.fromisoformat(opens), ends


def _end_day(day: date, opens: time, closes: time) -> date:
    return day if closes > opens else day + timedelta(days=1)


def _merged(windows: Iterable[Period]) -> list[Period]:
    merged: list[Period] = []
    for opens, closes in sorted(windows):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


@lru_cache(maxsize=256)
def _free_days(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country. Raises ValueError when nobody knows them."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        raise ValueError(f"no holidays are known for {country!r}") from None
