"""The cheapest ways to serve one more job, for many questions at once, and exactly.

A question is one choice of starts: a window, or all that the job may have. Gaps are bounded first:
what a route costs at least follows from its roads and hours. Those that might win are written on a
sheet and priced; only the winners are laid out one by one. What a sheet cannot say (depot stops,
traffic, jobs that must meet others) is laid out one by one, if its bound does not exclude it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from routing.rules.spans import Spans
from routing.trial.bounds import Hours, bounds, prices, sums
from routing.trial.fleet import Fleet, Floats, Ints
from routing.trial.laying import Laid
from routing.trial.openings import Drawn, Openings, Wanted
from routing.trial.settling import MOST_LOADINGS
from routing.trial.sheets import lay_all
from routing.trial.trial import Option, Trial

# Pairs of each group that are priced before the others are held against them.
FIRST = 10
# Pairs of one sheet; more would only fill the memory.
AT_ONCE = 500

Order = tuple[int, ...]


@dataclass(slots=True, eq=False, kw_only=True)
class _Asked:
    """Pairs of gap and question, and what is known of each: a bound, then the exact price.

    ``order`` is the cheapest order of a pair, ``way`` the same laid out. Pairs of one ``group``
    compete with each other.
    """

    wanted: Wanted
    spans: Sequence[Sequence[Spans]]
    drawn: Drawn
    gap: Ints
    question: Ints
    group: Ints
    bound: Floats
    priced: NDArray[np.bool_]
    price: Floats
    order: dict[int, Order] = field(default_factory=dict)
    way: dict[int, Option] = field(default_factory=dict)


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
        # Rules that only laying out one by one knows.
        self._odd = ~fleet.plain | np.array([self._meets_others(jobs) for jobs in self._jobs])
        self._loads = np.array(
            [jobs != bare for jobs, bare in zip(self._jobs, self._bare, strict=True)]
        )
        self._uses = [bool(trial.tables.draft.stocked.intersection(jobs)) for jobs in self._jobs]
        self._base = np.array([self._base_of(v) for v in range(len(self._jobs))])
        self._pinned = np.array([self._after_pins(jobs) for jobs in self._jobs])
        self._start_prices: dict[tuple[int, int, float], float] = {}

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

    def _asked(self, job: int, spans: Sequence[Sequence[Spans]]) -> _Asked:
        """All pairs that pass the quick test, with their bounds."""
        trial, tables = self._trial, self._tables
        self._start_prices = {key: p for key, p in self._start_prices.items() if key[0] != job}
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
        asked = _Asked(
            wanted=wanted, spans=spans, drawn=drawn, gap=number[good],
            question=question[keep][good], group=number[good],
            bound=np.full(int(good.sum()), -math.inf),
            priced=np.zeros(int(good.sum()), dtype=np.bool_),
            price=np.full(int(good.sum()), math.inf),
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

    def _bounds(self, asked: _Asked) -> Floats:
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
        least = bounds(
            eased, gap=asked.gap, hours=hours, fixed=sums(eased, fleet=fleet), fleet=fleet
        )
        least += self._trial.who_prices(wanted.job)[vehicle] - self._base[vehicle]
        return np.where(self._odd[vehicle], -math.inf, least)

    # --- the answer ---

    def _best(self, asked: _Asked, *, most: int, groups: int) -> list[list[Option]]:
        """Price pairs until no other can win, then lay the winners out; again if one is refused."""
        while True:
            limit = self._limits(asked, most=most, groups=groups)
            while len(todo := self._promising(asked, limit)):
                self._price(asked, todo, limit)
                limit = self._limits(asked, most=most, groups=groups)
            members = self._winners(asked, most=most)
            refused = [
                pair for own in members.values() for pair in own if not self._lay(asked, pair)
            ]
            if not refused:
                return [
                    sorted((asked.way[pair] for pair in members[group]), key=_extra)
                    for group in range(groups)
                ]

    def _limits(self, asked: _Asked, *, most: int, groups: int) -> Floats:
        """The price that a pair must beat to be among the best of its group."""
        limit = np.full(groups, math.inf)
        for group, own in self._winners(asked, most=most).items():
            if len(own) == most:
                limit[group] = asked.price[own[-1]]
        return limit

    def _winners(self, asked: _Asked, *, most: int) -> dict[int, list[int]]:
        """The cheapest pairs of each group, among those that are priced."""
        found: dict[int, list[int]] = defaultdict(list)
        [known] = np.nonzero(asked.price < math.inf)
        ranked = known[np.argsort(asked.price[known], kind="stable")]
        for pair, group in zip(ranked.tolist(), asked.group[ranked].tolist(), strict=True):
            if len(found[group]) < most:
                found[group].append(pair)
        return found

    def _promising(self, asked: _Asked, limit: Floats) -> Ints:
        """The next pairs to price: of each group those with the least bounds."""
        [left] = np.nonzero(~asked.priced & (asked.bound < limit[asked.group]))
        if not len(left):
            return left
        left = left[np.lexsort((asked.bound[left], asked.group[left]))]
        group = asked.group[left]
        begins = np.r_[True, group[1:] != group[:-1]]
        rank = np.arange(len(left)) - np.maximum.accumulate(
            np.where(begins, np.arange(len(left)), 0)
        )
        count = FIRST if np.isinf(limit[group]).any() else AT_ONCE
        return left[rank < count][:AT_ONCE]

    def _price(self, asked: _Asked, pairs: Ints, limit: Floats) -> None:
        """Give these pairs their exact prices, or infinity where the job does not fit."""
        asked.priced[pairs] = True
        by_hand = self._by_hand(asked, pairs)
        for pair in pairs[by_hand].tolist():
            self._lay_by_hand(asked, pair)
        rest = pairs[~by_hand]
        if len(rest):
            self._price_sheet(asked, rest, limit)

    def _by_hand(self, asked: _Asked, pairs: Ints) -> NDArray[np.bool_]:
        """Which pairs no sheet can lay out."""
        gap = asked.gap[pairs]
        vehicle = asked.drawn.vehicle[gap]
        hand: NDArray[np.bool_] = self._odd[vehicle] | self._loads[vehicle]
        if asked.wanted.job in self._tables.linked:
            hand[:] = True
        needs = asked.wanted.job in self._tables.draft.stocked
        known: dict[int, bool] = {}
        for n, (g, v) in enumerate(zip(gap.tolist(), vehicle.tolist(), strict=True)):
            if hand[n] or not (needs or self._uses[v]):
                continue
            if g not in known:
                known[g] = self._trial.supplied(v, self._stops(asked, g))
            hand[n] = not known[g]
        return hand

    def _price_sheet(self, asked: _Asked, pairs: Ints, limit: Floats) -> None:
        """Price pairs on a sheet."""
        drawn, fleet = asked.drawn, self._fleet
        gap = asked.gap[pairs]
        sheet, pair = self._openings.sheet(
            asked.wanted, drawn, which=gap, questions=asked.question[pairs]
        )
        kept, times = lay_all(sheet, fleet=fleet)
        pair, sheet = pair[kept], sheet.chosen(kept)
        vehicle, number = sheet.vehicle, gap[pair]
        plain = prices(
            sheet, times, drawn=drawn, gap=number, fixed=sums(drawn, fleet=fleet), fleet=fleet
        )
        plain += self._trial.who_prices(asked.wanted.job)[vehicle] - self._base[vehicle]
        codes = np.where(drawn.codes == self._openings.guest, asked.wanted.job, drawn.codes)
        starts, lengths = times.starts.T, sheet.length.T
        positive = self._trial.prices.positive
        for row in np.argsort(plain, kind="stable").tolist():
            own = int(pairs[pair[row]])
            if plain[row] >= asked.price[own] and positive:
                continue
            if plain[row] >= limit[asked.group[own]] and positive:
                # Not exact, but too dear; it counts again when a cheaper one is refused.
                asked.bound[own], asked.price[own] = max(asked.bound[own], plain[row]), math.inf
                asked.priced[own] = False
                continue
            price = plain[row] + self._starts_price(
                codes[:, number[row]].tolist(),
                int(vehicle[row]),
                starts[row].tolist(),
                lengths[row].tolist(),
            )
            if price < asked.price[own]:
                asked.price[own] = price
                asked.order[own] = self._with_breaks(
                    asked, int(number[row]), sheet.taken[:, row].tolist()
                )

    def _with_breaks(self, asked: _Asked, gap: int, taken: Sequence[int]) -> Order:
        """The stops of a gap with the job and its breaks."""
        vehicle, stops = int(asked.drawn.vehicle[gap]), self._stops(asked, gap)
        first = self._openings.lines - len(stops)
        order: list[int] = []
        for n in range(len(stops) + 1):
            order += [
                -1 - int(self._fleet.break_number[number, vehicle])
                for number, line in enumerate(taken)
                if line == first + n
            ]
            order += stops[n : n + 1]
        return tuple(order)

    def _stops(self, asked: _Asked, gap: int) -> Order:
        """The jobs of a gap's route with the new one among them."""
        jobs = self._jobs[int(asked.drawn.vehicle[gap])]
        position = int(self._openings.position[asked.drawn.gaps[gap]])
        return (*jobs[:position], asked.wanted.job, *jobs[position:])

    # --- one by one ---

    def _lay(self, asked: _Asked, pair: int) -> bool:
        """Lay a priced pair out, unless it is already; False and out of question when refused."""
        if pair in asked.way:
            return True
        vehicle = int(asked.drawn.vehicle[asked.gap[pair]])
        with self._starting(asked, pair, vehicle):
            laid = self._trial.lay(vehicle, asked.order[pair])
        if laid is None:
            asked.price[pair] = math.inf
            return False
        self._note(asked, pair, laid)
        return True

    def _lay_by_hand(self, asked: _Asked, pair: int) -> None:
        """Lay a pair out one order after the other; a gap of jobs may be several of stops."""
        job, gap = asked.wanted.job, int(asked.gap[pair])
        vehicle = int(asked.drawn.vehicle[gap])
        position = int(self._openings.position[asked.drawn.gaps[gap]])
        bare = self._bare[vehicle]
        with self._starting(asked, pair, vehicle):
            for n in range(len(bare) + 1):
                if sum(code < len(self._trial.holder) for code in bare[:n]) == position:
                    laid = self._trial.settle_anew(job, vehicle, n)
                    if laid is not None:
                        self._note(asked, pair, laid)

    def _note(self, asked: _Asked, pair: int, laid: Laid) -> None:
        former = self._trial.routes[laid.vehicle]
        before = 0.0 if former is None else self._trial.route_price(former)
        way = Option(self._trial.route_price(laid) - before, asked.wanted.job, laid)
        if pair not in asked.way or way.extra < asked.way[pair].extra:
            asked.way[pair] = way
            asked.price[pair] = way.extra

    @contextmanager
    def _starting(self, asked: _Asked, pair: int, vehicle: int) -> Iterator[None]:
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

    def _starts_price(
        self, codes: Sequence[int], vehicle: int, starts: Sequence[float], lengths: Sequence[float]
    ) -> float:
        """What the starts of a route cost by themselves."""
        prices_, total = self._trial.prices, 0.0
        for code, start, length in zip(codes, starts, lengths, strict=True):
            if code in prices_.start_priced:
                key = code, vehicle, start
                known = self._start_prices.get(key)
                if known is None:
                    price = prices_.start(code, vehicle=vehicle, start=start, end=start + length)
                    known = self._start_prices[key] = prices_.scalar(price)
                total += known
        return total


def _extra(way: Option) -> float:
    return way.extra
