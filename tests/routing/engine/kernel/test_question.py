"""What the kernel cannot be asked, and that it finds the best plan of what it can."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from routing import interchange
from routing.engine.kernel.encode import encode
from routing.engine.kernel.question import beyond
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import days
from tests.routing.engine.kernel import sayable
from tests.routing.plans import searched

ALL_DAY = {"windows": [[28800, 61200]]}
LUNCH = {"id": "lunch", "duration_s": 1800, "window": [39600, 45000]}


def day_with(seed=4, *, everybody=None, each_shift=None, each_visit=None, **keys):
    day = days.plain(Random(seed), visits=8, technicians=2) | keys
    for technician in day["technicians"]:
        technician.update(everybody or {})
        technician["shifts"][0].update(each_shift or {})
    for visit in day["visits"]:
        visit.update(each_visit or {})
    return day


def pinned(day):
    """Two visits that open early come last in their routes."""
    for visit in day["visits"][:2]:
        visit["windows"] = [[28800, 61200]]
        visit["pin"] = {"position": 4, "must_serve": False}
    return day


def frozen(day):
    """Two visits that begin their routes."""
    for n, visit in enumerate(day["visits"][:2]):
        visit["windows"] = [[28800, 61200]]
        visit["pin"] = {"technician": f"technician-{n}", "position": 1}
    return day


def with_incumbent(day, **change_cost):
    """The day with a plan in force that does each visit in the order of their names."""
    names = [visit["id"] for visit in day["visits"]]
    for visit in day["visits"]:
        visit["windows"] = [[28800, 61200]]
    routes = [
        {"technician": f"technician-{n}", "stops": [{"visit": name} for name in names[n::2]]}
        for n in range(2)
    ]
    plan = {"format": "onsite-plan/1", "routes": routes, "unserved": []}
    return day | {"incumbent": plan, "change_cost": change_cost}


PLANE = {"type": "planar", "seconds_per_unit": 60, "metres_per_unit": 1000}
RUSH = {"slices": [{"start": 28800, "factor": 3}, {"start": 36000, "factor": 1}]}


def tide(seed):
    """A table in which some ways are slow in the morning, and others are not."""
    day, rng = day_with(seed), Random(seed)
    places = range(len(day["locations"]))
    seconds = [[abs(i - j) * 300 for j in places] for i in places]
    slow = [[rng.choice([1, 4]) * cell for cell in row] for row in seconds]
    slices = [{"start": 28800, "seconds": slow}, {"start": 39600, "factor": 1}]
    return day | {"travel": {"type": "matrix", "seconds": seconds, "traffic": {"slices": slices}}}


TWO_SHIFTS = {
    "min_rest_s": 36000,
    "shifts": [
        {"id": "first", "start": 28800, "end": 45000},
        {"id": "second", "start": 45000, "end": 61200},
    ],
}
BEYOND = {
    "hours": tide(4),
    "limits in traffic": day_with(
        travel=PLANE | {"traffic": {"slices": [{"start": 0, "factor": 2}]}},
        each_shift={"max_travel_s": 7200},
    ),
    "places of breaks": day_with(
        each_shift={"breaks": [LUNCH | {"location": "place-6", "window": [28800, 45000]}]},
        each_visit=ALL_DAY,
    ),
    "machines": day_with(
        equipment=[{"id": "lift", "count": 1}],
        each_visit={"equipment": {"lift": 1}, "duration_s": 6000},
    ),
    "rests": day_with(everybody=TWO_SHIFTS),
    "changes": with_incumbent(day_with(), max_changes=0),
    "prices of setups": day_with(
        locations=[place | {"setup_s": 900} for place in day_with()["locations"]],
        objective={"levels": [[{"metric": "unserved"}], [{"metric": "setup_s"}]]},
    ),
    "soft limits": day_with(
        each_shift={
            "soft_limits": [{"limit": "max_visits", "value": n, "price": 5} for n in (1, 2)]
        },
        objective={"levels": [[{"metric": "unserved"}], [{"metric": "soft_limit_cost"}]]},
    ),
    "many steps": day_with(
        each_shift={"end": 36000, "max_overtime_s": 30000},
        everybody={
            "cost": {"overtime_steps": [{"after_s": n * 600, "per_s": 0.01} for n in range(5)]}
        },
        objective={"levels": [[{"metric": "unserved"}], [{"metric": "cost"}]]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BEYOND)
def test_what_the_kernel_cannot_say_it_would_get_wrong(what):
    assert beyond(sayable.trial_of(BEYOND[what])) == {what}
    assert any(is_wrong(sayable.trial_of(BEYOND[what]), seed=seed) for seed in range(1, 6))


def is_wrong(trial, *, seed):
    """Whether what the kernel plans cannot be laid out, or has another price."""
    plan = sayable.planned(trial, seed=seed, steps=500)
    lost = sayable.lay(trial, plan.now)
    return bool(lost) or trial.total() != pytest.approx(plan.cost[0], rel=1e-6)


def test_the_kernel_would_leave_out_who_must_stand_in_the_middle_of_a_route():
    trial = sayable.trial_of(pinned(day_with()))

    plan = sayable.planned(trial, seed=1, steps=500)

    assert beyond(trial) == {"positions"}
    assert plan.cost[1] > searched(trial.tables.problem, steps=30).total()


def test_people_who_may_travel_together_or_alone_are_refused():
    problem = interchange.problem_of(day_with())

    tables = tabulate(problem, crews=[("technician-0", "technician-1")])

    assert beyond(Trial(tables)) == {"crews"}


def test_more_breaks_than_there_are_columns_are_refused():
    names = "abcd"
    pauses = [{"id": n, "duration_s": 60, "window": [36000, 50000]} for n in names]

    assert beyond(sayable.trial_of(day_with(each_shift={"breaks": pauses}))) == {"many breaks"}


def test_more_hours_of_traffic_than_there_are_columns_are_refused():
    hours = [{"start": 28800 + 600 * n, "factor": 1 + n % 2} for n in range(24)]

    day = day_with(travel=PLANE | {"traffic": {"slices": hours}})

    assert beyond(sayable.trial_of(day)) == {"many slices"}


def test_a_day_without_visits_or_people_is_refused():
    no_visits, nobody = day_with(visits=[]), day_with(technicians=[])

    assert beyond(sayable.trial_of(no_visits)) == {"nobody"}
    assert beyond(sayable.trial_of(nobody)) == {"nobody"}


SAYABLE = {
    "windows": day_with,
    "breaks": lambda seed: day_with(seed, each_shift={"breaks": [LUNCH]}),
    "limits by tag": lambda seed: day_with(
        seed, each_shift={"max_visits_by_tag": {"heavy": 1}}, each_visit={"tags": ["heavy"]}
    ),
    "room": lambda seed: day_with(
        seed, everybody={"capacity": {"boxes": 5}}, each_visit={"demand": {"boxes": 2}}
    ),
    "duration": lambda seed: day_with(
        seed, objective={"levels": [[{"metric": "unserved"}], [{"metric": "duration_s"}]]}
    ),
    "longest day": lambda seed: day_with(seed, each_shift={"max_duration_s": 15000}),
    "lateness": lambda seed: day_with(
        seed,
        each_visit={"max_lateness_s": 3600, "lateness_cost_per_s": 0.1},
        objective={"levels": [[{"metric": "unserved"}], [{"metric": "cost"}]]},
    ),
    "overtime": lambda seed: day_with(
        seed,
        each_shift={"end": 45000, "max_overtime_s": 16200},
        everybody={"cost": {"per_overtime_s": 0.1, "per_m": 0.001, "fixed": 40}},
        objective={"levels": [[{"metric": "unserved_penalty"}, {"metric": "cost"}]]},
    ),
    "parts from a depot": lambda seed: day_with(
        seed,
        depots=[{"id": "store", "location": "place-3", "duration_s": 60}],
        everybody={"parts": {"router": 1}},
        each_visit={"parts": {"router": 1}},
    ),
    "tools from a depot": lambda seed: day_with(
        seed,
        depots=[{"id": str(n), "location": f"place-{n}", "duration_s": 60} for n in (3, 5)],
        each_visit={"tools": ["ladder"]},
        objective={"levels": [[{"metric": "unserved"}], [{"metric": "duration_s"}]]},
    ),
    "a van that is emptied": lambda seed: day_with(
        seed,
        depots=[{"id": "store", "location": "place-3", "duration_s": 60, "supplies": False}],
        everybody={"capacity": {"boxes": 5}},
        each_visit={"demand": {"boxes": 2}},
    ),
    "a break and a depot": lambda seed: day_with(
        seed,
        depots=[
            {"id": "store", "location": "place-3", "duration_s": 600, "windows": [[32400, 39600]]}
        ],
        each_shift={"breaks": [LUNCH], "max_visits": 4},
        each_visit={"tools": ["ladder"]},
    ),
    "frozen stops": lambda seed: frozen(day_with(seed)),
    "traffic": lambda seed: day_with(seed, travel=PLANE | {"traffic": RUSH}),
    "breaks in traffic": lambda seed: day_with(
        seed,
        travel=PLANE | {"traffic": RUSH},
        each_shift={"breaks": [LUNCH | {"window": [32400, 37800]}]},
    ),
    "parts and setups": lambda seed: day_with(
        seed,
        everybody={"parts": {"router": 2}},
        each_visit={"parts": {"router": 1}},
        locations=[place | {"setup_s": 600} for place in day_with(seed)["locations"]],
    ),
}  # fmt: skip


def few(day, *, visits=5):
    """The day with its first visits only."""
    return day | {"visits": day["visits"][:visits]}


def cheapest(trial):
    """The least that any plan costs, by trying all orders of all subsets in every vehicle."""
    jobs = range(len(trial.holder))
    sets = [
        frozenset(some) for n in range(len(jobs) + 1) for some in itertools.combinations(jobs, n)
    ]
    found = {frozenset(): sum(trial.worth(job) for job in jobs)}
    for vehicle in trial.tables.vehicles:
        own = {some: least_route(trial, vehicle.index, some) for some in sets}
        found = {
            some: min(
                found[some - part] + own[part]
                for part in sets
                if part <= some and some - part in found
            )
            for some in sets
        }  # fmt: skip
    return min(found.values())


def least_route(trial, vehicle, jobs):
    """What the best order of these jobs adds to the price of a plan; infinite when there is none."""
    if not jobs:
        return 0.0
    routes = [trial.try_route(vehicle, order) for order in itertools.permutations(sorted(jobs))]
    prices = [trial.route_price(laid) for laid in routes if laid is not None]
    return min(prices, default=float("inf")) - sum(trial.worth(job) for job in jobs)


@pytest.mark.parametrize("rule", SAYABLE)
def test_on_a_tiny_day_the_kernel_finds_the_best_of_all_plans(rule):
    trials = [sayable.trial_of(few(SAYABLE[rule](seed))) for seed in sayable.many(4)]

    found = [laid_price(trial, steps=1500) for trial in trials]

    assert [beyond(trial) for trial in trials] == [frozenset()] * len(trials)
    assert found == [pytest.approx(cheapest(trial), rel=1e-6) for trial in trials]


def laid_price(trial, *, steps):
    """What the kernel's best plan costs when it is laid out."""
    plan = sayable.planned(trial, seed=1, steps=steps)
    fresh = sayable.Trial(trial.tables)
    assert sayable.lay(fresh, plan.best) == []
    return fresh.total()


@pytest.mark.parametrize("rule", SAYABLE)
def test_the_kernel_is_no_worse_than_the_plain_search(rule):
    trial = sayable.trial_of(SAYABLE[rule](11))

    plain = searched(trial.tables.problem, steps=30)

    assert encode(trial).count == len(trial.holder)
    assert laid_price(trial, steps=3000) <= plain.total() * (1 + 1e-6)
