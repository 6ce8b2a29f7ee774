"""What README, CONTRIBUTING and the glossary say can be done, can be done."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import click
import pytest

from app import commands

ROOT = Path(__file__).parent.parent
PAPERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/GLOSSARY.md")
MADE_AT_RUN_TIME = ("instance/", ".venv/")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands_in(name: str) -> list[str]:
    """Lines of the indented code blocks."""
    return re.findall(r"^ {4}(\S.*)$", read(name), re.MULTILINE)


def all_commands() -> list[str]:
    return [line for name in PAPERS for line in commands_in(name)]


def paths_in(name: str) -> list[str]:
    """What stands in backquotes and looks like a path of the tree."""
    quoted = re.findall(r"`([\w.]+(?:/[\w.]+)*/?)`", read(name))
    folders = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir())
    return [each for each in quoted if each.startswith(folders) or each.endswith((".cfg", ".md"))]


def works_by_itself() -> list[str]:
    """Names of the chores and tasks: those modules that make one."""
    modules = [*(ROOT / "schedules/chores").glob("*.py"), *(ROOT / "schedules/tasks").glob("*.py")]
    makes_one = re.compile(r"^def (chore|task)\(", re.MULTILINE)
    return sorted(path.stem for path in modules if makes_one.search(path.read_text("utf-8")))


def manual(name: str) -> str:
    command = commands.onsite.get_command(click.Context(commands.onsite), name)
    assert command is not None
    return command.get_help(click.Context(command, info_name=name))


@pytest.mark.parametrize("line", [each for each in all_commands() if each.startswith("make")])
def test_a_target_of_make_that_is_named_exists(line):
    target = re.fullmatch(r"make(?: (\w+))?(?: [A-Z]+=\S+)*", line)

    assert target is not None
    assert re.search(rf"^{target[1] or 'help'}:", read("Makefile"), re.MULTILINE)


@pytest.mark.parametrize("line", [each for each in all_commands() if re.match(r"\S*onsite ", each)])
def test_a_command_that_is_named_knows_the_options_shown(line):
    name, *rest = line.split()[1:]

    unknown = [word for word in rest if word.startswith("--") and word not in manual(name)]

    assert unknown == []


@pytest.mark.parametrize("line", [each for each in all_commands() if "pip install" in each])
def test_an_extra_that_is_installed_exists(line):
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")

    extras = re.findall(r"\[([\w,]+)\]", line)

    assert set(",".join(extras).split(",")) <= set(setup["options.extras_require"])


@pytest.mark.parametrize("name", PAPERS)
def test_every_path_that_is_named_exists(name):
    named = [path for path in paths_in(name) if not path.startswith(MADE_AT_RUN_TIME)]

    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", PAPERS)
def test_every_link_within_the_tree_leads_somewhere(name):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", read(name))

    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_the_readme_shows_how_to_start_and_how_to_test():
    shown = commands_in("README.md")

    assert {"make run", "make test"} <= set(shown)
    assert read(".ci/run").strip().endswith("make test")


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_the_readme_lists_every_command(name):
    assert f"`onsite {name}`" in read("README.md")


@pytest.mark.parametrize("name", works_by_itself())
def test_the_readme_lists_every_chore_and_task(name):
    assert f"`{name}`" in read("README.md")


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_the_help_of_a_command_is_a_small_manual(name):
    text = manual(name)

    assert len(text.splitlines()) >= 8
    assert re.search(r"^ {2,}.*\bonsite \w", text, re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["run", "test", "setup", "demo", "quick", "check", "bench", "wheel"]
)
def test_make_alone_explains_the_target(name):
    assert re.search(rf"^{name}:.* ## \w", read("Makefile"), re.MULTILINE)
