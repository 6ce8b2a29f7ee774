"""The quick test of a place, a walk in plain Python, and the exact trial say the same."""

from __future__ import annotations

from random import Random

import pytest

from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.question import beyond
from routing.engine.kernel.state import Plan
from routing.engine.kernel.times import fits, holds
from tests.routing import days
from tests.routing.engine.kernel import sayable, twin

START, END = 28800, 61200


def tangled(rng, *, breaks):
    """Whole seconds, several windows a visit, crooked roads, people who are slow or fast.

    On some days all times are coarse, so that many are equal.
    """
    grain = rng.choice([2, 600])
    day = sayable.crooked(days.plain(rng, visits=7, technicians=3), rng, grain=grain)
    for place in day["locations"]:
        place["setup_s"] = rng.choice([0, 0, 600, 1800])
    for visit in day["visits"]:
        visit["duration_s"] = rng.randrange(600, 4200, grain)
        visit["location"] = rng.choice(day["visits"])["location"]
        visit["windows"] = [window(rng, grain) for _ in range(rng.randint(1, 3))]
    for technician in day["technicians"]:
        technician |= {
            "service_factor": rng.choice([0.5, 1, 2]),
            "travel_factor": rng.choice([0.5, 1, 2]),
        }
        for end in ("start_location", "end_location"):
            technician[end] = rng.choice([None, technician[end]])
        [shift] = technician["shifts"]
        shift |= {"end": rng.randrange(START + 7200, END, grain), "breaks": breaks(rng)}
        shift["max_leg_s"] = rng.choice([None, 3000])
    return day


def window(rng, grain=600):
    opens = rng.randrange(START, END, grain)
    return [opens, opens + rng.choice([0, 900, 7200])]


def no_breaks(_rng):
    return []


def a_break_at_any_time(rng):
    return [{"id": "tea", "duration_s": rng.randrange(0, 1800, 300)}]


def breaks_in_order(rng):
    """One to three, which open and end one after the other."""
    found, opens, over = [], START - 3600, 0
    for name in "abc"[: rng.randint(1, 3)]:
        opens += rng.randrange(0, 9000, 300)
        length = rng.choice([0, 600, 1800])
        closes = max(opens + rng.choice([0, 600, 3600]), over - length)
        over = closes + length
        found.append({"id": name, "duration_s": length, "window": [opens, closes]})
    return found


def any_breaks(rng):
    """Of which one may end before another begins, and one may be taken at any time."""
    names = rng.sample("abc", rng.randint(1, 3))
    found = [
        {"id": name, "duration_s": rng.choice([600, 1800]), "window": window(rng)} for name in names
    ]
    return [*found, *a_break_at_any_time(rng)][-3:]


def questions(seeds, *, breaks):
    """A plan with a random route in it, the vehicle and the order, of days that can be said."""
    for seed in sayable.many(seeds):
        rng = Random(seed)
        trial = sayable.trial_of(tangled(rng, breaks=breaks))
        assert not beyond(trial)
        plan = Plan(encode(trial), seed=1)
        for vehicle in trial.tables.vehicles:
            for length in (0, 1, 2, 3, 4):
                order = rng.sample(range(7), length)
                plan.take([(vehicle.index, order)])
                yield seed, trial, plan, vehicle, order


def gaps(plan, vehicle, order):
    """Each way to put one more job in: what the kernel says, and the whole order."""
    q, v = plan.question, vehicle.index
    legs = q.ticks[c.OUT, q.crew[v, c.ROAD]]
    for job in sorted(set(range(7)) - set(order)):
        for p in range(len(order) + 1):
            here, node, there = plan._rows[v, p, c.NODE], q.node[job], plan._rows[v, p + 1, c.NODE]
            says = fits(
                v, p, job, legs[here, node], legs[node, there], plan._rows, q.crew, q.hands,
                q.states,
            )  # fmt: skip
            yield says, [*order[:p], job, *order[p:]]


def compared(seeds, *, breaks):
    """What kernel, walk and trial say of many orders, and whether a walk must be late on purpose."""
    found = []
    for seed, trial, plan, vehicle, order in questions(seeds, breaks=breaks):
        tables = trial.tables
        routes = []
        if order:
            q = plan.question
            routes.append((holds(vehicle.index, plan._rows, q.crew, q.states), order))
        if not order or routes[0][0]:
            routes += gaps(plan, vehicle, order)
        for kernel, whole in routes:
            walk = twin.can_drive(tables, vehicle, whole)
            plain = walk and twin.can_drive(tables, vehicle, whole, late_on_purpose=False)
            exact = trial.try_route(vehicle.index, whole) is not None
            found.append((seed, vehicle.index, whole, bool(kernel), walk, plain, exact))
    return found


@pytest.mark.parametrize("breaks", [no_breaks, a_break_at_any_time, breaks_in_order])
def test_a_job_fits_where_a_walk_in_plain_python_says_so(breaks):
    found = compared(12, breaks=breaks)

    differ = [row for row in found if row[3] != row[4]]
    assert sum(row[4] for row in found) > 50
    assert differ == []


def test_however_breaks_lie_no_job_fits_that_cannot_be_served():
    found = compared(12, breaks=any_breaks)

    wrong = [row for row in found if row[3] and not row[4]]
    assert sum(row[3] for row in found) > 50
    assert wrong == []


@pytest.mark.parametrize("breaks", [no_breaks, a_break_at_any_time, breaks_in_order, any_breaks])
def test_the_trial_lays_out_what_can_be_driven_without_being_late_on_purpose(breaks):
    found = compared(8, breaks=breaks)

    refused = [row for row in found if row[5] and not row[6]]
    invented = [row for row in found if row[6] and not row[4]]
    assert refused == []
    assert invented == []
