"""The day as a picture of rows: where each bar stands, in pixels from the left edge.

Numbers only, from instants: no word, no query. A row shows a technician's shift, what is promised,
travel, wait and work. Positions are minutes of real time times ``scale``, so the night on which
clocks go forward is an hour narrower, as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.planning.rounds import Day, Round, RoundStop

# A bar must be wide enough to be hit by a finger (WCAG 2.5.8), whatever the scale.
NARROWEST = 24.0
# Shown when nobody works: the hours of an ordinary day.
IDLE_DAY = (7, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of time in a row; ``x`` and ``width`` in pixels."""

    kind: str
    x: float
    width: float


_Draw = Callable[[str, datetime, datetime], Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One stop with everything that is drawn for it."""

    stop: RoundStop
    work: Bar
    travel: Bar | None
    wait: Bar | None
    promise: Bar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One technician's day."""

    round: Round
    ground: tuple[Bar, ...]
    pieces: tuple[Piece, ...]
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A full hour on the scale."""

    x: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole picture; ``now`` is where this moment stands, or none on another day."""

    width: float
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    now: float | None


def draw(day: Day, *, scale: float, now: datetime) -> Timeline:
    """Lay out a day at ``scale`` pixels a minute."""
    opens, closes = _span(day)

    def x(moment: datetime) -> float:
        return round((moment - opens).total_seconds() / 60 * scale, 1)

    def bar(kind: str, start: datetime, end: datetime) -> Bar:
        start, end = max(start, opens), min(end, closes)
        return Bar(kind=kind, x=x(start), width=max(0.0, round(x(end) - x(start), 1)))

    return Timeline(
        width=x(closes),
        ticks=tuple(Tick(x=x(at), at=at) for at in _hours(opens, closes, day.territory.tz)),
        rows=tuple(
            Row(
                round=round_,
                ground=tuple(_ground(round_, bar=bar)),
                pieces=tuple(_piece(stop, bar=bar) for stop in round_.stops),
                load=_load(round_),
            )
            for round_ in day.rounds
        ),
        now=x(now) if opens <= now < closes else None,
    )


def _span(day: Day) -> tuple[datetime, datetime]:
    """From the first to the last thing on the board, to full hours, half an hour to spare."""
    moments = [moment for round_ in day.rounds for shift in round_.shifts for moment in shift]
    for round_ in day.rounds:
        for stop in round_.stops:
            moments += [stop.arrives_at - timedelta(seconds=stop.travel_seconds), stop.ends_at]
    if not moments:
        first, last = IDLE_DAY
        start = day.starts_at.astimezone(UTC)
        return start + timedelta(hours=first), start + timedelta(hours=last)
    first_hour = (min(moments) - timedelta(minutes=10)).astimezone(UTC)
    last_hour = (max(moments) + timedelta(minutes=10)).astimezone(UTC)
    opens = first_hour.replace(minute=0, second=0, microsecond=0)
    closes = last_hour.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return opens, closes


def _hours(opens: datetime, closes: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Walk the full hours in real time: a day has 23, 24 or 25 of them."""
    at = opens.astimezone(UTC)
    while at < closes:
        yield at.astimezone(zone)
        at += timedelta(hours=1)


def _ground(round_: Round, *, bar: _Draw) -> Iterator[Bar]:
    for start, end in round_.shifts:
        yield bar("shift", start, end)
    for pause in round_.pauses:
        yield bar("pause", pause.earliest_at, pause.latest_at + timedelta(minutes=pause.minutes))
    for start, end in round_.absences:
        yield bar("absence", start, end)


def _piece(stop: RoundStop, *, bar: _Draw) -> Piece:
    work = bar("work", stop.starts_at, stop.ends_at)
    promise = stop.visit.promise
    leaves = stop.arrives_at - timedelta(seconds=stop.travel_seconds)
    return Piece(
        stop=stop,
        work=Bar(kind=work.kind, x=work.x, width=max(NARROWEST, work.width)),
        travel=bar("travel", leaves, stop.arrives_at) if stop.travel_seconds else None,
        wait=bar("wait", stop.arrives_at, stop.starts_at)
        if stop.starts_at > stop.arrives_at
        else None,
        promise=bar("promise", promise.opens_at, promise.closes_at) if promise else None,
    )


def _load(round_: Round) -> float:
    """Share of the shift that is filled with work and travel, 0 to 1 and beyond."""
    if not round_.shift_minutes:
        return 0.0
    return (round_.work_minutes + round_.travel_minutes) / round_.shift_minutes
