"""Every gap of a plan as arrays, ready to be written on a sheet with one more job in it.

Built once for the routes of a trial; a question about a job is a few expressions over all gaps.
A line is a row of a sheet, and ends together with all others (see ``sheets``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.roads import NO_ROAD
from routing.rules.spans import Spans
from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.gaps import (
    AFTER,
    BEFORE,
    LATEST,
    LEAVES,
    POSITION,
    SETUP,
    VEHICLE,
    Block,
    Gaps,
    table_numbers,
)
from routing.trial.instants import NOISE_S
from routing.trial.sheets import LEFT_OUT, Sheet, break_choices, rooms
from routing.trial.tables import Tables

Order = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Wanted:
    """A job with the starts asked for: ``(spans, questions, vehicles)``, in order, none infinite.

    ``aim`` is the start that it had better keep, if it had one; ``solid`` says whether its start
    has a price.
    """

    job: int
    place: int
    opens: Floats
    closes: Floats
    length: Floats
    aim: float | None
    solid: bool

    @classmethod
    def of(
        cls,
        tables: Tables,
        *,
        job: int,
        spans: Sequence[Sequence[Spans]],
        aim: float | None,
        solid: bool,
    ) -> Wanted:
        """``spans`` are those of each vehicle, for each question."""
        numbers: dict[Spans, int] = {}  # most vehicles have the same
        which = [[numbers.setdefault(own, len(numbers)) for own in row] for row in spans]
        most = max((len(own) for own in numbers), default=0)
        alike = np.full((2, max(1, most), max(1, len(numbers))), math.inf)
        alike[1] = -math.inf
        for number, own in enumerate(numbers):
            for n, span in enumerate(own):
                alike[:, n, number] = span
        opens, closes = alike[..., np.array(which, dtype=np.int64).reshape(len(spans), -1)]
        length = np.array([row[job] for row in tables.lengths], dtype=np.float64)
        return cls(
            job=job, place=tables.places[job], opens=opens, closes=closes,
            length=length, aim=aim, solid=solid,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drawn:
    """Orders with the job in them, ``(lines, orders)`` as on a sheet, and sums of their routes.

    ``line`` is the job's own; ``stops`` are all, of which ``jobs`` are no depots.
    """

    vehicle: Ints
    codes: Ints
    line: Ints
    stops: Ints
    road: Floats
    home: Floats
    setup: Floats
    length: Floats
    travel_s: Floats
    metres: Floats
    service_s: Floats
    depot_s: Floats
    setup_s: Floats
    jobs: Ints
    allowed: NDArray[np.bool_]

    def before(self, gap: int) -> int:
        """How many stops are before the job."""
        return int(self.line[gap]) - len(self.codes) + int(self.stops[gap])


class Openings:
    """All gaps of some plain routes. ``codes`` has the stops, ``guest`` where the gap is."""

    def __init__(
        self,
        tables: Tables,
        *,
        fleet: Fleet,
        gaps: Gaps,
        routes: Mapping[int, Sequence[int]],
        solid: frozenset[int],
        aims: Mapping[int, float],
    ) -> None:
        self._tables, self._fleet = tables, fleet
        self._seconds, self._metres, self._ease = gaps.seconds, gaps.metres, gaps.ease
        self._tables_of = table_numbers(tables)
        self._phantom = len(tables.places)
        self.guest = self._phantom + 1
        blocks = {v: gaps.block(tables.vehicles[v], bare) for v, bare in routes.items()}
        self.block = np.concatenate([blocks[v] for v in routes], axis=1)
        self.vehicle = self.block[VEHICLE].astype(np.int64)
        self.position = self.block[POSITION].astype(np.int64)
        self.lines = 1 + max(len(bare) for bare in routes.values())
        self.codes = np.array(
            [
                self._with_gap(bare, position)
                for bare in routes.values()
                for position in range(len(bare) + 1)
            ],
            dtype=np.int64,
        ).T
        self.stops = 1 + np.array([len(bare) for bare in routes.values() for _ in (*bare, 0)])
        self.line = self.lines - self.stops + self.position
        self._read_stops(routes, solid, aims)
        self.first_closes, self.last_opens = self._ends(blocks, routes)
        self.shortcuts = shortcuts(tables)

    def _with_gap(self, bare: Sequence[int], position: int) -> list[int]:
        phantoms = [self._phantom] * (self.lines - 1 - len(bare))
        return [*phantoms, *bare[:position], self.guest, *bare[position:]]

    def _read_stops(
        self, routes: Mapping[int, Sequence[int]], solid: frozenset[int], aims: Mapping[int, float]
    ) -> None:
        """What is known of each stop by its number, phantoms and the guest at the end."""
        tables, count = self._tables, self.guest + 1
        spans = {code: tables.spans[v][code] for v, bare in routes.items() for code in bare}
        for code, depot in enumerate(tables.problem.depots, start=len(tables.jobs)):
            always = [(-math.inf, math.inf)]
            spans[code] = tuple(sorted((w.opens, w.closes) for w in depot.windows) or always)
        most = max((len(own) for own in spans.values()), default=1)
        self._opens = np.full((max(1, most), count), math.inf)
        self._closes = np.full(self._opens.shape, -math.inf)
        spans[self._phantom] = ((-math.inf, math.inf),)
        for code, own in spans.items():
            for n, (first, last) in enumerate(own):
                self._opens[n, code], self._closes[n, code] = first, last
        self._length, self._aim = np.zeros(count), np.full(count, -math.inf)
        self._solid, self._place = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.int64)
        for vehicle, bare in routes.items():
            for code in bare:
                self._length[code] = tables.lengths[vehicle][code]
                self._place[code] = tables.places[code]
                self._solid[code] = code in solid
                if code in aims and any(a <= aims[code] <= b for a, b in spans[code]):
                    self._aim[code] = aims[code]
        for code, depot in enumerate(tables.problem.depots, start=len(tables.jobs)):
            self._length[code], self._place[code] = depot.duration_s, tables.places[code]
        self._setups = np.array([*tables.setups, 0.0])

    def _ends(
        self, blocks: Mapping[int, Block], routes: Mapping[int, Sequence[int]]
    ) -> tuple[Floats, Floats]:
        """By vehicle: its first job must have begun by, and its last cannot be over before."""
        tables, count = self._tables, len(self._tables.vehicles)
        closes, opens = np.full(count, math.inf), np.full(count, -math.inf)
        for vehicle, bare in routes.items():
            if bare:
                closes[vehicle] = blocks[vehicle][LATEST][0]
                lengths, spans = tables.lengths[vehicle], tables.spans[vehicle]
                opens[vehicle] = max(spans[code][0][0] + lengths[code] for code in bare)
        return closes, opens

    def fitting(self, wanted: Wanted) -> tuple[Ints, Ints]:
        """Gaps and questions in which the job might fit, breaks aside."""
        vehicle, block, fleet = self.vehicle, self.block, self._fleet
        before, after = block[BEFORE].astype(np.int64), block[AFTER].astype(np.int64)
        factor = fleet.factor[vehicle] * self._ease
        place, nowhere = wanted.place, len(self._setups) - 1
        table = self._tables_of[vehicle]
        ready = block[LEAVES] + self._seconds[table, before, place] * factor
        ready += np.where((before != place) & (before != nowhere), self._setups[place], 0)
        done = wanted.length[vehicle] + self._seconds[table, place, after] * factor
        done += np.where(after != place, block[SETUP], 0)
        start = np.full((wanted.opens.shape[1], len(vehicle)), math.inf)
        for opens, closes in zip(wanted.opens[::-1], wanted.closes[::-1], strict=True):
            begins = np.maximum(ready, opens[:, vehicle])
            start = np.where(ready <= closes[:, vehicle] + NOISE_S, begins, start)
        questions, gaps = np.nonzero(start + done <= block[LATEST] + NOISE_S)
        return gaps, questions

    def drawn(self, wanted: Wanted, gaps: Ints) -> Drawn:
        """These gaps with the job in them. Some are not ``allowed``: a leg or a sum is too long."""
        line, stops = self.line[gaps], self.stops[gaps]
        return self._draw(
            wanted, self.vehicle[gaps], codes=self.codes[:, gaps], line=line, stops=stops
        )

    def drawn_with(
        self,
        wanted: Wanted,
        drawn: Drawn,
        gaps: Ints,
        *,
        vehicles: Sequence[int],
        orders: Sequence[Order],
    ) -> Drawn:
        """Some of the drawn gaps, then orders that are given stop by stop, depots among them."""
        counts = np.array([len(order) for order in orders], dtype=np.int64)
        stops = np.concatenate([drawn.stops[gaps], counts])
        lines, kept = int(stops.max()), len(gaps)
        codes = np.full((len(stops), lines), self._phantom, dtype=np.int64)
        codes[:kept] = self._ending(drawn.codes[:, gaps], lines).T
        listed = codes[kept:]
        listed[np.arange(lines) >= lines - counts[:, None]] = [c for order in orders for c in order]
        listed[listed == wanted.job] = self.guest
        line = (codes == self.guest).argmax(axis=1)
        vehicle = np.concatenate([drawn.vehicle[gaps], np.array(vehicles, dtype=np.int64)])
        return self._draw(wanted, vehicle, codes=codes.T, line=line, stops=stops)

    def _ending(self, codes: Ints, lines: int) -> Ints:
        """The last lines; phantoms before them where there are not so many."""
        missing = lines - len(codes)
        if missing <= 0:
            return codes[-missing:]
        return np.concatenate([np.full((missing, codes.shape[1]), self._phantom), codes])

    def _draw(
        self, wanted: Wanted, vehicle: Ints, *, codes: Ints, line: Ints, stops: Ints
    ) -> Drawn:
        fleet, here = self._fleet, np.arange(len(vehicle))
        place, length = self._place[codes], self._length[codes]
        place[line, here], length[line, here] = wanted.place, wanted.length[vehicle]
        first = place[len(codes) - stops, here]
        begin, finish = fleet.begin[vehicle], fleet.finish[vehicle]
        nowhere = len(self._setups) - 1
        begin = np.where(begin == nowhere, first, begin)
        finish = np.where(finish == nowhere, place[-1], finish)
        place = np.where(codes == self._phantom, begin, place)
        former = np.concatenate([begin[None], place[:-1]])
        table = self._tables_of[vehicle]
        free = self._seconds[table, former, place]
        road, home = free * fleet.factor[vehicle], self._seconds[table, place[-1], finish]
        setup = np.where(former != place, self._setups[place], 0)
        metres = self._metres[table, former, place].sum(axis=0)
        metres += self._metres[table, place[-1], finish]
        broken = (free >= NO_ROAD).any(axis=0) | (home >= NO_ROAD)
        home = home * fleet.factor[vehicle]
        depots = (codes >= len(self._tables.jobs)) & (codes < self._phantom)
        depot_s = np.where(depots, length, 0).sum(axis=0)
        travel_s, jobs = road.sum(axis=0) + home, stops - depots.sum(axis=0)
        longest = np.maximum(road.max(axis=0), home)
        allowed = (
            ~broken
            & (longest <= fleet.most_leg_s[vehicle] + NOISE_S)
            & (travel_s <= fleet.most_travel_s[vehicle] + NOISE_S)
            & (metres <= fleet.most_metres[vehicle] + NOISE_S)
            & (jobs <= fleet.most_jobs[vehicle] + NOISE_S)
        )
        return Drawn(
            vehicle=vehicle, codes=codes, line=line, stops=stops, road=road, home=home,
            setup=setup, length=length, travel_s=travel_s, metres=metres,
            service_s=length.sum(axis=0) - depot_s, depot_s=depot_s, setup_s=setup.sum(axis=0),
            jobs=jobs, allowed=allowed,
        )  # fmt: skip

    def sheet(
        self, wanted: Wanted, drawn: Drawn, *, which: Ints, questions: Ints
    ) -> tuple[Sheet, Ints, Ints]:
        """Every order of these gaps that may do, the number of its pair of gap and question, and
        its own.

        ``which`` are numbers of drawn gaps. Orders with an aim come twice: as early as may be, and
        waiting for the aims.
        """
        bare, floors = self._bare_sheet(wanted, drawn, which, questions)
        pair, taken = self._choices(drawn, which, bare)
        sheet, here = bare.chosen(pair), np.arange(len(pair))
        sheet.taken = taken
        [aimed] = np.nonzero((floors[:, pair] > -math.inf).any(axis=0))
        if not len(aimed):
            return sheet, pair, here
        both, floor = np.concatenate([here, aimed]), floors[:, pair[aimed]]
        doubled = sheet.chosen(both)
        doubled.floor[:, len(here) :] = floor
        doubled.solid[:, len(here) :] |= floor > -math.inf
        return doubled, pair[both], both

    def _bare_sheet(
        self, wanted: Wanted, drawn: Drawn, which: Ints, question: Ints
    ) -> tuple[Sheet, Floats]:
        """Each pair of gap and question once, without breaks, and the starts that had better be."""
        vehicle, codes, here = drawn.vehicle[which], drawn.codes[:, which], np.arange(len(which))
        opens, closes = self._spans(wanted, codes)
        line = drawn.line[which]
        opens[:, line, here] = _padded(wanted.opens[:, question, vehicle], len(opens), math.inf)
        closes[:, line, here] = _padded(wanted.closes[:, question, vehicle], len(opens), -math.inf)
        floors, solid = self._aim[codes], self._solid[codes]
        solid[line, here] = wanted.solid
        if wanted.aim is not None:
            inside = (opens[:, line, here] <= wanted.aim) & (wanted.aim <= closes[:, line, here])
            floors[line, here] = np.where(inside.any(axis=0), wanted.aim, -math.inf)
        fleet = self._fleet
        sheet = Sheet(
            vehicle=vehicle, road=drawn.road[:, which], home=drawn.home[which],
            setup=drawn.setup[:, which], length=drawn.length[:, which], opens=opens, closes=closes,
            floor=np.full(floors.shape, -math.inf), solid=solid,
            taken=np.full((len(fleet.break_s), len(which)), LEFT_OUT),
            break_opens=fleet.break_opens[:, vehicle], break_closes=fleet.break_closes[:, vehicle],
            break_s=fleet.break_s[:, vehicle],
        )  # fmt: skip
        return sheet, floors

    def _choices(self, drawn: Drawn, which: Ints, bare: Sheet) -> tuple[Ints, Ints]:
        """Each pair once for every way to take the breaks that its order might have room for."""
        fleet, width = self._fleet, len(self._fleet.break_s)
        room, left_out = rooms(bare, fleet=fleet)
        stops, breaks = drawn.stops[which], fleet.breaks[bare.vehicle]
        pairs, taken = [], []
        for shape in np.unique(stops * 8 + breaks).tolist():
            count = shape // 8
            [members] = np.nonzero(stops * 8 + breaks == shape)
            ways = break_choices(count, breaks=shape % 8, width=width)
            lines = np.where(ways >= 0, ways + (len(drawn.codes) - count), ways)
            good = np.ones((len(members), lines.shape[1]), dtype=np.bool_)
            for n, own in enumerate(lines):
                good &= np.where(
                    own == LEFT_OUT,
                    left_out[n, members, None],
                    room[n][own[None], members[:, None]],
                )
            member, way = np.nonzero(good)
            pairs.append(members[member])
            taken.append(lines[:, way])
        return np.concatenate(pairs), np.concatenate(taken, axis=1)

    def _spans(self, wanted: Wanted, codes: Ints) -> tuple[Floats, Floats]:
        opens, closes = self._opens[:, codes], self._closes[:, codes]
        depth = len(wanted.opens)
        return _padded(opens, depth, math.inf), _padded(closes, depth, -math.inf)


def _padded(spans: Floats, depth: int, filling: float) -> Floats:
    """At least so many spans, the additional ones empty."""
    missing = depth - len(spans)
    if missing <= 0:
        return spans
    return np.concatenate([spans, np.full((missing, *spans.shape[1:]), filling)])


def shortcuts(tables: Tables) -> tuple[float, float]:
    """Seconds and metres that a way through a depot may be shorter than the direct one."""
    every = tables.legs.values()
    return (
        max(_shortcut(legs.seconds, tables) for legs in every),
        max(_shortcut(legs.metres, tables) for legs in every),
    )


def _shortcut(rows: Floats, tables: Tables) -> float:
    depots = tables.places[len(tables.jobs) :]
    saved = (float((rows - rows[:, [d]] - rows[[d], :]).max(initial=0)) for d in depots)
    return max(saved, default=0)
