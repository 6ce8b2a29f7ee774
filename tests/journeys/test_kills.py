"""Server and engine are killed in mid-plan, twenty times; nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from dispatch.planning.runs import RunState
from tests.journeys.installation import Installation

pytestmark = pytest.mark.slow
ROUNDS = 10


@pytest.fixture
def installation(sqlite_template, tmp_path):
    """A firm with one technician, eight visits and a plan in force; it works."""
    shutil.copyfile(sqlite_template, tmp_path / "onsite.db")
    made = Installation(tmp_path)
    made.start()
    yield made
    made.kill()
    made.open_session.kw["bind"].dispose()


def kill_server_then_engine(installation: Installation, *, pause: float) -> None:
    """One run: its server dies, the next one takes it up, then the engine dies, too."""
    plan = installation.plan_in_force()
    run_id = installation.ask()
    installation.until(lambda: installation.in_mid_plan(run_id, attempt=1))
    time.sleep(pause)
    orphans = installation.engines()
    installation.kill()

    assert installation.plan_in_force() == plan
    assert installation.run(run_id).state is RunState.RUNNING
    assert installation.acknowledged() <= set(installation.kept())
    assert installation.is_sound()

    installation.start()
    installation.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))
    installation.until(lambda: installation.in_mid_plan(run_id, attempt=2))
    time.sleep(pause)
    for engine in installation.engines():
        os.kill(engine, signal.SIGKILL)
    installation.until(lambda: installation.over(run_id))

    run = installation.run(run_id)
    assert (run.state, run.fault_code, run.attempt) == (RunState.FAILED, "engine-died", 2)
    assert installation.plan_in_force() == plan


def test_twenty_kills_in_mid_plan_lose_nothing_and_leave_the_old_plan_in_force(installation):
    chance = random.Random(7)
    served_before = 0

    for _ in range(ROUNDS):
        kill_server_then_engine(installation, pause=chance.uniform(0, 0.3))
        served = len(installation.acknowledged())
        assert served > served_before
        served_before = served

    notes = installation.kept()
    assert len(notes) == len(set(notes))
    old_plan = installation.plan_in_force()
    run_id = installation.ask(limit_seconds=2)
    installation.until(lambda: installation.over(run_id))
    assert installation.run(run_id).state is RunState.DONE
    assert installation.plan_in_force() != old_plan
