"""The planner's slow twin: looks at every plan of a small problem, and keeps the best.

Orders are laid out by the judge's own schedule. Where a start has a price of its own, work is also
tried as early as may be, and not before each instant at which that price changes. Knows nothing of
the search. Six jobs and two routes take a second or so.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from routing.check import judge
from routing.problem import Job, Problem, WindowWish
from routing.roads import Roads
from routing.rules import ROUTE_RULES
from routing.rules.people import covers
from routing.score import compare, measure
from routing.solution import Route, Solution, Stop, StopKind, Unserved
from routing.timing import Mode, Timetable, timetable
from routing.trial.changes import former_places
from routing.trial.crews import hands

# Undone without blame: what must be served and cannot be.
EXCUSED = {"E_MANDATORY", "E_PINNED"}
# Seconds of lateness that make work keep its earliest start, and that no judge sees.
EARLY_S = 1e-4
LOADINGS = 2


@dataclass(frozen=True, slots=True)
class Champion:
    """``plans`` are those worth ``objective`` with the fewest stops; ``undone`` must-serves are out."""

    undone: int
    objective: tuple[float, ...]
    plans: list[Solution]


def champion(problem: Problem) -> Champion:
    """The best plans of all."""
    return _Twin(problem).best(thin=False)


def quick_champion(problem: Problem) -> Champion:
    """The same objective. Of routes with the same jobs, only the best is joined with others."""
    return _Twin(problem).best(thin=not _is_joint(problem))


def is_exact(problem: Problem) -> bool:
    """Whether no better times than the twin's can exist for its orders."""
    starts = any(_floors(job, problem=problem) for job in problem.jobs)
    timed = any(relation.type.timed for relation in problem.relations)
    return not (
        starts
        or timed
        or problem.equipment
        or problem.change_cost.max_changes
        or _has_ending_skills(problem)
        or _has_breaks_in_paid_hours(problem)
    )


def _has_ending_skills(problem: Problem) -> bool:
    """Whether somebody could be in time only by leaving earlier than the sequence asks."""
    skills = [skill for one in problem.technicians for skill in one.skills.values()]
    return any(skill.valid_until is not None for skill in skills)


def _has_breaks_in_paid_hours(problem: Problem) -> bool:
    """Whether a break's own instant may shorten a day that is paid or compared by the hour."""
    paid = problem.fairness.cost_per_s or any(
        one.cost.per_duration_s or one.cost.per_overtime_s for one in problem.technicians
    )
    return bool(paid) and any(shift.breaks for one in problem.technicians for shift in one.shifts)


def _is_joint(problem: Problem) -> bool:
    """Whether a route's worth or right depends on other routes."""
    return bool(
        problem.relations
        or problem.equipment
        or problem.fairness.cost_per_s
        or problem.change_cost.max_changes is not None
        or any(job.pin is not None for job in problem.jobs)
        or any(len(one.shifts) > 1 for one in problem.technicians)
        or any(hands(job) > 1 for job in problem.jobs)
    )


