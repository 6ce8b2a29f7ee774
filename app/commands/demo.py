"""``onsite demo``: fill an empty instance with an invented firm, and start it over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import clock, config
from app.clock import DemoClock
from app.config import Settings
from dispatch import demo as world
from dispatch import migrations, store
from dispatch.customers import Customer
from dispatch.demo import DemoMark, NotADemo, PackName, ProfileName
from dispatch.demo.calendar import Calendar
from dispatch.demo.pack import SETTINGS
from dispatch.promises import Appointment, AppointmentState
from dispatch.tickets import Ticket
from dispatch.workforce import Technician

OPENS_MINUTE = 7 * 60
STAGES = {
    "firm": "People and places",
    "history": "Weeks of history",
    "future": "Days to come",
    "writing": "Writing",
}


@click.group()
def demo() -> None:
    """Fill an empty instance with an invented firm, and start it over.

    Everything in it is made up, except names and coordinates of places and some postal codes. No
    telephone number and no mail address reaches anybody. The same pack, profile, seed and date give
    the same firm. Real data is never touched: a database without the mark of a demo is refused,
    unless it is empty.

    \b
    Examples:
      onsite demo load --pack lyon --profile M
      onsite demo reset
    """


@demo.command()
@click.option(
    "--pack",
    type=click.Choice([name.value for name in PackName]),
    default=PackName.LYON.value,
    show_default=True,
    help="Where the firm works; decides language, time zone and currency.",
)
@click.option(
    "--profile",
    type=click.Choice([name.value for name in ProfileName]),
    default=ProfileName.M.value,
    show_default=True,
    help="Technicians / visits a day: S 5/25, M 24/130, L 120/650, XL 400/2,200.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The demo day: the first working day on or after it; default: today.",
)
def load(pack: str, profile: str, seed: int, on: date | None) -> None:
    """Load a firm with its customers, weeks of history, a demo day and the days after it.

    M takes about ten seconds. A demo that is there already is replaced. L serves to try a big firm;
    XL has no history and serves to measure the planner.

    In demo mode (`onsite run --demo`) the clock then stands at 07:00 of the demo day and runs on
    from there, and the server prints one address for each role that signs in without a password.

    \b
    Examples:
      onsite demo load
      onsite demo load --pack osaka --profile S --seed 7
      onsite demo load --date 2026-03-24
    """
    settings = config.load().with_secret()
    engine = _open(settings)
    _load(
        engine,
        settings=settings,
        pack=PackName(pack),
        profile=ProfileName(profile),
        seed=seed,
        day=_day(PackName(pack), on=on),
    )


@demo.command()
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Another demo day; default: the same one again.",
)
def reset(on: date | None) -> None:
    """Start the loaded demo over: everything done in it is gone, the same firm stands again.

    Accounts of real people stay. Refuses a database that is not a demo.

    \b
    Examples:
      onsite demo reset
      onsite demo reset --date 2026-03-24
    """
    settings = config.load().with_secret()
    engine = _open(settings)
    with Session(engine) as session:
        mark = world.mark_of(session)
        if mark is None:
            raise click.ClickException("This is not a demo; load one with: onsite demo load")
        pack, profile, seed = PackName(mark.pack), ProfileName(mark.profile), mark.seed
        day = mark.day if on is None else _day(pack, on=on)
    _load(engine, settings=settings, pack=pack, profile=profile, seed=seed, day=day)


def load_when_empty(engine: Engine, *, settings: Settings) -> None:
    """Load lyon/M with today as its demo day when nothing is there; else do nothing."""
    with Session(engine) as session:
        if not world.is_empty(session):
            return
    click.echo("== a demo firm, some seconds")
    pack = PackName.LYON
    day = _day(pack, on=None)
    _load(engine, settings=settings, pack=pack, profile=ProfileName.M, seed=1, day=day)


def _open(settings: Settings) -> Engine:
    """The database of the instance; created when there is none, refused when it is behind."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    engine = store.open_store(settings.database)
    present = migrations.current(engine)
    if present is None:
        migrations.upgrade(engine)
    elif present != migrations.head():
        raise click.ClickException("The database's schema is behind; run: onsite migrate")
    return engine


def _day(pack: PackName, *, on: date | None) -> date:
    """The day asked for, or today where the pack lies."""
    if on is not None:
        return date(on.year, on.month, on.day)
    return clock.system().astimezone(ZoneInfo(SETTINGS[pack].zone)).date()


def _load(
    engine: Engine,
    *,
    settings: Settings,
    pack: PackName,
    profile: ProfileName,
    seed: int,
    day: date,
) -> None:
    with store.writing(), Session(engine) as session, _bar() as progress:
        try:
            mark = world.load(
                session, pack=pack, profile=profile, seed=seed, day=day, progress=progress
            )
        except NotADemo as refused:
            raise click.ClickException(
                "This database holds data that is not a demo; nothing was changed. Name an empty"
                " instance folder with ONSITE_INSTANCE."
            ) from refused
        told = _told(session, mark)
        opens_at = Calendar(SETTINGS[pack], around=mark.day).at(mark.day, OPENS_MINUTE)
        session.commit()
    DemoClock(path=settings.instance / "clock.json").set(moment=opens_at, speed=1)
    click.echo(told)


def _told(session: Session, mark: DemoMark) -> str:
    """What was loaded and how to come in."""
    technicians, customers, tickets = (
        session.scalar(select(func.count()).select_from(model))
        for model in (Technician, Customer, Ticket)
    )
    promised = session.scalar(
        select(func.count())
        .select_from(Appointment)
        .where(Appointment.state == AppointmentState.PROMISED)
    )
    return (
        f"{mark.business} ({mark.pack}, {mark.profile}, seed {mark.seed}) is open on"
        f" {mark.day:%A %d %B %Y}: {technicians} technicians, {customers} customers,"
        f" {tickets} tickets, {promised} visits promised.\n"
        "Sign in: onsite run --demo prints one address for each role."
    )


@contextmanager
def _bar() -> Iterator[world.Progress]:
    """A progress bar on a terminal's standard error; silence elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, share: bar.update(
            task, description=STAGES[stage], completed=share, refresh=True
        )
