"""SLA clocks: what was promised by when, in the hours of the agreement.

Elapsed time is always recomputed from the opening, the calendar and the recorded pauses, never
counted up; so a change of priority or agreement loses no pause and restarts nothing wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from dispatch import journal
from dispatch.tickets.states import LIVE
from dispatch.tickets.tables import ClockKind, ClockPause, SlaClock, Ticket
from dispatch.worktime import Hours, Period

WAITING = "waiting-customer"
RESOLVED = "resolved"
WARN_SHARE = 0.75


def start_clocks(ticket: Ticket) -> None:
    """Start what the agreement promises for the ticket's priority, at its opening."""
    agreement = ticket.agreement
    level = agreement.level(ticket.priority.value) if agreement else None
    if level is None:
        return
    promised = {
        ClockKind.RESPOND: level.respond_minutes,
        ClockKind.ARRIVE: level.arrive_minutes,
        ClockKind.RESOLVE: level.resolve_minutes,
    }
    for kind, minutes in promised.items():
        if minutes is not None:
            clock = SlaClock(kind=kind, minutes=minutes, starts_at=ticket.opened_at)
            ticket.clocks.append(clock)
            set_due(ticket, clock)


def live_clock(ticket: Ticket, kind: ClockKind) -> SlaClock | None:
    """The clock that counts; none when nothing was promised."""
    return next(
        (clock for clock in ticket.clocks if clock.kind is kind and clock.replaced_at is None), None
    )


def meet(ticket: Ticket, kind: ClockKind, *, now: datetime) -> None:
    """What was promised is done, in time or not; the first time counts."""
    clock = live_clock(ticket, kind)
    if clock is None or clock.met_at is not None:
        return
    _end_pauses(clock, now=now)
    set_due(ticket, clock)
    clock.met_at = now
    if clock.due_at is not None and now > clock.due_at:
        clock.missed_at = clock.missed_at or clock.due_at


def pause(ticket: Ticket, *, reason: str, now: datetime) -> None:
    """Stop the resolve clock, if the agreement lets it stop. Reasons may overlap."""
    clock = live_clock(ticket, ClockKind.RESOLVE)
    stops = ticket.agreement is not None and ticket.agreement.clock_pauses
    if clock is None or clock.met_at is not None or not stops:
        return
    clock.pauses.append(ClockPause(reason=reason, starts_at=now))
    set_due(ticket, clock)


def go_on(ticket: Ticket, *, reason: str, now: datetime) -> None:
    """End a pause; the clock runs again when the last one has ended."""
    clock = live_clock(ticket, ClockKind.RESOLVE)
    if clock is None:
        return
    for each in clock.pauses:
        if each.reason == reason and each.ends_at is None:
            each.ends_at = now
    set_due(ticket, clock)


def take_up(ticket: Ticket, *, now: datetime) -> None:
    """The trouble is back: the resolve clock goes on from where it stopped."""
    clock = live_clock(ticket, ClockKind.RESOLVE)
    if clock is None or clock.met_at is None:
        return
    clock.pauses.append(ClockPause(reason=RESOLVED, starts_at=clock.met_at, ends_at=now))
    clock.met_at = None
    set_due(ticket, clock)


def drop_clocks(ticket: Ticket, *, now: datetime) -> None:
    """Nothing is promised any more; what was met or missed stays on record."""
    for clock in ticket.clocks:
        if clock.replaced_at is None and clock.met_at is None:
            clock.replaced_at = now


