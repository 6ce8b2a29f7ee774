"""The plan in force laid out in numbers, so that one visit more can be tried and priced.

A draft is thrown away after the question is answered; nothing here writes. Rounds that keep the
rules no longer (somebody is late, somebody is ill) are left alone: nothing is offered in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dispatch.planning import judging
from dispatch.planning.assignments import Place
from dispatch.planning.briefs import Brief
from routing import insertion
from routing.insertion import Incumbent
from routing.problem import Job, Pin, Problem, Window
from routing.reasons import Why
from routing.roads import Roads
from routing.solution import Route, Solution
from routing.timing import timetable

# Ways asked for in each window when rounds are closed, so that one in another round is among them.
MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A proved place for one more visit, and what it adds.

    ``others`` are the places of the round's other visits afterwards. Money in minor units of the
    territory's currency, wishes and changes of others included.
    """

    place: Place
    others: tuple[Place, ...]
    window: Window | None
    extra_seconds: int
    extra_metres: int
    extra_minor: int
    route: Route

    @property
    def price(self) -> tuple[int, int, int]:
        """What insertions are compared by: money, then the drive."""
        return self.extra_minor, self.extra_seconds, self.place.technician_id


class Draft:
    """One day's rounds with room for one more visit."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.problem: Problem = brief.problem
        self._roads = Roads(self.problem)
        self._incumbent = Incumbent.of(self.problem, solution=self.problem.incumbent or Solution())
        self._closed = self._people_of(self._incumbent.lost)
        self._begun = Counter(row.technician_id for row in brief.reading.started)

    def cheapest(self, job: Job, *, windows: Sequence[Window]) -> dict[Window, Insertion]:
        """The cheapest place in each window that has any; milliseconds for each."""
        found: dict[Window, Insertion] = {}
        most = MOST if self._closed else 1
        for way in self._open(self._incumbent.insertions(job, windows=windows, most=most)):
            assert way.window is not None
            new = self._proved(way)
            if way.window not in found or new.price < found[way.window].price:
                found[way.window] = new
        return found

    def by_technician(self, job: Job) -> dict[int, Insertion]:
        """The cheapest place with each technician who can take it."""
        found = self._incumbent.by_technician(job).values()
        ways = [way for way in found if isinstance(way, insertion.Insertion)]
        return {int(way.route.lead): self._proved(way) for way in self._open(ways)}

    def why_not(self, job: Job) -> Why:
        """Why nobody can take it beside the others, and what came nearest."""
        return self._incumbent.why_not(job)

    def places(self, route: Route) -> dict[int, Place]:
        """A route as places in a round, by visit, on the judge's clock."""
        day = timetable(Solution(routes=(route,)), problem=self.problem, roads=self._roads)
        (timed,) = day.routes
        found = judging.route_places(timed, opens_at=self.brief.reading.opens_at, begun=self._begun)
        return {visit: places[0] for visit, places in found.items()}

    def _open(self, ways: Iterable[insertion.Insertion]) -> Iterable[insertion.Insertion]:
        return (way for way in ways if not self._closed & set(way.technicians))

    def _proved(self, way: insertion.Insertion) -> Insertion:
        places = self.places(way.route)
        own = places.pop(int(way.job))
        return Insertion(
            place=own,
            others=tuple(places.values()),
            window=way.window,
            extra_seconds=round(way.extra_travel_s),
            extra_metres=round(way.extra_metres),
            extra_minor=round(way.extra_money),
            route=way.route,
        )

    def _people_of(self, lost: Iterable[str]) -> set[str]:
        """Technicians who lost a stop when the plan in force was laid out."""
        gone = set(lost)
        routes = self.problem.incumbent.routes if self.problem.incumbent else ()
        return {who for r in routes if gone & set(r.jobs) for who in r.technicians}


def free(job: Job) -> Job:
    """The visit without a promise, as one that looks for its place; a pinned technician stays."""
    pin = job.pin
    return replace(
        job,
        promise=None,
        pin=Pin(technician=pin.technician) if pin is not None and pin.technician else None,
        change_factor=0,
    )
