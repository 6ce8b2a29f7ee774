"""A day is planned and exported from the command line, at the time of the demo's clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import DemoClock
from app.commands import onsite
from dispatch import store
from dispatch.demo import DemoMark
from dispatch.planning.tables import Assignment, Plan, PlanState
from tests import build, clock

DAY = clock.DAY.isoformat()
pytestmark = pytest.mark.slow


@pytest.fixture
def instance(tmp_path, monkeypatch, sqlite_template) -> Path:
    """A demo whose clock stands on the default day: two territories, one of them at work."""
    (tmp_path / "onsite.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path))
    DemoClock(path=tmp_path / "clock.json").set(moment=clock.NOW, speed=0)
    with opened(tmp_path) as session:
        territory = build.territory(session, code="waw-n")
        build.territory(session, code="waw-s")
        technician = build.technician(session, territory=territory)
        build.shift(session, technician=technician, pause=30)
        build.visit(session, territory=territory)
        build.visit(session, territory=territory)
        build.visit(session, territory=territory, skills={"lift": 3})
        session.add(mark())
        session.commit()
    return tmp_path


@pytest.fixture
def command() -> Callable[..., Result]:
    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(onsite, [str(each) for each in arguments])

    return run


def opened(folder: Path) -> Session:
    return Session(store.open_store(f"sqlite:///{folder / 'onsite.db'}"))


def mark() -> DemoMark:
    return DemoMark(
        pack="lodz",
        profile="S",
        seed=1,
        day=clock.DAY,
        zone=clock.ZONE.key,
        language="pl",
        business="Serwis Żółć",
        personas={},
    )


def test_planning_a_day_puts_rounds_in_force_and_names_what_is_left_out(instance, command):
    planned = command("plan", DAY, "--time-limit", "5")

    assert planned.exit_code == 0, planned.output
    assert "waw-n: 2 visits planned, 1 left out" in planned.output
    assert "no-technician" in planned.output
    with opened(instance) as session:
        assert session.scalars(select(Plan.state)).all() == [PlanState.PUBLISHED]
        assert len(session.scalars(select(Assignment)).all()) == 2


@pytest.mark.usefixtures("instance")
def test_an_exported_day_is_a_problem_that_the_planner_reads(command, tmp_path):
    exported = command("export-problem", DAY, "--out", tmp_path / "day.json")

    read = command("check", tmp_path / "day.json")

    assert (exported.exit_code, read.exit_code) == (0, 0), exported.output + read.output
    assert len(json.loads((tmp_path / "day.json").read_text("utf-8"))["visits"]) == 3


@pytest.mark.usefixtures("instance")
def test_an_exported_day_names_nobody(command):
    exported = command("export-problem", DAY, "--out", "-")

    assert exported.exit_code == 0
    assert "Żółć" not in exported.output


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "2026-12-24"), "Nobody works on 2026-12-24"),
        (("plan", DAY, "--territory", "nowhere"), "There is no territory nowhere"),
        (("export-problem", "29.03.2026"), "does not match the format"),
    ],
)
def test_a_day_on_which_nothing_can_be_planned_is_refused_in_words(command, arguments, said):
    refused = command(*arguments)

    assert refused.exit_code != 0
    assert said in refused.output
