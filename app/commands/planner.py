"""``onsite solve`` and ``onsite check``: the planner on files, without web and database."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from routing import check as judge
from routing import interchange
from routing.faults import Malformed
from routing.problem import Problem
from routing.solution import About, Origin, Proof, Solution
from schedules import child

PROBLEM_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)

Watcher = Callable[[child.Progress], None]
# The longest search that a command may ask for, in seconds.
LONGEST_S = 86_400.0
# What a first search on a machine waits for.
COMPILING = "The engine is being compiled, once on this machine."


@click.command()
@click.argument("problem_file", metavar="PROBLEM.json", type=PROBLEM_FILE)
@click.option(
    "--time-limit",
    "limit_s",
    type=click.FloatRange(min=0.5, max=LONGEST_S),
    help="Seconds for everything, reading and writing included.  [default: 10.0]",
)
@click.option(
    "--iterations",
    type=click.IntRange(min=1),
    help="Steps of each worker instead of seconds: the same plan again, to the byte.",
)
@click.option(
    "--engine",
    type=click.Choice([search.value for search in child.Search]),
    default=child.Search.OURS.value,
    show_default=True,
    help="Our search, or OR-Tools' guided local search alone.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of chance.")
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="Processes that search side by side; one a core is best.",
)
@click.option(
    "--out", "out_file", metavar="PLAN.json", type=OUT_FILE, required=True, help="The plan."
)
def solve(
    problem_file: Path,
    limit_s: float | None,
    iterations: int | None,
    engine: str,
    seed: int,
    workers: int,
    out_file: Path,
) -> None:
    """Plan the problem in PROBLEM.json and write the best plan found to PLAN.json.

    The whole time is used. Ctrl-C or SIGTERM ends the search early, and the best plan so far is
    written. The file appears as a whole or not at all. Visits that stay out are listed in the plan
    with their reason.

    With --iterations the clock is not looked at: problem, seed and workers alone decide, and only
    `about.seconds` differs between two plans of one machine. With --engine ortools the rules that
    OR-Tools cannot be told are seen to by us, from 2,000 visits on all of them are; it is the plain
    alternative, judged in the same way, and no plan in force is made worse by it.

    \b
    Exit status:
      0  a plan was written, also when visits stay unserved
      1  the search failed
      2  the problem has faults; all of them are on standard error as one JSON document

    \b
    Examples:
      onsite solve day.json --time-limit 30 --seed 1 --out plan.json
      onsite solve day.json --iterations 20000 --workers 2 --out plan.json
    """
    began = time.monotonic()
    search = child.Search(engine)
    if iterations is not None:
        _refuse_clocks(limit_s, search=search)
    problem = _read(problem_file)
    seconds = limit_s or (10.0 if iterations is None else LONGEST_S)
    with stop_on_signals() as stop, _bar(None if iterations else seconds) as watcher:
        try:
            answer = child.solve(
                problem,
                limit_s=seconds,
                seed=seed,
                workers=workers,
                on_progress=watcher,
                stop=stop,
                began=began,
                iterations=iterations,
                search=search,
            )
        except child.EngineFailed as failed:
            raise click.ClickException(str(failed)) from failed
    _say_more(answer, is_counted=iterations is not None)
    _write(answer, out_file=out_file, search=search, seed=seed)
    _summary(problem, answer.solution, seconds=answer.seconds)


@click.command()
@click.argument("problem_file", metavar="PROBLEM.json", type=PROBLEM_FILE)
@click.argument("plan_file", metavar="[PLAN.json]", type=PROBLEM_FILE, required=False)
@click.option("--json", "json_file", metavar="FINDING.json", type=OUT_FILE, help="The finding.")
def check(problem_file: Path, plan_file: Path | None, json_file: Path | None) -> None:
    """Judge the plan in PLAN.json by every rule of the problem in PROBLEM.json.

    Without a plan, only look for faults in the problem. Nothing that a plan says about itself is
    believed.

    \b
    Exit status:
      0  all is well
      1  the plan breaks a rule
      2  a file has faults; all of them are on standard error as one JSON document

    \b
    Examples:
      onsite check day.json
      onsite check day.json plan.json --json finding.json
    """
    plan_data = None if plan_file is None else plan_file.read_bytes()
    report = judge.report(problem_file.read_bytes(), plan_data)
    if report.faults:
        click.echo(interchange.write_faults(report.faults), err=True, nl=False)
    elif report.finding is not None:
        _tell(report.finding)
        if json_file is not None:
            write_whole(json_file, json.dumps(judge.document(report.finding), indent=1) + "\n")
    elif report.problem is not None:
        jobs, people = len(report.problem.jobs), len(report.problem.technicians)
        click.echo(f"well formed: {jobs} visits, {people} technicians")
    sys.exit(report.status)


def _say_more(answer: child.Answer, *, is_counted: bool) -> None:
    """What the engine said, and whether asking again brings a better plan."""
    if answer.words:
        click.echo(answer.words, err=True)
    if answer.compiling and not is_counted:
        click.echo(f"{COMPILING} This plan is a plainer search's; ask again.", err=True)


def _write(answer: child.Answer, *, out_file: Path, search: child.Search, seed: int) -> None:
    about = About(
        origin=Origin.ENGINE,
        proof=Proof.NONE,
        solver=search.value,
        seed=seed,
        seconds=round(answer.seconds, 3),
    )
    write_whole(out_file, interchange.write_solution(replace(answer.solution, about=about)))


def _refuse_clocks(limit_s: float | None, *, search: child.Search) -> None:
    """Raise UsageError where steps are to be counted and a clock would decide."""
    if limit_s is not None:
        raise click.UsageError("--iterations and --time-limit exclude each other")
    if search is child.Search.ORTOOLS:
        raise click.UsageError("--iterations is for our engine: OR-Tools looks at the clock")


def _read(problem_file: Path) -> Problem:
    try:
        return interchange.read_problem(problem_file.read_bytes())
    except Malformed as malformed:
        click.echo(interchange.write_faults(malformed.faults), err=True, nl=False)
        sys.exit(2)


def write_whole(target: Path, text: str) -> None:
    """Write beside the target and rename, so that no reader ever sees half a file."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; both have their former meaning again afterwards."""
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        stop.set()

    former: dict[int, Any] = {
        number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def _bar(limit_s: float | None) -> Iterator[Watcher | None]:
    """A bar on standard error while it is a terminal, otherwise nothing; None has no end."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("Planning"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[best]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("search", total=limit_s, best="")

        def watch(state: child.Progress) -> None:
            values = " / ".join(f"{value:,.6g}" for value in state.objective or ())
            best = f"{state.served} of {state.jobs} visits, {values}"
            if state.compiling:
                best = f"{best}. {COMPILING}"
            progress.update(task, completed=state.seconds, best=best)

        yield watch


def _summary(problem: Problem, solution: Solution, *, seconds: float) -> None:
    served = sum(len(route.jobs) for route in solution.routes)
    values = " / ".join(f"{value:,.10g}" for value in solution.objective or ())
    click.echo(
        f"{served} of {len(problem.jobs)} visits on {len(solution.routes)} routes,"
        f" objective {values}, {seconds:.1f} s",
        err=True,
    )


def _tell(finding: judge.Finding) -> None:
    for violation in finding.violations:
        click.echo(f"{violation.code}: {violation.text}")
    values = " / ".join(f"{value:.10g}" for value in finding.objective)
    verdict = "feasible" if finding.feasible else "breaks rules"
    click.echo(f"{verdict}, objective {values}")
