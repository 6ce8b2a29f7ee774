"""``onsite plan`` and ``onsite export-problem``: one day of the trade, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session, selectinload

from app import clock, config, terms, travel
from app.clock import Clock, DemoClock
from app.commands.planner import COMPILING
from app.config import Settings
from dispatch import demo, store
from dispatch.places import Territory
from dispatch.planning import briefs, runs
from dispatch.planning.plans import Plan
from dispatch.planning.runs import AlreadyQueued, PlanRun, RunKind, RunState
from dispatch.workforce import Shift, Technician
from routing import interchange
from routing.problem import Problem
from routing.travel.provider import Provider, TravelError
from schedules.embedded import EmbeddedQueue
from schedules.queue import Turn
from schedules.tasks import plan_day

Watcher = Callable[[PlanRun], None]
# A demo is ready after some seconds with fair rounds; the button on the board makes good ones. The
# second try is for a machine so busy that the engine had not even started by then.
DEMO_SECONDS = 3
PATIENT_SECONDS = 30
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--territory", "code", help="Code of one territory; default: all that work that day.")
@click.option("--time-limit", type=click.IntRange(1, 3600), help="Default: ONSITE_PLAN_SECONDS.")
@click.option("--seed", type=click.IntRange(0), help="Default: ONSITE_PLAN_SEED.")
@click.option("--workers", type=click.IntRange(1, 64), help="Default: ONSITE_PLAN_WORKERS.")
def plan(
    day: datetime, code: str | None, time_limit: int | None, seed: int | None, workers: int | None
) -> None:
    """Plan DATE (as 2026-03-29) now, and put the plan in force.

    The same search as the button on the board: the plan in force is where it begins, pins and
    promises are kept, the result is judged before it is published. The server may run meanwhile; a
    plan that people have overtaken is thought over once more. Without --territory every territory
    where somebody works that day is planned, one after the other.

    \b
    Exit status:
      0  every territory has its plan; visits left out are listed with their reason
      1  a search failed; the plan in force stands as it was

    \b
    Examples:
      onsite plan 2026-03-29
      onsite plan 2026-03-29 --territory lyon-01 --time-limit 60
    """
    office = _open()
    failed = []
    for territory_id, name in _working(office, day=day.date(), code=code):
        try:
            run = _searched(
                office,
                territory_id=territory_id,
                day=day.date(),
                limit_seconds=time_limit or office.settings.plan_seconds,
                seed=seed,
                workers=workers,
            )
        except AlreadyQueued as live:
            raise click.ClickException(f"{name} is being planned already; wait for it.") from live
        click.echo(f"{name}: {_told(office, run=run)}")
        if run.state is not RunState.DONE:
            failed.append(name)
    raise SystemExit(int(bool(failed)))


@click.command("export-problem")
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--territory", "code", help="Code of one territory; default: all that work that day.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(),
    help="A folder, or for one territory a file, or - for standard output; default: this folder.",
)
def export_problem(day: datetime, code: str | None, out: Path) -> None:
    """Write the planner's question of DATE as an onsite-problem/1 file, one for each territory.

    It is exactly what a search would be given now: shifts, visits, promises, pins, roads, and the
    plan in force. Use it to report a problem, to measure, or to try another planner; it names
    places, visits and technicians by number, nobody by name.

    \b
    Examples:
      onsite export-problem 2026-03-29
      onsite export-problem 2026-03-29 --territory lyon-01 --out day.json
      onsite solve day.json --time-limit 30 --out plan.json
    """
    office = _open()
    territories = _working(office, day=day.date(), code=code)
    folder = out.is_dir() or (len(territories) > 1 and not out.exists())
    if len(territories) > 1 and not folder:
        codes = ", ".join(name for _id, name in territories)
        raise click.ClickException(
            f"{len(territories)} territories work that day; add --territory"
            f" with one of {codes}, or name a folder."
        )
    for territory_id, name in territories:
        text = _question(office, territory_id=territory_id, day=day.date())
        if str(out) == "-":
            click.echo(text, nl=False)
            continue
        target = out / f"onsite-{day:%Y-%m-%d}-{name}.json" if folder else out
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        click.echo(str(target), err=True)


def plan_demo_day() -> None:
    """Plan the demo's day where it has no plan yet; does nothing when this is no demo."""
    office = _open()
    with Session(office.engine) as session:
        mark = demo.mark_of(session)
        day = mark.day if mark else None
        planned = set(session.scalars(select(Plan.territory_id).where(Plan.day == day)))
    if day is None:
        return
    for territory_id, name in _working(office, day=day, code=None):
        if territory_id in planned:
            continue
        try:
            told = _first_rounds(office, territory_id=territory_id, day=day)
        except AlreadyQueued:
            continue  # cut off before; the server's queue takes it up
        click.echo(f"== rounds of {name}, {day}: {told}")


