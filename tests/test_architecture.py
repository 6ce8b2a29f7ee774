"""The floors and orders that setup.cfg declares hold in the code, and modules stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "schedules", "dispatch", "routing")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def modules() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts and "migrations" not in path.parts
    ]


def long_functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]


def test_imports_keep_their_contracts(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)

    broken = lint_imports(config_filename=str(ROOT / "setup.cfg"), no_cache=True)

    assert not broken, capsys.readouterr().out


def test_no_file_is_longer_than_a_module_may_be():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}

    too_long = {str(path): lines for path, lines in lengths.items() if lines > LONGEST_FILE}

    assert too_long == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_is_too_long_to_be_read_at_once(package):
    inside = [path for path in modules() if path.is_relative_to(ROOT / package)]

    assert [each for path in inside for each in long_functions(path)] == []


def test_the_command_line_starts_without_loading_the_web(run_python):
    heavy = "{'flask', 'sqlalchemy', 'ortools', 'numpy'}"
    answer = run_python(f"import app.commands, sys; print(sorted({heavy} & set(sys.modules)))")

    assert answer == "[]"
