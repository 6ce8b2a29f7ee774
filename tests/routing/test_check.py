"""The judge as a whole: claims, reasons, the finding as a document, reports of two files."""

from __future__ import annotations

import json
import time

import pytest

from routing import interchange
from routing.check import document, judge, report
from routing.problem import Break, Depot, Equipment, Pin, Requirement, Window
from routing.rules import PLAN_RULES, ROUTE_RULES
from routing.solution import About, Unserved
from tests.routing import build

NIGHT = (Window(opens=0, closes=1000),)
GAS = (Requirement(names=("gas",)),)
ROUTER = {"router": 1}


def reasons(job, reason, **keys):
    """The codes for one job that is left out for this reason."""
    question = build.problem(job, **keys)
    answer = build.solution(unserved=(Unserved(job=job.id, reason=reason),))
    return build.broken(question, answer)


@pytest.mark.parametrize("claimed", [(0, 1200), (0, 1200.0005), None])
def test_a_true_claim_passes(claimed):
    question = build.problem(build.job())

    assert (
        build.broken(question, build.solution(build.route(build.visit()), objective=claimed))
        == set()
    )


@pytest.mark.parametrize("claimed", [(0, 1199), (0,), (1, 1200), ()])
def test_a_false_claim_is_reported(claimed):
    question = build.problem(build.job())
    answer = build.solution(build.route(build.visit()), objective=claimed)

    assert build.broken(question, answer) == {"E_CLAIM"}


@pytest.mark.parametrize(
    ("bound", "codes"),
    [((0, 1200), set()), ((0, 0), set()), ((0, 1201), {"E_CLAIM"}), ((0,), {"E_CLAIM"})],
)
def test_a_bound_is_not_above_the_value(bound, codes):
    question = build.problem(build.job())
    answer = build.solution(build.route(build.visit()), about=About(bound=bound))

    assert build.broken(question, answer) == codes


@pytest.mark.parametrize("reason", ["no-room", "too-costly", "not-tried", "related", "whatever"])
def test_a_job_that_could_be_served_may_be_left_out_for_room_or_price(reason):
    assert reasons(build.job(), reason) == set()


@pytest.mark.parametrize("reason", ["no-technician", "unreachable"])
def test_a_job_that_somebody_could_serve_is_not_called_impossible(reason):
    assert reasons(build.job(), reason) == {"E_REASON"}


@pytest.mark.parametrize("reason", ["no-room", "too-costly", "not-tried"])
@pytest.mark.parametrize("job", [build.job(skills=GAS), build.job(windows=NIGHT)])
def test_a_job_that_nobody_can_serve_does_not_lack_room(job, reason):
    assert reasons(job, reason) == {"E_REASON"}


def test_not_able_and_not_in_time_are_not_mixed_up():
    unable, untimely = build.job(skills=GAS), build.job(windows=NIGHT)

    assert reasons(unable, "no-technician") == set()
    assert reasons(untimely, "unreachable") == set()
    assert reasons(unable, "unreachable") == {"E_REASON"}
    assert reasons(untimely, "no-technician") == {"E_REASON"}


def test_who_does_not_come_home_in_time_cannot_go_unless_the_end_is_open():
    short, open_end = build.shift(end=33000), build.shift(end=33000, end_location=None)
    far = build.job(location="farm")  # there at 30,600, done at 32,400, home at 34,200

    assert reasons(far, "unreachable", technicians=(build.technician(day=short),)) == set()
    assert reasons(far, "no-room", technicians=(build.technician(day=open_end),)) == set()
    assert reasons(far, "no-room", technicians=(build.technician(day=short),)) == {"E_REASON"}


def test_who_starts_at_the_site_needs_no_road():
    on_site = build.shift(start_location=None)
    early = build.job(location="farm", windows=(Window(opens=28800, closes=28800),))

    assert reasons(early, "no-room", technicians=(build.technician(day=on_site),)) == set()
    assert reasons(early, "unreachable") == set()


def test_a_part_that_no_depot_has_makes_a_job_impossible():
    assert reasons(build.job(parts=ROUTER), "no-technician") == set()


def test_a_part_that_a_depot_may_have_leaves_the_question_open():
    depot = Depot(id="store", location="base", duration_s=0)

    assert reasons(build.job(parts=ROUTER), "no-room", depots=(depot,)) == set()
    assert reasons(build.job(parts=ROUTER), "unreachable", depots=(depot,)) == set()


def test_a_break_that_is_due_does_not_make_a_job_impossible():
    tea = Break(id="tea", duration_s=600)
    person = build.technician(day=build.shift(breaks=(tea,)))

    assert reasons(build.job(), "unreachable", technicians=(person,)) == {"E_REASON"}


@pytest.mark.parametrize(
    "job",
    [
        build.job(windows=NIGHT, crew_size=2),
        build.job(windows=NIGHT, pin=Pin(must_serve=False)),
        build.job(windows=NIGHT, equipment={"lift": 1}),
        build.job(windows=NIGHT, skills=(Requirement(names=("gas",), count=2),)),
    ],
)
def test_crews_pins_and_equipment_are_not_judged(job):
    assert reasons(job, "no-room", equipment=(Equipment(id="lift"),)) == set()


def test_every_rule_names_the_codes_that_it_reports():
    codes = [code for rule in (*ROUTE_RULES, *PLAN_RULES) for code in rule.CODES]

    assert len(codes) == len(set(codes))
    assert all(code.startswith("E_") for code in codes)


def test_a_finding_is_written_with_the_words_of_the_format():
    question = build.problem(build.job(), build.job("b", skills=GAS), name="małe")
    answer = build.solution(
        build.route(build.visit(start=29000)), unserved=(Unserved(job="b", reason="no-technician"),)
    )

    found = document(judge(answer, problem=question))

    assert found["feasible"] is False
    assert (found["mode"], found["problem"], found["objective"]) == ("timed", "małe", [1, 1200])
    assert [error["code"] for error in found["errors"]] == ["E_TRAVEL"]
    assert found["errors"][0]["route"] == "łukasz"
    assert found["routes"][0]["stops"] == [
        {"visit": "till", "arrival": None, "start": 29000, "end": 30800}
    ]
    assert found["unserved"] == [{"visit": "b", "reason": "no-technician", "possible_alone": False}]
    assert json.loads(json.dumps(found)) == found


def test_a_report_says_how_the_command_ends():
    question = build.problem(build.job())
    problem = interchange.write_problem(question).encode()
    good = interchange.write_solution(build.solution(build.route(build.visit()))).encode()
    bad = interchange.write_solution(build.solution()).encode()

    statuses = [
        report(problem).status,
        report(problem, good).status,
        report(problem, bad).status,
        report(problem, b"{}").status,
        report(b"{}", good).status,
    ]

    assert statuses == [0, 0, 1, 2, 2]


def test_a_plan_of_a_thousand_jobs_is_judged_in_a_fraction_of_a_second():
    jobs = [build.job(f"v{n}", duration_s=60) for n in range(1000)]
    people = [build.technician(f"t{n}") for n in range(50)]
    question = build.problem(*jobs, technicians=tuple(people))
    routes = [
        build.route(*[build.visit(f"v{n}") for n in range(k, 1000, 50)], crew=(f"t{k}",))
        for k in range(50)
    ]
    before = time.monotonic()

    found = judge(build.solution(*routes), problem=question)

    assert found.feasible
    assert time.monotonic() - before < 0.5
