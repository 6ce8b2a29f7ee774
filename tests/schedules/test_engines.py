"""One engine is kept ready: used once, replaced, never trusted when it has died, never left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from schedules import child
from schedules.child import End, EngineFailed
from schedules.engines import Spare
from tests.routing import days

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
# Seconds in which a spare is surely ready, also on a machine with much else to do.
PATIENCE_S = 120
KEEPS = """
import time
from schedules.engines import Spare
with Spare() as spare:
    print(spare.settle(timeout_s=120), flush=True)
    time.sleep(60)
"""


def busy_day(visits=60):
    return interchange.problem_of(days.plain(Random(7), visits=visits, technicians=6))


def spares(parent=None):
    """Process ids and states of the spare engines that a process, by default this one, has."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, mother = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            words = (folder / "cmdline").read_bytes().split(b"\0")
            is_ours = b"routing.engine.spare" in words or state == "Z"
            if is_ours and int(mother) == (parent or os.getpid()):
                found[int(folder.name)] = state
    return found


def none_left(*, within_s, parent=None):
    """Whether all spares of a process go away, zombies included."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not spares(parent):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def spare():
    with Spare() as kept:
        assert kept.settle(timeout_s=PATIENCE_S)
        yield kept


def test_an_engine_that_is_ready_plans_and_another_takes_its_place(spare):
    [first] = spares()

    answer = child.solve(busy_day(), limit_s=2, workers=2, spare=spare)

    assert (answer.end, answer.words) == (End.LIMIT, "")
    assert judge(answer.solution, problem=busy_day()).feasible
    assert spare.settle(timeout_s=PATIENCE_S)
    assert set(spares()) not in ({first}, set())


def test_an_engine_that_is_ready_saves_the_start(spare):
    ready, fresh = seconds_to_first_plan(spare=spare), seconds_to_first_plan(spare=None)

    assert ready < fresh / 2


def seconds_to_first_plan(*, spare):
    heard = []
    child.solve(busy_day(), limit_s=4, on_progress=heard.append, spare=spare)
    return heard[0].seconds


def test_an_engine_that_is_ready_keeps_a_limit_that_began_before(spare):
    before = time.monotonic()

    child.solve(busy_day(), limit_s=4, began=before - 2, spare=spare)

    assert 1 < time.monotonic() - before < 2.4


def test_an_engine_that_is_ready_keeps_its_memory_limit(spare):
    with pytest.raises(EngineFailed):
        child.solve(busy_day(visits=1000), limit_s=5, memory_bytes=64 << 20, spare=spare)


def test_a_spare_that_died_is_not_used_and_leaves_nothing(spare):
    [idle] = spares()
    os.kill(idle, signal.SIGKILL)

    answer = child.solve(busy_day(), limit_s=3, spare=spare)

    assert answer.end is End.LIMIT
    assert idle not in spares()


@pytest.mark.usefixtures("spare")
def test_a_spare_that_dies_while_nobody_searches_is_no_zombie():
    [idle] = spares()

    os.kill(idle, signal.SIGKILL)

    assert none_left(within_s=3)


def test_a_search_with_a_spare_that_is_killed_keeps_its_best_plan(spare):
    [pid] = spares()

    def kill(state):
        if state.objective is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    answer = child.solve(busy_day(), limit_s=20, on_progress=kill, spare=spare)

    assert answer.end is End.DIED
    assert judge(answer.solution, problem=busy_day()).feasible


def test_closing_leaves_no_process_even_before_one_is_ready():
    spare = Spare()
    spare.open()

    spare.close()

    assert not spares()
    assert spare.take([]) is None


def test_a_spare_dies_with_a_parent_that_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", KEEPS], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "True\n"
    [idle] = spares(parent.pid)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert gone(idle, within_s=2)


def gone(pid, *, within_s):
    """Whether it has ended; its new parent may be slow to take notice of that."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if has_ended(pid):
            return True
        time.sleep(0.02)
    return False


def has_ended(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"
