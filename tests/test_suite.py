"""The suite itself: a test that never runs is worse than none."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("*.py"))
TEST_FILES = [path for path in FILES if path.name.startswith("test_")]
WORDS = Counter(
    word for path in FILES for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
)


def defined_in(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]


def is_fixture(function: ast.FunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def relative(path: Path) -> str:
    return str(path.relative_to(TESTS))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_every_function_of_a_test_module_is_a_test_or_in_use(path):
    idle = [
        function.name
        for function in defined_in(path)
        if not function.name.startswith(("test_", "pytest_", "handle_", "__"))
        and not (is_fixture(function) and "autouse" in ast.unparse(function))
        and WORDS[function.name] < 2
    ]

    assert idle == []


@pytest.mark.parametrize("path", TEST_FILES, ids=relative)
def test_no_test_hides_another_of_the_same_name(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = Counter(node.name for node in tree.body if isinstance(node, ast.FunctionDef))

    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("path", TEST_FILES, ids=relative)
def test_a_test_file_contains_tests(path):
    assert any(function.name.startswith("test_") for function in defined_in(path)) or (
        "TestCase" in path.read_text(encoding="utf-8")
    )


def test_every_other_module_of_the_suite_is_imported_by_a_test():
    support = [
        path
        for path in FILES
        if path not in TEST_FILES and path.name not in {"conftest.py", "__init__.py"}
    ]

    assert [relative(path) for path in support if WORDS[path.stem] == 0] == []
