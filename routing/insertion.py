"""One more job in the plan in force: every place for it, its price, and the day that follows.

Answers in milliseconds, without the engine: offers to customers, holds, a dispatcher's drag, an
emergency. What is returned keeps every rule of its route and towards the others; the judge accepts
it as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.problem import Job, Problem, Window
from routing.reasons import Reasons, Shortfall, Why
from routing.rules.spans import Spans, intersect
from routing.solution import About, Origin, Route, Solution, StopKind
from routing.trial.crews import crews_of
from routing.trial.fleet import Fleet
from routing.trial.pricing import Price
from routing.trial.tables import tabulate
from routing.trial.trial import UNHELD, Option, Trial
from routing.trial.ways import Ways
from routing.trial.writing import follow, route_of, solution_of

# The number that stands for a job that the problem does not know gets this name meanwhile.
GUEST = "routing.insertion/guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """One way to serve a job. ``position`` 1 is the first job of the route.

    ``extra`` has one value a level of the objective, ``extra_money`` is in the problem's money
    (the metric ``cost``), ``window`` is the one asked for. ``starts`` are the starts of all jobs of
    the route afterwards; ``route`` is the route itself.
    """

    job: str
    technicians: tuple[str, ...]
    shift: str | None
    position: int
    window: Window | None
    start: float
    end: float
    extra: tuple[float, ...]
    extra_money: float
    extra_travel_s: float
    extra_metres: float
    starts: Mapping[str, float]
    route: Route


class Incumbent:
    """A plan in force, laid out in numbers; built once for each version of the plan.

    Not safe for two threads at once: a job that is asked about is put in and taken out again.
    """

    def __init__(self, trial: Trial, *, lost: tuple[str, ...]) -> None:
        self._trial = trial
        self._guest = len(trial.tables.jobs) - 1
        self._fleet = Fleet(trial.tables, prices=trial.prices)
        self._known_ways: Ways | None = None
        self._before: dict[int, tuple[float, float, Price, float]] = {}
        self._reasons: Reasons | None = None
        self.lost = lost

    @classmethod
    def of(cls, problem: Problem, *, solution: Solution) -> Incumbent:
        """Lay the orders of a solution out. ``lost`` names jobs that no longer fit there."""
        guest = Job(id=GUEST, location=problem.locations[0].id, duration_s=0)
        widened = replace(problem, jobs=(*problem.jobs, guest))
        trial = Trial(tabulate(widened, crews=list(dict.fromkeys(crews_of(solution)))))
        trial.tell_apart()
        lost = follow(trial, solution)
        names = tuple(trial.tables.jobs[number].id for number in lost)
        return cls(trial, lost=names)

    def insertions(
        self, job: Job, *, windows: Sequence[Window] | None = None, most: int = 3
    ) -> tuple[Insertion, ...]:
        """The ``most`` cheapest ways to serve the job in each window, cheapest first in each.

        Windows are those asked for, otherwise the job's own; windows in which nothing fits are
        absent. The job may be new, at a place of the problem, or one that is left out so far.
        """
        number = self._number_of(job)
        asked: Sequence[Window | None] = windows if windows is not None else job.windows or (None,)
        self._trial.put_job(job, number=number)
        rows = [row[number] for row in self._trial.tables.spans]
        spans = [_cut(rows, window) for window in asked]
        found = self._ways().cheapest(number, spans=spans, most=most)
        return tuple(
            self._insertion(job, way, window)
            for window, ways in zip(asked, found, strict=True)
            for way in ways
        )

    def everywhere(self, job: Job) -> Iterator[Insertion]:
        """Every way to serve the job within its windows, in no particular order."""
        number = self._number_of(job)
        self._trial.put_job(job, number=number)
        for way in self._ways().all(number):
            yield self._insertion(job, way, None)

    def by_technician(self, job: Job) -> dict[str, Insertion | Shortfall]:
        """For each technician the cheapest way to serve the job within its windows, or what lacks.

        Whoever has several shifts is told of the cheapest; a crew is spoken for by its lead.
        """
        number = self._number_of(job)
        self._trial.put_job(job, number=number)
        ways, reasons = self._ways().by_vehicle(number), self._reasons_for(number)
        found: dict[str, Insertion | Shortfall] = {}
        cheapest: dict[str, float] = {}
        for vehicle in self._trial.tables.vehicles:
            way, who = ways.get(vehicle.index), vehicle.lead.id
            if way is not None and way.extra < cheapest.get(who, math.inf):
                cheapest[who], found[who] = way.extra, self._insertion(job, way, None)
            elif who not in found:
                found[who] = reasons.shortfall(self._trial, job=number, vehicle=vehicle.index)
        return found

    def take_out(self, job: str) -> None:
        """Take a served job out of the plan, to ask where else it could go.

        Raises ValueError when it is not served, or when the route cannot do without it.
        """
        number = self._trial.tables.job_number[job]
        if self._trial.holder[number] == UNHELD:
            raise ValueError(f"job {job} is not served")
        before = self._trial.remember()
        self._known_ways = None
        self._before.clear()
        if self._trial.take([number]) != [number]:
            self._trial.recall(before)
            raise ValueError(f"without job {job} its route loses others")

    def why_not(self, job: Job) -> Why:
        """Why the job cannot be served beside the others, and what came nearest."""
        number = self._number_of(job)
        self._trial.put_job(job, number=number)
        return replace(self._reasons_for(number).why(self._trial, job=number), job=job.id)

    def solution(self) -> Solution:
        """The plan as it is laid out, with times; jobs that are left out carry no reason here."""
        plain = solution_of(self._trial, reasons=None)
        known = tuple(row for row in plain.unserved if row.job != GUEST)
        return replace(plain, unserved=known, about=About(origin=Origin.INSERTION))

    def with_insertion(self, insertion: Insertion) -> Solution:
        """The plan with one insertion taken."""
        plan = self.solution()
        place = insertion.technicians, insertion.shift
        routes = [r for r in plan.routes if (r.technicians, r.shift) != place]
        return replace(
            plan,
            routes=(*routes, insertion.route),
            unserved=tuple(row for row in plan.unserved if row.job != insertion.job),
        )

    def _number_of(self, job: Job) -> int:
        """The number of an unserved job of the problem, or the guest's. Raises ValueError when
        the job is served already.
        """
        known = self._trial.tables.job_number.get(job.id)
        if known is None:
            return self._guest
        if self._trial.holder[known] != UNHELD:
            raise ValueError(f"job {job.id} is served already")
        return known

    def _ways(self) -> Ways:
        if self._known_ways is None:
            self._known_ways = Ways(self._trial, fleet=self._fleet)
        return self._known_ways

    def _reasons_for(self, number: int) -> Reasons:
        """What holds on an empty day is remembered, but not of the guest and its like."""
        if self._reasons is None:
            self._reasons = Reasons(self._trial.tables)
        self._reasons.forget(number)
        return self._reasons

    def _former(self, vehicle: int) -> tuple[float, float, Price, float]:
        """Travel, metres, price and money of a route as it is; worked out once."""
        if vehicle not in self._before:
            laid, prices = self._trial.routes[vehicle], self._trial.prices
            self._before[vehicle] = (
                (0.0, 0.0, (0.0,) * prices.levels, 0.0)
                if laid is None
                else (laid.travel_s, laid.distance_m, prices.route(laid), prices.money(laid))
            )
        return self._before[vehicle]

    def _insertion(self, job: Job, way: Option, window: Window | None) -> Insertion:
        trial, laid = self._trial, way.laid
        tables = trial.tables
        served = [code for code in laid.stops if 0 <= code < len(tables.jobs)]
        route = _named(route_of(tables, laid), job)
        at = laid.stops.index(way.job)
        travel_s, metres, before, money = self._former(laid.vehicle)
        after = trial.prices.route(laid)
        return Insertion(
            job=job.id,
            technicians=route.technicians,
            shift=route.shift,
            position=served.index(way.job) + 1,
            window=window,
            start=laid.starts[at],
            end=laid.ends[at],
            extra=tuple(b - a for a, b in zip(before, after, strict=True)),
            extra_money=trial.prices.money(laid) - money,
            extra_travel_s=laid.travel_s - travel_s,
            extra_metres=laid.distance_m - metres,
            starts={
                s.id: s.start
                for s in route.stops
                if s.start is not None and s.kind is StopKind.VISIT
            },
            route=route,
        )


def _named(route: Route, job: Job) -> Route:
    """The route with the guest under its own name."""
    stops = tuple(replace(s, id=job.id) if s.id == GUEST else s for s in route.stops)
    return replace(route, stops=stops)


def _cut(rows: Sequence[Spans], window: Window | None) -> Sequence[Spans]:
    """Starts of each vehicle inside the window; most vehicles have the same."""
    if window is None:
        return rows
    own = {spans: intersect(spans, ((window.opens, window.closes),)) for spans in set(rows)}
    return [own[spans] for spans in rows]
