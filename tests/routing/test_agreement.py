"""Our judge and an independent one agree on plans that break rules at random.

The other judge, ``checker.py``, and its problems lie in the folder that ONSITE_BENCHMARKS names;
nothing of them belongs to this project.
"""

from __future__ import annotations

import importlib.util
import json
import os
import tarfile
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from routing.check import document, report
from routing.roads import NO_ROAD
from tests.routing import spice
from tests.routing.damage import damaged

FOLDER = os.environ.get("ONSITE_BENCHMARKS")  # noqa: TID251 - given to tests, not to the product
CASES = Path(__file__).parent / "instances" / "interchange-cases.json"

# Problems of different kinds: planes, matrices, skills, crews, home care, real roads.
PUBLIC = (
    "solomon_dimacs/R101.json",
    "solomon_dimacs/C204.json",
    "trsp_crew25",
    "realdays",
    "kovacs_noteam",
    "italian_double_visits",
    "mankowska",
    "sdvrptw",
)
PLANS_EACH = 300
TRAVEL = (
    {"type": "planar", "seconds_per_unit": 60, "round_units": "dimacs"},
    {"type": "planar", "seconds_per_unit": 60, "round_units": "milli"},
    {"type": "haversine", "metres_per_second": 13.9, "detour_factor": 1.3},
)

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(FOLDER is None, reason="ONSITE_BENCHMARKS names no folder"),
]


@pytest.fixture(scope="module")
def other_judge():
    path = Path(FOLDER or "") / "checker.py"
    spec = importlib.util.spec_from_file_location("other_judge", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def problems():
    """Three problems of each public kind."""
    with tarfile.open(Path(FOLDER or "") / "public.tar.gz") as pack:
        names = sorted(name for name in pack.getnames() if name.endswith(".json"))
        return {
            kind: [
                json.load(pack.extractfile(name))
                for name in [name for name in names if f"public/{kind}" in name][:3]
            ]
            for kind in PUBLIC
        }


@pytest.mark.parametrize("kind", PUBLIC)
def test_both_judges_find_the_same_in_damaged_plans(kind, problems, other_judge):
    rng = Random(kind)

    compared = [
        _compared(problem, plan, other_judge)
        for _ in range(PLANS_EACH // 3)
        for problem in [spice.spiced(rng.choice(problems[kind]), rng)]
        for plan in _plans(problem, rng)
    ]

    assert sum(compared) >= PLANS_EACH * 0.8, "too many plans were no plans at all"


@pytest.mark.parametrize("travel", TRAVEL, ids=lambda travel: travel.get("round_units", "globe"))
def test_both_judges_measure_the_same_roads(travel, other_judge):
    rng = Random(str(travel))
    town = spice.town() | {"travel": travel}
    for place in town["locations"]:
        place |= {"lat": 52 + place["y"] / 70.3, "lon": 21 + place["x"] / 41.7}
        place |= {"x": place["x"] / 3, "y": place["y"] / 7}

    compared = [
        _compared(problem, plan, other_judge)
        for _ in range(PLANS_EACH // 3)
        for problem in [spice.spiced(town, rng)]
        for plan in _plans(problem, rng)
    ]

    assert sum(compared) >= PLANS_EACH * 0.8


def test_both_judges_find_the_same_in_whole_public_problems(problems, other_judge):
    rng = Random("whole")

    compared = [
        _compared(problem, plan, other_judge)
        for kind in PUBLIC
        for problem in problems[kind]
        for order in [_sorted_order(problem, rng)]
        for plan in (order, damaged(spice.timed(problem, order), rng))
    ]

    assert all(compared)


def test_both_judges_find_the_same_in_damaged_cases(other_judge):
    rng = Random("cases")
    cases = [case for case in json.loads(CASES.read_bytes())["cases"] if "malformed" not in case]

    compared = [
        _compared(case["problem"], damaged(case["plan"], rng), other_judge)
        for case in cases
        for _ in range(5)
    ]

    assert sum(compared) >= len(cases)


def _plans(problem, rng):
    order = spice.order(problem, rng)
    timed = spice.timed(problem, order)
    return (damaged(order, rng), timed, damaged(timed, rng))


def _sorted_order(problem, rng):
    """All visits dealt to the technicians in the order of their windows."""
    visits = sorted(problem["visits"], key=lambda visit: visit.get("windows", [[0]])[0][0])
    routes = [
        {"technician": technician["id"], "shift": shift.get("id"), "stops": []}
        for technician in problem["technicians"]
        for shift in technician["shifts"]
    ]
    for visit in visits:
        rng.choice(routes)["stops"].append({"visit": visit["id"]})
    return {"format": "onsite-plan/1", "routes": routes, "unserved": []}


def _compared(problem, plan, other_judge):
    """Whether there was something to compare: faulty plans must be refused by both."""
    ours = report(json.dumps(problem).encode(), json.dumps(plan).encode())
    try:
        theirs = other_judge.check(problem, plan)
    except other_judge.Malformed:
        assert ours.status == 2, (plan, "only the other judge sees a fault")
        return False
    assert ours.finding is not None, (plan, ours.faults)
    found = document(ours.finding)
    context = json.dumps({"problem": problem, "plan": plan})
    # Where there is no road both drive for thirty years, and sums of that are rounded.
    near = 1e-4 if theirs["metrics"]["travel_s"] < NO_ROAD / 10 else 1e-2
    assert _codes(found) == _codes(theirs), context
    assert found["objective"] == pytest.approx(theirs["objective"], rel=1e-6, abs=near), context
    assert found["metrics"] == pytest.approx(theirs["metrics"], rel=1e-6, abs=near), context
    assert found["unserved"] == theirs["unserved"], context
    assert _tiers(found) == pytest.approx(_tiers(theirs), rel=1e-6, abs=near), context
    assert _routes(found) == pytest.approx(_routes(theirs), rel=1e-6, abs=near), context
    assert ours.status == (0 if theirs["feasible"] else 1)
    return True


def _codes(finding):
    return Counter((e["code"], e.get("route"), e.get("visit")) for e in finding["errors"])


def _tiers(finding):
    return {
        f"{priority} {name}": value
        for priority, figures in finding["by_priority"].items()
        for name, value in figures.items()
    }


def _routes(finding):
    """Every figure of every route, and every start."""
    return {
        f"{number} {name}": value
        for number, route in enumerate(finding["routes"])
        for name, value in (
            *route.items(),
            *((f"stop {n}", stop["start"]) for n, stop in enumerate(route["stops"])),
        )
        if isinstance(value, int | float)
    }
