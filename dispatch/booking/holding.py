"""Holding a window: thought out beforehand, proved again under the day's lock, then written.

`propose` reads and thinks; `hold` writes. When the technician's round has changed in between, the
place is looked for again in that round alone, so that the lock is held for milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import DispatchError, WrongState
from dispatch.booking.grid import Period
from dispatch.booking.offers import (
    DEFAULT_BOOKING,
    Booking,
    Offer,
    PlaceUnsure,
    demand_bookable,
    insertions,
    offer_of,
    periods_of_day,
)
from dispatch.planning import assignments, briefs, occupancy
from dispatch.planning.assignments import Place
from dispatch.planning.briefs import DEFAULT, Marks, Settings
from dispatch.planning.drafts import Insertion
from dispatch.planning.occupancy import TechnicianBusy
from dispatch.promises import Hold, HoldHelper, HoldState, promises_of
from dispatch.visits import Visit
from routing.travel.provider import Provider

# WCAG 2.2.1: whoever needs longer may ask for it ten times.
EXTENSIONS = 10
OTHERS = 3
HOLD = timedelta(minutes=5)


class WindowTaken(DispatchError):
    """The window can no longer be kept. ``others`` are up to three windows of that day that can."""

    code: ClassVar[str] = "window-taken"


class HoldExpired(DispatchError):
    """The hold ``hold_id`` is over; the window is free again."""

    code: ClassVar[str] = "hold-expired"


class TooManyExtensions(DispatchError):
    """The hold ``hold_id`` has been extended as often as it may be."""

    code: ClassVar[str] = "too-many-extensions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A window, where its visit would stand, and what was read to find that out."""

    visit_id: int
    territory_id: int
    day: date
    opens_at: datetime
    closes_at: datetime
    insertion: Insertion
    seen: Marks
    revision: int
    others: tuple[Offer, ...]
    settings: Settings

    @property
    def technician_ids(self) -> frozenset[int]:
        """Everybody who would go."""
        return self.insertion.technician_ids


def propose(
    session: Session,
    *,
    visit: Visit,
    opens_at: datetime,
    closes_at: datetime,
    travel: Provider,
    now: datetime,
    booking: Booking = DEFAULT_BOOKING,
    settings: Settings = DEFAULT,
) -> Proposal:
    """Find a place for a window. Reads only; takes the time of one day's offers.

    Raises WindowTaken, with up to three others of that day, WrongState when the visit waits for
    no window, PlaceUnsure when nobody knows yet in which street it is.
    """
    demand_bookable(visit, verb="hold")
    if visit.site.is_unsure:
        raise PlaceUnsure(site_id=visit.site_id)
    day = opens_at.astimezone(visit.site.tz).date()
    brief = briefs.brief(
        session,
        territory_id=visit.territory_id,
        day=day,
        travel=travel,
        settings=settings,
        now=now,
        candidate=visit,
    )
    period = (opens_at, closes_at)
    grid = periods_of_day(brief, visit=visit, booking=booking)
    found = insertions(brief, visit=visit, periods=[period, *grid])
    insertion = found.pop(period, None)
    others = _offers(found, visit=visit, day=day)
    if insertion is None or opens_at < now:
        raise _taken(visit, period, others)
    return Proposal(
        visit_id=visit.id,
        territory_id=visit.territory_id,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        insertion=insertion,
        seen=brief.stamp.seen,
        revision=brief.stamp.revision,
        others=others,
        settings=settings,
    )


def overtaken(session: Session, *, proposal: Proposal) -> bool:
    """Whether the day has changed since the proposal: think again rather than prove under the lock.

    Reads one row and waits for nobody, so it is a hint; `hold` proves again whatever this says.
    """
    present = assignments.revision(session, territory_id=proposal.territory_id, day=proposal.day)
    return present != proposal.revision