class _Twin:
    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._roads = Roads(problem)
        self._linked = any(relation.type.timed for relation in problem.relations)

    def best(self, *, thin: bool) -> Champion:
        found = Champion(0, (), [])
        for routes in self._plans(thin=thin):
            plan = self._solution(routes)
            finding = judge(plan, problem=self._problem, roads=self._roads)
            served = finding.timetable.served
            broken = [
                one for one in finding.violations if one.code not in EXCUSED or one.job in served
            ]
            if broken:
                continue
            undone = len(finding.violations)
            order = undone - found.undone or compare(finding.objective, found.objective)
            if not found.plans or order < 0:
                found = Champion(undone, finding.objective, [plan])
            elif order == 0:
                found.plans.append(plan)
        fewest = min((_stops_of(plan) for plan in found.plans), default=0)
        return replace(found, plans=[one for one in found.plans if _stops_of(one) == fewest])

    def _plans(self, *, thin: bool) -> Iterator[tuple[Route, ...]]:
        choices = []
        for crew, shift in self._vehicles():
            by_jobs: dict[frozenset[str], list[Route]] = defaultdict(list)
            for route in self._routes(crew, shift):
                by_jobs[frozenset(route.jobs)].append(route)
            kept = [self._cheapest(same) for same in by_jobs.values()] if thin else by_jobs.values()
            choices.append([None, *itertools.chain.from_iterable(kept)])
        return self._joined(choices, frozenset())

    def _joined(
        self, choices: list[list[Route | None]], taken: frozenset[str]
    ) -> Iterator[tuple[Route, ...]]:
        if not choices:
            yield ()
            return
        first, *others = choices
        for route in first:
            jobs = frozenset(route.jobs) if route else frozenset()
            if not jobs & taken:
                for rest in self._joined(others, taken | jobs):
                    yield (route, *rest) if route else rest

    def _cheapest(self, routes: list[Route]) -> list[Route]:
        best, worth = routes[:1], self._worth(routes[0])
        for route in routes[1:]:
            other = self._worth(route)
            if compare(other, worth) < 0:
                best, worth = [route], other
        return best

    def _worth(self, route: Route) -> tuple[float, ...]:
        return measure(self._timed((route,))).objective

    def _vehicles(self) -> Iterator[tuple[tuple[str, ...], str | None]]:
        people = self._problem.technicians
        most = max((hands(job) for job in self._problem.jobs), default=1)
        for size in range(1, most + 1):
            for crew in itertools.permutations(people, size):
                if list(crew[1:]) != sorted(crew[1:], key=people.index):
                    continue
                for shift in crew[0].shifts:
                    if all(any(covers(own, shift) for own in one.shifts) for one in crew[1:]):
                        yield tuple(one.id for one in crew), shift.id

    # --- one route ---

    def _routes(self, crew: tuple[str, ...], shift: str | None) -> Iterator[Route]:
        """Every route of these people that keeps the rules about single routes."""
        names = [job.id for job in self._problem.jobs]
        for size in range(1, len(names) + 1):
            for order in itertools.permutations(names, size):
                fewest = math.inf
                for stops in self._stops(order, crew[0], shift):
                    bare = Route(technicians=crew, shift=shift, stops=stops)
                    if self._linked:
                        yield bare  # its times depend on the others
                        continue
                    breaks = sum(stop.kind is StopKind.BREAK for stop in stops)
                    if self._problem.fairness.cost_per_s and breaks > fewest:
                        continue  # nobody rests without need to seem to have worked more
                    for route in self._laid_out(bare):
                        timed = self._timed((route,)).routes[0]
                        if not any(True for rule in ROUTE_RULES for _ in rule.check(timed)):
                            fewest = min(fewest, breaks)
                            yield route

    def _stops(
        self, order: tuple[str, ...], lead: str, shift: str | None
    ) -> Iterator[tuple[Stop, ...]]:
        """The jobs with some of the breaks, and with depots where there is something to fetch."""
        own = self._problem.technician_by_id[lead].shifts
        breaks = next(one for one in own if one.id == shift).breaks
        jobs = tuple(Stop(id=job) for job in order)
        for loaded in self._loaded(jobs):
            for count in range(len(breaks) + 1):
                for chosen in itertools.permutations(breaks, count):
                    pauses = [Stop(kind=StopKind.BREAK, id=pause.id) for pause in chosen]
                    yield from _merged(loaded, pauses)

    def _loaded(self, jobs: tuple[Stop, ...]) -> Iterator[tuple[Stop, ...]]:
        depots = [Stop(kind=StopKind.DEPOT, id=depot.id) for depot in self._problem.depots]
        for count in range(LOADINGS + 1 if depots else 1):
            for chosen in itertools.product(depots, repeat=count):
                yield from _merged(jobs, list(chosen))

    def _laid_out(self, bare: Route) -> Iterator[Route]:
        """The route with its times; several where a start has a price."""
        jobs = [self._problem.job_by_id[name] for name in bare.jobs]
        choices = [[None, *_floors(job, problem=self._problem)] for job in jobs]
        for floors in itertools.product(*choices):
            waiting = {
                job.id: _not_before(job, floor)
                for job, floor in zip(jobs, floors, strict=True)
                if floor is not None
            }
            own = tuple(waiting.get(job.id, job) for job in self._problem.jobs)
            question = replace(self._problem, jobs=own) if waiting else self._problem
            day = timetable(
                self._solution((bare,)), problem=question, roads=self._roads, mode=Mode.SEQUENCE
            )
            yield _with_times(bare, day)

    def _timed(self, routes: tuple[Route, ...]) -> Timetable:
        return timetable(self._solution(routes), problem=self._problem, roads=self._roads)

    def _solution(self, routes: tuple[Route, ...]) -> Solution:
        served = {job for route in routes for job in route.jobs}
        left = [job.id for job in self._problem.jobs if job.id not in served]
        return Solution(routes=routes, unserved=tuple(Unserved(job=job) for job in left))


def _stops_of(plan: Solution) -> int:
    """All stops: a depot that nobody needs, or a break that is not due, may cost nothing."""
    return sum(len(route.stops) for route in plan.routes)


def _merged(stops: tuple[Stop, ...], extra: list[Stop]) -> Iterator[tuple[Stop, ...]]:
    """The stops with the others among them, in the order given, at all places."""
    gaps = range(len(stops) + 1)
    for places in itertools.combinations_with_replacement(gaps, len(extra)):
        order = list(stops)
        for place, stop in reversed(list(zip(places, extra, strict=True))):
            order.insert(place, stop)
        yield tuple(order)


def _floors(job: Job, *, problem: Problem) -> list[float]:
    """Instants before which the job had better not start; none when only its order counts."""
    former = former_places(problem).get(job.id)
    wished = [
        window.opens
        for wish in job.wishes
        if isinstance(wish, WindowWish)
        for window in wish.windows
    ]
    had = [
        window.opens for name in job.equipment for window in problem.equipment_by_id[name].windows
    ]
    moved = []
    if former is not None and former.start is not None:
        moved = [former.start - problem.change_cost.tolerance_s, former.start]
    priced = job.deadlines or job.delay_cost_per_s or job.delay_steps or not job.promise_hard
    late = job.max_lateness_s != 0
    floors = dict.fromkeys([*wished, *had, *moved])
    return [-math.inf, *floors] if floors or priced or late else []


def _not_before(job: Job, floor: float) -> Job:
    """The same job from this instant on, and then as early as may be."""
    release = max(floor, -math.inf if job.release is None else job.release)
    late = None if job.max_lateness_s is None else max(job.max_lateness_s, EARLY_S)
    return replace(job, release=None if release == -math.inf else release, max_lateness_s=late)


def _with_times(bare: Route, day: Timetable) -> Route:
    [timed] = day.routes
    stops = tuple(
        replace(stop, arrival=at.arrival, start=at.start, end=at.end)
        for stop, at in zip(bare.stops, timed.stops, strict=True)
    )
    return replace(bare, stops=stops, depart=timed.depart, back=timed.back)
