"""What somebody types to compare planners, and the run from the first file to the last."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.commands.bench import files, machine, planners
from app.commands.bench.results import Result
from app.commands.bench.table import Line, Table, tabulate, worth
from app.commands.planner import stop_on_signals, write_whole
from app.commands.target import Target
from routing import interchange
from routing.academic import Convention, Goal
from routing.faults import Fault, Malformed
from routing.peers import PEERS, Peer
from routing.problem import Problem

IN = click.Path(exists=True, path_type=Path)
IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", metavar="PATH...", type=IN, nargs=-1, required=True)
@click.option(
    "--time-limit",
    "limit_s",
    type=click.FloatRange(min=0.5, max=86_400),
    default=10.0,
    show_default=True,
    help="Wall seconds for each search, of each planner.",
)
@click.option(
    "--seed",
    "seeds",
    type=click.IntRange(min=0),
    multiple=True,
    default=(1,),
    show_default=True,
    help="Again for several; the table then has the median.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="Cores for each planner.",
)
@click.option(
    "--peer",
    "names",
    type=click.Choice(list(PEERS)),
    multiple=True,
    help="Plan the same with another planner; again for several.",
)
@click.option(
    "--convention",
    type=click.Choice([each.value for each in Convention]),
    default=Convention.DIMACS.value,
    show_default=True,
    help="Lengths in academic files: cut to 0.1, rounded to 0.001, or exact.",
)
@click.option(
    "--objective",
    "goal",
    type=click.Choice([each.value for each in Goal]),
    default=Goal.DISTANCE.value,
    show_default=True,
    help="What counts in academic files: the distance, or vehicles before distance.",
)
@click.option(
    "--best",
    "best_file",
    metavar="FILE.csv",
    type=IN_FILE,
    help="Values to beat, with columns path and levels; adds the gap.",
)
@click.option(
    "--out",
    "out_file",
    metavar="FILE",
    type=Target(),
    help="Also write the table as Markdown, or every run when FILE ends in .json.",
)
def bench(  # noqa: PLR0913, PLR0917 - click hands over one an option
    paths: tuple[Path, ...],
    limit_s: float,
    seeds: tuple[int, ...],
    workers: int,
    names: tuple[str, ...],
    convention: str,
    goal: str,
    best_file: Path | None,
    out_file: Path | None,
) -> None:
    """Plan the problems in files or folders, judge every plan, and print one table.

    PATH is a file or a folder with files: onsite-problem/1 (.json), Solomon's format, also that of
    Gehring and Homberger (.txt), or VRPLIB (.vrp) with windows, prizes, several depots, or who may
    go where. In a folder, at any depth, all that is none of these is passed over. One unit of an
    academic file is 60 seconds and 1,000 metres.

    Every plan, a peer's too, is judged as by onsite check; one that breaks a rule counts as none.
    A peer has the same seconds and cores: pyvrp and ortools use one core, so one process a worker
    is started and the best plan counts; vroom uses threads. What a peer cannot state is named: its
    first reason in the table, all of them on standard error. Ratios compare the last level of the
    objective, below 1 ours is better; where an earlier level differs the column says better or
    worse.

    Progress goes to standard error. Ctrl-C ends the run; what is finished is printed. A file that
    cannot be read stops no other.

    \b
    Peers come with: pip install 'onsite[bench]'

    \b
    Exit status:
      0  every file was planned, and every plan of ours keeps the rules
      1  a search of ours failed, or its plan breaks a rule
      2  a file has faults (all of them are on standard error as JSON), or nothing to plan was found

    \b
    Examples:
      onsite bench day.json --time-limit 30
      onsite bench solomon/ --workers 2 --peer pyvrp --best best.csv --out solomon.md
      onsite bench R1_2_1.txt --convention exact --objective vehicles --seed 1 --seed 2 --seed 3
    """
    wanted = Wanted(limit_s=limit_s, seeds=seeds, workers=workers, peers=_peers(names))
    known = _known(best_file)
    questions = list(_read(paths, convention=Convention(convention), goal=Goal(goal)))
    sound = [(path, problem) for path, problem in questions if problem is not None]
    if not sound:
        click.echo("nothing to plan", err=True)
        sys.exit(2)
    lines = _run(sound, wanted=wanted, known=known)
    if lines:
        _tell(lines, wanted=wanted, best=best_file is not None, out_file=out_file)
    failed = any(result.objective is None for line in lines for result in line.ours)
    sys.exit(2 if len(sound) < len(questions) else int(failed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What each problem is given: wall seconds, seeds one after the other, cores, and peers."""

    limit_s: float
    seeds: Sequence[int]
    workers: int
    peers: Sequence[Peer]

    @property
    def terms(self) -> str:
        """The same for every planner, as a sentence below the table."""
        cores = f"{self.workers} core{'s' if self.workers > 1 else ''}"
        seeds = f"seed {self.seeds[0]}"
        if len(self.seeds) > 1:
            seeds = f"the median of seeds {', '.join(map(str, self.seeds))}"
        return f"{self.limit_s:g} s on {cores} for each planner and problem; {seeds}."