def hold(
    session: Session,
    *,
    proposal: Proposal,
    travel: Provider,
    now: datetime,
    length: timedelta = HOLD,
    by: Account | None = None,
) -> Hold:
    """Reserve the window until it expires; the visit's former hold is let go.

    Of a visit for several people everybody's time is taken, or nobody's. Among all who want the last
    place of a round exactly one gets it. Raises WindowTaken.
    """
    visit = session.get_one(Visit, proposal.visit_id)
    _lock(session, visit=visit, proposal=proposal, now=now)
    insertion = _proved_again(session, visit=visit, proposal=proposal, travel=travel, now=now)
    made = Hold(
        visit_id=visit.id,
        state=HoldState.HELD,
        opens_at=proposal.opens_at,
        closes_at=proposal.closes_at,
        held_at=now,
        expires_at=now + length,
        helpers=[HoldHelper(**_seat(place)) for place in insertion.helpers],
        **_seat(insertion.place),
    )
    try:
        with session.begin_nested():
            _reserve(session, hold=made, insertion=insertion, proposal=proposal, now=now)
    except TechnicianBusy:
        raise _taken(visit, (proposal.opens_at, proposal.closes_at), proposal.others) from None
    _tell(session, "window-held", hold=made, now=now, by=by)
    return made


def extend_hold(session: Session, *, hold: Hold, now: datetime, length: timedelta = HOLD) -> Hold:
    """More time to decide, counted from now. Raises HoldExpired, TooManyExtensions."""
    touch(session, hold=hold)
    demand_live(hold, now=now)
    if hold.extended >= EXTENSIONS:
        raise TooManyExtensions(hold_id=hold.id)
    hold.extended += 1
    hold.expires_at = now + length
    session.flush()
    return hold


def let_go(session: Session, *, hold: Hold, now: datetime, by: Account | None = None) -> Hold:
    """The customer does not want the window; it is free at once. Raises HoldExpired."""
    touch(session, hold=hold)
    demand_live(hold, now=now)
    occupancy.end_hold(session, hold=hold, state=HoldState.LET_GO)
    _tell(session, "hold-let-go", hold=hold, now=now, by=by)
    return hold


def expire_holds(session: Session, *, now: datetime) -> int:
    """Free the windows of holds that ran out; returns how many. Other verbs do not wait for it."""
    over = session.scalars(
        select(Hold).where(Hold.state == HoldState.HELD, Hold.expires_at <= now).order_by(Hold.id)
    ).all()
    assignments.lock(
        session,
        days=[(hold.shift.day, hold.technician.territory_id) for hold in over],
        technician_ids=[who for hold in over for who in hold.technician_ids],
    )
    ended = 0
    for hold in over:
        session.refresh(hold)
        if hold.state is HoldState.HELD and hold.expires_at <= now:
            occupancy.end_hold(session, hold=hold, state=HoldState.EXPIRED)
            _tell(session, "hold-expired", hold=hold, now=now, by=None)
            ended += 1
    return ended


def demand_live(hold: Hold, *, now: datetime) -> None:
    """Raises HoldExpired when its time is over, WrongState when it was used or let go."""
    if hold.state is HoldState.EXPIRED or (hold.state is HoldState.HELD and hold.expires_at <= now):
        raise HoldExpired(hold_id=hold.id)
    if hold.state is not HoldState.HELD:
        raise WrongState(thing="hold", id=hold.id, state=hold.state.value, verb="use")


def touch(session: Session, *, hold: Hold) -> None:
    """Hold the day on which the hold lies, and read it anew: somebody may have been faster."""
    day = (hold.shift.day, hold.technician.territory_id)
    assignments.lock(session, days=[day], technician_ids=hold.technician_ids)
    session.refresh(hold)


def _offers(found: Mapping[Period, Insertion], *, visit: Visit, day: date) -> tuple[Offer, ...]:
    offers = (offer_of(visit, day, period, insertion) for period, insertion in found.items())
    return tuple(sorted(offers, key=lambda offer: (offer.extra_minor, offer.opens_at)))


