"""Works one route out: the earliest schedule of an order, then the latest departure that keeps it.

It follows the judge's own schedule of an order. Work that may be late or whose start has a price
keeps its earliest start; all other work moves towards the return as far as nothing is delayed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from routing.problem import has_traffic
from routing.roads import NO_ROAD
from routing.rules.draft import Vehicle
from routing.rules.spans import Span
from routing.trial.instants import HAIR_S, NOISE_S, earliest, first, kept, latest_before
from routing.trial.tables import Tables
from routing.trial.van import Van

# Halvings that find the latest departure through breaks or traffic to far below a millisecond.
HALVINGS = 60


@dataclass(slots=True, eq=False)
class Laid:
    """One route with its times; sums as the judge measures them. Lists run with ``stops``.

    ``early_ends`` are the ends when the route leaves as early as it may; ``levels`` and ``price``
    are what it costs, as far as that was asked for.
    """

    vehicle: int
    stops: tuple[int, ...]
    arrivals: list[float]
    starts: list[float]
    ends: list[float]
    depart: float
    back: float
    early_ends: list[float] = field(default_factory=list)
    travel_s: float = 0
    distance_m: float = 0
    service_s: float = 0
    setup_s: float = 0
    break_s: float = 0
    unpaid_s: float = 0
    depot_s: float = 0
    jobs: int = 0
    price: float | None = None
    levels: tuple[float, ...] | None = None

    @property
    def duration_s(self) -> float:
        return self.back - self.depart

    @property
    def wait_s(self) -> float:
        busy = self.travel_s + self.service_s + self.setup_s + self.break_s + self.depot_s
        return self.duration_s - busy


class Layer:
    """Lays routes of one problem.

    ``early`` are jobs that keep their earliest start, ``aims`` starts that had better be met.
    """

    def __init__(self, tables: Tables, *, early: frozenset[int], aims: Mapping[int, float]) -> None:
        self._tables = tables
        self.early = early
        self._aims = aims
        self._job_count = len(tables.jobs)
        self._depots = tables.problem.depots
        self._traffic = has_traffic(tables.problem.travel)

    def lays(
        self, vehicle: Vehicle, stops: tuple[int, ...], *, fixed: Mapping[int, Span]
    ) -> Iterator[Laid]:
        """The route as early as may be, and as near to its aims as may be; nothing when some rule
        of one route forbids it.

        ``fixed`` narrows the starts of jobs that must meet others.
        """
        if self._tables.stocked and not self.supplied(vehicle, stops):
            return
        laid = self.lay(vehicle, stops, fixed=fixed)
        if laid is not None:
            yield laid
        aims = self.aims_of(stops)
        if aims:
            aimed = self.lay(vehicle, stops, fixed=self.waiting(vehicle, aims, fixed=fixed))
            if aimed is not None:
                yield aimed

    def aims_of(self, stops: Sequence[int]) -> dict[int, float]:
        """Starts that had better be met, by stop."""
        return {code: self._aims[code] for code in stops if code in self._aims}

    def waiting(
        self, vehicle: Vehicle, aims: Mapping[int, float], *, fixed: Mapping[int, Span]
    ) -> dict[int, Span]:
        """Starts not before the aims, where the rules allow that."""
        waiting = dict(fixed)
        for code, aim in aims.items():
            spans = self._tables.spans[vehicle.index][code]
            if code not in fixed and any(opens <= aim <= closes for opens, closes in spans):
                waiting[code] = (aim, math.inf)
        return waiting

    def lay(
        self, vehicle: Vehicle, stops: tuple[int, ...], *, fixed: Mapping[int, Span]
    ) -> Laid | None:
        """One such route; enough in the van is not its question."""
        laid = self.soonest(vehicle, stops, fixed=fixed)
        if laid is None:
            return None
        if laid.wait_s > NOISE_S or vehicle.breaks:
            depart = max(vehicle.shift.start, self._latest_depart(vehicle, laid, fixed))
            if depart > vehicle.shift.start:
                later = self._forward(vehicle, stops, depart, fixed)
                if later is not None and later.back <= laid.back + NOISE_S:
                    later.early_ends = laid.ends
                    laid = later
        return laid if self._within_limits(vehicle, laid) else None

    def soonest(
        self, vehicle: Vehicle, stops: tuple[int, ...], *, fixed: Mapping[int, Span]
    ) -> Laid | None:
        """The route that leaves with the shift, whatever its limits."""
        laid = self._forward(vehicle, stops, vehicle.shift.start, fixed)
        if laid is None or laid.back > vehicle.latest + NOISE_S:
            return None
        laid.early_ends = laid.ends
        return laid

    def leaving(
        self, vehicle: Vehicle, stops: tuple[int, ...], depart: float, *, fixed: Mapping[int, Span]
    ) -> Laid | None:
        """The route as early as may be from this departure on."""
        laid = self._forward(vehicle, stops, depart, fixed)
        if laid is None or laid.back > vehicle.latest + NOISE_S:
            return None
        laid.early_ends = laid.ends
        return laid if self._within_limits(vehicle, laid) else None

    def waits(self, vehicle: Vehicle, laid: Laid) -> list[float]:
        """Seconds that a route stands still before each stop."""
        found, here, free = list[float](), vehicle.begin, laid.depart
        for n, code in enumerate(laid.stops):
            place, ready = self._place(vehicle, code), free
            if place is not None:
                moved = code >= 0 and here not in (None, place)
                ready = max(laid.arrivals[n], free) + (self._tables.setups[place] if moved else 0)
                here = place
            found.append(max(0.0, laid.starts[n] - ready))
            free = laid.ends[n]
        return found

    # --- forward ---

    def _forward(
        self, vehicle: Vehicle, stops: tuple[int, ...], depart: float, fixed: Mapping[int, Span]
    ) -> Laid | None:
        tables = self._tables
        here = vehicle.begin
        leave = free = depart
        spans, lengths = tables.spans[vehicle.index], tables.lengths[vehicle.index]
        laid = Laid(vehicle.index, stops, [], [], [], depart, depart)
        pauses: list[Span] = []
        for code in stops:
            place = self._place(vehicle, code)
            if place is None:
                pause = vehicle.breaks[-1 - code]
                start = free if pause.window is None else max(free, pause.window.opens)
                if pause.window is not None and start > pause.window.closes + NOISE_S:
                    return None
                arrival, free = start, start + pause.duration_s
                pauses.append((start, free))
                self._count_break(laid, vehicle, code)
            else:
                if here is None:
                    here = place
                arrival = self._drive(laid, vehicle, here, place, leave, pauses)
                setup = tables.setups[place] if here != place and code >= 0 else 0
                laid.setup_s += setup
                ready = max(arrival, free) + setup
                if code >= self._job_count:
                    length = self._depots[code - self._job_count].duration_s
                    laid.depot_s += length
                    start = first(self._depots[code - self._job_count].windows, ready)
                elif code >= 0:
                    length = lengths[code]
                    laid.service_s += length
                    laid.jobs += 1
                    start = earliest(spans[code], ready, fixed.get(code))
                else:
                    pause = vehicle.breaks[-1 - code]
                    length = pause.duration_s
                    self._count_break(laid, vehicle, code)
                    start = first((pause.window,) if pause.window else (), ready)
                if start == math.inf:
                    return None
                leave = free = start + length
                here, pauses = place, []
            laid.arrivals.append(arrival)
            laid.starts.append(start)
            laid.ends.append(free)
        finish = vehicle.finish if vehicle.finish is not None else here
        home = leave if here is None else self._drive(laid, vehicle, here, finish, leave, pauses)
        laid.back = max(home, free)
        return None if laid.travel_s >= NO_ROAD else laid

    def _place(self, vehicle: Vehicle, code: int) -> int | None:
        return self._tables.places[code] if code >= 0 else vehicle.break_places[-1 - code]

    def _count_break(self, laid: Laid, vehicle: Vehicle, code: int) -> None:
        pause = vehicle.breaks[-1 - code]
        laid.break_s += pause.duration_s
        if not pause.paid:
            laid.unpaid_s += pause.duration_s

    def _drive(
        self,
        laid: Laid,
        vehicle: Vehicle,
        here: int,
        there: int | None,
        leave: float,
        pauses: Sequence[Span],
    ) -> float:
        """Arrival. Adds road and time at the wheel; too long a leg makes the route impossible."""
        assert there is not None
        legs = self._tables.legs[vehicle.profile]
        laid.distance_m += legs.metre_rows[here][there]
        work = legs.second_rows[here][there]
        if work >= NO_ROAD:
            laid.travel_s += NO_ROAD
            return leave
        work *= vehicle.travel_factor
        if not self._traffic and not pauses:
            arrival, wheel = leave + work, work
        else:
            arrival, wheel = legs.roads.drive(
                here, there, leave=leave, factor=vehicle.travel_factor, pauses=pauses
            )
            # Equal roads are equally long, breaks or not: no rounding may choose between orders.
            wheel = wheel if self._traffic else work
        laid.travel_s += wheel
        longest = vehicle.shift.max_leg_s
        if longest is not None and wheel > longest + NOISE_S:
            laid.travel_s += NO_ROAD
        return arrival

    # --- backward ---

    def _latest_depart(self, vehicle: Vehicle, laid: Laid, fixed: Mapping[int, Span]) -> float:
        """The latest departure that delays neither the return nor any work that keeps its start."""
        tables, stops = self._tables, laid.stops
        solid = [n for n, code in enumerate(stops) if self._place(vehicle, code) is not None]
        if not solid:
            return vehicle.shift.start
        places = [self._place(vehicle, code) for code in stops]
        there = vehicle.finish if vehicle.finish is not None else places[solid[-1]]
        limit, following = laid.back, len(stops)
        for rank in range(len(solid) - 1, -1, -1):
            n = solid[rank]
            code, place = stops[n], places[n]
            breaks = [-1 - stops[b] for b in range(n + 1, following)]
            leave = self._latest_leave(vehicle, place, there, limit, breaks, laid.ends[n])
            latest = leave - (laid.ends[n] - laid.starts[n])
            before = places[solid[rank - 1]] if rank else vehicle.begin
            start = self._latest_start(vehicle, code, latest, laid.starts[n], fixed)
            moved = before is not None and before != place and code >= 0
            limit = max(start, laid.starts[n]) - (tables.setups[place or 0] if moved else 0)
            there, following = place, n
        first = vehicle.begin
        breaks = [-1 - stops[b] for b in range(following)]
        return self._latest_leave(vehicle, first, there, limit, breaks, laid.depart)

    def _latest_start(
        self,
        vehicle: Vehicle,
        code: int,
        latest: float,
        start: float,
        fixed: Mapping[int, Span],
    ) -> float:
        if code < 0:
            window = vehicle.breaks[-1 - code].window
            return latest if window is None else min(latest, window.closes)
        if code >= self._job_count:
            windows = self._depots[code - self._job_count].windows
            spans: Sequence[Span] = [(w.opens, w.closes) for w in windows] or [(start, math.inf)]
        elif code in self.early or code in fixed:
            return start
        else:
            spans = self._tables.spans[vehicle.index][code]
        found = [min(latest, closes) for opens, closes in spans if opens <= latest]
        return max(found, default=start)

    def _latest_leave(
        self,
        vehicle: Vehicle,
        here: int | None,
        there: int | None,
        limit: float,
        breaks: Sequence[int],
        sure: float,
    ) -> float:
        """Latest instant to leave and be ready by ``limit``, taking these breaks on the way."""
        legs = self._tables.legs[vehicle.profile]
        roads = legs.roads
        assert there is not None
        here = there if here is None else here
        if not breaks:
            return roads.departure(here, there, arrive=limit, factor=vehicle.travel_factor)
        if not self._traffic:
            work = legs.second_rows[here][there] * vehicle.travel_factor
            return max(sure, latest_before(vehicle, breaks, limit=limit, work=work, sure=sure))

        def works(leave: float) -> bool:
            free, pauses = leave, []
            for number in breaks:
                pause = vehicle.breaks[number]
                start = free if pause.window is None else max(free, pause.window.opens)
                if pause.window is not None and start > pause.window.closes:
                    return False
                free = start + pause.duration_s
                pauses.append((start, free))
            arrival, _ = roads.drive(
                here, there, leave=leave, factor=vehicle.travel_factor, pauses=pauses
            )
            return max(arrival, free) <= limit + HAIR_S

        low, high = sure, max(sure, limit)
        if works(high):
            return high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if works(middle) else (low, middle)
        return low

    # --- rules of one route ---

    def _within_limits(self, vehicle: Vehicle, laid: Laid) -> bool:
        shift = vehicle.shift
        holds = (
            kept(shift.max_duration_s, laid.duration_s)
            and kept(shift.max_travel_s, laid.travel_s)
            and kept(shift.max_distance_m, laid.distance_m)
            and kept(shift.max_visits, laid.jobs)
        )
        if not holds:
            return False
        jobs = [code for code in laid.stops if 0 <= code < self._job_count]
        for tag, most in shift.max_visits_by_tag.items():
            if sum(tag in self._tables.jobs[job].tags for job in jobs) > most:
                return False
        return not vehicle.breaks or not jobs or self._rested(vehicle, laid)

    def _rested(self, vehicle: Vehicle, laid: Laid) -> bool:
        """Each break is taken, or the route leaves after it opened or is back before it is due."""
        for number, pause in enumerate(vehicle.breaks):
            if -1 - number in laid.stops:
                continue
            if pause.window is None:
                return False
            opens, closes = pause.window.opens, pause.window.closes + pause.duration_s
            # A clear hundredth, so that no rounding decides.
            if not (laid.depart > opens + 0.01 or laid.back < closes - 0.01):
                return False
        return True

    def supplied(self, vehicle: Vehicle, stops: tuple[int, ...]) -> bool:
        """Whether tools, parts and room in the van last, in the order of the stops."""
        return self.first_short(vehicle, stops) is None

    def first_short(self, vehicle: Vehicle, stops: tuple[int, ...]) -> int | None:
        """Position of the first stop for which something is missing."""
        stock = Van(vehicle)
        for n, code in enumerate(stops):
            if code >= self._job_count:
                stock.load_at(self._depots[code - self._job_count])
            elif code >= 0 and not stock.serves(self._tables.jobs[code]):
                return n
        return None