def _first_rounds(office: _Office, *, territory_id: int, day: date) -> str:
    """Plan, and once more with patience where that failed; says in one line what came of it."""
    run = _searched(office, territory_id=territory_id, day=day, limit_seconds=DEMO_SECONDS)
    if run.state is not RunState.DONE:
        run = _searched(office, territory_id=territory_id, day=day, limit_seconds=PATIENT_SECONDS)
    return _told(office, run=run).splitlines()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Office:
    """What both commands work with."""

    settings: Settings
    engine: Engine
    clock: Clock
    travel: Provider


def _open() -> _Office:
    settings = config.load()
    engine = store.open_store(settings.database)
    with Session(engine) as session:
        in_demo = demo.mark_of(session) is not None
    demo_clock = DemoClock(path=settings.instance / "clock.json")
    now = demo_clock if in_demo else clock.system
    roads = travel.made(settings, open_session=store.sessions(engine), now=now)
    return _Office(settings=settings, engine=engine, clock=now, travel=roads)


def _working(office: _Office, *, day: date, code: str | None) -> list[tuple[int, str]]:
    """Id and code of the territories to look at. Raises ClickException when there is none."""
    at_work = exists().where(
        Shift.technician_id == Technician.id,
        Technician.territory_id == Territory.id,
        Shift.day == day,
    )
    wanted = Territory.code == code if code else at_work
    query = select(Territory.id, Territory.code).where(wanted).order_by(Territory.code)
    with Session(office.engine) as session:
        found = [(row.id, row.code) for row in session.execute(query)]
        known = session.scalars(select(Territory.code).order_by(Territory.code)).all()
    if not found:
        nobody = f"There is no territory {code}" if code else f"Nobody works on {day}"
        raise click.ClickException(f"{nobody}. Territories: {', '.join(known) or 'none yet'}.")
    return found


def _searched(
    office: _Office,
    *,
    territory_id: int,
    day: date,
    limit_seconds: int,
    seed: int | None = None,
    workers: int | None = None,
) -> PlanRun:
    """Ask for a run and carry it out here, as the queue would; returns it as it ended.

    Raises AlreadyQueued.
    """
    given = office.settings
    sessions = store.sessions(office.engine)
    with store.writing(), sessions() as session, session.begin():
        run_id = runs.ask_plan(
            session,
            territory=session.get_one(Territory, territory_id),
            day=day,
            kind=RunKind.DAY,
            by=None,
            now=office.clock(),
            limit_seconds=limit_seconds,
            seed=given.plan_seed if seed is None else seed,
            workers=workers or given.plan_workers,
        ).id
    with _bar(limit_seconds) as watch:
        task = plan_day.task(
            travel=office.travel,
            longest=timedelta(seconds=limit_seconds),
            tell=watch,
            settings=terms.planning(given),
            memory_bytes=given.plan_memory_megabytes * 1024 * 1024,
        )
        turn = Turn(
            payload={"run_id": run_id},
            queue=EmbeddedQueue(sessions, clock=office.clock, tasks=[task]),
            open_session=sessions,
            clock=office.clock,
        )
        task.take(turn)
    with sessions() as session:
        return session.get_one(PlanRun, run_id)


def _told(office: _Office, *, run: PlanRun) -> str:
    if run.state is not RunState.DONE:
        return f"failed ({run.fault_code or run.state}): {run.fault or 'nothing was changed'}"
    with Session(office.engine) as session:
        made = session.scalars(
            select(Plan).where(Plan.run_id == run.id).options(selectinload(Plan.unserved))
        ).first()
        if made is None:
            return "nothing to plan"
        left = [f"  visit {each.visit_id} left out: {each.reason}" for each in made.unserved]
    served = run.progress.get("served", 0)
    return "\n".join([f"{served} visits planned, {len(left)} left out", *left])


def _question(office: _Office, *, territory_id: int, day: date) -> str:
    with Session(office.engine) as session:
        briefs.at_one_moment(session)
        try:
            brief = briefs.brief(
                session,
                territory_id=territory_id,
                day=day,
                travel=office.travel,
                settings=terms.planning(office.settings),
                now=office.clock(),
            )
        except TravelError as away:
            raise click.ClickException(f"Travel times are not to be had: {away}") from away
    return interchange.write_problem(_anonymous(brief.problem))


def _anonymous(problem: Problem) -> Problem:
    """Leave names of people, visits and depots out: the file will be sent to somebody."""
    return replace(
        problem,
        technicians=tuple(replace(each, name="") for each in problem.technicians),
        jobs=tuple(replace(each, name="") for each in problem.jobs),
        depots=tuple(replace(each, name="") for each in problem.depots),
    )


@contextmanager
def _bar(limit_seconds: int) -> Iterator[Watcher]:
    """A bar on standard error while it is a terminal, otherwise nothing."""
    console = Console(stderr=True)
    columns = (
        TextColumn("Planning"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[best]}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        search = bar.add_task("search", total=limit_seconds, best="")

        def watch(run: PlanRun) -> None:
            best = f"{run.progress.get('served', 0)} of {run.progress.get('jobs', '?')} visits"
            if run.progress.get("compiling"):
                best = f"{best}. {COMPILING}"
            bar.update(search, completed=float(run.progress.get("seconds", 0)), best=best)

        yield watch
