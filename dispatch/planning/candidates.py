"""Who could take a visit on a day, best first, and why nobody can: reads only.

Each candidate stands on a proved insertion beside what is planned, so the price is what the round
would really grow by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dispatch.planning import briefs, seats
from dispatch.planning.briefs import DEFAULT, Settings
from dispatch.planning.drafts import Draft, Insertion
from dispatch.planning.reasons import Explanation, explained
from dispatch.visits import Visit
from routing.travel.provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Proved places by technician id, best first; ``why_not`` when there is none.

    Of a visit for several people by who would lead it.
    """

    places: Mapping[int, Insertion]
    why_not: Explanation | None


def candidates(
    session: Session,
    *,
    visit: Visit,
    day: date,
    travel: Provider,
    now: datetime,
    settings: Settings = DEFAULT,
) -> Candidates:
    """Everybody who can take the visit on a day with the promise that it has; its own place is free.

    Raises TravelError when roads do not answer.
    """
    brief = briefs.brief(
        session,
        territory_id=visit.territory_id,
        day=day,
        travel=travel,
        settings=settings,
        now=now,
        mover=visit,
    )
    jobs = [job for job in brief.problem.jobs if seats.visit_of(job.id) == visit.id]
    if not jobs or not brief.problem.technicians:
        return Candidates(places={}, why_not=None)
    draft = Draft(brief)
    found = draft.by_technician(jobs)
    ranked = dict(sorted(found.items(), key=lambda item: item[1].price))
    return Candidates(places=ranked, why_not=None if ranked else explained(draft.why_not(jobs)))
