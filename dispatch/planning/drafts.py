"""The plan in force laid out in numbers, so that one visit more can be tried and priced.

A visit for several people is tried for all of them at once, so an answer is never half feasible.
A draft is thrown away after the question is answered; nothing here writes. Rounds that keep the
rules no longer (somebody is late, somebody is ill) are left alone: nothing is offered in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dispatch.planning import judging, seats
from dispatch.planning.assignments import Place
from dispatch.planning.briefs import Brief
from dispatch.planning.reasons import why_of_visit
from routing import insertion
from routing.insertion import Incumbent
from routing.joint import Joint, JointIncumbent
from routing.problem import Job, Pin, Problem, Window
from routing.reasons import Reasons, Why
from routing.roads import Roads
from routing.solution import Route, Solution
from routing.timing import timetable

# Ways asked for in each window when rounds are closed, so that one in another round is among them.
MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A proved place for one more visit, and what it adds.

    ``place`` is the lead's; ``helpers`` are those of everybody who comes along, proved together with
    it. ``others`` are the places of the rounds' other visits afterwards. Money in minor units of
    the territory's currency, wishes and changes of others included.
    """

    place: Place
    helpers: tuple[Place, ...]
    others: tuple[Place, ...]
    window: Window | None
    extra_seconds: int
    extra_metres: int
    extra_minor: int
    routes: tuple[Route, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Everybody's, the lead's first."""
        return (self.place, *self.helpers)

    @property
    def technician_ids(self) -> frozenset[int]:
        """Everybody who would go."""
        return frozenset(place.technician_id for place in self.places)

    @property
    def price(self) -> tuple[int, int, int]:
        """What insertions are compared by: money, then the drive."""
        return self.extra_minor, self.extra_seconds, self.place.technician_id


class Draft:
    """One day's rounds with room for one more visit.

    The visit is asked about by its jobs: one, or the lead's and those of the helpers.
    """

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.problem: Problem = brief.problem
        self._roads = Roads(self.problem)
        self._begun = Counter(row.technician_id for row in brief.reading.started)

    def cheapest(
        self, jobs: Sequence[Job], *, windows: Sequence[Window]
    ) -> dict[Window, Insertion]:
        """The cheapest place in each window that has any; milliseconds for each."""
        if len(jobs) > 1:
            return self._cheapest_together(jobs, windows)
        found: dict[Window, Insertion] = {}
        most = MOST if self._closed else 1
        for way in self._open(self._incumbent.insertions(jobs[0], windows=windows, most=most)):
            assert way.window is not None
            new = self._proved(way)
            if way.window not in found or new.price < found[way.window].price:
                found[way.window] = new
        return found

    def by_technician(self, jobs: Sequence[Job]) -> dict[int, Insertion]:
        """The cheapest place with each technician who can take it, or lead it."""
        if len(jobs) > 1:
            return self._by_lead(jobs)
        found = self._incumbent.by_technician(jobs[0]).values()
        ways = [way for way in found if isinstance(way, insertion.Insertion)]
        return {int(way.route.lead): self._proved(way) for way in self._open(ways)}

    def led_by(self, technician_id: int, *, jobs: Sequence[Job]) -> Insertion | None:
        """The cheapest place for several people of whom this technician leads."""
        joint = self._joint(jobs)
        way = joint.cheapest(lead=str(technician_id), without=self._people_of(joint.lost))
        return None if way is None else self._joined(way)

    def why_not(self, jobs: Sequence[Job]) -> Why:
        """Why nobody can take it beside the others, and what came nearest."""
        if len(jobs) > 1:
            trial = self._joint(jobs).trial()
            return why_of_visit(Reasons(trial.tables), trial, job=jobs[0].id)
        return self._incumbent.why_not(jobs[0])

    def places(self, routes: Sequence[Route]) -> dict[int, tuple[Place, ...]]:
        """Routes as places in rounds, by visit, on the judge's clock."""
        day = timetable(Solution(routes=tuple(routes)), problem=self.problem, roads=self._roads)
        return judging.places_on(
            day.routes, opens_at=self.brief.reading.opens_at, begun=self._begun
        )

    # --- one person ---

    @cached_property
    def _incumbent(self) -> Incumbent:
        return Incumbent.of(self.problem, solution=self.problem.incumbent or Solution())

    @cached_property
    def _closed(self) -> frozenset[str]:
        return self._people_of(self._incumbent.lost)

    def _open(self, ways: Iterable[insertion.Insertion]) -> Iterable[insertion.Insertion]:
        return (way for way in ways if not self._closed & set(way.technicians))

    def _proved(self, way: insertion.Insertion) -> Insertion:
        return self._insertion(
            way.job,
            routes=(way.route,),
            window=way.window,
            extra=(way.extra_travel_s, way.extra_metres, way.extra_money),
        )

    # --- several people ---

    def _joint(self, jobs: Sequence[Job]) -> JointIncumbent:
        """The plan in force, with these jobs as they are now looking for their place."""
        own = {job.id: job for job in jobs}
        problem = replace(
            self.problem, jobs=tuple(own.get(job.id, job) for job in self.problem.jobs)
        )
        return JointIncumbent(problem, solution=problem.incumbent or Solution(), jobs=list(own))

    def _cheapest_together(
        self, jobs: Sequence[Job], windows: Sequence[Window]
    ) -> dict[Window, Insertion]:
        joint = self._joint(jobs)
        closed = self._people_of(joint.lost)
        ways = (joint.cheapest(window=window, without=closed) for window in windows)
        return {way.window: self._joined(way) for way in ways if way is not None and way.window}

    def _by_lead(self, jobs: Sequence[Job]) -> dict[int, Insertion]:
        joint = self._joint(jobs)
        closed = self._people_of(joint.lost)
        leads = [one.id for one in self.problem.technicians if one.id not in closed]
        ways = (joint.cheapest(lead=lead, without=closed) for lead in leads)
        return {int(way.lead): self._joined(way) for way in ways if way is not None}

    def _joined(self, way: Joint) -> Insertion:
        return self._insertion(
            way.jobs[0],
            routes=way.routes,
            window=way.window,
            extra=(way.extra_travel_s, way.extra_metres, way.extra_money),
        )

    def _insertion(
        self,
        job: str,
        *,
        routes: tuple[Route, ...],
        window: Window | None,
        extra: tuple[float, float, float],
    ) -> Insertion:
        places = self.places(routes)
        visit = seats.visit_of(job)
        assert visit is not None
        lead, *helpers = places.pop(visit)
        seconds, metres, money = extra
        return Insertion(
            place=lead,
            helpers=tuple(helpers),
            others=tuple(place for own in places.values() for place in own),
            window=window,
            extra_seconds=round(seconds),
            extra_metres=round(metres),
            extra_minor=round(money),
            routes=routes,
        )

    def _people_of(self, lost: Iterable[str]) -> frozenset[str]:
        """Technicians who lost a stop when the plan in force was laid out."""
        gone = set(lost)
        routes = self.problem.incumbent.routes if self.problem.incumbent else ()
        return frozenset(who for r in routes if gone & set(r.jobs) for who in r.technicians)


def free(job: Job) -> Job:
    """The visit without a promise, as one that looks for its place; a pinned technician stays."""
    pin = job.pin
    return replace(
        job,
        promise=None,
        pin=Pin(technician=pin.technician) if pin is not None and pin.technician else None,
        change_factor=0,
    )
