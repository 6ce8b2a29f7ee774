"""From an empty folder to a server, and the sentences of a server that will not start."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from schedules.owner import Owner

ROOT = Path(__file__).parent.parent.parent.parent


class Result(NamedTuple):
    """How a command ended, and everything that it said."""

    exit_code: int
    output: str


@pytest.fixture
def instance(tmp_path, monkeypatch) -> Path:
    """An empty instance folder."""
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


@pytest.fixture
def command() -> Callable[..., Result]:
    """Run ``onsite`` in a process of its own: a server sets up signals and logs for good."""

    def run(*arguments: str) -> Result:
        program = [sys.executable, "-m", "app", *arguments]
        done = subprocess.run(
            program, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        return Result(done.returncode, done.stdout + done.stderr)

    return run


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listened a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens already."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.usefixtures("instance")
def test_a_database_is_created_once_and_then_up_to_date(command):
    before = command("migrate", "--check")
    created = command("migrate")
    after = command("migrate", "--check")

    assert (before.exit_code, created.exit_code, after.exit_code) == (1, 0, 0)
    assert "up to date" in command("migrate").output


@pytest.mark.usefixtures("instance")
def test_the_doctor_says_what_to_do_until_there_is_a_database(command):
    before = command("doctor")
    command("migrate")
    after = command("doctor")

    assert before.exit_code == 1
    assert "-> onsite migrate" in before.output
    assert "guards        all in place" in after.output
    assert "travel        crowfly; by the hour: none is known apart" in after.output


@pytest.mark.slow
@pytest.mark.usefixtures("instance")
def test_the_doctor_compiles_the_engine_when_asked(command):
    command("migrate")

    report = command("doctor", "--fix")

    assert re.search(r"ok +engine +OR-Tools [0-9.]+, compiled\n", report.output)


def test_a_server_that_has_lost_a_guard_does_not_start(instance, command):
    command("migrate")
    with closing(sqlite3.connect(instance / "onsite.db")) as raw:
        raw.execute("DROP TRIGGER occupancy_is_free_update")

    refused = command("run")
    mended = command("migrate")

    assert refused.exit_code == 1
    assert "occupancy_is_free_update" in refused.output
    assert mended.exit_code == 0
    assert "double booking" not in command("doctor").output


def test_a_port_that_is_taken_is_named_with_the_way_out(instance, command, taken_port):
    refused = command("run", "--port", str(taken_port))

    assert refused.exit_code == 1
    assert f"127.0.0.1:{taken_port}" in refused.output
    assert "--port" in refused.output
    assert not (instance / "onsite.db").exists()  # refused before the long work


def test_a_second_server_on_one_instance_does_not_start(instance, command, free_port):
    command("migrate")
    owner = Owner.of(instance)

    refused = command("run", "--port", str(free_port))
    owner.let_go()

    assert refused.exit_code == 1
    assert "ONSITE_INSTANCE" in refused.output


@pytest.mark.usefixtures("instance")
def test_workers_are_for_the_queue_of_many_machines(command):
    refused = command("worker")

    assert refused.exit_code == 1
    assert "ONSITE_QUEUE=postgres" in refused.output