def _lock(session: Session, *, visit: Visit, proposal: Proposal, now: datetime) -> None:
    """Hold visit and days concerned; what stands in the way of the new hold goes.

    Raises WrongState when the visit waits for no window any more.
    """
    former = session.scalar(
        select(Hold).where(Hold.visit_id == visit.id, Hold.state == HoldState.HELD)
    )
    days = {(proposal.day, proposal.territory_id)}
    people = set(proposal.technician_ids)
    if former is not None:
        people |= former.technician_ids
        days.add((former.shift.day, former.technician.territory_id))
    own = assignments.lock_visit(session, visit=visit, days=days, technician_ids=people)
    demand_bookable(visit, verb="hold")
    for day, territory_id in sorted({*days, *((row.day, row.territory_id) for row in own)}):
        assignments.sweep(session, territory_id=territory_id, day=day, now=now)
    if former is not None and former.state is HoldState.HELD:
        occupancy.end_hold(session, hold=former, state=HoldState.LET_GO)


def _proved_again(
    session: Session, *, visit: Visit, proposal: Proposal, travel: Provider, now: datetime
) -> Insertion:
    """The insertion as it was found, or, when a round has changed, another in the same rounds."""
    people = proposal.technician_ids
    reading = briefs.read(
        session,
        territory_id=proposal.territory_id,
        day=proposal.day,
        now=now,
        candidate=visit,
        technician_ids=people,
    )
    seen = briefs.marks(reading)
    if all(seen.same_round(who, since=proposal.seen) for who in people):
        return proposal.insertion
    period = (proposal.opens_at, proposal.closes_at)
    brief = briefs.compose(reading, travel=travel, settings=proposal.settings)
    insertion = insertions(brief, visit=visit, periods=[period]).get(period)
    if insertion is None:
        raise _taken(visit, period, _still_free(session, proposal, visit=visit, now=now))
    return insertion


def _still_free(
    session: Session, proposal: Proposal, *, visit: Visit, now: datetime
) -> tuple[Offer, ...]:
    """Windows found before that stand on rounds which have not changed."""
    if all(proposal.technician_ids & offer.technician_ids for offer in proposal.others):
        return ()
    reading = briefs.read(
        session,
        territory_id=proposal.territory_id,
        day=proposal.day,
        now=now,
        candidate=visit,
    )
    seen = briefs.marks(reading)
    return tuple(
        offer
        for offer in proposal.others
        if all(seen.same_round(who, since=proposal.seen) for who in offer.technician_ids)
    )


def _reserve(
    session: Session, *, hold: Hold, insertion: Insertion, proposal: Proposal, now: datetime
) -> None:
    """Make room: the visit's own unpromised place goes, the rounds' other stops are re-timed."""
    own = [
        row
        for row in assignments.assignments_of(session, visit_id=hold.visit_id)
        if row.state in assignments.MOVABLE
    ]
    promised = promises_of(session, visit_ids=[hold.visit_id])
    assignments.write_places(
        session,
        territory_id=proposal.territory_id,
        day=proposal.day,
        places=assignments.changed(session, places=insertion.others),
        released=() if promised else own,
        now=now,
    )
    session.add(hold)
    session.flush()
    occupancy.occupy_hold(session, hold=hold)


def _seat(place: Place) -> dict[str, Any]:
    """The columns that say where somebody would stand in a round."""
    return {
        "technician_id": place.technician_id,
        "shift_id": place.shift_id,
        "position": place.position,
        "arrives_at": place.arrives_at,
        "starts_at": place.starts_at,
        "ends_at": place.ends_at,
        "travel_seconds": place.travel_seconds,
        "travel_metres": place.travel_metres,
    }


def _taken(visit: Visit, period: Period, others: Sequence[Offer]) -> WindowTaken:
    opens_at, closes_at = period
    return WindowTaken(
        visit_id=visit.id,
        opens_at=opens_at,
        closes_at=closes_at,
        others=[(offer.opens_at, offer.closes_at) for offer in others[:OTHERS]],
    )


def _tell(session: Session, kind: str, *, hold: Hold, now: datetime, by: Account | None) -> None:
    journal.record(
        session,
        kind,
        thing="visit",
        thing_id=hold.visit_id,
        now=now,
        by=by,
        ticket_id=hold.visit.ticket_id,
        hold_id=hold.id,
        opens_at=hold.opens_at.isoformat(),
        closes_at=hold.closes_at.isoformat(),
    )
