"""The page about the rules is true: its tests, files, codes, keys and problems are all there."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from routing import rules
from routing.problem import METRICS, RelationType

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "RULES.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| rule ", "| mode "))
]
RULE_ROWS = [row for row in ROWS if len(row) == 5]
MODE_ROWS = [row for row in ROWS if len(row) == 3]
OBEYING = sorted((ROOT / "tests/routing/engine").glob("test_obeys_*.py"))


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@cache
def all_tests() -> set[str]:
    return set().union(*(names_in(path) for path in (ROOT / "tests/routing").rglob("test_*.py")))


@cache
def problems() -> set[str]:
    """Names of all tiny problems on which the engine must obey."""
    modules = (import_module(f"tests.routing.engine.{path.stem}") for path in OBEYING)
    return {name for module in modules for name in module.CASES}


def named(cell: str) -> list[str]:
    return [name.strip() for name in cell.split(";") if name.strip()]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def first(row: list[str]) -> str:
    return row[0]


@pytest.mark.parametrize("row", RULE_ROWS, ids=first)
def test_a_rule_has_tests_that_exist(row):
    pair = quoted(row[3])

    assert pair
    assert set(pair) <= all_tests()


@pytest.mark.parametrize("row", ROWS, ids=first)
def test_the_problems_of_a_rule_exist(row):
    assert set(named(row[-1])) - problems() <= {"all of the above"}


def test_every_problem_belongs_to_a_rule():
    told = {name for row in ROWS for name in named(row[-1])}

    assert problems() - told == set()


@pytest.mark.parametrize("row", RULE_ROWS, ids=first)
def test_the_judge_has_the_codes_and_figures_where_the_page_says(row):
    for part in row[2].split(","):
        *words, path = quoted(part)
        text = (ROOT / path).read_text(encoding="utf-8")

        assert words
        assert all(word in text for word in words)
        assert all(word.startswith("E_") or word in METRICS for word in words)


@pytest.mark.parametrize("row", RULE_ROWS, ids=first)
def test_the_keys_of_a_rule_belong_to_the_format(row):
    shapes = (ROOT / "routing/faults/shapes.py").read_text(encoding="utf-8")
    known = {*re.findall(r'"(\w+)"', shapes), *METRICS, *RelationType}

    assert set(quoted(row[1])) <= known


def test_every_rule_of_the_judge_is_on_the_page():
    judging = [*rules.ROUTE_RULES, *rules.PLAN_RULES]

    assert [one.__name__ for one in judging if one.__name__.replace(".", "/") not in PAGE] == []
    assert [code for one in judging for code in one.CODES if f"`{code}`" not in PAGE] == []


def test_the_files_that_the_page_names_exist():
    paths = [name for name in quoted(PAGE) if name.startswith(("tests/", "routing/"))]

    assert [path for path in paths if not list(ROOT.glob(path))] == []
