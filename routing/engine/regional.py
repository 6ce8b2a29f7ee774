"""The search of days too large for one: regions side by side, cut anew several times.

A table of all legs grows with the square of the day, and a searcher's steps get slower with it: of
5,000 visits the tables alone need 6 GB and half a minute. Regions have small tables; the judge
looks at the whole day.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from routing.engine.best import Best, Order, Record
from routing.engine.kernel.warming import warm
from routing.engine.last import Last
from routing.engine.region_search import Outline, RegionSearch, joined
from routing.engine.regions import Region, Survey, part_of
from routing.engine.telling import is_repair
from routing.engine.verdict import Judge
from routing.problem import Problem
from routing.reasons import UNEXPLAINED
from routing.roads import Roads
from routing.solution import Route, Solution, Unserved
from routing.trial.crews import likely_crews

# Jobs from which a day is cut, and of one region.
LARGE, SIZE = 1500, 600
# A cut lasts so many times as long as it took to make, the last one for this part of the time; where
# steps are counted there are so many cuts.
CUT_LASTS, LAST_CUT, CUTS = 4.0, 0.08, 5
# Share of the time from which each cut begins with the cheapest plan met, not with that in hand.
COLD_FROM = 0.7
# Seconds of one slice of a region.
SLICE_S = 0.25
# Slices of each region in one cut where steps are counted.
SLICES = 20
# Part of the time, and seconds, that are kept for the end, where reasons are looked for, too; and
# seconds of a telling for each 1,000 jobs, before the first was measured.
LAST_SHARE, LAST_S, TELL_S = 0.03, 0.2, 0.8
# After a telling comes a pause of so many times as long.
TELL_PAUSE = 4.0
# Differences of prices below this are rounding.
NOISE = 1e-3


def is_large(problem: Problem) -> bool:
    """Whether a day is cut into regions."""
    return len(problem.jobs) >= LARGE and len(problem.technicians) > 1


@dataclass(slots=True)
class Regional:
    """As ``Compiled``, for a whole day that is never tabulated as one.

    ``is_sayable`` is false when the kernel cannot say some region: then it must not run.
    """

    problem: Problem
    workers: int
    seed: int
    began: float
    deadline: float
    stopped: Callable[[], bool]
    iterations: int | None = None
    best: Best | None = None
    failed: bool = False
    _record: Record = field(init=False)
    _survey: Survey = field(init=False)
    _count: int = field(init=False)
    _searches: list[RegionSearch] = field(default_factory=list)
    _news: queue.SimpleQueue[Best] = field(default_factory=queue.SimpleQueue)
    _telling: threading.Thread | None = None
    _told_s: float = 0.0
    _tell_next: float = 0.0
    _former_steps: int = 0
    _cuts: int = 0
    _slices: int = 0
    _cut_s: float = 0.0
    _least: float = float("inf")
    _found: Outline = field(default_factory=Outline)

    def __post_init__(self) -> None:
        jobs = len(self.problem.jobs)
        warm()  # by one thread, before several ask for the same machine code
        self._record = Record(Judge(self.problem, Roads(self.problem)))
        self._survey = Survey(self.problem, seed=self.seed)
        self._count = self.workers * max(1, round(jobs / SIZE / self.workers))
        self._told_s = TELL_S * jobs / 1000
        incumbent, regions = self.problem.incumbent, None
        if incumbent is not None and is_repair(self.problem):
            regions = self._survey.anew(_visits(incumbent.routes), self._count)
        self._cut(regions or self._survey.first(self._count), found=None)

    @property
    def is_sayable(self) -> bool:
        """Whether the kernel can say each region, however it is cut."""
        crews = likely_crews(self.problem)
        return not crews and all(search.is_sayable for search in self._searches)

    @property
    def steps(self) -> int:
        """Steps of all regions so far."""
        return self._former_steps + sum(search.steps for search in self._searches)

    def run(self) -> Iterator[Best | None]:
        """Each better plan as it comes, and None now and then so that the caller can report."""
        if self.problem.incumbent is not None:
            yield self._offer(self.problem.incumbent.routes, {})
        while self._share() < 1.0 and not self.stopped():
            yield from self._search(self._cut_ends())
            self._note_best()
            if self._share() < 1.0 and not self.stopped():
                cold = self._share() >= COLD_FROM
                self._cut_anew(self._found if cold else joined([one.now for one in self._searches]))
        yield from self._end()

    # --- regions ---

    def _cut(self, regions: Sequence[Region], *, found: Outline | None) -> None:
        """Begin each region from what was found, or from the plan in force."""
        searches: list[RegionSearch | None] = [None] * len(regions)
        seed = self.seed * 1_000_000 + self._cuts * 1000
        self._cuts += 1

        def begin(number: int) -> None:
            search = RegionSearch(part_of(self.problem, regions[number]), seed=seed + number)
            if search.is_sayable:
                search.begin(found)
            searches[number] = search

        began = time.monotonic()
        self._side_by_side(begin, len(regions))
        self._cut_s = time.monotonic() - began
        self._searches = [search for search in searches if search is not None]

    def _cut_anew(self, found: Outline) -> None:
        regions = self._survey.anew(_visited(found), self._count)
        if regions is not None:
            self._former_steps = self.steps
            self._searches = []
            self._cut(regions, found=found)

    def _note_best(self) -> None:
        """Keep the cheapest plan met in any cut."""
        price = sum(search.least for search in self._searches)
        if price < self._least:
            self._least, self._found = price, joined([search.best for search in self._searches])

    def _side_by_side(self, do: Callable[[int], None], count: int) -> None:
        """Do something for each region, as many at once as there are workers."""

        def some(first: int) -> None:
            for number in range(first, count, self.workers):
                do(number)

        with ThreadPoolExecutor(self.workers) as threads:
            list(threads.map(some, range(self.workers)))

    # --- the search ---

    def _share(self) -> float:
        """Which part of the search is over."""
        if self.iterations is not None:
            return self._slices / (SLICES * CUTS)
        now = time.monotonic()
        return (now - self.began) / max(1e-6, self._until() - self.began)

    def _until(self) -> float:
        """When the search must end for the last plan to be told in time."""
        whole = self.deadline - self.began
        spare = LAST_S + LAST_SHARE * whole + 1.5 * self._told_s
        return self.deadline - min(spare, 0.5 * whole)

    def _cut_ends(self) -> float:
        """The share of the time at which the next cut is made."""
        share = self._share()
        if self.iterations is not None:
            return min(1.0, share + 1.0 / CUTS)
        ends = share + CUT_LASTS * self._cut_s / max(1e-6, self._until() - self.began)
        return ends if ends < 1.0 - LAST_CUT else 1.0

    def _search(self, ends: float) -> Iterator[Best | None]:
        """One cut, in slices of each region in turn."""
        while self._share() < ends - 1e-9 and not self.stopped():
            self._sweep(ends)
            if self.iterations is None:
                self._tell_beside()
            yield from self._heard()
            yield None

    def _sweep(self, ends: float) -> None:
        each = -(-len(self._searches) // self.workers)
        steps, seconds = 0, None
        if self.iterations is None:
            left_s = (ends - self._share()) * (self._until() - self.began)
            seconds = min(SLICE_S, max(0.01, left_s / each))
        else:
            whole = self.iterations * self.workers
            steps = max(1, whole // (SLICES * CUTS * len(self._searches)))
        share = self._share()

        def search(number: int) -> None:
            if not self.stopped():
                self._searches[number].search(share=share, seconds=seconds, steps=steps)

        self._side_by_side(search, len(self._searches))
        self._slices += 1

    # --- tell ---

    def _tell_beside(self) -> None:
        """Begin to tell the best plan, when nobody is telling."""
        if self._telling is not None and self._telling.is_alive():
            return
        now = time.monotonic()
        if now < self._tell_next:
            return
        found = [(search, search.best) for search in self._searches]

        def tell() -> None:
            routes = [route for search, best in found for route in search.routes(best)]
            best = self._offer(routes, {})
            if best is not None:
                self._news.put(best)
            self._told_s = time.monotonic() - now
            self._tell_next = time.monotonic() + TELL_PAUSE * self._told_s

        self._telling = threading.Thread(target=tell, name="telling")
        self._telling.start()

    def _heard(self) -> Iterator[Best]:
        while not self._news.empty():
            self.best = self._news.get()
            yield self.best

    def _offer(self, routes: Iterable[Route], why: Mapping[str, Unserved]) -> Best | None:
        """These routes when the judge accepts them and they beat what was told; None otherwise."""
        routes = tuple(routes)
        served = {job for route in routes for job in route.jobs}
        plan = Solution(
            problem=self.problem.name,
            routes=routes,
            unserved=tuple(
                why.get(job.id) or Unserved(job=job.id, text=UNEXPLAINED)
                for job in self.problem.jobs
                if job.id not in served
            ),
        )
        return self._record.offer(plan, order=Order())

    # --- the end ---

    def _end(self) -> Iterator[Best | None]:
        """The last plan, with nobody left out who would fit, and reasons as far as time reaches."""
        if self._telling is not None:
            self._telling.join()
        yield from self._heard()
        if self.best is None or not self._is_late():
            self._note_best()
            if self._least < sum(search.least for search in self._searches) - NOISE:
                self._cut_anew(self._found)
            last = Last(self.problem, self._searches, over=self._is_late)
            self._side_by_side(last.fill, len(self._searches))
            self._side_by_side(last.look_around, len(self._searches))
            best = self._offer(last.routes, last.why)
            if best is not None:
                self.best = best
                yield best
        self.failed = self.best is None

    def _is_late(self) -> bool:
        """Whether what is left of the time is for the judge."""
        return self.iterations is None and time.monotonic() > self.deadline - 0.5 * self._told_s


def _visits(routes: Iterable[Route]) -> dict[str, list[str]]:
    """Jobs by the technician who leads there."""
    found: dict[str, list[str]] = {}
    for route in routes:
        found.setdefault(route.lead, []).extend(route.jobs)
    return found


def _visited(found: Outline) -> dict[str, list[str]]:
    """The same of rounds, each of one technician."""
    visits: dict[str, list[str]] = {}
    for (people, _), stops in found.rounds.items():
        [who] = people
        visits.setdefault(who, []).extend(stop for stop in stops if isinstance(stop, str))
    return visits