def replace_clocks(session: Session, *, ticket: Ticket, now: datetime) -> None:
    """Priority or agreement has changed: new clocks from the opening, with all recorded pauses."""
    old = {kind: live_clock(ticket, kind) for kind in ClockKind}
    for clock in old.values():
        if clock is not None:
            clock.replaced_at = now
    session.flush()  # one live clock of a kind: the old one must be gone first
    start_clocks(ticket)
    for kind, before in old.items():
        after = live_clock(ticket, kind)
        if before is None or after is None:
            continue
        after.pauses.extend(
            ClockPause(reason=each.reason, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in before.pauses
        )
        set_due(ticket, after)
        after.met_at = before.met_at
        if after.met_at and after.due_at and after.met_at > after.due_at:
            after.missed_at = after.due_at


def set_due(ticket: Ticket, clock: SlaClock) -> None:
    """Work out anew when the clock runs out; none while it stands still."""
    hours = _hours(ticket)
    if any(each.ends_at is None for each in clock.pauses):
        clock.due_at = None
        return
    clock.due_at = _due(hours, start=clock.starts_at, minutes=clock.minutes, pauses=_ended(clock))


def elapsed_minutes(ticket: Ticket, clock: SlaClock, *, now: datetime) -> int:
    """Service minutes that have counted so far, pauses taken off."""
    hours = _hours(ticket)
    end = clock.met_at or now
    counted = hours.open_time(clock.starts_at, end)
    for begins, ends in _merged((each.starts_at, each.ends_at or end) for each in clock.pauses):
        counted -= hours.open_time(max(begins, clock.starts_at), min(ends, end))
    return counted // timedelta(minutes=1)


def overdue(session: Session, *, now: datetime) -> Sequence[SlaClock]:
    """Clocks that have run out and nobody has said so yet, oldest first; one query."""
    return session.scalars(
        _running().where(SlaClock.due_at <= now, SlaClock.missed_at.is_(None))
    ).all()


def watch_clocks(session: Session, *, now: datetime) -> tuple[SlaClock, ...]:
    """Mark clocks that have run out or are three quarters gone, each once, with a fact."""
    missed = overdue(session, now=now)
    for clock in missed:
        clock.missed_at = clock.due_at
        _tell(session, "clock-missed", clock=clock, now=now)
    coming = session.scalars(
        _running().where(SlaClock.due_at > now, SlaClock.warned_at.is_(None))
    ).all()
    near = [
        clock
        for clock in coming
        if elapsed_minutes(clock.ticket, clock, now=now) >= clock.minutes * WARN_SHARE
    ]
    for clock in near:
        clock.warned_at = now
        _tell(session, "clock-warned", clock=clock, now=now)
    session.flush()
    return (*missed, *near)


def _hours(ticket: Ticket) -> Hours:
    assert ticket.agreement is not None  # a clock comes from an agreement
    return ticket.agreement.hours


def _due(hours: Hours, *, start: datetime, minutes: int, pauses: Iterable[Period]) -> datetime:
    """When so many service minutes outside the pauses have passed."""
    left = timedelta(minutes=minutes)
    at = start
    for begins, ends in _merged(pauses):
        if ends <= at:
            continue
        run = hours.open_time(at, begins)
        if run >= left:
            break
        left -= run
        at = max(at, ends)
    return hours.add(at, left / timedelta(minutes=1))


def _ended(clock: SlaClock) -> list[Period]:
    return [(each.starts_at, each.ends_at) for each in clock.pauses if each.ends_at is not None]


def _end_pauses(clock: SlaClock, *, now: datetime) -> None:
    for each in clock.pauses:
        each.ends_at = each.ends_at or now


def _merged(periods: Iterable[Period]) -> list[Period]:
    merged: list[Period] = []
    for begins, ends in sorted(periods):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def _running() -> Select[SlaClock]:
    return (
        select(SlaClock)
        .where(SlaClock.met_at.is_(None), SlaClock.replaced_at.is_(None))
        .join(SlaClock.ticket)
        .where(Ticket.state.in_(LIVE))
        .options(contains_eager(SlaClock.ticket).joinedload(Ticket.agreement))
        .order_by(SlaClock.due_at, SlaClock.id)
    )


def _tell(session: Session, kind: str, *, clock: SlaClock, now: datetime) -> None:
    journal.record(
        session,
        kind,
        thing="ticket",
        thing_id=clock.ticket_id,
        ticket_id=clock.ticket_id,
        now=now,
        clock=clock.kind.value,
        due_at=clock.due_at.isoformat() if clock.due_at else None,
    )
