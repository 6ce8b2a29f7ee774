"""The engine as a child process: real children, killed, starved and orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from schedules import child
from schedules.child import End, EngineFailed
from tests.routing import days

pytestmark = pytest.mark.slow

LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ends a child with its parent"
)
ORPHANS = """
import sys
from pathlib import Path
from routing import interchange
from schedules import child
problem = interchange.read_problem(Path(sys.argv[1]).read_bytes())
child.solve(problem, limit_s=60, workers=2, on_progress=lambda state: print("going", flush=True))
"""


def busy_day(visits=60):
    return interchange.problem_of(days.plain(Random(7), visits=visits, technicians=6))


def engines():
    """Process ids of engines that this process has started and that still live."""
    return [pid for pid, parent in processes() if parent == os.getpid()]


def processes():
    """Pairs of process id and parent id of all engines on this machine."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            if b"routing.engine" in words and state != "Z":
                found.append((int(folder.name), int(parent)))
    return found


def family(pid):
    """An engine with its searching processes."""
    pairs = processes()
    return {pid} | {each for each, parent in pairs if parent == pid}


def test_a_search_keeps_its_limit_and_the_judge_is_content():
    problem = busy_day()

    before = time.monotonic()
    answer = child.solve(problem, limit_s=4, workers=2)

    assert 3 < time.monotonic() - before < 4.4
    assert answer.words == ""
    assert answer.end is End.LIMIT
    assert judge(answer.solution, problem=problem).feasible


def test_a_large_day_keeps_its_limit_too_and_has_a_plan_by_then():
    problem = interchange.problem_of(days.plain(Random(7), visits=1000, technicians=90))

    before = time.monotonic()
    answer = child.solve(problem, limit_s=8, workers=2)

    assert time.monotonic() - before < 8 * 1.05 + 0.2
    assert sum(len(route.jobs) for route in answer.solution.routes) > 500
    assert judge(answer.solution, problem=problem).feasible


def test_progress_is_told_while_the_search_goes_on():
    heard = []

    answer = child.solve(busy_day(), limit_s=4, on_progress=heard.append)

    assert len(heard) >= 3
    assert heard[-1].steps > heard[0].steps
    assert heard[-1].objective == answer.solution.objective
    assert heard[-1].jobs == 60


def test_a_stop_ends_the_search_soon_and_keeps_the_best():
    problem, stop, asked = busy_day(), threading.Event(), []

    def ask(state):
        if state.objective is not None and not asked:
            asked.append(time.monotonic())
            stop.set()

    answer = child.solve(problem, limit_s=30, on_progress=ask, stop=stop)

    assert time.monotonic() - asked[0] < 1.5
    assert answer.end is End.STOPPED
    assert judge(answer.solution, problem=problem).feasible


def test_a_stop_before_the_first_plan_still_brings_one():
    stop = threading.Event()
    stop.set()

    answer = child.solve(busy_day(), limit_s=30, stop=stop)

    assert answer.end is End.STOPPED
    assert answer.seconds < 5


@LINUX
@pytest.mark.parametrize("moment", [0.0, 0.4, 0.9])
def test_a_killed_engine_leaves_its_best_plan_and_an_unharmed_parent(moment):
    problem, pids = busy_day(), []

    def kill(state):
        if state.objective is not None and not pids and state.seconds >= moment:
            pids.extend(engines())
            os.kill(pids[0], signal.SIGKILL)

    answer = child.solve(problem, limit_s=20, workers=2, on_progress=kill)

    assert answer.end is End.DIED
    assert judge(answer.solution, problem=problem).feasible
    assert gone({*pids}, within_s=2)


@LINUX
def test_an_engine_killed_before_its_first_plan_is_a_clean_failure():
    killer = threading.Thread(target=kill_first_engine)
    killer.start()

    with pytest.raises(EngineFailed) as caught:
        child.solve(busy_day(visits=400), limit_s=20)
    killer.join()

    assert caught.value.exit_code == -signal.SIGKILL


def kill_first_engine():
    while not engines():
        time.sleep(0.005)
    os.kill(engines()[0], signal.SIGKILL)


@LINUX
def test_an_engine_over_its_memory_limit_dies_alone():
    # A table of its roads has 8 MB. A small day fits into what the libraries have left over.
    large = busy_day(visits=1000)

    with pytest.raises(EngineFailed):
        child.solve(large, limit_s=5, memory_bytes=64 << 20)

    assert child.solve(busy_day(), limit_s=3).end is End.LIMIT


def jerky_day():
    """A day that the compiled search cannot say, so that processes search."""
    document = days.plain(Random(7), visits=60, technicians=6)
    slices = [{"start": 28800 + 600 * n, "factor": 1 + n % 2} for n in range(24)]
    document["travel"]["traffic"] = {"slices": slices}
    return interchange.problem_of(document)


@LINUX
@pytest.mark.parametrize(("day", "processes_of_it"), [(busy_day, 1), (jerky_day, 3)])
def test_engine_and_searchers_die_with_a_parent_that_is_killed(day, processes_of_it, tmp_path):
    file = tmp_path / "problem.json"
    file.write_text(interchange.write_problem(day()), encoding="utf-8")
    parent = subprocess.Popen([sys.executable, "-c", ORPHANS, str(file)], stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"going\n"
    [engine] = [pid for pid, its_parent in processes() if its_parent == parent.pid]
    whole = family(engine)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert len(whole) == processes_of_it
    assert gone(whole, within_s=2)


def gone(pids, *, within_s):
    """Whether all of these engines have ended, waiting a little for it."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not pids & {pid for pid, _ in processes()}:
            return True
        time.sleep(0.02)
    return False
