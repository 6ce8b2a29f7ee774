"""The child process: a problem as JSON on standard input, events as JSON lines on standard output.

``{"event": "ready"}``, ``{"event": "compiling"}`` where a plainer search steps in because ours is
not compiled yet, ``{"event": "best", "seconds", "objective", "served", "plan"}`` for each
better plan that the judge accepted, ``{"event": "progress", "seconds", "steps"}`` in between, and at
the end ``{"event": "end", "reason": "limit" | "stopped" | "no-time"}``; after the last one the best
plan serves nobody, for want of time. Diagnostics go to standard error.

SIGTERM is a soft stop; a kill at any moment leaves the last complete line as the best plan so far.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from routing import interchange
from routing.engine.compiled import Compiled
from routing.engine.hourly import HOURLY
from routing.engine.kernel.compiling import is_being_compiled, is_compiled, is_kept
from routing.engine.kernel.question import beyond
from routing.engine.kernel.warming import warm
from routing.engine.lineage import die_with, leave
from routing.engine.regional import Regional, is_large
from routing.engine.team import Team
from routing.engine.verdict import Judge
from routing.engine.worker import ALWAYS, PHASES
from routing.faults import Malformed
from routing.problem import Problem
from routing.roads import Roads
from routing.trial.crews import likely_crews
from routing.trial.tables import tabulate
from routing.trial.trial import Trial

# Seconds of the limit that reading the last plan and ending take on a busy machine.
ENDING_S = 0.2
# Seconds that a search gets even when the start has used the limit up; a start may take 2 s more.
LEAST_S = 1.0
# Seconds between two reports of progress.
REPORT_S = 0.5
# Whose search: ours, or OR-Tools' alone as the plain alternative, judged in the same way.
OURS, ORTOOLS = "onsite", "ortools"


def main(words: Sequence[str]) -> NoReturn:
    """Search as these words say, and leave."""
    asked = _arguments(words)
    began = asked.began
    die_with(asked.parent)
    if asked.memory:
        resource.setrlimit(resource.RLIMIT_AS, (asked.memory, asked.memory))
    wish = _Stop()
    try:
        problem = interchange.read_problem(sys.stdin.buffer.read())
    except Malformed as malformed:
        sys.stderr.write(interchange.write_faults(malformed.faults))
        leave(2)
    _say({"event": "ready"})
    team = _team(problem, asked, stopped=wish.stopped)
    _report(team, began=began)
    reason = "stopped" if wish.stopped() else "limit"
    if team.best is None and not team.failed:
        reason = "no-time"
        nothing = Judge(problem, Roads(problem)).nothing()
        _say_best(nothing.objective or (), interchange.document_of(nothing), served=0, began=began)
    _say({"event": "end", "reason": reason})
    leave(1 if team.failed else 0)


def _team(
    problem: Problem, asked: argparse.Namespace, *, stopped: Callable[[], bool]
) -> Team | Compiled | Regional:
    """The compiled search where it can say the whole problem, the plain one elsewhere.

    The plain one also steps in on a machine where nothing is compiled yet: that takes longer than
    most limits, and goes on beside it for the next search. Who counts steps waits for it.
    """
    deadline = max(time.monotonic() + LEAST_S, asked.began + asked.time_limit - ENDING_S)
    if asked.engine == OURS and is_large(problem) and _is_ready(asked):
        regional = Regional(
            problem=problem,
            workers=asked.workers,
            seed=asked.seed,
            began=asked.began,
            deadline=deadline,
            stopped=stopped,
            iterations=asked.iterations,
        )
        if regional.is_sayable:
            return regional
    trial = Trial(tabulate(problem, crews=likely_crews(problem)))
    if asked.engine == ORTOOLS or beyond(trial) - HOURLY or not _is_ready(asked):
        return Team(
            problem=problem,
            workers=asked.workers,
            seed=asked.seed,
            began=asked.began,
            deadline=deadline,
            stopped=stopped,
            phases=ALWAYS if asked.engine == ORTOOLS else PHASES,
            iterations=asked.iterations,
        )
    return Compiled(
        trial=trial,
        workers=asked.workers,
        seed=asked.seed,
        began=asked.began,
        deadline=deadline,
        stopped=stopped,
        iterations=asked.iterations,
    )


def _is_ready(asked: argparse.Namespace) -> bool:
    """Whether the compiled search can begin; sees to it where it is not compiled, and says so."""
    if is_compiled():
        return True
    if not is_kept() and asked.iterations is None:
        sys.stderr.write("not compiled, and what is compiled cannot be kept: see onsite doctor\n")
        return False
    _say({"event": "compiling", "seconds": round(time.monotonic() - asked.began, 3)})
    if asked.iterations is not None:
        warm()
        return True
    if not is_being_compiled():
        _compile_beside()
    return False


def _compile_beside() -> None:
    """Let another process compile the search, and outlive this one."""
    subprocess.Popen(
        [sys.executable, "-m", "routing.engine.kernel"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _report(team: Team | Compiled | Regional, *, began: float) -> None:
    """Say each better plan, and how far the search is."""
    reported = began
    for best in team.run():
        now = time.monotonic()
        if best is not None:
            _say_best(best.worth.objective, best.plan, served=best.served, began=began)
        if now - reported > REPORT_S:
            reported = now
            _say({"event": "progress", "seconds": round(now - began, 3), "steps": team.steps})


def _say_best(
    objective: Sequence[float], plan: Mapping[str, object], *, served: int, began: float
) -> None:
    _say(
        {
            "event": "best",
            "seconds": round(time.monotonic() - began, 3),
            "objective": objective,
            "served": served,
            "plan": plan,
        }
    )


class _Stop:
    """Remembers that somebody asked for an end."""

    def __init__(self) -> None:
        self._asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self._asked = True

    def stopped(self) -> bool:
        return self._asked


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m routing.engine")
    parser.add_argument("parent", type=int, help="process that must not be outlived")
    parser.add_argument("--time-limit", type=float, required=True, help="seconds")
    parser.add_argument(
        "--began", type=float, default=time.monotonic(), help="instant of the system's steady clock"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="searching processes")
    parser.add_argument(
        "--iterations", type=int, help="steps of each searcher, whatever time they take"
    )
    parser.add_argument("--engine", choices=(OURS, ORTOOLS), default=OURS, help="whose search")
    parser.add_argument("--memory", type=int, default=0, help="bytes of address space; 0 is any")
    asked = parser.parse_args(words)
    if asked.engine == ORTOOLS and asked.iterations is not None:
        parser.error("OR-Tools looks at the clock: its steps cannot be counted")
    return asked


def _say(event: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
