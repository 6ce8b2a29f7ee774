"""When a visit may start: opening hours, promise, release, preferred windows, deadlines.

Trade windows are half-open, the planner's are closed: ``[opens, closes)`` of whole seconds becomes
``[opens, closes - 1]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import places, tickets
from dispatch.planning.briefs.prices import Settings
from dispatch.planning.briefs.reading import Period, Reading
from dispatch.promises import Promise
from dispatch.tickets import ClockKind
from dispatch.visits import Visit
from routing.problem import Deadline, DeadlineOf, Job, Window, WindowWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What bounds the start of one visit."""

    windows: tuple[Window, ...]
    finish_inside: bool
    promise: Window | None
    release: int | None


def is_closed(reading: Reading, visit: Visit) -> bool:
    """Whether the site does not open at all on this day."""
    return bool(visit.site.opening_hours) and not open_periods(reading, visit)


def open_periods(reading: Reading, visit: Visit) -> tuple[Period, ...]:
    """Opening hours of the site on this day; for shifts that run on, of the next one too."""
    if not visit.site.opening_hours:
        return ()
    days = [reading.day]
    if any(shift.ends_at > reading.closes_at for shift in reading.shifts):
        days.append(reading.day + timedelta(days=1))
    return tuple(period for day in days for period in places.open_windows(visit.site, day=day))


def times(reading: Reading, visit: Visit, *, accepted: frozenset[str]) -> Times:
    """The hard bounds; rules that a dispatcher has broken on purpose are left out.

    Work that is longer than every opening may end after closing time: somebody will wait for it.
    """
    promise = reading.promises.get(visit.id)
    periods = () if "E_WINDOW" in accepted else open_periods(reading, visit)
    if promise is not None and not _meet(periods, promise):
        periods = ()  # we said a time outside of the opening hours: our word counts
    longest = max((closes - opens for opens, closes in periods), default=timedelta(0))
    release = None if "E_RELEASE" in accepted else visit.release_at
    return Times(
        windows=closed_windows(reading, periods),
        finish_inside=longest >= timedelta(minutes=visit.work_minutes),
        promise=None if promise is None or "E_PROMISE" in accepted else told(reading, promise),
        release=None if release is None else reading.seconds(release),
    )


def for_helpers(lead: Job) -> tuple[Window, ...]:
    """Starts of those who come along: as the lead's, within the promise while it can be kept."""
    late = lead.duration_s if lead.finish_inside else 0
    hours = [(hour.opens, hour.closes - late) for hour in lead.windows]
    if lead.promise is not None and lead.promise_hard:
        told = lead.promise
        hours = [(max(a, told.opens), min(b, told.closes)) for a, b in hours]
        hours = [(a, b) for a, b in hours if a <= b] or [(told.opens, told.closes)]
    return tuple(Window(opens=opens, closes=closes) for opens, closes in hours if opens <= closes)


def release_of_helpers(lead: Job) -> float | None:
    """Nobody comes before the promised window opens."""
    bounds = [lead.release, None if lead.promise is None else lead.promise.opens]
    return max((bound for bound in bounds if bound is not None), default=None)


def told(reading: Reading, promise: Promise) -> Window:
    """The promise as the planner writes it."""
    (window,) = closed_windows(reading, [(promise.opens_at, promise.closes_at)])
    return window


def closed_windows(reading: Reading, periods: Iterable[Period]) -> tuple[Window, ...]:
    """Half-open periods as closed windows of whole seconds; what is empty is left out."""
    bounds = ((reading.seconds(opens), reading.seconds(closes) - 1) for opens, closes in periods)
    return tuple(
        Window(opens=opens, closes=closes) for opens, closes in sorted(bounds) if closes >= opens
    )


def preference(reading: Reading, visit: Visit, *, settings: Settings) -> WindowWish | None:
    """The windows that the customer likes best on this day, with the price of missing them."""
    periods = [
        (wish.opens_at, wish.closes_at)
        for wish in visit.preferred_windows
        if wish.opens_at < reading.closes_at and wish.closes_at > reading.opens_at
    ]
    if not periods:
        return None
    return WindowWish(
        windows=closed_windows(reading, periods),
        cost_per_s=settings.outside_preference_minor_per_minute / 60,
        max_cost=settings.outside_preference_cap_minor,
    )


def deadlines(reading: Reading, visit: Visit, *, settings: Settings) -> tuple[Deadline, ...]:
    """The price of coming, and of ending, after the agreed time.

    Minutes count in the agreement's hours. What was lost before today cannot be won back.
    """
    hours = _service_hours(reading, visit)
    if hours is None:
        return ()
    ends_by = resolve_by(visit)
    due = [(DeadlineOf.START, visit.due_at)]
    if ends_by is not None and ends_by != visit.due_at:
        due.append((DeadlineOf.END, ends_by))
    return tuple(
        _deadline(reading, visit, of=of, at=at, hours=hours, settings=settings)
        for of, at in due
        if at is not None
    )


def resolve_by(visit: Visit) -> datetime | None:
    """By when the trouble must be over, as far as it was sold and still can be kept or missed."""
    clock = tickets.live_clock(visit.ticket, ClockKind.RESOLVE)
    return None if clock is None or clock.met_at is not None else clock.due_at


def _deadline(
    reading: Reading,
    visit: Visit,
    *,
    of: DeadlineOf,
    at: datetime,
    hours: tuple[Window, ...],
    settings: Settings,
) -> Deadline:
    since = reading.seconds(max(at, reading.opens_at))
    hourly = _agreed_penalty(visit)
    if hourly:
        return Deadline(of=of, at=since, cost_per_s=hourly / 3600, step_s=3600, hours=hours)
    per_second = settings.overdue_minor_per_minute / 60
    return Deadline(
        of=of, at=since, cost=settings.overdue_minor, cost_per_s=per_second, hours=hours
    )


def _service_hours(reading: Reading, visit: Visit) -> tuple[Window, ...] | None:
    """The agreement's hours on this day and the next; empty when it is served day and night.

    None when there are none, on a holiday say: then nothing can be late.
    """
    agreement = visit.agreement
    if agreement is None or agreement.hours.always:
        return ()
    days = (reading.day, reading.day + timedelta(days=1))
    periods = [period for day in days for period in agreement.hours.windows_on(day)]
    found = tuple(
        Window(opens=reading.seconds(opens), closes=reading.seconds(closes))
        for opens, closes in sorted(periods)
    )
    return found or None


def _agreed_penalty(visit: Visit) -> int:
    """Minor units for each started hour, from the agreement's service level."""
    agreement = visit.agreement
    if agreement is None:
        return 0
    return next(
        (
            level.penalty_minor_per_hour
            for level in agreement.levels
            if level.priority == visit.priority.value
        ),
        0,
    )


def _meet(periods: Iterable[Period], promise: Promise) -> bool:
    return any(opens < promise.closes_at and closes > promise.opens_at for opens, closes in periods)


def is_lost(promise: Promise, *, earliest_start: datetime) -> bool:
    """Whether nobody can start inside the promise any more."""
    return promise.closes_at <= earliest_start
