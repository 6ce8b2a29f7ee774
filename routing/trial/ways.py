"""The cheapest ways to serve one more job, for many questions at once, and exactly.

A question is one choice of starts: a window, or all that the job may have. Gaps are bounded first:
what a route costs at least follows from its roads and hours. Those that might win are written on a
sheet and priced; only the winners are laid out one by one. What a sheet cannot say (depot stops,
traffic, jobs that must meet others) is laid out one by one, if its bound does not exclude it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from routing.rules.spans import Spans
from routing.trial.asked import Asked, Leaders, Written
from routing.trial.bounds import Hours, bounds, prices, sums
from routing.trial.choosing import Choice, Chooser, Rows
from routing.trial.fairness import Fairness
from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.laying import Laid
from routing.trial.openings import Drawn, Openings, Order, Wanted
from routing.trial.settling import MOST_LOADINGS
from routing.trial.sheets import lay_all
from routing.trial.supplied import Supplied
from routing.trial.trial import Option, Trial


class Ways:
    """Ways into the routes of one trial, which must not change meanwhile."""

    def __init__(self, trial: Trial, *, fleet: Fleet) -> None:
        self._trial, self._tables, self._fleet = trial, trial.tables, fleet
        self._bare = [() if laid is None else trial.bare(laid) for laid in trial.routes]
        self._jobs = [tuple(c for c in bare if c < len(trial.holder)) for bare in self._bare]
        self._openings = Openings(
            trial.tables,
            fleet=fleet,
            gaps=trial.gaps,
            routes=dict(enumerate(self._jobs)),
            solid=trial.prices.early,
            aims=trial.prices.aims,
        )
        self._fairness = Fairness(trial.tables, routes=trial.routes, rate=trial.shared.rate)
        # Rules and prices that only laying out one by one knows.
        self._odd = ~fleet.plain | ~self._fairness.known
        self._odd |= np.array([self._meets_others(jobs) for jobs in self._jobs])
        self._loads = np.array(
            [jobs != bare for jobs, bare in zip(self._jobs, self._bare, strict=True)]
        )
        stocked = trial.tables.draft.stocked
        self._uses = np.array([not stocked.isdisjoint(jobs) for jobs in self._jobs])
        self._base = np.array([self._base_of(v) for v in range(len(self._jobs))])
        self._pinned = np.array([self._after_pins(jobs) for jobs in self._jobs])
        self._chooser = Chooser(trial, fleet=fleet)
        self._supplied = Supplied(trial, bare=self._bare)

    def cheapest(
        self, job: int, *, spans: Sequence[Sequence[Spans]], most: int
    ) -> list[list[Option]]:
        """The ``most`` cheapest ways for each question, cheapest first.

        ``spans`` are the starts that each vehicle may choose, for each question.
        """
        asked = self._asked(job, spans)
        asked.group = asked.question
        return self._best(asked, most=most, groups=len(spans))

    def by_vehicle(self, job: int) -> dict[int, Option]:
        """The cheapest way for each vehicle that has one."""
        asked = self._asked(job, [[row[job] for row in self._tables.spans]])
        asked.group = asked.drawn.vehicle[asked.gap]
        best = self._best(asked, most=1, groups=len(self._tables.vehicles))
        return {vehicle: own[0] for vehicle, own in enumerate(best) if own}

    def all(self, job: int) -> list[Option]:
        """Every way, in no particular order."""
        asked = self._asked(job, [[row[job] for row in self._tables.spans]])
        asked.group = np.arange(len(asked.gap))
        return [way for own in self._best(asked, most=1, groups=len(asked.gap)) for way in own]

    # --- the question ---

    def _asked(self, job: int, spans: Sequence[Sequence[Spans]]) -> Asked:
        """All pairs that pass the quick test, with their bounds."""
        trial, tables = self._trial, self._tables
        self._chooser.forget(job)
        wanted = Wanted.of(
            tables,
            job=job,
            spans=spans,
            aim=trial.prices.aims.get(job),
            solid=job in trial.prices.early,
        )
        gap, question = self._openings.fitting(wanted)
        free = np.zeros(len(tables.vehicles), dtype=np.bool_)
        free[list(trial.partners.open_to(trial, job))] = True
        keep = free[self._openings.vehicle[gap]] & self._keeps_pins(job, gap)
        gaps, number = np.unique(gap[keep], return_inverse=True)
        drawn = self._openings.drawn(wanted, gaps)
        plain = ~self._odd[drawn.vehicle[number]]
        good = drawn.allowed[number] | ~plain
        asked = Asked(
            wanted=wanted, spans=spans, drawn=drawn, gap=number[good],
            question=question[keep][good], group=number[good],
            bound=np.full(int(good.sum()), -math.inf),
            priced=np.zeros(int(good.sum()), dtype=np.bool_),
            price=np.full(int(good.sum()), math.inf),
            who=trial.who_prices(job),
            faces=np.array(trial.shared.of_faces(job, holder=trial.holder)),
            leaders=Leaders.of(0, most=0),
        )  # fmt: skip
        if trial.prices.positive:
            asked.bound = self._bounds(asked)
        return asked

    def _keeps_pins(self, job: int, gap: Ints) -> NDArray[np.bool_]:
        """Whether a pinned position, of the job or of others in the route, is kept."""
        openings, pin = self._openings, self._tables.jobs[job].pin
        free: NDArray[np.bool_] = openings.position[gap] >= self._pinned[openings.vehicle[gap]]
        if pin is not None and pin.position is not None:
            free &= openings.position[gap] == pin.position - 1
        return free

    def _bounds(self, asked: Asked) -> Floats:
        """What each pair adds at least; nothing is known of odd vehicles."""
        drawn, fleet, wanted = asked.drawn, self._fleet, asked.wanted
        detours = MOST_LOADINGS * self._may_load(wanted.job)[drawn.vehicle]
        seconds, metres = self._openings.shortcuts
        eased = replace(
            drawn,
            travel_s=drawn.travel_s - detours * seconds * fleet.factor[drawn.vehicle],
            metres=drawn.metres - detours * metres,
        )
        vehicle, question = drawn.vehicle[asked.gap], asked.question
        opens = wanted.opens[0, question, vehicle]
        last = wanted.closes[:, question, vehicle].max(axis=0)
        begun = np.minimum(self._openings.first_closes[vehicle], last)
        hours = Hours(
            over=np.maximum(self._openings.last_opens[vehicle], opens + wanted.length[vehicle]),
            begun=begun + detours[asked.gap] * seconds * fleet.factor[vehicle],
        )
        own = bounds(eased, gap=asked.gap, hours=hours, fixed=sums(eased, fleet=fleet), fleet=fleet)
        least = own.price + (asked.who - self._base)[vehicle] + asked.faces[vehicle]
        least += self._fairness.least(vehicle, own.duration)
        return np.where(self._odd[vehicle], -math.inf, least)

    # --- the answer ---

    def _best(self, asked: Asked, *, most: int, groups: int) -> list[list[Option]]:
        """Price pairs until no other can win, then lay the winners out; again if one is refused."""
        while True:
            asked.begin(groups, most=most)
            while len(todo := asked.promising()):
                self._price(asked, todo)
            members = asked.winners()
            refused = [
                pair for own in members.values() for pair in own if not self._lay(asked, pair)
            ]
            if not refused:
                return [
                    sorted((asked.way[pair] for pair in members[group]), key=_extra)
                    for group in range(groups)
                ]

    def _price(self, asked: Asked, pairs: Ints) -> None:
        """Give these pairs their exact prices, or infinity where the job does not fit."""
        asked.priced[pairs] = True
        vehicle = asked.drawn.vehicle[asked.gap[pairs]]
        tables, job = self._tables, asked.wanted.job
        by_hand = self._odd[vehicle] | (job in tables.linked or bool(tables.jobs[job].equipment))
        for pair in pairs[by_hand].tolist():
            self._lay_by_hand(asked, pair)
        loaded = self._may_load(job)[vehicle]
        rows = self._rows(asked, plain=pairs[~by_hand & ~loaded], loaded=pairs[~by_hand & loaded])
        if rows is not None:
            self._choose(asked, rows)

    def _may_load(self, job: int) -> NDArray[np.bool_]:
        """By vehicle: whether its route has depot stops, or may need some for the job."""
        if job in self._tables.draft.stocked:
            return np.ones(len(self._loads), dtype=np.bool_)
        may: NDArray[np.bool_] = self._uses | self._loads
        return may

    def _rows(self, asked: Asked, *, plain: Ints, loaded: Ints) -> Rows | None:
        """The pairs on a sheet: each in one order, or in every one that loads what it takes."""
        job, drawn = asked.wanted.job, asked.drawn
        vehicles: list[int] = []
        owners: list[int] = []
        positions = [0] * len(plain)
        orders: list[Order] = []
        for pair, gap in zip(loaded.tolist(), asked.gap[loaded].tolist(), strict=True):
            vehicle = int(drawn.vehicle[gap])
            for position, order in self._supplied.orders(
                job, vehicle=vehicle, before=drawn.before(gap)
            ):
                vehicles.append(vehicle)
                owners.append(pair)
                positions.append(position)
                orders.append(order)
        pairs = np.concatenate([plain, np.array(owners, dtype=np.int64)])
        if not len(pairs):
            return None
        drawn = self._openings.drawn_with(
            asked.wanted, drawn, asked.gap[plain], vehicles=vehicles, orders=orders
        )
        [which] = np.nonzero(drawn.allowed)
        if not len(which):
            return None
        return self._laid_out(asked, drawn, which, pairs=pairs, positions=np.array(positions))

    def _laid_out(
        self, asked: Asked, drawn: Drawn, which: Ints, *, pairs: Ints, positions: Ints
    ) -> Rows:
        """These drawn orders on a sheet, those that keep the rules, with what they cost."""
        fleet, job = self._fleet, asked.wanted.job
        sheet, entry, order = self._openings.sheet(
            asked.wanted, drawn, which=which, questions=asked.question[pairs[which]]
        )
        kept, sheet, times = lay_all(sheet, fleet=fleet)
        gap, order = which[entry[kept]], order[kept]
        fixed = sums(drawn, fleet=fleet)
        costs = prices(sheet, times, drawn=drawn, gap=gap, fixed=fixed, fleet=fleet)
        beside = self._fairness.added(sheet.vehicle, times.back - times.depart)
        codes = np.where(drawn.codes == self._openings.guest, job, drawn.codes)
        return Rows(
            pair=pairs[gap], position=positions[gap], order=order, sheet=sheet, times=times,
            codes=codes[:, gap], stops=drawn.stops[gap], costs=costs,
            own=costs.price + (asked.who - self._base)[sheet.vehicle],
            beside=beside + asked.faces[sheet.vehicle],
            least_beside=self._fairness.least(sheet.vehicle, costs.busy)
            + asked.faces[sheet.vehicle],
        )  # fmt: skip

    def _choose(self, asked: Asked, rows: Rows) -> None:
        """Price each pair by its rows, those first that look cheap; the dear ones are left out.

        Waiting for wished hours is tried last: it must be laid out, and seldom wins.
        """
        waiting: list[tuple[float, int, Choice]] = []
        listed = self._chooser.listed(rows)
        for pair, least, which in self._by_pair(asked, rows):
            if asked.is_dear(pair, least):
                continue
            for choice in self._chooser.chosen(rows, listed, which):
                if choice.waiting < math.inf:
                    waiting.append((choice.waiting, pair, choice))
                elif asked.note(pair, choice.price):
                    asked.written[pair] = Written(rows, listed, choice)
                    asked.way.pop(pair, None)
        for least, pair, choice in sorted(waiting):
            if not asked.is_dear(pair, least):
                waited = self._laid(asked, pair, Written(rows, listed, choice))
                if waited is not None:
                    self._note(asked, pair, self._trial.way(asked.wanted.job, waited))

    def _by_pair(self, asked: Asked, rows: Rows) -> Iterator[tuple[int, float, list[int]]]:
        """Each pair with what it costs at least and its rows, the cheapest first."""
        least, guess = np.full((2, len(asked.gap)), math.inf)
        if self._trial.prices.positive:
            np.minimum.at(least, rows.pair, self._chooser.least_of(rows))
        else:
            least[:] = -math.inf
        np.minimum.at(guess, rows.pair, rows.own + rows.beside)
        ranked = np.lexsort((rows.order, rows.own, rows.pair, guess[rows.pair]))
        pairs = rows.pair[ranked]
        begins = [*np.nonzero(np.diff(pairs, prepend=-1))[0].tolist(), len(pairs)]
        for begin, end in itertools.pairwise(begins):
            pair = int(pairs[begin])
            yield pair, float(least[pair]), ranked[begin:end].tolist()

    def _laid(self, asked: Asked, pair: int, written: Written) -> Laid | None:
        """A row of a sheet laid out, waiting for wished hours where that pays."""
        vehicle, order = int(asked.drawn.vehicle[asked.gap[pair]]), self._order(written)
        with self._starting(asked, pair, vehicle):
            return self._trial.lay(vehicle, order, aimed=self._chooser.aimed(*written))

    def _order(self, written: Written) -> Order:
        """The stops of a row with its breaks."""
        rows, row = written.rows, written.choice.row
        vehicle, count = int(rows.sheet.vehicle[row]), int(rows.stops[row])
        taken = rows.sheet.taken[:, row] - (len(rows.codes) - count)
        return self._with_breaks(vehicle, rows.codes[-count:, row].tolist(), taken)

    def _with_breaks(self, vehicle: int, stops: Sequence[int], taken: Ints) -> Order:
        """The stops with each break before the stop that ``taken`` says."""
        order: list[int] = []
        for n in range(len(stops) + 1):
            order += [
                -1 - int(self._fleet.break_number[number, vehicle])
                for number, before in enumerate(taken.tolist())
                if before == n
            ]
            order += stops[n : n + 1]
        return tuple(order)

    # --- one by one ---

    def _lay(self, asked: Asked, pair: int) -> bool:
        """Lay a priced pair out, unless it is already; False and out of question when refused."""
        if pair in asked.way:
            return True
        laid = self._laid(asked, pair, asked.written[pair])
        asked.price[pair] = math.inf
        if laid is not None:
            self._note(asked, pair, self._trial.way(asked.wanted.job, laid))
        elif self._tables.stocked or self._loads[asked.drawn.vehicle[asked.gap[pair]]]:
            self._lay_by_hand(asked, pair)
        return laid is not None

    def _lay_by_hand(self, asked: Asked, pair: int) -> None:
        """Lay a pair out one order after the other; a gap of jobs may be several of stops."""
        gap = int(asked.gap[pair])
        vehicle = int(asked.drawn.vehicle[gap])
        with self._starting(asked, pair, vehicle):
            for n in self._supplied.positions(vehicle, before=asked.drawn.before(gap)):
                way = self._trial.option(asked.wanted.job, vehicle, n, anew=True)
                if way is not None:
                    self._note(asked, pair, way)

    def _note(self, asked: Asked, pair: int, way: Option) -> None:
        """A way of a pair that is laid out, if none is cheaper."""
        if asked.note(pair, way.extra):
            asked.way[pair] = way

    @contextmanager
    def _starting(self, asked: Asked, pair: int, vehicle: int) -> Iterator[None]:
        """Only the starts that are asked for, in these hands."""
        row, job = self._tables.spans[vehicle], asked.wanted.job
        former = row[job]
        row[job] = asked.spans[int(asked.question[pair])][vehicle]
        yield
        row[job] = former

    # --- the plan ---

    def _meets_others(self, jobs: Sequence[int]) -> bool:
        return not self._tables.linked.isdisjoint(jobs) or any(j in self._trial.fixed for j in jobs)

    def _base_of(self, vehicle: int) -> float:
        """What the route costs now, without who goes: that stays."""
        laid, prices_ = self._trial.routes[vehicle], self._trial.prices
        if laid is None:
            return 0.0
        who = sum(prices_.scalar(prices_.who(vehicle, job=job)) for job in self._jobs[vehicle])
        return self._trial.route_price(laid) - who

    def _after_pins(self, jobs: Sequence[int]) -> int:
        """The first position that moves no job from where it is pinned."""
        pins = [self._tables.jobs[job].pin for job in jobs]
        return max(
            (n for n, pin in enumerate(pins, 1) if pin and pin.position is not None), default=0
        )


def _extra(way: Option) -> float:
    return way.extra
