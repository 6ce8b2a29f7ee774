"""``onsite solve`` and ``onsite check`` on files, as somebody at a terminal uses them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from app.commands import onsite
from routing import interchange
from routing.check import judge
from tests.routing import days

ONSITE = [sys.executable, "-m", "app"]
WEB = "import app.commands.planner, sys; print([m for m in ('flask', 'sqlalchemy') if m in sys.modules])"


def command(*words: object) -> Result:
    return CliRunner().invoke(onsite, [str(word) for word in words])


@pytest.fixture
def day(tmp_path) -> Path:
    """A problem with 20 visits, as a file."""
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(days.plain(Random(6), visits=20)), encoding="utf-8")
    return file


def judged(problem_file, plan_file):
    problem = interchange.read_problem(problem_file.read_bytes())
    return judge(
        interchange.read_solution(plan_file.read_bytes(), problem=problem), problem=problem
    )


@pytest.mark.slow
def test_a_plan_is_written_and_keeps_every_rule(day, tmp_path):
    result = command("solve", day, "--time-limit", 1, "--out", tmp_path / "plan.json")

    assert result.exit_code == 0, result.output
    assert judged(day, tmp_path / "plan.json").feasible
    assert {file.name for file in tmp_path.iterdir()} == {"problem.json", "plan.json"}


@pytest.mark.slow
def test_the_plan_says_where_it_comes_from(day, tmp_path):
    command("solve", day, "--time-limit", 1, "--seed", 5, "--out", tmp_path / "plan.json")

    about = json.loads((tmp_path / "plan.json").read_bytes())["about"]
    assert about["origin"] == "engine"
    assert about["proof"] == "none"
    assert about["seed"] == 5


def related(document):
    """A day that the compiled search cannot say."""
    document["relations"] = [{"type": "same_technician", "visits": ["visit-0", "visit-1"]}]
    return document


@pytest.mark.slow
@pytest.mark.parametrize("change", [dict, related], ids=["compiled", "plain"])
def test_steps_that_are_counted_give_the_same_plan_again(day, tmp_path, change):
    day.write_text(json.dumps(change(json.loads(day.read_bytes()))), encoding="utf-8")
    words = ("solve", day, "--iterations", 300, "--workers", 2, "--seed", 4, "--out")

    once = command(*words, tmp_path / "once.json")
    again = command(*words, tmp_path / "again.json")

    assert (once.exit_code, again.exit_code) == (0, 0), once.output
    assert timeless(tmp_path / "once.json") == timeless(tmp_path / "again.json")
    assert judged(day, tmp_path / "once.json").feasible


def timeless(plan_file):
    """Its text without the seconds that the search took."""
    return re.sub(r'"seconds": [0-9.]+', "", plan_file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("other", [("--time-limit", 5), ("--engine", "ortools")])
def test_steps_are_not_counted_where_a_clock_decides(day, tmp_path, other):
    result = command("solve", day, "--iterations", 9, *other, "--out", tmp_path / "plan.json")

    assert result.exit_code == 2
    assert "--iterations" in result.stderr


@pytest.mark.slow
def test_ortools_alone_plans_and_is_judged_as_we_are(day, tmp_path):
    words = ("solve", day, "--engine", "ortools", "--time-limit", 3)

    result = command(*words, "--out", tmp_path / "plan.json")

    assert result.exit_code == 0, result.output
    assert judged(day, tmp_path / "plan.json").feasible
    assert json.loads((tmp_path / "plan.json").read_bytes())["about"]["solver"] == "ortools"


@pytest.mark.slow
def test_ortools_alone_never_makes_the_plan_in_force_worse(day, tmp_path):
    command("solve", day, "--iterations", 5000, "--out", tmp_path / "good.json")
    good = json.loads((tmp_path / "good.json").read_bytes())
    document = json.loads(day.read_bytes()) | {"incumbent": good}
    day.write_text(json.dumps(document), encoding="utf-8")

    words = ("solve", day, "--engine", "ortools", "--time-limit", 2)
    result = command(*words, "--out", tmp_path / "plan.json")

    assert result.exit_code == 0, result.output
    kept = json.loads((tmp_path / "plan.json").read_bytes())["objective"]
    assert kept <= good["objective"]


@pytest.mark.slow
def test_an_impossible_visit_is_listed_with_its_reason_and_empties_nothing(day, tmp_path):
    document = json.loads(day.read_bytes())
    document["visits"][0] |= {"mandatory": True, "skills": [{"skill": "gas", "level": 2}]}
    day.write_text(json.dumps(document), encoding="utf-8")

    result = command("solve", day, "--time-limit", 3, "--out", tmp_path / "plan.json")

    plan = json.loads((tmp_path / "plan.json").read_bytes())
    assert result.exit_code == 0
    assert {"visit": "visit-0", "reason": "no-technician"}.items() <= plan["unserved"][0].items()
    assert sum(len(route["stops"]) for route in plan["routes"]) > 10


@pytest.mark.slow
def test_a_day_without_visits_is_planned(day, tmp_path):
    document = json.loads(day.read_bytes()) | {"visits": []}
    day.write_text(json.dumps(document), encoding="utf-8")

    result = command("solve", day, "--time-limit", 1, "--out", tmp_path / "plan.json")

    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "plan.json").read_bytes())["routes"] == []


@pytest.mark.slow
def test_a_day_without_technicians_leaves_all_visits_out(day, tmp_path):
    document = json.loads(day.read_bytes()) | {"technicians": []}
    day.write_text(json.dumps(document), encoding="utf-8")

    result = command("solve", day, "--time-limit", 1, "--out", tmp_path / "plan.json")

    reasons = {
        row["reason"] for row in json.loads((tmp_path / "plan.json").read_bytes())["unserved"]
    }
    assert result.exit_code == 0, result.output
    assert reasons == {"no-technician"}


def test_all_faults_are_told_at_once_and_nothing_is_written(day, tmp_path):
    document = json.loads(day.read_bytes())
    document["visits"][0]["windows"] = [[9, 3]]
    document["visits"][1]["location"] = "nowhere"
    day.write_text(json.dumps(document), encoding="utf-8")

    result = command("solve", day, "--out", tmp_path / "plan.json")

    faults = json.loads(result.stderr)["faults"]
    assert result.exit_code == 2
    assert len(faults) == 2
    assert all({"code", "place", "message", "advice"} <= fault.keys() for fault in faults)
    assert not (tmp_path / "plan.json").exists()


def test_a_plan_that_breaks_a_rule_is_called_by_its_code(day, tmp_path):
    plan = {"format": "onsite-plan/1", "routes": [], "unserved": []}
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")

    result = command("check", day, tmp_path / "plan.json", "--json", tmp_path / "finding.json")

    assert result.exit_code == 1
    assert "E_MISSING" in result.stdout
    assert json.loads((tmp_path / "finding.json").read_bytes())["feasible"] is False


def test_a_problem_alone_is_looked_at_for_faults(day):
    result = command("check", day)

    assert result.exit_code == 0
    assert "20 visits" in result.stdout


def test_a_file_that_is_no_problem_is_a_fault_not_a_traceback(tmp_path):
    (tmp_path / "problem.json").write_bytes(b"\xff\x00not json")

    result = command("check", tmp_path / "problem.json")

    assert result.exit_code == 2
    assert json.loads(result.stderr)["faults"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_writes_the_best_plan_within_two_seconds(day, tmp_path, number):
    words = ["solve", day, "--time-limit", 60, "--workers", 2, "--out", tmp_path / "plan.json"]
    process = subprocess.Popen([*ONSITE, *map(str, words)], stderr=subprocess.DEVNULL)
    time.sleep(2)

    process.send_signal(number)
    exit_code = process.wait(timeout=2)

    assert exit_code == 0
    assert judged(day, tmp_path / "plan.json").feasible


def test_the_planner_starts_without_web_and_database():
    done = subprocess.run([sys.executable, "-c", WEB], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
