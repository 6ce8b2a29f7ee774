"""``onsite invent-problem``: a planning problem from a seed, to compare planners on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import click

from app.commands.planner import write_whole
from app.commands.target import Target
from routing import interchange
from routing.invented import Rounds, fleet_day, technician_day, with_rush
from routing.problem import Problem

# A technician for so many visits, where nobody says how many there are.
VISITS_A_TECHNICIAN = 7


class Kind(StrEnum):
    """What may be invented."""

    TECHNICIANS = "technicians"
    SHORT_ROUNDS = "short-rounds"
    LONG_ROUNDS = "long-rounds"


@click.command("invent-problem")
@click.argument("kind", metavar="KIND", type=click.Choice([each.value for each in Kind]))
@click.option("--visits", type=click.IntRange(1, 20_000), default=100, show_default=True)
@click.option("--technicians", type=click.IntRange(1, 5_000), help="Default: one for seven visits.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of chance.")
@click.option("--break", "lunch", is_flag=True, help="A lunch break of 30 minutes in every shift.")
@click.option(
    "--over",
    type=click.FloatRange(-0.9, 2),
    help="More work than fits, by this share; 0 just fits. Default: as it comes.",
)
@click.option("--rush", is_flag=True, help="Roads are slow in the morning and in the evening.")
@click.option(
    "--out", "out_file", metavar="PROBLEM.json", type=Target(), required=True, help="The problem."
)
def invent_problem(
    kind: str,
    visits: int,
    technicians: int | None,
    seed: int,
    lunch: bool,  # noqa: FBT001 - click's way of flags
    over: float | None,
    rush: bool,  # noqa: FBT001
    out_file: Path,
) -> None:
    """Invent a problem and write it to PROBLEM.json; the same seed gives the same problem.

    KIND technicians is a day of technicians with homes, shifts, skills at three levels, windows of
    two hours and half a day, and visits that may stay out at a penalty by priority; seconds on the
    road plus penalties count. KIND short-rounds and long-rounds are one fleet with loads and
    windows, about ten stops a round or 25 and more; the distance counts, and everybody must be
    served.

    \b
    Exit status:
      0  the problem was written
      2  asked wrongly

    \b
    Examples:
      onsite invent-problem technicians --visits 200 --technicians 29 --break --out day.json
      onsite invent-problem technicians --visits 200 --rush --out jam.json
      onsite invent-problem technicians --visits 100 --over 0.15 --seed 7 --out full.json
      onsite invent-problem long-rounds --visits 400 --out fleet.json
    """
    if kind != Kind.TECHNICIANS and (lunch or technicians is not None or over is not None):
        raise click.UsageError("--technicians, --break and --over are for KIND technicians")
    crew = technicians or -(-visits // VISITS_A_TECHNICIAN)
    problem = _made(Kind(kind), visits, crew, seed=seed, lunch=lunch, over=over)
    problem = with_rush(problem) if rush else problem
    write_whole(out_file, interchange.write_problem(problem))
    people = len(problem.technicians)
    click.echo(f"{problem.name}: {len(problem.jobs)} visits, {people} technicians", err=True)


def _made(
    kind: Kind, visits: int, technicians: int, *, seed: int, lunch: bool, over: float | None
) -> Problem:
    if kind is Kind.TECHNICIANS:
        return technician_day(
            visits=visits, technicians=technicians, seed=seed, lunch=lunch, over=over
        )
    rounds = Rounds.SHORT if kind is Kind.SHORT_ROUNDS else Rounds.LONG
    return fleet_day(visits=visits, rounds=rounds, seed=seed)
