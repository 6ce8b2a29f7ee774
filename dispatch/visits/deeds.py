"""How a technician's deeds move a visit. Who did it, and the phone's times, are kept in field."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.accounts import Account
from dispatch.base import Incomplete
from dispatch.tickets import ClockKind, clocks
from dispatch.visits.states import expect_step, step, tell
from dispatch.visits.tables import Visit, VisitState


def set_off(session: Session, *, visit: Visit, now: datetime, by: Account | None = None) -> None:
    """Somebody drives there. Raises WrongState."""
    step(visit, "set-off")
    tell(session, "visit-set-off", visit=visit, now=now, by=by)


def arrive(session: Session, *, visit: Visit, now: datetime, by: Account | None = None) -> None:
    """Somebody is there, also without having said that they set off. Raises WrongState."""
    step(visit, "arrive")
    clocks.meet(visit.ticket, ClockKind.ARRIVE, now=now)
    tell(session, "visit-arrived", visit=visit, now=now, by=by)


def turn_back(
    session: Session, *, visit: Visit, reason: str, now: datetime, by: Account | None = None
) -> None:
    """The drive is given up; the visit waits for a new place. Raises Incomplete, WrongState."""
    expect_step(visit, "turn-back")
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    step(visit, "turn-back")
    tell(session, "visit-turned-back", visit=visit, now=now, by=by, reason=reason.strip())


def pause(
    session: Session, *, visit: Visit, minutes_left: int, now: datetime, by: Account | None = None
) -> None:
    """Work stops with so many minutes to go, which are planned anew. Raises Incomplete, WrongState."""
    expect_step(visit, "pause")
    if not 1 <= minutes_left <= 24 * 60:
        raise Incomplete(missing=["minutes_left"])
    step(visit, "pause")
    visit.work_minutes = minutes_left
    tell(session, "visit-paused", visit=visit, now=now, by=by, minutes_left=minutes_left)


def finish(session: Session, *, visit: Visit, now: datetime, by: Account | None = None) -> None:
    """The need is met, or there was none: the visit is done. Raises WrongState."""
    _end(session, visit=visit, verb="finish", now=now, by=by)


def finish_for_now(
    session: Session, *, visit: Visit, now: datetime, by: Account | None = None
) -> None:
    """It takes another visit: this one ends as follow-up. Raises WrongState."""
    _end(session, visit=visit, verb="finish-for-now", now=now, by=by)


def _end(session: Session, *, visit: Visit, verb: str, now: datetime, by: Account | None) -> None:
    if visit.state is not VisitState.ON_SITE:  # the phone's "arrived" was lost on the way
        arrive(session, visit=visit, now=now, by=by)
    step(visit, verb)
    visit.closed_at = now
    tell(session, "visit-finished", visit=visit, now=now, by=by, state=visit.state.value)