def _peers(names: Sequence[str]) -> list[Peer]:
    peers = [PEERS[name] for name in dict.fromkeys(names)]
    if lacking := " ".join(planners.missing(peers)):
        advice = f"pip install 'onsite[bench]', or pip install {lacking}"
        raise click.UsageError(f"not installed: {lacking}; {advice}")
    return peers


def _known(best_file: Path | None) -> files.BestKnown:
    try:
        return files.BestKnown(best_file)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong


def _read(
    paths: Sequence[Path], *, convention: Convention, goal: Goal
) -> Iterator[tuple[Path, Problem | None]]:
    """Each file with its problem; None after its faults were said."""
    for path in files.find(paths):
        try:
            yield path, files.read(path, convention=convention, goal=goal)
        except (Malformed, OSError) as wrong:
            click.echo(f"{path}:", err=True)
            click.echo(interchange.write_faults(_faults(wrong)), err=True, nl=False)
            yield path, None


def _faults(wrong: Malformed | OSError) -> Sequence[Fault]:
    if isinstance(wrong, Malformed):
        return wrong.faults
    return [
        Fault(
            code="unreadable",
            place="file",
            message=wrong.strerror or "cannot be read",
            advice="See whether it exists and may be read.",
        )
    ]


def _run(
    questions: Sequence[tuple[Path, Problem]], *, wanted: Wanted, known: files.BestKnown
) -> list[Line]:
    """A line for each problem that was finished before somebody wished for an end."""
    lines: list[Line] = []
    searches = len(questions) * len(wanted.seeds) * (1 + len(wanted.peers))
    with stop_on_signals() as stop, _progress(searches) as report:
        for path, problem in questions:
            line = Line(
                name=files.label(path),
                visits=len(problem.jobs),
                ours=[],
                peers={peer.name: [] for peer in wanted.peers},
                best=known.of(path, problem),
            )
            for result in _results(problem, wanted=wanted, stop=stop):
                if stop.is_set():
                    return lines
                own = result.planner == planners.OURS
                (line.ours if own else line.peers[result.planner]).append(result)
                report(line.name, result)
            lines.append(line)
    return lines


def _results(problem: Problem, *, wanted: Wanted, stop: threading.Event) -> Iterator[Result]:
    """One search after the other, so that none takes another's cores."""
    limit_s, workers = wanted.limit_s, wanted.workers
    for seed in wanted.seeds:
        yield planners.ours(problem, limit_s=limit_s, seed=seed, workers=workers, stop=stop)
        for peer in wanted.peers:
            yield planners.theirs(
                peer, problem, limit_s=limit_s, seed=seed, workers=workers, stop=stop
            )


class _Report:
    """Says each result: on a terminal above a bar, otherwise as a line."""

    def __init__(self, bar: Progress | None, *, searches: int) -> None:
        self._bar = bar
        self._searches = searches
        self._done = 0
        self._task = None if bar is None else bar.add_task("bench", total=searches)

    def __call__(self, name: str, result: Result) -> None:
        self._done += 1
        value = result.why if result.objective is None else worth(result.objective)
        words = f"{name} {result.planner} seed {result.seed}: {value}, {result.seconds:.1f} s"
        if self._bar is None or self._task is None:
            click.echo(f"{self._done}/{self._searches} {words}", err=True)
        else:
            self._bar.console.print(words, highlight=False)
            self._bar.advance(self._task)


@contextmanager
def _progress(searches: int) -> Iterator[_Report]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Report(None, searches=searches)
        return
    columns = (TextColumn("Planning"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Report(bar, searches=searches)


def _tell(lines: Sequence[Line], *, wanted: Wanted, best: bool, out_file: Path | None) -> None:
    table = tabulate(lines, peers=[peer.name for peer in wanted.peers], best=best)
    command = ["onsite", *sys.argv[1:]]
    footer = machine.described(command, peers=[peer.package for peer in wanted.peers])
    footer.insert(0, wanted.terms)
    console = Console()
    if console.is_terminal:
        table.draw(console)
        console.print("\n".join(footer), highlight=False)
    else:
        click.echo(_document(table, footer), nl=False)
    if out_file is not None and out_file.suffix == ".json":
        write_whole(out_file, json.dumps(_record(lines, footer), indent=1) + "\n")
    elif out_file is not None:
        write_whole(out_file, _document(table, footer))


def _document(table: Table, footer: Sequence[str]) -> str:
    return "\n\n".join([table.markdown(), *footer]) + "\n"


def _record(lines: Sequence[Line], footer: Sequence[str]) -> dict[str, object]:
    """Every run, for those who want to work out something else."""
    rows = [
        {
            "instance": line.name,
            "visits": line.visits,
            "best": line.best,
            "runs": [
                asdict(result)
                for results in (line.ours, *line.peers.values())
                for result in results
            ],
        }
        for line in lines
    ]
    terms, command, where = footer
    return {"terms": terms, "command": command.strip("`"), "machine": where, "instances": rows}
