"""Files and objects are the same thing said twice."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from routing import interchange
from routing.problem import (
    Depot,
    MatrixTravel,
    Pin,
    Relation,
    RelationType,
    Requirement,
    Skill,
    Traffic,
    TrafficSlice,
    Window,
)
from routing.solution import Solution, Unserved
from tests.routing import build, spice

CASES = json.loads((Path(__file__).parent / "instances" / "interchange-cases.json").read_bytes())[
    "cases"
]
SOUND = [case for case in CASES if "malformed" not in case]


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case["name"])
def test_a_problem_that_was_written_reads_as_the_same_problem(case):
    problem = interchange.problem_of(case["problem"])

    written = interchange.write_problem(problem)

    assert interchange.read_problem(written) == problem
    assert interchange.write_problem(interchange.read_problem(written)) == written


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case["name"])
def test_a_plan_that_was_written_reads_as_the_same_plan(case):
    problem = interchange.problem_of(case["problem"])
    solution = interchange.solution_of(case["plan"], problem=problem)

    written = interchange.write_solution(solution)

    assert interchange.read_solution(written, problem=problem) == solution


@pytest.mark.parametrize("seed", range(30))
def test_a_problem_with_a_pinch_of_everything_survives_the_round_trip(seed):
    problem = interchange.problem_of(spice.spiced(spice.town(), Random(seed)))

    written = interchange.write_problem(problem)

    assert interchange.read_problem(written) == problem
    assert interchange.write_problem(interchange.read_problem(written.encode())) == written


def test_the_order_of_keys_and_names_in_a_file_does_not_matter():
    case = SOUND[0]["problem"]
    turned = {key: case[key] for key in reversed(case)}

    first = interchange.write_problem(interchange.problem_of(case))
    second = interchange.write_problem(interchange.problem_of(turned))

    assert first == second


def test_free_keys_are_read_over():
    case = SOUND[0]["problem"]
    noted = case | {
        "x-note": {"deep": [1, None]},
        "visits": [v | {"x-y": 1} for v in case["visits"]],
    }

    assert interchange.problem_of(noted) == interchange.problem_of(case)


def test_names_in_any_script_are_written_as_they_are():
    problem = build.problem(build.job("田中さくら"), name="Łukasz Żółć")

    written = interchange.write_problem(problem)

    assert "田中さくら" in written
    assert "Łukasz Żółć" in written


@pytest.mark.parametrize(
    "thing",
    [
        {"pin": Pin()},
        {"skills": (Requirement(names=("gas",), excluded=True),)},
        {"skills": (Requirement(names=("gas", "tills"), level=2, count=2),)},
        {"max_lateness_s": None},
        {"allowed_technicians": frozenset()},
        {"windows": (Window(opens=-5, closes=0.5),)},
    ],
    ids=str,
)
def test_what_a_default_would_swallow_is_written(thing):
    problem = build.problem(build.job(**thing))

    assert interchange.read_problem(interchange.write_problem(problem)) == problem


def test_a_depot_that_supplies_nothing_is_not_one_that_supplies_all():
    depot = Depot(id="yard", location="base", duration_s=0, supplies=frozenset())
    problem = build.problem(depots=(depot,))

    assert interchange.read_problem(interchange.write_problem(problem)) == problem


def test_certificates_roads_and_relations_come_back():
    slices = (
        TrafficSlice(start=0, factor=1.5),
        TrafficSlice(start=900, factor=1),
        TrafficSlice(start=1800, seconds=((0, None, 2, 1),) * 4),
    )
    traffic = Traffic(slices=slices, repeat_s=86400)
    problem = build.problem(
        build.job("a"),
        build.job("b"),
        travel=MatrixTravel(seconds=((0, None, 1, 1),) * 4, metres=None, traffic=traffic),
        technicians=(build.technician(skills={"gas": Skill(level=2, valid_until=9.5)}),),
        relations=(Relation(type=RelationType.GAP, jobs=("a", "b"), min_s=-5),),
    )

    assert interchange.read_problem(interchange.write_problem(problem)) == problem


def test_an_incumbent_may_name_visits_and_people_that_are_gone():
    gone = build.solution(build.route(build.visit("done"), crew=("anna", "bob")))
    problem = build.problem(incumbent=gone)

    assert interchange.read_problem(interchange.write_problem(problem)).incumbent == gone


def test_an_empty_plan_is_written_with_its_routes():
    problem = build.problem(build.job())
    empty = Solution(unserved=(Unserved(job="till", reason="no-room"),))

    written = interchange.write_solution(empty)

    assert json.loads(written)["routes"] == []
    assert interchange.read_solution(written, problem=problem) == empty
