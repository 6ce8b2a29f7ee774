"""What a route, a job and a missing job are worth: one value a level of the objective.

Everything that adds up over routes and jobs is priced here. Metrics that compare routes (spreads,
shares, fairness, the largest lateness, splits) are not; the judge's objective decides between
whole plans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import mul

from routing.problem import Job, Technician, TechnicianWish, Term, WindowWish
from routing.rules.draft import Vehicle
from routing.score.wishes import surplus
from routing.timing import TOLERANCE
from routing.trial.changes import former_places
from routing.trial.dearest import Dearest
from routing.trial.laying import Laid
from routing.trial.remembered import Remembered
from routing.trial.started import values_of_start
from routing.trial.tables import Tables
from routing.trial.turns import lapses, turns
from routing.trial.weights import RouteWeights, Weights

Price = tuple[float, ...]

# Metrics of a served job that its start decides.
OF_STARTS = frozenset({
    "lateness_s", "late_visits", "lateness_cost", "max_lateness_s", "broken_promises",
    "promise_late_s", "overdue_s", "overdue_visits", "overdue_cost", "delay_s", "delay_cost",
    "missed_windows", "preference_cost", "moved_visits", "moved_s", "changes", "change_cost",
})  # fmt: skip

# Metrics of a served job that depend on who serves it.
OF_PEOPLE = frozenset({
    "missed_technicians", "outside_visits", "spare_levels", "preference_cost",
    "changed_technician", "changed_shift", "changes", "change_cost",
})  # fmt: skip
OF_MOVES = frozenset({"moved_visits", "moved_s", "changes", "change_cost"})


class Prices:
    """Prices of one problem. ``early`` are the jobs whose start has a price of its own,
    ``aims`` starts that had better be met, ``hours`` starts for which it may pay to wait.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._weights = Weights(tables.problem)
        self.levels = self._weights.levels
        # Whether doing worse never pays.
        self.positive = self._weights.positive
        self._former = former_places(tables.problem)
        self._routes = [RouteWeights(self._weights, vehicle) for vehicle in tables.vehicles]
        self._dated = [one for one in tables.problem.technicians if _is_dated(one)]
        self.start_priced = frozenset(
            number for number, job in enumerate(tables.jobs) if self._start_matters(job)
        )
        self.early = self.start_priced | tables.linked | _may_be_late(tables)
        self.aims = self._aims()
        self.hours = {n: self._wished(job) for n, job in enumerate(tables.jobs)}
        self._served = {
            job.priority: self._sum({"served": 1.0}, job.priority) for job in tables.jobs
        }
        # Worked out when first asked for: a plan in force asks about one pair in a hundred.
        self._who: list[list[Price | None]] = [[None] * len(tables.jobs) for _ in tables.vehicles]
        self.unserved = [self._unserved_price(job) for job in tables.jobs]
        self._most = Dearest(tables, weights=self._weights)
        self.scales = self._scales()
        self._slopes = [self._slopes_of(job) for job in tables.jobs]
        self._starts = Remembered(self._start_price)
        self._money: Prices | None = None

    def put_job(self, number: int) -> None:
        """Price the job that this number stands for by now."""
        job = self._tables.jobs[number]
        self._served.setdefault(job.priority, self._sum({"served": 1.0}, job.priority))
        for who in self._who:
            who[number] = None
        self.unserved[number] = self._unserved_price(job)
        self._slopes[number] = self._slopes_of(job)
        self._starts.forget(number)
        self.hours[number] = self._wished(job)
        matters = self._start_matters(job)
        self.start_priced = self.start_priced - {number} | ({number} if matters else set())
        late = {number} if matters or job.max_lateness_s != 0 else set()
        self.early = self.early - {number} | late
        if self._money is not None:
            self._money.put_job(number)

    def scalar(self, price: Sequence[float]) -> float:
        """One number in which an upper level outweighs what one job can change below it."""
        total: float = sum(map(mul, self.scales, price))
        return total

    def _scales(self) -> list[float]:
        """From the lowest level up: the least step of a level costs three of the dearest detours.

        Three is a starting value: less lets the search trade levels, much more freezes it.
        """
        scales = [1.0] * self.levels
        for level in range(self.levels - 2, -1, -1):
            below = range(level + 1, self.levels)
            dearest = sum(scales[n] * self._dearest(n) for n in below)
            steps = [price[level] for price in self.unserved if price[level] > 0]
            steps += [row.used[level] for row in self._routes if row.used[level] > 0]
            scales[level] = max(scales[level + 1], 3 * dearest / min(steps, default=1.0), 1e-9)
        return scales

    def dearest(self) -> float:
        """About the most that one more job can add, as one number."""
        return sum(scale * self._dearest(n) for n, scale in enumerate(self.scales))

    def _dearest(self, level: int) -> float:
        """About the most that one more job can add on a level."""
        found = 1.0
        for row, vehicle in zip(self._routes, self._tables.vehicles, strict=True):
            found = max(found, self._most.of_route(row, vehicle=vehicle, level=level))
        found += self._most.of_job(level=level)
        return found + max((price[level] for price in self.unserved), default=0)

    def money(self, laid: Laid) -> float:
        """What the metric ``cost`` gains by this route, whatever the objective asks for."""
        if self._money is None:
            problem = replace(self._tables.problem, objective=((Term(metric="cost"),),))
            self._money = Prices(replace(self._tables, problem=problem))
        return self._money._route(laid)[0]  # noqa: SLF001 - of this class too

    def route(self, laid: Laid) -> Price:
        """The price of one route with all its jobs; nothing for a route without stops."""
        if laid.levels is None:
            laid.levels = self._route(laid)
        return laid.levels

    def _route(self, laid: Laid) -> Price:
        if not laid.stops:
            return (0.0,) * self.levels
        vehicle = self._tables.vehicles[laid.vehicle]
        total = self._routes[laid.vehicle].price(laid, vehicle, jobs=len(self._tables.jobs))
        for code, start in zip(laid.stops, laid.starts, strict=True):
            if 0 <= code < len(self._tables.jobs):
                self._add(total, self.who(laid.vehicle, job=code))
                if code in self.start_priced:
                    price = self.start_price(code, vehicle=laid.vehicle, start=start)
                    self._add(total, price)
        return tuple(total)

    def road(self, vehicle: int) -> RouteWeights:
        """Prices of this vehicle's seconds and metres."""
        return self._routes[vehicle]

    def slopes(self, job: int) -> Sequence[tuple[float, float]]:
        """Instants after which each second of a later start costs so much, as one number."""
        return self._slopes[job]

    def _slopes_of(self, job: Job) -> list[tuple[float, float]]:
        found = []
        if job.max_lateness_s != 0 and job.windows and not job.finish_inside:
            cost = self._scalar_of("lateness_cost", job) * job.lateness_cost_per_s
            per_s = self._scalar_of("lateness_s", job) + cost
            per_s += self._scalar_of("max_lateness_s", job) / len(self._tables.jobs)
            found.append((max(window.closes for window in job.windows), per_s))
        cost = self._scalar_of("delay_cost", job) * job.delay_cost_per_s
        found.append((job.release or 0.0, self._scalar_of("delay_s", job) + cost))
        return [(after, per_s) for after, per_s in found if per_s > 0]

    def _scalar_of(self, metric: str, job: Job) -> float:
        return self.scalar(self._weights.of(metric, priority=job.priority))

    def who_row(self, vehicle: int) -> tuple[Price, ...]:
        """`who` of all jobs."""
        return tuple(self.who(vehicle, job=job) for job in range(len(self._tables.jobs)))

    def who(self, vehicle: int, *, job: int) -> Price:
        """The part of a job's price that only depends on who goes."""
        tables = self._tables
        row = self._who[tables.draft.alike[vehicle]]
        known = row[job]
        if known is None:
            length = tables.lengths[vehicle][job]
            known = self._who_price(tables.jobs[job], tables.vehicles[vehicle], length)
            row[job] = known
        return known

    def weights(self, metric: str, *, priority: int | None = None) -> Sequence[float]:
        """Weight of one unit of a metric, one value a level."""
        return self._weights.of(metric, priority=priority)

    @staticmethod
    def _add(total: list[float], price: Sequence[float]) -> None:
        for level, value in enumerate(price):
            total[level] += value

    def _sum(self, values: dict[str, float], priority: int) -> Price:
        total = [0.0] * self.levels
        for metric, value in values.items():
            if value:
                for level, weight in self._weights.of_levels(metric, priority=priority):
                    total[level] += weight * value
        return tuple(total)

    def _aims(self) -> dict[int, float]:
        """Former starts of jobs that had better keep them."""
        problem = self._tables.problem
        matters = bool(self._weights.metrics & OF_MOVES) and bool(
            problem.change_cost.per_moved_s
            or problem.change_cost.per_change
            or self._weights.metrics & {"moved_s", "moved_visits", "changes"}
        )
        if not matters and self._tables.draft.most_changes is None:
            return {}
        return {
            self._tables.job_number[job]: former.start
            for job, former in self._former.items()
            if former.start is not None
        }

    def _wished(self, job: Job) -> tuple[float, ...]:
        """Openings of wished windows, for which it may pay to wait."""
        if not self._weights.metrics & {"missed_windows", "preference_cost"}:
            return ()
        wishes = (wish for wish in job.wishes if isinstance(wish, WindowWish))
        return tuple(sorted({window.opens for wish in wishes for window in wish.windows}))

    # --- who goes ---

    def _who_price(self, job: Job, vehicle: Vehicle, length: float) -> Price:
        """Most jobs ask nobody in particular; those are priced without looking closer."""
        if not self._asks_for_somebody(job):
            return self._served[job.priority]
        lead = vehicle.lead
        values = {"served": 1.0, "missed_technicians": 0.0, "preference_cost": 0.0}
        liked = lead.preferred_territories
        if liked is not None and job.territory is not None and job.territory not in liked:
            values["outside_visits"] = 1
            values["preference_cost"] = (
                lead.cost.per_outside_visit + lead.cost.per_outside_s * length
            )
        spare = _spare_levels(job, vehicle)
        values["spare_levels"] = spare
        values["preference_cost"] += spare * lead.cost.per_spare_level
        for wish in job.wishes:
            if isinstance(wish, TechnicianWish) and not vehicle.people & wish.technicians:
                values["missed_technicians"] += 1
                values["preference_cost"] += wish.cost
        values |= self._change_values(job, vehicle)
        return self._sum(values, job.priority)

    def is_same_for_all(self, job: int) -> bool:
        """Whether `who` is the same whoever goes."""
        return not self._asks_for_somebody(self._tables.jobs[job])

    def _asks_for_somebody(self, job: Job) -> bool:
        if not self._weights.metrics & OF_PEOPLE:
            return False
        return bool(job.wishes or job.skills or job.territory is not None) or job.id in self._former

    def _change_values(self, job: Job, vehicle: Vehicle) -> dict[str, float]:
        """Another crew or another shift than in the incumbent."""
        former, prices = self._former.get(job.id), self._tables.problem.change_cost
        if former is None:
            return {}
        if former.people != vehicle.people:
            kind, price = "changed_technician", prices.per_technician_change
        elif former.shift is not None and former.shift != vehicle.shift.id:
            kind, price = "changed_shift", prices.per_shift_change
        else:
            return {}
        return {
            kind: 1,
            "changes": 1,
            "change_cost": (price + prices.per_change) * job.change_factor,
        }

    # --- who is left out ---

    def _unserved_price(self, job: Job) -> Price:
        values = {
            "unserved": 1.0,
            "unserved_penalty": job.unserved_penalty,
            "dropped_promises": float(job.promise is not None),
        }
        if job.id in self._former:
            prices = self._tables.problem.change_cost
            values |= {
                "dropped": 1,
                "changes": 1,
                "change_cost": (prices.per_drop + prices.per_change) * job.change_factor,
            }
        return self._sum(values, job.priority)

    # --- when work starts ---

    def _start_matters(self, job: Job) -> bool:
        if not self._weights.metrics & OF_STARTS:
            return False
        former = self._former.get(job.id)
        return bool(
            job.max_lateness_s != 0
            or (job.promise is not None and not job.promise_hard)
            or job.deadlines
            or job.delay_cost_per_s
            or job.delay_steps
            or "delay_s" in self._weights.metrics
            or any(isinstance(wish, WindowWish) for wish in job.wishes)
            or self._may_lapse(job)
            or (former is not None and former.start is not None)
        )

    def _may_lapse(self, job: Job) -> bool:
        """Whether certificates begin or end for which spare levels have a price."""
        if not self._weights.metrics & {"spare_levels", "preference_cost"}:
            return False
        return bool(job.skills) and any(lapses(job, length=0, lead=one) for one in self._dated)

    def turns(self, number: int, *, vehicle: int) -> Iterator[float]:
        """Starts at which the price of a job turns, in these hands."""
        job = self._tables.jobs[number]
        return turns(
            job,
            length=self._tables.lengths[vehicle][number],
            lead=self._tables.vehicles[vehicle].lead,
            former=self.former_start(job.id),
            tolerance=self._tables.problem.change_cost.tolerance_s,
        )

    def former_start(self, job: str) -> float | None:
        """When the incumbent begins the job, where it says so."""
        former = self._former.get(job)
        return None if former is None else former.start

    def start_price(self, number: int, *, vehicle: int, start: float) -> Price:
        """What it is worth to begin a job then, in these hands, and to end it without delay.

        Most starts are asked for again, so the answer is remembered.
        """
        return self._starts.of(number, vehicle, start)

    def _start_price(self, number: int, vehicle: int, start: float) -> Price:
        job, crew = self._tables.jobs[number], self._tables.vehicles[vehicle]
        length = self._tables.lengths[vehicle][number]
        values = values_of_start(job, start=start, length=length, lead=crew.lead)
        if "lateness_s" in values:
            # Not a sum, but a price that keeps the search from one very late job.
            values["max_lateness_s"] = values["lateness_s"] / len(self._tables.jobs)
        values |= self._moved(job, crew, start)
        return self._sum(values, job.priority)

    def _moved(self, job: Job, vehicle: Vehicle, start: float) -> dict[str, float]:
        former, prices = self._former.get(job.id), self._tables.problem.change_cost
        if former is None or former.start is None:
            return {}
        beyond = abs(start - former.start) - prices.tolerance_s
        if beyond <= TOLERANCE:
            return {}
        already = bool(self._change_values(job, vehicle))
        price = beyond * prices.per_moved_s + (0 if already else prices.per_change)
        return {
            "moved_visits": 1,
            "moved_s": beyond,
            "changes": float(not already),
            "change_cost": price * job.change_factor,
        }


def _may_be_late(tables: Tables) -> frozenset[int]:
    return frozenset(n for n, job in enumerate(tables.jobs) if job.max_lateness_s != 0)


def _is_dated(technician: Technician) -> bool:
    """Whether some certificate begins or ends."""
    return any(
        one.valid_from is not None or one.valid_until is not None
        for one in technician.skills.values()
    )


def _spare_levels(job: Job, vehicle: Vehicle) -> float:
    """How far the lead's levels exceed what is asked for; certificates count as valid."""
    asked = [needed for needed in job.skills if not needed.excluded]
    return sum(surplus(needed, vehicle.lead, span=None) for needed in asked)
