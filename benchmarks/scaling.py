"""``python -m benchmarks.scaling``: what happens to a plan when the day grows.

Days of technicians with lunch breaks, made as by ``onsite invent-problem technicians --break``, planned by
the product's own search in processes of its own. For each size: seconds to the first plan, the price of
the best one and that price a visit, the memory of all processes together, and the steps that one core
takes in a second, reading and telling included.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import click

from app.commands.bench import machine
from app.commands.invent import VISITS_A_TECHNICIAN
from routing.check import judge
from routing.invented import technician_day
from routing.problem import Problem
from schedules import child

# Seconds between two looks at the memory.
LOOK_S = 0.2


@click.command()
@click.argument("sizes", type=click.IntRange(1, 20_000), nargs=-1)
@click.option("--time-limit", "limit_s", default=60.0, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--seed", default=11, show_default=True, help="Of the days.")
def main(sizes: tuple[int, ...], limit_s: float, workers: int, seed: int) -> None:
    """Print a row for each of SIZES, in visits."""
    click.echo("| visits | first plan, s | served | price | price a visit | MB | steps/s a core |")
    click.echo("|---:|---:|---:|---:|---:|---:|---:|")
    sizes = sizes or (100, 200, 500, 1000, 2000, 5000)
    for size in sizes:
        crew = -(-size // VISITS_A_TECHNICIAN)
        problem = technician_day(visits=size, technicians=crew, seed=seed, lunch=True)
        click.echo(_row(problem, limit_s=limit_s, workers=workers))
    options = ["--time-limit", f"{limit_s:g}", "--workers", str(workers), "--seed", str(seed)]
    command = ["python", "-m", "benchmarks.scaling", *map(str, sizes), *options]
    click.echo("\n" + "\n\n".join(machine.described(command, peers=[])))


def _row(problem: Problem, *, limit_s: float, workers: int) -> str:
    told: list[child.Progress] = []
    with _Memory() as memory:
        answer = child.solve(problem, limit_s=limit_s, workers=workers, on_progress=told.append)
    finding = judge(answer.solution, problem=problem)
    assert finding.feasible
    first = next(progress.seconds for progress in told if progress.objective is not None)
    pace = told[-1].steps / told[-1].seconds / workers
    price, size = finding.objective[-1], len(problem.jobs)
    return (
        f"| {size:,} | {first:.1f} | {len(finding.timetable.served):,} | {price:,.0f} |"
        f" {price / size:,.0f} | {memory.most_bytes / 1e6:,.0f} | {pace:,.0f} |"
    )


class _Memory:
    """Looks at the memory of this process's children, and theirs, until it is left.

    What processes share is counted once, in parts (Pss of ``/proc``; Linux only).
    """

    def __init__(self) -> None:
        self.most_bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            now = sum(_used_bytes(process) for process in _below(os.getpid()))
            self.most_bytes = max(self.most_bytes, now)


def _below(process: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        for child_id in map(int, _read(tasks).split()):
            yield child_id
            yield from _below(child_id)


def _used_bytes(process: int) -> int:
    lines = _read(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""


if __name__ == "__main__":
    main()
