"""Windows that the plan in force can truly keep, best first.

Each stands on a proved insertion: roads both ways, skills, breaks, promises to others. Offers are
values; making them writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy.orm import Session

from dispatch.base import DispatchError, WrongState
from dispatch.booking.grid import Period, windows_of
from dispatch.planning import briefs, seats
from dispatch.planning.briefs import DEFAULT, Brief, Settings
from dispatch.planning.drafts import Draft, Insertion, free
from dispatch.visits import Visit, VisitState
from routing.problem import Job, Window
from routing.travel.provider import Provider

# Extra minutes on the road up to which an offer is called so. Starting values.
BEST_MINUTES = 10
GOOD_MINUTES = 25
BOOKABLE = (VisitState.READY, VisitState.PAUSED)


class Grade(StrEnum):
    """How well a window fits what is driven anyway."""

    BEST = "best"
    GOOD = "good"
    POSSIBLE = "possible"


class PlaceUnsure(DispatchError):
    """Nobody knows yet in which street ``site_id`` is, so no arrival can be promised there."""

    code: ClassVar[str] = "place-unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What may be offered: how long windows are, how soon they begin, how far ahead."""

    length: timedelta = timedelta(hours=2)
    lead: timedelta = timedelta(hours=1)
    horizon_days: int = 10
    most: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A window that can be kept as things stand. Half-open, in UTC; money in minor units.

    ``day`` is the local date; ``helper_ids`` come along with the technician. Whoever shows it to a
    customer leaves people and money out.
    """

    visit_id: int
    day: date
    opens_at: datetime
    closes_at: datetime
    grade: Grade
    preferred: bool
    technician_id: int
    helper_ids: tuple[int, ...]
    starts_at: datetime
    extra_seconds: int
    extra_metres: int
    extra_minor: int

    @property
    def technician_ids(self) -> frozenset[int]:
        """Everybody who would go."""
        return frozenset({self.technician_id, *self.helper_ids})


DEFAULT_BOOKING = Booking()


def offer_windows(
    session: Session,
    *,
    visit: Visit,
    now: datetime,
    travel: Provider,
    booking: Booking = DEFAULT_BOOKING,
    settings: Settings = DEFAULT,
) -> tuple[Offer, ...]:
    """Windows of the coming days, those the customer prefers first, then the cheapest.

    Raises WrongState when the visit does not wait for a window, PlaceUnsure when nobody knows yet
    in which street the site is. Empty: nothing can be kept.
    """
    demand_bookable(visit, verb="offer")
    if visit.site.is_unsure:
        raise PlaceUnsure(site_id=visit.site_id)
    offers: list[Offer] = []
    today = now.astimezone(visit.site.tz).date()
    for ahead in range(booking.horizon_days + 1):
        brief = briefs.brief(
            session,
            territory_id=visit.territory_id,
            day=today + timedelta(days=ahead),
            travel=travel,
            settings=settings,
            now=now,
            candidate=visit,
        )
        offers += offers_of_day(brief, visit=visit, booking=booking)
    return tuple(sorted(offers, key=_rank)[: booking.most])


def offers_of_day(brief: Brief, *, visit: Visit, booking: Booking) -> list[Offer]:
    """Windows of one day in which the visit fits, in no particular order."""
    periods = periods_of_day(brief, visit=visit, booking=booking)
    found = insertions(brief, visit=visit, periods=periods)
    return [offer_of(visit, brief.reading.day, period, found[period]) for period in found]


def periods_of_day(brief: Brief, *, visit: Visit, booking: Booking) -> list[Period]:
    """Windows that would be offered on that day if there is room."""
    not_before = brief.reading.now + booking.lead
    return list(
        windows_of(visit.site, day=brief.reading.day, length=booking.length, not_before=not_before)
    )


def insertions(brief: Brief, *, visit: Visit, periods: Iterable[Period]) -> dict[Period, Insertion]:
    """The cheapest place in each window in which the visit fits beside everything planned."""
    jobs = jobs_of(brief, visit=visit)
    if not jobs:
        return {}
    asked = {closed(brief, period): period for period in periods}
    found = Draft(brief).cheapest(jobs, windows=tuple(asked))
    return {asked[window]: insertion for window, insertion in found.items()}


def jobs_of(brief: Brief, *, visit: Visit) -> tuple[Job, ...]:
    """The visit as jobs that look for their place; none when nobody could serve it on this day."""
    jobs = [job for job in brief.problem.jobs if seats.visit_of(job.id) == visit.id]
    pin = brief.reading.pins.get(visit.id)
    elsewhere = pin is not None and pin.day is not None and pin.day != brief.reading.day
    if elsewhere or not brief.problem.technicians:
        return ()
    return tuple(free(job) for job in jobs)


def closed(brief: Brief, period: Period) -> Window:
    """A half-open window as the planner writes it."""
    opens, closes = (brief.reading.seconds(at) for at in period)
    return Window(opens=opens, closes=closes - 1)


def demand_bookable(visit: Visit, *, verb: str) -> None:
    """Raises WrongState unless the visit waits to be promised and served."""
    if visit.state not in BOOKABLE:
        raise WrongState(thing="visit", id=visit.id, state=visit.state.value, verb=verb)


def offer_of(visit: Visit, day: date, period: Period, insertion: Insertion) -> Offer:
    """An insertion as people are told of it."""
    opens_at, closes_at = period
    return Offer(
        visit_id=visit.id,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        grade=_grade(insertion.extra_seconds),
        preferred=_is_preferred(visit, period),
        technician_id=insertion.place.technician_id,
        helper_ids=tuple(place.technician_id for place in insertion.helpers),
        starts_at=insertion.place.starts_at,
        extra_seconds=insertion.extra_seconds,
        extra_metres=insertion.extra_metres,
        extra_minor=insertion.extra_minor,
    )


def _is_preferred(visit: Visit, period: Period) -> bool:
    """Whether at least half of the window lies in one that the customer named."""
    opens_at, closes_at = period
    shared = (
        min(wish.closes_at, closes_at) - max(wish.opens_at, opens_at)
        for wish in visit.preferred_windows
    )
    return max(shared, default=timedelta(0)) * 2 >= closes_at - opens_at


def _grade(extra_seconds: int) -> Grade:
    if extra_seconds <= BEST_MINUTES * 60:
        return Grade.BEST
    return Grade.GOOD if extra_seconds <= GOOD_MINUTES * 60 else Grade.POSSIBLE


def _rank(offer: Offer) -> tuple[bool, int, datetime]:
    return not offer.preferred, offer.extra_minor, offer.opens_at
