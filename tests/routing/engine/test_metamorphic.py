"""The engine's plans of a day that is renamed, turned, shifted, scaled, widened, or cut short."""

from __future__ import annotations

import copy
import json
import math
import os
import subprocess
import sys
import threading
from random import Random

import pytest

from routing import interchange
from routing.check import judge, report
from routing.score import compare
from schedules import child
from tests.routing import days
from tests.routing.engine import pinches, twin
from tests.routing.engine.obeying import LIMIT_S, solved

pytestmark = pytest.mark.slow

NAMES = sorted(pinches.RULES)
# Days on which a search must decide something: by the rule that pinches.
SEEDS = [NAMES.index(name) for name in ("breaks", "skills", "precedence", "penalties")]
# Keys that hold an instant, or a list of pairs of instants.
INSTANTS = {"start", "end", "from", "until"}
WINDOWS = {"window", "windows"}


@pytest.fixture(params=SEEDS, ids=[NAMES[seed] for seed in SEEDS])
def day(request):
    return pinches.day(request.param)[0]


def best_of(document):
    return twin.quick_champion(interchange.problem_of(document)).objective


def found(document, *, target):
    problem = interchange.problem_of(document)
    plan = solved(problem, target=target)
    finding = judge(plan, problem=problem)
    assert finding.feasible
    return finding.objective


def turned(document):
    for place in document["locations"]:
        place["x"], place["y"] = -place["y"], place["x"]
    return document


def reversed_lists(document):
    for key in ("visits", "technicians", "locations"):
        document[key].reverse()
    return document


def renamed(value):
    """All ids another way; only whole texts are ids."""
    if isinstance(value, dict):
        return {key: renamed(content) for key, content in value.items()}
    if isinstance(value, list):
        return [renamed(content) for content in value]
    if isinstance(value, str) and value.startswith(("visit-", "technician-", "place-")):
        return f"Żółć {value[::-1]}"
    return value


def moved(value, by):
    """Every instant of shifts, windows and certificates so many seconds later."""
    if isinstance(value, list):
        return [moved(content, by) for content in value]
    if not isinstance(value, dict):
        return value
    return {key: _later(key, content, by) for key, content in value.items()}


def _later(key, content, by):
    if key in INSTANTS:
        return content + by
    if key in WINDOWS and content:
        pairs = [content] if key == "window" else content
        pairs = [[opens + by, closes + by] for opens, closes in pairs]
        return pairs[0] if key == "window" else pairs
    return moved(content, by)


def tomorrow(document):
    return moved(document, 86400)


@pytest.mark.parametrize("change", [turned, reversed_lists, renamed, tomorrow])
def test_the_same_day_told_another_way_has_an_equally_good_plan(day, change):
    best = best_of(day)

    again = change(copy.deepcopy(day))

    assert compare(best_of(again), best) == 0
    assert compare(found(again, target=best), best) <= 0


def with_a_colleague(document):
    document["technicians"].append(document["technicians"][0] | {"id": "colleague"})
    return document


def with_wider_windows(document):
    for visit in document["visits"]:
        visit["windows"] = [[opens - 1800, closes + 1800] for opens, closes in visit["windows"]]
    return document


def with_another_skill(document):
    for technician in document["technicians"]:
        technician["skills"] = technician.get("skills", {}) | {"juggling": 9}
    return document


@pytest.mark.parametrize("ease", [with_a_colleague, with_wider_windows, with_another_skill])
@pytest.mark.parametrize("seed", range(3))
def test_what_makes_a_day_easier_never_makes_its_plan_worse(ease, seed):
    hard = days.plain(Random(seed), visits=12)
    problem = interchange.problem_of(hard)
    before = judge(child.solve(problem, limit_s=3).solution, problem=problem).objective

    after = found(ease(copy.deepcopy(hard)), target=before)

    assert after[0] <= before[0]
    assert after[0] < before[0] or after[1] <= 1.01 * before[1]


def stretched(value, by):
    """All seconds and metres of a plain day times a whole number."""
    value["travel"] = {
        "type": "planar",
        "seconds_per_unit": 60 * by,
        "metres_per_unit": 1000 * by,
    }
    for visit in value["visits"]:
        visit["duration_s"] *= by
        visit["windows"] = [[opens * by, closes * by] for opens, closes in visit["windows"]]
    for technician in value["technicians"]:
        for shift in technician["shifts"]:
            shift |= {"start": shift["start"] * by, "end": shift["end"] * by}
    return value


def first_plan(document):
    return solved(interchange.problem_of(document), target=(math.inf,))


def order_only(solution):
    """The plan without its times."""
    plan = interchange.document_of(solution)
    for route in plan["routes"]:
        route.pop("depart", None)
        route.pop("return", None)
        route["stops"] = [{"visit": stop["visit"]} for stop in route["stops"]]
    plan.pop("objective", None)
    return plan


def codes(document, plan):
    judged = report(json.dumps(document).encode(), json.dumps(plan).encode())
    assert judged.finding is not None, judged.faults
    return {violation.code for violation in judged.finding.violations}


@pytest.mark.parametrize("by", [2, 7])
def test_the_rounds_of_a_day_are_those_of_a_day_that_is_so_many_times_as_long(by):
    plain = days.plain(Random(by), visits=10)
    plan = order_only(first_plan(plain))

    assert codes(stretched(copy.deepcopy(plain), by), plan) == set()


def test_a_plan_stays_right_when_a_visit_is_cancelled():
    day = days.plain(Random(4), visits=10)
    plan = order_only(first_plan(day))
    gone = plan["routes"][0]["stops"].pop(0)["visit"]

    day["visits"] = [visit for visit in day["visits"] if visit["id"] != gone]

    assert codes(day, plan) == set()


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_a_search_that_is_stopped_at_any_moment_has_a_right_plan(share):
    problem = interchange.problem_of(days.plain(Random(6), visits=40, technicians=5))
    stop = threading.Event()
    threading.Timer(share * 3, stop.set).start()

    answer = child.solve(problem, limit_s=LIMIT_S, stop=stop)

    assert judge(answer.solution, problem=problem).feasible


def counted(problem, *, seed):
    """The last plan of a search that counts its steps instead of looking at the clock."""
    command = [sys.executable, "-m", "routing.engine", str(os.getpid()), "--time-limit", "60"]
    told = subprocess.run(
        [*command, "--iterations", "500", "--seed", str(seed)],
        input=interchange.write_problem(problem),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    events = [json.loads(line) for line in told.stdout.splitlines()]
    return [event["plan"]["routes"] for event in events if event["event"] == "best"][-1]


def test_the_same_seed_and_steps_give_the_same_plan():
    problem = interchange.problem_of(days.plain(Random(5), visits=30, technicians=4))

    plans = [counted(problem, seed=9) for _ in range(2)]

    assert plans[0] == plans[1]
