"""The days of a demo world: which are worked, and what a wall time there is in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from dispatch.demo.pack import Setting

# A region whose holidays stand for the country's.
REGIONS = {"GB": "ENG"}
Hours = list[list[object]]


class Calendar:
    """Working days are Monday to Friday without public holidays."""

    def __init__(self, setting: Setting, *, around: date) -> None:
        years = range(around.year - 1, around.year + 2)
        region = REGIONS.get(setting.country)
        self.tz = ZoneInfo(setting.zone)
        self._holidays = holidays.country_holidays(setting.country, subdiv=region, years=years)

    def worked(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._holidays

    def first_worked(self, day: date) -> date:
        """``day`` itself, or the next one that is worked."""
        while not self.worked(day):
            day += timedelta(days=1)
        return day

    def shifted(self, day: date, days: int) -> date:
        """So many working days later, or earlier when negative."""
        step = timedelta(days=1 if days > 0 else -1)
        for _ in range(abs(days)):
            day += step
            while not self.worked(day):
                day += step
        return day

    def at(self, day: date, minute: float) -> datetime:
        """A wall time, in minutes after midnight and whole seconds, as UTC."""
        midnight = datetime.combine(day, time(), tzinfo=self.tz)
        return (midnight + timedelta(seconds=round(minute * 60))).astimezone(UTC)

    def minute_of(self, moment: datetime) -> float:
        """Wall minutes after midnight."""
        local = moment.astimezone(self.tz)
        return local.hour * 60 + local.minute + local.second / 60


def clock(minute: int) -> str:
    """Minutes after midnight as opening hours write them."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def opening(hours: dict[int, list[tuple[int, int]]]) -> Hours:
    """Minutes after midnight by weekday, in the form of a site's opening hours."""
    return [
        [weekday, clock(opens), clock(closes)]
        for weekday, periods in sorted(hours.items())
        for opens, closes in periods
    ]
