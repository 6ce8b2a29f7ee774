"""What a searcher keeps beside its routes is what the routes say, after every step."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.state import Plan
from tests.routing import days
from tests.routing.engine.kernel import sayable

MAKES = [
    sayable.nasty, sayable.eager, sayable.crooked_eager, sayable.lasting, sayable.moving,
    sayable.frozen, sayable.shared, sayable.laden, sayable.crooked_laden, sayable.linked,
    sayable.crooked_linked, sayable.linked_plain, sayable.linked_laden, sayable.linked_shared,
    sayable.linked_frozen, sayable.linked_crowded,
    *map(sayable.jammed, [sayable.nasty, sayable.crooked_eager, sayable.laden, sayable.linked]),
]  # fmt: skip


def kept(plan):
    """Everything that is kept of a plan, by name, what lies behind the end of a row aside."""
    desk, seat, tally = plan._desk, plan._seat[: plan.question.count], plan._tally
    found = {
        "holder": seat[:, c.HOLDER].tolist(),
        "place": [int(one[c.PLACE]) for one in seat if one[c.HOLDER] >= 0],
        "length": desk[:, c.LENGTH].tolist(),
        "counters": [int(tally[n]) for n in (c.SERVED, c.ROUTES, c.IDLE)],
        "idle": sorted(desk[: tally[c.IDLE], c.IDLES].tolist()),
        "closed": desk[:, [c.MINE, c.BARRED]].tolist(),
        "bound": seat[:, c.BOUND].tolist(),
        "windows": windows(plan),
    }
    for v, length in enumerate(found["length"]):
        breaks = int(plan.question.crew[v, c.BREAKS])
        stops = plan._rows[v, : length + 2]
        late = c.EARLY + plan.question.states
        found[f"stops {v}"] = stops[:, [c.JOB, c.NODE]].tolist()
        found[f"early {v}"] = stops[:-1, c.EARLY : c.EARLY + breaks + 1].tolist()
        found[f"late {v}"] = stops[:, late : late + breaks + 1].tolist()
        found[f"tolls {v}"] = plan._tolls[v, : length + 1].tolist()
        found[f"load {v}"] = np.delete(plan._load[v], c.SLOPE).tolist()
        if length and plan.question.mode != c.PLAIN:
            found[f"heads {v}"] = plan._spans[v, : length + 1, : c.TAIL_TIME].tolist()
            found[f"tails {v}"] = plan._spans[v, : length + 2, c.TAIL_TIME :].tolist()
    return found


def windows(plan):
    """Of absent jobs all windows, of others those in the hands that serve them."""
    found = []
    for job, vehicle in enumerate(plan._seat[: plan.question.count, c.HOLDER].tolist()):
        rows = plan._hands if vehicle < 0 else plan._hands[[plan.question.crew[vehicle, c.HAND]]]
        open_ones = rows[:, job, c.WINDOWS]
        found.append(
            [
                row[: c.WINDOW + 2 * count].tolist()
                for row, count in zip(rows[:, job], open_ones, strict=True)
            ]
        )
    return found


def idle_places(plan):
    """Where each idle vehicle stands in the list, by the list and by the vehicle."""
    idle = plan._desk[: plan._tally[c.IDLE], c.IDLES]
    return plan._desk[idle, c.IDLE_AT].tolist(), list(range(len(idle)))


def loose(found):
    """Loads of fractions, which depend on the order of a sum, rounded."""
    return {
        name: np.round(value, 6).tolist() if name.startswith("load") else value
        for name, value in found.items()
    }


def one_step(plan):
    plan.run(1, hot=100.0, cold=99.0, removed=4.0, longest=5.0, blink=0.01, full=True)


def plans(seeds, *, make=sayable.nasty):
    for seed, trial in sayable.days_of(seeds, make=make):
        yield sayable.begun_plan(trial, seed=seed)


def wrong_after(plan, *, steps):
    """Names of what differs from the routes after some step, or from before an undone one."""
    found = set()
    for _ in range(steps):
        before, orders, starts, cost = kept(plan), plan.now, plan.starts, plan.cost.copy()
        one_step(plan)
        after = kept(plan)
        fresh = sayable.clone(plan)
        anew = kept(fresh)
        found |= {name for name in after if loose(after)[name] != loose(anew)[name]}
        if plan.now == orders and plan.starts == starts and plan.cost[0] == cost[0]:
            found |= {f"undone {name}" for name in after if after[name] != before[name]}
        listed, place = idle_places(plan)
        found |= {"places of idle vehicles"} if listed != place else set()
        for part in (c.NOW, c.IN_COMMON):
            if abs(plan.cost[part] - fresh.cost[part]) > 1e-9 * (1 + abs(fresh.cost[0])):
                found.add(f"cost {part}")
    return found


@pytest.mark.parametrize("make", MAKES)
def test_after_each_step_all_that_is_kept_is_what_the_routes_say(make):
    found = [wrong_after(plan, steps=40) for plan in plans(10, make=make)]

    assert set().union(*found) == set()


def test_durations_of_a_single_technician_are_given_back_too():
    day = days.plain(Random(6), visits=12, technicians=1)
    day["technicians"][0]["shifts"][0]["max_duration_s"] = 20000
    plan = Plan(encode(sayable.trial_of(day)), seed=6)

    assert plan.question.mode == c.TIMED
    assert wrong_after(plan, steps=60) == set()


def busy(rng, *, visits=60, technicians=9):
    """A day of plain visits, short enough for long routes."""
    day = days.plain(rng, visits=visits, technicians=technicians)
    for visit in day["visits"]:
        visit |= {"duration_s": 60, "windows": [[28800, 61200]], "demand": {"boxes": 1}}
    for n, place in enumerate(day["locations"]):
        place |= {"x": n % 7, "y": n // 7}
    for technician in day["technicians"]:
        technician["capacity"] = {"boxes": 100}
    return day


def test_a_part_changes_only_its_own_routes_and_jobs():
    plan = sayable.planned(
        sayable.trial_of(days.plain(Random(2), visits=60, technicians=12)), seed=2
    )
    orders = plan.now
    mine = np.arange(12) % 2 == 0
    own = np.ones(60, dtype=np.bool_)
    own[[job for v, jobs in orders if not mine[v] for job in jobs]] = False
    absent = sorted(set(range(60)) - {job for _, jobs in orders for job in jobs})
    own[absent[::2]] = False

    plan.confine(vehicles=mine, jobs=own)
    plan.take(orders)
    found = wrong_of_a_part(plan, mine, own, steps=200)

    assert found == set()
    assert plan.best != orders
    assert [row for row in plan.now if not mine[row[0]]] == [r for r in orders if not mine[r[0]]]
    served = {job for _, jobs in plan.now for job in jobs}
    assert not served & set(absent[::2])


def wrong_of_a_part(plan, mine, own, *, steps):
    found = set()
    for _ in range(steps):
        one_step(plan)
        fresh = Plan(plan.question, seed=1)
        fresh.confine(vehicles=mine, jobs=own)
        fresh.take(plan.now)
        after, anew = kept(plan), kept(fresh)
        found |= {name for name in after if after[name] != anew[name]}
        if abs(plan.cost[0] - fresh.cost[0]) > 1e-6:
            found.add("cost")
    return found


def test_rows_grow_when_a_route_is_longer_than_they_are_wide():
    trial = sayable.trial_of(busy(Random(1), technicians=2))
    plan = Plan(encode(trial), seed=1)
    narrow = plan._width

    found = wrong_after(plan, steps=60)

    assert found == set()
    assert max(len(jobs) for _, jobs in plan.now) > narrow
    best = Plan(plan.question, seed=1)
    best.take(plan.best)
    assert best.cost[0] == pytest.approx(plan.cost[1])


def test_orders_longer_than_the_rows_can_be_taken():
    plan = Plan(encode(sayable.trial_of(busy(Random(1), technicians=2))), seed=1)

    plan.take([(1, list(range(60)))])

    assert plan.now == [(1, list(range(60)))]
    assert kept(plan) == kept(sayable.clone(plan))


def test_the_best_plan_is_the_cheapest_that_was_met():
    trial = sayable.trial_of(days.plain(Random(5), visits=30, technicians=5))
    plan = Plan(encode(trial), seed=5)
    least, met = float(plan.cost[0]), []

    for _ in range(300):
        one_step(plan)
        if plan.cost[0] < least - 1e-7:
            least, met = float(plan.cost[0]), plan.now

    assert plan.cost[1] == least
    assert plan.best == met
