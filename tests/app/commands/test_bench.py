"""``onsite bench`` and ``onsite invent-problem``, as somebody at a terminal uses them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands import onsite
from app.commands.bench import files, machine
from app.commands.bench import results as outcomes
from app.commands.bench.table import Line, tabulate
from routing import interchange
from routing.academic import Convention, Goal
from routing.invented import technician_day
from routing.peers import PEERS, Peer
from tests.routing import build

TINY = """TINY
VEHICLE
NUMBER CAPACITY
 2 10
CUSTOMER
CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME
 0 0 0 0 0 100 0
 1 3 4 4 10 20 5
 2 6 8 4 0 90 5
"""
HEADS = "path,levels,instance,convention,vehicles,value\n"


def command(*words: object) -> Result:
    return CliRunner().invoke(onsite, [str(word) for word in words])


def result(*objective: float, planner="onsite", seconds=10.0, **keys) -> outcomes.Result:
    values = {"planner": planner, "seed": 1, "seconds": seconds, "objective": objective or None}
    return outcomes.Result(**(values | keys))


def line(*ours: outcomes.Result, name="day", **keys) -> Line:
    return Line(**({"name": name, "visits": 5, "ours": list(ours)} | keys))


def cells(table, head: str) -> list[str]:
    at = table.heads.index(head)
    return [row[at] for row in (*table.rows, *table.means)]


@pytest.fixture
def folder(tmp_path) -> Path:
    """An academic file, a problem of ours, and what is neither."""
    inside = tmp_path / "set"
    inside.mkdir()
    (inside / "TINY.txt").write_text(TINY, encoding="utf-8")
    day = technician_day(visits=8, technicians=2, seed=1)
    (inside / "day.json").write_text(interchange.write_problem(day), encoding="utf-8")
    (inside / "notes.txt").write_text("not a problem", encoding="utf-8")
    (inside / "plan.json").write_text('{"format": "onsite-plan/1"}', encoding="utf-8")
    return inside


# --- files and best known values ---


def test_a_folder_is_searched_for_problems_and_the_rest_passed_over(folder):
    assert [path.name for path in files.find([folder])] == ["TINY.txt", "day.json"]


def test_a_file_that_was_named_is_never_passed_over(folder):
    assert list(files.find([folder / "notes.txt"])) == [folder / "notes.txt"]


def test_best_known_values_are_found_by_folder_and_name(tmp_path, folder):
    known = tmp_path / "best.csv"
    known.write_text(HEADS + "other/day,1,,,,\nset/day,123,,,,\n", encoding="utf-8")
    problem = files.read(folder / "day.json", convention=Convention.DIMACS, goal=Goal.DISTANCE)

    assert files.BestKnown(known).of(folder / "day.json", problem) == (123,)


@pytest.mark.parametrize(
    ("convention", "goal", "best"),
    [
        (Convention.DIMACS, Goal.DISTANCE, (0, 24.5)),
        (Convention.EXACT, Goal.VEHICLES, (0, 2, 25)),
        (Convention.MILLI, Goal.DISTANCE, None),
    ],
)
def test_values_of_another_convention_are_never_compared(tmp_path, folder, convention, goal, best):
    known = tmp_path / "best.csv"
    rows = ",,tiny,dimacs-distance,3,24.5\n,,tiny,sintef-hierarchical,2,25\n"
    known.write_text(HEADS + rows, encoding="utf-8")
    path = folder / "TINY.txt"

    problem = files.read(path, convention=convention, goal=goal)

    assert files.BestKnown(known).of(path, problem) == best


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,value\n", "lacks the columns path and levels"),
        ("path,levels\nday,much\n", "line 2"),
    ],
)
def test_a_table_of_best_values_that_is_none_is_refused(tmp_path, folder, text, said):
    known = tmp_path / "best.csv"
    known.write_text(text, encoding="utf-8")

    answer = command("bench", folder, "--best", known)

    assert answer.exit_code == 2
    assert said in answer.output


# --- results and the table ---


def test_a_plan_that_breaks_a_rule_is_worth_nothing():
    problem = build.problem(build.job(mandatory=True))

    found = outcomes.judged(build.solution(), problem=problem, planner="x", seed=1, seconds=1)

    assert found.objective is None
    assert "E_MANDATORY" in found.words


def test_the_median_is_the_middle_one_and_no_plan_is_the_worst():
    runs = [result(0, 3), result(), result(0, 1)]

    assert outcomes.median(runs).objective == (0, 3)


def test_of_an_even_number_the_worse_of_both_in_the_middle_counts():
    assert outcomes.median([result(2), result(1)]).objective == (2,)


def test_a_ratio_compares_the_last_level_when_those_before_agree():
    assert outcomes.ratio((0, 90), (0, 100)) == pytest.approx(0.9)
    assert outcomes.ratio((1, 90), (0, 100)) is None
    assert outcomes.verdict((1, 90), (0, 100)) == "worse"


def test_gaps_and_ratios_have_their_own_means():
    lines = [
        line(result(110), peers={"vroom": [result(100)]}, best=(100,)),
        line(result(80), peers={"vroom": [result(100)]}, best=(80,)),
    ]

    table = tabulate(lines, peers=["vroom"], best=True)

    assert cells(table, "gap, %") == ["10.00", "0.00", "5.00", "4.88"]
    assert cells(table, "onsite / vroom") == ["1.1000", "0.8000", "0.9500", "0.9381"]


def test_what_cannot_be_compared_is_said_and_left_out_of_the_mean():
    nothing = result(cannot=("breaks", "crews", "wishes"))
    lines = [
        line(result(0, 90), peers={"pyvrp": [result(1, 10)]}),
        line(result(0, 90), peers={"pyvrp": [nothing]}),
        line(result(0, 90), peers={"pyvrp": [result(0, 100)]}),
    ]

    table = tabulate(lines, peers=["pyvrp"], best=False)

    assert cells(table, "pyvrp")[1] == "cannot state breaks and 2 more"
    assert cells(table, "onsite / pyvrp") == [
        "better", "-", "0.9000", "0.9000 (1 of 3)", "0.9000 (1 of 3)",
    ]  # fmt: skip


def test_the_footer_tells_command_machine_and_versions():
    asked, where = machine.described(["onsite", "bench", "my day.json"], peers=["ortools"])

    assert asked == "`onsite bench 'my day.json'`"
    assert "cores" in where
    assert where.count("ortools") == 1


# --- the command ---


@pytest.mark.slow
def test_every_problem_has_its_line_and_the_table_can_be_pasted(folder, tmp_path):
    kept = tmp_path / "table.md"

    answer = command("bench", folder, "--time-limit", 1, "--out", kept)

    assert answer.exit_code == 0, answer.output
    assert answer.stdout == kept.read_text(encoding="utf-8")
    names = [row.split(" | ")[0].strip("| ") for row in answer.stdout.splitlines() if "|" in row]
    assert names[2:] == ["set/TINY", "set/day", "arithmetic mean", "geometric mean"]
    assert "2/2 set/day onsite seed 1" in answer.stderr


@pytest.mark.slow
def test_a_peer_stands_beside_us_judged_by_the_same_judge(folder, tmp_path):
    kept = tmp_path / "runs.json"

    answer = command(
        "bench", folder / "TINY.txt", "--time-limit", 1, "--peer", "ortools",
        "--seed", 1, "--seed", 2, "--out", kept,
    )  # fmt: skip

    assert answer.exit_code == 0, answer.output
    [instance] = json.loads(kept.read_bytes())["instances"]
    assert [(run["planner"], run["seed"]) for run in instance["runs"]] == [
        ("onsite", 1), ("onsite", 2), ("ortools", 1), ("ortools", 2),
    ]  # fmt: skip
    assert json.loads(kept.read_bytes())["terms"] == (
        "1 s on 1 core for each planner and problem; the median of seeds 1, 2."
    )
    assert {tuple(run["objective"]) for run in instance["runs"]} == {(0, 20)}


@pytest.mark.slow
def test_the_gap_is_shown_where_the_best_is_known(folder, tmp_path):
    known = tmp_path / "best.csv"
    known.write_text("path,levels\nset/TINY,0;16\n", encoding="utf-8")

    answer = command("bench", folder / "TINY.txt", "--time-limit", 1, "--best", known)

    assert "| 25.00 |" in answer.stdout


@pytest.mark.slow
def test_a_broken_file_is_named_with_its_faults_and_stops_no_other(folder):
    (folder / "TINY.txt").write_text(TINY.replace(" 90 ", " late "), encoding="utf-8")

    answer = command("bench", folder, "--time-limit", 1)

    assert answer.exit_code == 2
    assert "'late' is no number" in answer.stderr
    assert "| set/day |" in answer.stdout


@pytest.mark.slow
def test_an_interrupted_run_prints_what_is_finished(folder):
    words = [sys.executable, "-m", "app", "bench", str(folder), "--time-limit", "2"]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = run.stderr.readline()

    run.send_signal(signal.SIGINT)

    out, _ = run.communicate(timeout=20)
    assert first.startswith("1/2 set/TINY")
    assert "| set/TINY |" in out
    assert "set/day" not in out


def test_nothing_to_plan_is_an_error(tmp_path):
    answer = command("bench", tmp_path)

    assert answer.exit_code == 2
    assert "nothing to plan" in answer.stderr


def test_a_peer_that_is_missing_is_refused_with_how_to_install_it(folder, monkeypatch):
    absent = Peer(name="pyvrp", package="pyvrp", library="no_such_library", module="nowhere")
    monkeypatch.setitem(PEERS, "pyvrp", absent)

    answer = command("bench", folder, "--peer", "pyvrp")

    assert answer.exit_code == 2
    assert "pip install 'onsite[bench]'" in answer.output


def test_a_folder_that_is_not_there_is_refused_before_any_search(folder, tmp_path):
    answer = command("bench", folder, "--out", tmp_path / "nowhere" / "table.md")

    assert answer.exit_code == 2
    assert "there is no folder" in answer.output


# --- invented problems ---


@pytest.mark.parametrize(
    ("words", "visits", "people"),
    [
        (("technicians", "--visits", 20), 20, 3),
        (("technicians", "--visits", 20, "--technicians", 5, "--break", "--over", 0.15), 20, 5),
        (("technicians", "--visits", 20, "--rush"), 20, 3),
        (("short-rounds", "--visits", 20), 20, 5),
        (("long-rounds", "--visits", 20), 20, 5),
    ],
)
def test_an_invented_problem_is_written_and_sound(tmp_path, words, visits, people):
    file = tmp_path / "problem.json"

    answer = command("invent-problem", *words, "--out", file)

    assert answer.exit_code == 0, answer.output
    problem = interchange.read_problem(file.read_bytes())
    assert (len(problem.jobs), len(problem.technicians)) == (visits, people)


def test_the_same_seed_invents_the_same_bytes(tmp_path):
    once, again = tmp_path / "once.json", tmp_path / "again.json"

    command("invent-problem", "technicians", "--seed", 3, "--out", once)
    command("invent-problem", "technicians", "--seed", 3, "--out", again)

    assert once.read_bytes() == again.read_bytes()


def test_options_of_technicians_are_refused_for_a_fleet(tmp_path):
    answer = command("invent-problem", "long-rounds", "--break", "--out", tmp_path / "x.json")

    assert answer.exit_code == 2
    assert "are for KIND technicians" in answer.output
