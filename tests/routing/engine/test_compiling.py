"""Compiled code: made by one process at a time, read by all, and done without where it is missing."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

import routing
from routing.engine.kernel import compiling
from tests.routing import days

# Root may write everywhere; the same words without that right (linux/capability.h).
WITHOUT_RIGHTS = (
    "import ctypes, os, sys; PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1;"
    "ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
HOW_IT_STANDS = (
    "from routing.engine.kernel import compiling as c; print(c.state(), c.is_kept(), c.FOLDER)"
)


def test_somebody_who_compiles_is_seen_by_others():
    with compiling.one_by_one():
        meanwhile = compiling.is_being_compiled()

    assert meanwhile
    assert not compiling.is_being_compiled()


class Install:
    """A copy of the engine in which nothing is compiled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(
            Path(routing.__file__).parent,
            folder / "routing",
            ignore=shutil.ignore_patterns("__pycache__"),
        )

    def run(self, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, *words],
            cwd=self.folder,
            env={"PYTHONPATH": str(self.folder)},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    def stands(self) -> tuple[str, str, Path]:
        """State, whether it is kept, and the folder."""
        done = self.run("-c", HOW_IT_STANDS)
        assert done.returncode == 0, done.stderr
        state, kept, folder = done.stdout.split()
        return state, kept, Path(folder)

    def write_protect(self) -> None:
        for each in (self.folder, *self.folder.rglob("*")):
            each.chmod(0o555 if each.is_dir() else 0o444)


@pytest.fixture
def install(tmp_path):
    return Install(tmp_path)


@pytest.mark.slow
def test_a_first_plan_says_that_the_engine_is_being_compiled(install):
    _, _, folder = install.stands()
    day = json.dumps(days.plain(Random(7), visits=10, technicians=2))
    with (folder / "compiling.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # somebody is at it, so the engine starts nobody

        done = install.run("-m", "routing.engine", str(os.getpid()), "--time-limit=3", text=day)

    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert events[:2] == ["ready", "compiling"]
    assert {"best", "end"} <= set(events)


@pytest.mark.slow
def test_compiled_code_is_used_where_its_folder_is_read_only(install):
    missing, _, folder = install.stands()
    (folder / "complete").touch()
    (folder / "code").touch()
    install.write_protect()

    compiled, kept, copy = install.stands()

    assert (missing, compiled, kept) == ("missing", "compiled", "False")
    assert copy != folder
    assert not copy.exists()  # it went with its process
    assert (folder / "code").exists()


@pytest.mark.slow
def test_an_engine_that_cannot_be_compiled_for_good_says_so_and_plans(install):
    day = json.dumps(days.plain(Random(7), visits=10, technicians=2))
    install.write_protect()

    done = install.run("-m", "routing.engine", str(os.getpid()), "--time-limit=3", text=day)

    assert install.stands()[:2] == ("read-only", "False")
    assert '"best"' in done.stdout
    assert "onsite doctor" in done.stderr
