"""``python -m benchmarks [FOLDER]``: plan generated days and the problems in FOLDER, print a table.

A generated day is the demo's firm of some size on one fixed date: the same on every machine. The
problems of FOLDER are ``onsite-problem/1`` files, at any depth. Each plan is made by ``onsite
solve`` and judged by ``onsite check``, so the figures are what a user would get.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

ONSITE = (sys.executable, "-m", "app")
DAY = "2026-03-30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One problem's line in the table."""

    name: str
    visits: int
    served: int
    objective: str
    seconds: float
    verdict: str


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--time-limit", default=10.0, show_default=True, help="Seconds for each search.")
@click.option("--seed", default=1, show_default=True, help="Seed of the world and of the search.")
@click.option("--profiles", default="S,M", show_default=True, help="Sizes of generated days.")
def main(folder: Path | None, time_limit: float, seed: int, profiles: str) -> None:
    """Plan and judge; one line for each problem."""
    with tempfile.TemporaryDirectory(prefix="onsite-bench-") as scratch:
        problems = [
            problem
            for profile in filter(None, profiles.split(","))
            for problem in generate(profile, seed=seed, scratch=Path(scratch))
        ]
        problems += filter(is_problem, sorted(folder.rglob("*.json"))) if folder else []
        click.echo(f"{'problem':36} {'visits':>6} {'served':>6} {'seconds':>8}  judged  objective")
        for problem in problems:
            result = measure(problem, time_limit=time_limit, seed=seed, scratch=Path(scratch))
            click.echo(
                f"{result.name:36.36} {result.visits:6} {result.served:6} {result.seconds:8.1f}"
                f"  {result.verdict:6}  {result.objective}"
            )


def generate(profile: str, *, seed: int, scratch: Path) -> list[Path]:
    """Load the demo's firm into an instance of its own; write a problem for each territory."""
    instance, problems = scratch / f"instance-{profile}", scratch / profile
    problems.mkdir()
    at = ["env", f"ONSITE_INSTANCE={instance}", *ONSITE]
    world = ["--pack", "lyon", "--profile", profile, "--seed", str(seed), "--date", DAY]
    run([*at, "demo", "load", *world])
    run([*at, "export-problem", DAY, "--out", str(problems)])
    return sorted(problems.iterdir())


def is_problem(path: Path) -> bool:
    """Whether a file is a question for the planner, by its first words."""
    with path.open(encoding="utf-8") as file:
        return '"onsite-problem/1"' in file.read(2000)


def measure(problem: Path, *, time_limit: float, seed: int, scratch: Path) -> Result:
    """Plan one problem and judge the plan."""
    plan = scratch / "plan.json"
    plan.unlink(missing_ok=True)
    started = time.monotonic()
    limits = ["--time-limit", str(time_limit), "--seed", str(seed)]
    run([*ONSITE, "solve", str(problem), *limits, "--out", str(plan)])
    seconds = time.monotonic() - started
    judged = subprocess.run([*ONSITE, "check", str(problem), str(plan)], capture_output=True)  # noqa: S603, PLW1510 - ours; its code is the answer
    question, answer = (json.loads(path.read_text(encoding="utf-8")) for path in (problem, plan))
    return Result(
        name=f"{problem.parent.name}/{problem.stem}",
        visits=len(question["visits"]),
        served=len(question["visits"]) - len(answer["unserved"]),
        objective=" ; ".join(f"{value:g}" for value in answer["objective"]),
        seconds=seconds,
        verdict="right" if judged.returncode == 0 else "WRONG",
    )


def run(command: list[str]) -> None:
    """Run a command; its faults are ours."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise click.ClickException(f"failed: {' '.join(command)}\n{done.stderr}")


if __name__ == "__main__":
    main()
