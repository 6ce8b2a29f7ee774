"""The cheapest ways to serve one more job, for many questions at once, and exactly.

A question is one choice of starts: a window, or all that the job may have. Gaps are bounded first:
what a route costs at least follows from its roads and hours. Those that might win are written on a
sheet and priced; only the winners are laid out one by one. What a sheet cannot say (depot stops,
traffic, jobs that must meet others) is laid out one by one, if its bound does not exclude it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from routing.rules.spans import Spans
from routing.trial.asked import Asked
from routing.trial.bounds import Hours, bounds, prices, sums
from routing.trial.choosing import Choice, Chooser, Rows, least_of
from routing.trial.fairness import Fairness
from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.openings import Drawn, Openings, Order, Wanted
from routing.trial.settling import MOST_LOADINGS
from routing.trial.sheets import lay_all
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
        hours = trial.prices.hours
        self._waits = np.array([any(hours[job] for job in jobs) for jobs in self._jobs])
        self._pinned = np.array([self._after_pins(jobs) for jobs in self._jobs])
        self._chooser = Chooser(trial, fleet=fleet)

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
        detours = MOST_LOADINGS * (self._loads | self._tables.stocked)[drawn.vehicle]
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
            limit = asked.limits(most=most, groups=groups)
            while len(todo := asked.promising(limit)):
                self._price(asked, todo, limit)
                limit = asked.limits(most=most, groups=groups)
            members = asked.winners(most=most)
            refused = [
                pair for own in members.values() for pair in own if not self._lay(asked, pair)
            ]
            if not refused:
                return [
                    sorted((asked.way[pair] for pair in members[group]), key=_extra)
                    for group in range(groups)
                ]

    def _price(self, asked: Asked, pairs: Ints, limit: Floats) -> None:
        """Give these pairs their exact prices, or infinity where the job does not fit."""
        asked.priced[pairs] = True
        vehicle = asked.drawn.vehicle[asked.gap[pairs]]
        tables, job = self._tables, asked.wanted.job
        by_hand = self._odd[vehicle] | (job in tables.linked or bool(tables.jobs[job].equipment))
        for pair in pairs[by_hand].tolist():
            self._lay_by_hand(asked, pair)
        stocked = ~by_hand & self._may_load(asked, vehicle)
        plain = pairs[~by_hand & ~stocked]
        if len(plain):
            positions = np.zeros(len(plain), dtype=np.int64)
            self._price_orders(
                asked, asked.drawn, asked.gap[plain], pairs=plain, positions=positions, limit=limit
            )
        self._price_stocked(asked, pairs[stocked], limit)

    def _may_load(self, asked: Asked, vehicle: Ints) -> NDArray[np.bool_]:
        """Whether a route has depot stops, or may need some."""
        if asked.wanted.job in self._tables.draft.stocked:
            return np.ones(len(vehicle), dtype=np.bool_)
        may: NDArray[np.bool_] = self._uses[vehicle] | self._loads[vehicle]
        return may

    def _price_stocked(self, asked: Asked, pairs: Ints, limit: Floats) -> None:
        """Price pairs by all orders of stops that supply them; a gap of jobs may be several."""
        vehicles: list[int] = []
        owners: list[tuple[int, int]] = []
        orders: list[Order] = []
        known: dict[int, list[tuple[int, Order]]] = {}
        for pair in pairs.tolist():
            gap = int(asked.gap[pair])
            if gap not in known:
                known[gap] = self._orders(asked, gap)
            orders += [order for _, order in known[gap]]
            owners += [(pair, position) for position, _ in known[gap]]
            vehicles += [int(asked.drawn.vehicle[gap])] * len(known[gap])
        if orders:
            drawn = self._openings.drawn_orders(asked.wanted, vehicles, orders)
            [which] = np.nonzero(drawn.allowed)
            if len(which):
                own, positions = np.array(owners, dtype=np.int64)[which].T
                self._price_orders(asked, drawn, which, pairs=own, positions=positions, limit=limit)

    def _orders(self, asked: Asked, gap: int) -> list[tuple[int, Order]]:
        """The stops of a gap's route with the job, in each way to load what they need.

        Each with the position of the job for the sake of which it is tried.
        """
        vehicle = int(asked.drawn.vehicle[gap])
        return [
            (n, order)
            for n in self._positions(asked, gap)
            for order in self._trial.orders(asked.wanted.job, vehicle, n)
        ]

    def _positions(self, asked: Asked, gap: int) -> list[int]:
        """Where in the route with its depot stops the job would be in this gap of jobs."""
        bare = self._bare[int(asked.drawn.vehicle[gap])]
        line, stops = int(asked.drawn.line[gap]), int(asked.drawn.stops[gap])
        before, jobs = line - (len(asked.drawn.codes) - stops), len(self._trial.holder)
        return [n for n in range(len(bare) + 1) if sum(code < jobs for code in bare[:n]) == before]

    def _price_orders(
        self,
        asked: Asked,
        drawn: Drawn,
        which: Ints,
        *,
        pairs: Ints,
        positions: Ints,
        limit: Floats,
    ) -> None:
        """Price pairs by these drawn orders on a sheet; a pair may have several positions."""
        fleet, job = self._fleet, asked.wanted.job
        sheet, entry, order = self._openings.sheet(
            asked.wanted, drawn, which=which, questions=asked.question[pairs]
        )
        kept, times = lay_all(sheet, fleet=fleet)
        sheet, entry, order = sheet.chosen(kept), entry[kept], order[kept]
        costs = prices(
            sheet, times, drawn=drawn, gap=which[entry], fixed=sums(drawn, fleet=fleet), fleet=fleet
        )
        beside = self._fairness.added(sheet.vehicle, times.back - times.depart)
        codes = np.where(drawn.codes == self._openings.guest, job, drawn.codes)
        rows = Rows(
            pair=pairs[entry], position=positions[entry], order=order, sheet=sheet, times=times,
            codes=codes[:, which[entry]], stops=drawn.stops[which[entry]], costs=costs,
            own=costs.price + (asked.who - self._base)[sheet.vehicle],
            beside=beside + asked.faces[sheet.vehicle],
        )  # fmt: skip
        good = self._in_question(asked, rows, limit)
        for (pair, _), choice in self._chooser.chosen(rows, good).items():
            self._take(asked, pair, rows, choice)

    def _in_question(self, asked: Asked, rows: Rows, limit: Floats) -> Ints:
        """Which rows may matter: not those of pairs that are too dear whichever row is taken."""
        if not self._trial.prices.positive:
            return np.arange(len(rows.pair))
        vehicle = rows.sheet.vehicle
        waiting = self._waits[vehicle] | bool(self._trial.prices.hours[asked.wanted.job])
        together = self._fairness.least(vehicle, rows.costs.busy) + asked.faces[vehicle]
        least = np.full(len(asked.gap), math.inf)
        np.minimum.at(least, rows.pair, least_of(rows, waiting=waiting, least=together))
        dear = (least >= limit[asked.group]) & (least < math.inf)
        # Not exact, but too dear; they count again when a cheaper one is refused.
        asked.bound[dear] = least[dear]
        asked.priced[dear] = False
        [good] = np.nonzero(~dear[rows.pair])
        return good

    def _take(self, asked: Asked, pair: int, rows: Rows, choice: Choice) -> None:
        """Note the price of a row, or lay it out where waiting for a wish may change it."""
        row = choice.row
        vehicle, count = int(rows.sheet.vehicle[row]), int(rows.stops[row])
        stops, taken = rows.codes[-count:, row].tolist(), rows.sheet.taken[:, row]
        order = self._with_breaks(vehicle, stops, taken - (len(rows.codes) - count))
        if choice.waits:
            with self._starting(asked, pair, vehicle):
                waiting = self._trial.lay(vehicle, order)
            if waiting is not None:
                self._note(asked, pair, self._trial.way(asked.wanted.job, waiting))
        elif choice.price < asked.price[pair]:
            asked.price[pair], asked.order[pair] = choice.price, order
            asked.way.pop(pair, None)

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
        vehicle = int(asked.drawn.vehicle[asked.gap[pair]])
        with self._starting(asked, pair, vehicle):
            laid = self._trial.lay(vehicle, asked.order[pair])
        asked.price[pair] = math.inf
        if laid is not None:
            self._note(asked, pair, self._trial.way(asked.wanted.job, laid))
        elif self._loads[vehicle] or self._tables.stocked:
            self._lay_by_hand(asked, pair)
        return laid is not None

    def _lay_by_hand(self, asked: Asked, pair: int) -> None:
        """Lay a pair out one order after the other; a gap of jobs may be several of stops."""
        gap = int(asked.gap[pair])
        vehicle = int(asked.drawn.vehicle[gap])
        with self._starting(asked, pair, vehicle):
            for n in self._positions(asked, gap):
                way = self._trial.option(asked.wanted.job, vehicle, n, anew=True)
                if way is not None:
                    self._note(asked, pair, way)

    def _note(self, asked: Asked, pair: int, way: Option) -> None:
        """A way of a pair that is laid out, if none is cheaper."""
        if way.extra < asked.price[pair]:
            asked.way[pair] = way
            asked.price[pair] = way.extra

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
