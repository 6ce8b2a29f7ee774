"""A plan in the making: routes that keep the rules, and the cheapest way to put one more job in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.problem import Job
from routing.rules.draft import Vehicle
from routing.rules.spans import Span
from routing.trial.admission import admitted
from routing.trial.changes import Changes
from routing.trial.gaps import Block, Fits, Gaps
from routing.trial.kinds import kinds_of
from routing.trial.laying import Laid, Layer
from routing.trial.partners import Partners
from routing.trial.patience import Patience
from routing.trial.pricing import Price, Prices
from routing.trial.settling import Settler
from routing.trial.shared import Shared
from routing.trial.tables import Tables

UNHELD = -1


def never() -> bool:
    return False


class Option(NamedTuple):
    """One way to serve a job: the whole route as it would be, and what that adds to the price."""

    extra: float
    job: int
    laid: Laid


@dataclass(frozen=True, slots=True)
class Memory:
    """A trial as it was; cheap to take and to give back."""

    routes: tuple[Laid | None, ...]
    holder: tuple[int, ...]
    fixed: dict[int, Span]


class Trial:
    """Routes by vehicle. What it accepts keeps all rules but those on what must be served."""

    def __init__(self, tables: Tables, *, patient: bool = False) -> None:
        """A ``patient`` trial lays each order out at its cheapest times, which takes long."""
        self.tables = tables
        self.prices = Prices(tables)
        self.routes: list[Laid | None] = [None] * len(tables.vehicles)
        self.holder = [UNHELD] * len(tables.jobs)
        self.fixed: dict[int, Span] = {}
        # Earliest starts of linked jobs that wait for a slower partner.
        self.floors: dict[int, float] = {}
        self.partners = Partners(tables)
        self.gaps = Gaps(tables)
        self._layer = Layer(tables, early=self.prices.early, aims=self.prices.aims)
        self.patience = Patience(tables, self._layer, self.prices, price=self._layout_price)
        self.settler = Settler(tables, patience=self.patience, patient=patient)
        self._blocks: dict[int, Block] = {}
        self._road = np.array([self._road_price(vehicle) for vehicle in tables.vehicles]).T
        self._who: dict[int, NDArray[np.float64]] = {}
        self._kinds: list[int] | None = None
        # Jobs of which nobody may serve two.
        self._divided = [frozenset(jobs) for jobs in tables.draft.other_people]
        self._urgency = [self.tables.draft.urgency(job) for job in range(len(tables.jobs))]
        self._changes = Changes(tables)
        self.shared = Shared(tables, prices=self.prices)
        self._must = 0.0
        self._worth = self._worths()

    def tell_apart(self) -> None:
        """Offer idle vehicles that are alike each by itself: people ask for names."""
        self._kinds = list(range(len(self.tables.vehicles)))

    def put_job(self, job: Job, *, number: int) -> None:
        """Let an absent number stand for another job, one that no relation names."""
        assert self.holder[number] == UNHELD
        self.tables.put_job(job, number=number)
        self.prices.put_job(number)
        self._who.pop(number, None)
        self.refresh(number)
        self._urgency[number] = self.tables.draft.urgency(number)
        self._worth[number] = self.prices.scalar(self.prices.unserved[number])

    def refresh(self, number: int) -> None:
        """Take over what the tables say of an absent number by now."""
        self.partners.put_job(number)
        self.gaps.put_job(number)
        self.settler.put_job(early=self.prices.early)

    # --- what it is worth ---

    def route_price(self, laid: Laid) -> float:
        """The route's price as one number."""
        if laid.price is None:
            laid.price = self.prices.scalar(self.prices.route(laid))
        return laid.price

    def _layout_price(self, laid: Laid) -> float:
        """The price by which one order is laid out: where changes are numbered, hours stay."""
        moved = self.moved_price(laid.vehicle, stops=laid.stops, starts=laid.starts)
        return self.route_price(laid) + moved

    def moved_price(self, vehicle: int, *, stops: Sequence[int], starts: Sequence[float]) -> float:
        """What moved hours weigh while an order is laid out, though not in its price."""
        crew = self.tables.vehicles[vehicle]
        return self._must * self._changes.moved(crew, stops=stops, starts=starts)

    def total(self) -> float:
        """All routes and all absent jobs as one number; the less, the better."""
        routes = sum(self.route_price(laid) for laid in self.routes if laid is not None)
        beyond = self._changes.beyond(self.routes, holder=self.holder)
        absent = sum(self.worth(job) for job in self.absent())
        return routes + absent + beyond * self._must + self.shared.number(self.routes, self.holder)

    def worth(self, job: int) -> float:
        """What leaving the job out costs; of a mandatory one more than anything else."""
        return self._worth[job]

    def urgency(self, job: int) -> float:
        """Jobs that must be served come first, those with a place in their route in that order."""
        return self._urgency[job]

    def price(self) -> Price:
        """One value a level; what cannot be added up is left out."""
        total = np.zeros(self.prices.levels)
        for laid in self.routes:
            if laid is not None:
                total += self.prices.route(laid)
        for job in self.absent():
            total += self.prices.unserved[job]
        total += self.shared.price(self.routes, holder=self.holder)
        return tuple(total.tolist())

    def absent(self) -> list[int]:
        """Jobs that nobody serves, by number."""
        return [job for job, vehicle in enumerate(self.holder) if vehicle == UNHELD]

    # --- remember and give back ---

    def remember(self) -> Memory:
        return Memory(tuple(self.routes), tuple(self.holder), dict(self.fixed))

    def recall(self, memory: Memory) -> None:
        for vehicle, laid in enumerate(memory.routes):
            if laid is not self.routes[vehicle]:
                self._blocks.pop(vehicle, None)
        self.routes, self.holder = list(memory.routes), list(memory.holder)
        self.fixed = dict(memory.fixed)

    # --- put in, take out ---

    def put(self, option: Option) -> None:
        """Take an option of `best` or `options`; the trial must not have changed since."""
        self.hold(option.laid)
        for job, start in zip(option.laid.stops, option.laid.starts, strict=True):
            if job in self.tables.linked:
                self.fixed[job] = (start, start)
            elif job == option.job and self.tables.jobs[job].equipment:
                self.fixed[job] = (start, np.inf)

    def hold(self, laid: Laid) -> None:
        """Let a laid-out route be its vehicle's."""
        self.routes[laid.vehicle] = laid
        self._blocks.pop(laid.vehicle, None)
        for code in laid.stops:
            if 0 <= code < len(self.holder):
                self.holder[code] = laid.vehicle

    def hold_most(self, vehicle: int, order: Sequence[int]) -> list[int]:
        """Give an idle vehicle these stops, in this order, as many as it can. Gives the lost jobs."""
        kept: list[int] = []
        lost: list[int] = []
        whole = self.try_route(vehicle, order) if self._free_for(vehicle, order) else None
        if whole is not None:
            if whole.jobs:
                self.hold(whole)
            return []
        for code in order:
            laid = None
            if self._free_for(vehicle, [code]):
                laid = self.try_route(vehicle, [*kept, code])
            if laid is not None:
                kept.append(code)
                if laid.jobs:
                    self.hold(laid)
            elif code < len(self.holder):
                self.fixed.pop(code, None)
                lost.append(code)
        return lost

    def _free_for(self, vehicle: int, order: Sequence[int]) -> bool:
        """Whether the vehicle may serve these jobs, beside each other and what other routes do."""
        jobs = [code for code in order if code < len(self.holder)]
        if any(len(group.intersection(jobs)) > 1 for group in self._divided):
            return False
        return all(
            self.holder[job] == UNHELD and vehicle in self.partners.open_to(self, job)
            for job in jobs
        )

    def take(self, jobs: Sequence[int]) -> list[int]:
        """Take jobs out. Gives all that left: a route that cannot do without one loses more."""
        touched = {self.holder[job] for job in jobs} - {UNHELD}
        for job in jobs:
            self.holder[job] = UNHELD
            self.fixed.pop(job, None)
        gone = list(jobs)
        for vehicle in touched:
            gone += self._close_up(vehicle)
        return gone

    def take_groups(self, jobs: Sequence[int]) -> list[int]:
        """Take jobs out with the partners that cannot stay without them. Gives all that left."""
        gone = self.take(jobs)
        while left := [mate for mate in self._abandoned(gone) if self.holder[mate] != UNHELD]:
            gone += self.take(left)
        return gone

    def _abandoned(self, gone: Sequence[int]) -> set[int]:
        return {mate for job in gone for mate in self.partners.groups.get(job, ())}

    def drop_half_served(self) -> None:
        """Take out what may not stay without a partner that was not served."""
        while self.partners.groups and (left := self.partners.half_served(self)):
            self.take(sorted(set(left)))

    def _close_up(self, vehicle: int) -> list[int]:
        """Lay a route again without what left it; where roads are odd, more must leave."""
        laid = self.routes[vehicle]
        assert laid is not None
        jobs, held = len(self.holder), self.holder
        rest = [code for code in self.bare(laid) if code >= jobs or held[code] == vehicle]
        gone: list[int] = []
        while True:
            self._blocks.pop(vehicle, None)
            if not any(code < len(self.holder) for code in rest):
                self.routes[vehicle] = None
                return gone
            again = self.settler.settle(self.tables.vehicles[vehicle], tuple(rest), self.fixed)
            if again is not None and self.partners.admit(self, again):
                self.routes[vehicle] = again
                return gone
            lost = next(code for code in reversed(rest) if code < len(self.holder))
            rest.remove(lost)
            self.holder[lost] = UNHELD
            self.fixed.pop(lost, None)
            gone.append(lost)

    def bare(self, laid: Laid) -> tuple[int, ...]:
        """Stops of a route without its breaks."""
        return tuple(code for code in laid.stops if code >= 0)

    # --- ways to serve a job ---

    def best(
        self, job: int, *, tries: int, below: float = np.inf, passes: Callable[[], bool] = never
    ) -> Option | None:
        """The cheapest of the ``tries`` likeliest gaps, or None when none costs less than that.

        A gap is passed over when ``passes`` says so.
        """
        found: Option | None = None
        left, saved = tries, self.prices.scalar(self.shared.most_saved)
        for bound, vehicle, position in self.likely(job):
            limit = below if found is None else found.extra
            if bound - saved >= limit or left == 0:
                break
            left -= 1
            option = None if passes() else self.option(job, vehicle, position)
            if option is not None and option.extra < limit:
                found = option
        return found

    def options(self, job: int) -> Iterator[Option]:
        """Every way to serve the job, the likely cheap ones first."""
        ways = (self.option(job, vehicle, position) for _, vehicle, position in self.likely(job))
        yield from (way for way in ways if way is not None)

    def option(self, job: int, vehicle: int, position: int, *, anew: bool = False) -> Option | None:
        """The job at this position among the stops without breaks; ``anew`` forgets what was."""
        stops, spans = self._with_job(job, vehicle, position)
        settle = self.settler.settle_anew if anew else self.settler.settle
        laid = admitted(self, stops, vehicle=vehicle, spans=spans, job=job, settle=settle)
        return None if laid is None else self.way(job, laid)

    def way(self, job: int, laid: Laid) -> Option:
        """A route with the job in it as an option: what it adds to the price."""
        former = self.routes[laid.vehicle]
        before = 0.0 if former is None else self.route_price(former)
        beside = self.shared.added(self.routes, self.holder, laid)
        return Option(self.route_price(laid) - before + beside, job, laid)

    def _with_job(
        self, job: int, vehicle: int, position: int
    ) -> tuple[tuple[int, ...], dict[int, Span]]:
        """The stops with the job among them, and the starts that others leave to them."""
        former = self.routes[vehicle]
        bare = () if former is None else self.bare(former)
        window = self.partners.window(self, job)
        fixed = self.fixed if window is None else {**self.fixed, job: window}
        return (*bare[:position], job, *bare[position:]), fixed

    def lay(self, vehicle: int, stops: Sequence[int], *, aimed: bool | None) -> Laid | None:
        """The route with exactly these stops, breaks included, waiting for wishes where it pays."""
        crew = self.tables.vehicles[vehicle]
        laid = self.settler.lay(crew, tuple(stops), self.fixed, aimed=aimed)
        return laid if laid is not None and self.partners.admit(self, laid) else None

    def orders(self, job: int, vehicle: int, position: int) -> list[tuple[int, ...]]:
        """What `option` tries, without breaks: the stops with the job and what they need."""
        stops, _ = self._with_job(job, vehicle, position)
        return self.settler.orders(self.tables.vehicles[vehicle], stops)

    def try_route(self, vehicle: int, bare: Sequence[int]) -> Laid | None:
        """The order of jobs and depots in this vehicle, breaks put where they are cheapest."""
        laid = self.settler.settle_waiting(self.tables.vehicles[vehicle], tuple(bare), self.fixed)
        return laid if laid is not None and self.partners.admit(self, laid) else None

    def likely(self, job: int) -> Iterator[tuple[float, int, int]]:
        """Gaps that the job passes by the quick test, by what they cost at least."""
        window = self.partners.window(self, job)
        vehicles = self.partners.open_to(self, job)
        blocks = [self._block(vehicle) for vehicle in self._offered(vehicles)]
        if not blocks:
            return
        fits = self.gaps.fits(job, blocks=blocks, fixed=window)
        bounds = self._bounds(job, fits)
        for n in np.argsort(bounds, kind="stable").tolist():
            yield float(bounds[n]), int(fits.vehicle[n]), int(fits.position[n])

    def _offered(self, vehicles: Sequence[int]) -> Iterator[int]:
        """These vehicles, but of idle ones that are alike only the first."""
        seen: set[int] = set()
        if self._kinds is None:
            self._kinds = kinds_of(self.tables, self.prices)
        for vehicle in vehicles:
            if self.routes[vehicle] is None:
                if self._kinds[vehicle] in seen:
                    continue
                seen.add(self._kinds[vehicle])
            yield vehicle

    def _block(self, vehicle: int) -> Block:
        block = self._blocks.get(vehicle)
        if block is None:
            laid = self.routes[vehicle]
            bare = () if laid is None else self.bare(laid)
            block = self.gaps.block(self.tables.vehicles[vehicle], bare)
            self._blocks[vehicle] = block
        return block

    def _bounds(self, job: int, fits: Fits) -> NDArray[np.float64]:
        """What serving the job there costs at least, waiting and detours to depots aside."""
        vehicle, per_s, per_m, used = fits.vehicle, *self._road
        idle = np.array([laid is None for laid in self.routes])
        bounds: NDArray[np.float64] = (
            np.where(idle[vehicle], used[vehicle], 0.0)
            + self.who_prices(job)[vehicle]
            + per_s[vehicle] * fits.extra_s
            + per_m[vehicle] * fits.extra_m
        )
        for after, per_s_late in self.prices.slopes(job):
            bounds += per_s_late * np.maximum(fits.start - after, 0.0)
        return bounds

    def _worths(self) -> list[float]:
        plain = [self.prices.scalar(price) for price in self.prices.unserved]
        # Ten of the dearest: enough to win every exchange, not so much that the search freezes.
        self._must = 10 * max([1.0, self.prices.dearest(), *plain])
        return [
            worth + (self._must if urgency else 0)
            for worth, urgency in zip(plain, self._urgency, strict=True)
        ]

    def who_prices(self, job: int) -> NDArray[np.float64]:
        """`Prices.who` of one job as one number, for each vehicle that may serve it."""
        found = self._who.get(job)
        if found is None:
            whole = [
                self.prices.who(vehicle, job=job) if row[job] else None
                for vehicle, row in enumerate(self.tables.spans)
            ]
            number = {price: self.prices.scalar(price) if price else 0.0 for price in set(whole)}
            found = self._who[job] = np.array([number[price] for price in whole])
        return found

    def _road_price(self, vehicle: Vehicle) -> tuple[float, float, float]:
        scalar = self.prices.scalar
        road = self.prices.road(vehicle.index)
        return scalar(road.travel), scalar(road.distance), scalar(road.used)
