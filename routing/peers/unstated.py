"""What peers have no words for. Each thing is named, so that a table can say why a cell is empty."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Job, Shift, has_traffic
from routing.trial.tables import Tables
from routing.trial.weights import COST_PARTS, RouteWeights, Weights

# Metrics that become a price; parts of ``cost`` count only where somebody has such a price.
PRICED = frozenset({
    "unserved", "unserved_penalty", "routes_used", "distance_m", "travel_s", "duration_s",
    "fixed_cost", "cost", *COST_PARTS,
})  # fmt: skip
# Metrics in whole steps, which may stand before other levels.
STEPPED = frozenset({"unserved", "unserved_penalty", "routes_used"})


class CannotState(Exception):
    """A planner has no words for parts of a problem: ``reasons``."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__(f"cannot state {', '.join(found)}")
        self.reasons = found


def reasons(tables: Tables) -> tuple[str, ...]:
    """Everything that no peer is given here; empty when the problem can be stated."""
    return tuple(
        dict.fromkeys(
            (*_of_problem(tables), *_of_people(tables), *_of_jobs(tables), *_of_prices(tables))
        )
    )


def _of_problem(tables: Tables) -> Iterator[str]:
    problem, draft = tables.problem, tables.draft
    if not tables.vehicles or not tables.jobs:
        yield "a day without visits or technicians"
    if problem.relations:
        yield "relations between visits"
    if has_traffic(problem.travel):
        yield "traffic"
    if problem.depots and draft.stocked:
        yield "refills at a depot"
    if draft.positions:
        yield "places in a route"
    if draft.rests or draft.exclusive:
        yield "rest between shifts"
    if draft.most_changes is not None or (
        problem.incumbent is not None and _prices_changes(tables)
    ):
        yield "a plan in force"
    if problem.fairness.cost_per_s:
        yield "fairness"


def _prices_changes(tables: Tables) -> bool:
    cost = tables.problem.change_cost
    return any(
        (
            cost.per_change,
            cost.per_technician_change,
            cost.per_shift_change,
            cost.per_moved_s,
            cost.per_drop,
        )
    )


def _of_people(tables: Tables) -> Iterator[str]:
    places = {place for v in tables.vehicles for place in (v.begin, v.finish) if place is not None}
    if any(tables.setups[place] for place in places):
        yield "a way in at a home"
    if len({v.travel_factor for v in tables.vehicles}) > 1 or len(tables.legs) > 1:
        yield "travel that depends on the technician"
    for vehicle in tables.vehicles:
        yield from _of_shift(vehicle.shift)


def _of_shift(shift: Shift) -> Iterator[str]:
    if shift.max_overtime_s:
        yield "overtime"
    if shift.soft_limits:
        yield "soft limits"
    hard = (shift.max_travel_s, shift.max_distance_m, shift.max_leg_s, shift.max_visits)
    if any(limit is not None for limit in hard) or shift.max_visits_by_tag:
        yield "limits of a shift other than its length"
    for pause in shift.breaks:
        if pause.location is not None:
            yield "breaks at a place"
        if pause.window is None:
            yield "breaks without a window"
        if not pause.paid:
            yield "unpaid breaks"


def _of_jobs(tables: Tables) -> Iterator[str]:
    for number, job in enumerate(tables.jobs):
        yield from _of_job(job)
        hands = [v.index for v in tables.vehicles if tables.spans[v.index][number]]
        if len({tables.lengths[v][number] for v in hands}) > 1:
            yield "work that depends on the technician"
        if len({tables.spans[v][number] for v in hands}) > 1:
            yield "windows that depend on the technician"


def _of_job(job: Job) -> Iterator[str]:
    if job.crew_size > 1 or any(one.count > 1 for one in job.skills):
        yield "crews"
    if job.equipment:
        yield "machines of a pool"
    if job.max_lateness_s != 0 or (job.promise is not None and not job.promise_hard):
        yield "late starts"
    if job.deadlines:
        yield "deadlines"
    if job.delay_cost_per_s or job.delay_steps:
        yield "a price of delay"
    if job.wishes:
        yield "wishes"


def _of_prices(tables: Tables) -> Iterator[str]:
    for metric in sorted({t.metric for level in tables.problem.objective for t in level} - PRICED):
        yield f"the metric {metric}"
    earlier = {t.metric for level in tables.problem.objective[:-1] for t in level}
    if earlier - STEPPED:
        yield "an order of levels that are no numbers of visits or routes"
    costs = [one.cost for one in tables.problem.technicians]
    if any(
        c.overtime_steps or c.per_outside_visit or c.per_outside_s or c.per_spare_level
        for c in costs
    ):
        yield "prices of territories, spare levels or overtime"
    weights = Weights(tables.problem)
    rows = [RouteWeights(weights, vehicle) for vehicle in tables.vehicles]
    if (
        len({(tuple(r.distance), tuple(r.travel), tuple(r.duration), tuple(r.visit)) for r in rows})
        > 1
    ):
        yield "prices that depend on the technician"
