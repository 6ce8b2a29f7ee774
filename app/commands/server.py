"""``onsite run`` and ``onsite migrate``: from whatever lies there to a server that answers."""

from __future__ import annotations

import errno
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import Engine, make_url
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from app import assets, config, create_app, logs, work
from app.commands.backup import copy_sqlite
from app.commands.days import plan_demo_day
from app.commands.demo import load_when_empty
from app.commands.doors import doors
from app.config import Settings
from dispatch import guards, migrations, store
from schedules.owner import InstanceTaken

TRANSLATIONS = Path(config.__file__).parent / "translations"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port; default: ONSITE_PORT or 8000.")
@click.option("--host", help="Address to listen on; default: ONSITE_HOST or 127.0.0.1.")
@click.option("--demo", is_flag=True, help="Demo mode; loads a demo day when nothing is there.")
def run(port: int | None, host: str | None, demo: bool) -> None:  # noqa: FBT001 - click's flag
    """Serve the web with its queue in one process, until Ctrl+C.

    On the way it does what is missing: builds assets and compiles translations in a source tree,
    creates the database, brings a SQLite one to this version's schema (a copy of the old one stays
    beside it). A PostgreSQL that is behind is left alone; `onsite migrate` is for that.

    With --demo an empty instance is filled with an invented firm in Lyon, today's rounds are
    planned, and one address for each role is printed that signs in without a password. Never use
    it where others can reach the server.

    One process owns an instance; a second one on the same folder refuses to start.

    \b
    Examples:
      onsite run
      onsite run --demo --port 9000
      ONSITE_INSTANCE=/srv/onsite ONSITE_BASE_URL=https://onsite.example onsite run
    """
    given = {"port": port, "host": host, "demo": demo or None}
    overrides = {name: value for name, value in given.items() if value is not None}
    settings = config.load(overrides).with_secret()
    logs.set_up(settings.log)
    expect_port(settings)
    prepare_tree()
    engine = store.open_store(settings.database)
    bring_up_to_date(settings, engine)
    if demo:
        load_when_empty(engine, settings=settings)
        plan_demo_day()
    engine.dispose()
    serve(create_app(overrides), settings=settings)


@click.command()
def worker() -> None:
    """Work on the queue in PostgreSQL, without the web, until Ctrl+C.

    Where several machines share the work (ONSITE_QUEUE=postgres), the web servers only put tasks on
    the queue; start as many workers as you like, on any machine. One machine with the embedded
    queue needs none: there the server works itself.

    \b
    Example:
      ONSITE_QUEUE=postgres ONSITE_DATABASE_URL=postgresql+psycopg://… onsite worker
    """
    settings = config.load()
    logs.set_up(settings.log)
    if settings.queue != "postgres":
        raise click.ClickException(
            "The queue is embedded: onsite run works on it. ONSITE_QUEUE=postgres is for workers."
        )
    work.work_here(create_app())


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when the schema is behind.")
def migrate(check: bool) -> None:  # noqa: FBT001 - click's flag
    """Create the database, or bring it to this version's schema.

    Everything happens in one transaction: it is done whole or not at all, with the guards against
    double booking in place afterwards. A copy of a SQLite file is kept beside it. Make a backup of
    a PostgreSQL before (`onsite backup`), and stop the servers that use it.

    \b
    Examples:
      onsite migrate
      onsite migrate --check
    """
    settings = config.load()
    if check:
        behind = _behind(settings)
        click.echo(
            "The schema is behind: onsite migrate" if behind else "The schema is up to date."
        )
        raise SystemExit(int(behind))
    settings.instance.mkdir(parents=True, exist_ok=True)
    if not _upgrade(settings, store.open_store(settings.database)):
        click.echo("The schema is up to date.")


def expect_port(settings: Settings) -> None:
    """Raise ClickException when somebody listens there: rather now than after a demo was loaded."""
    try:
        for family, kind, protocol, _name, address in socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        ):
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as taken:
        if taken.errno == errno.EADDRINUSE:
            raise _cannot_listen(settings, taken) from taken


def prepare_tree() -> None:
    """Build what a source tree lacks; an installed wheel has it."""
    if not assets.MANIFEST.exists() and assets.SOURCE.exists():
        with told("assets"):
            assets.build()
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as text, target.open("wb") as compiled:
                write_mo(compiled, read_po(text))


def bring_up_to_date(settings: Settings, engine: Engine) -> None:
    """Create the database, or migrate a SQLite one.

    Raises ClickException for a PostgreSQL that is behind, and when guards are missing: without
    them a technician could be sent to two places at once.
    """
    present = migrations.current(engine)
    if present is not None and present != migrations.head() and engine.dialect.name == "postgresql":
        raise click.ClickException("The database's schema is behind; run: onsite migrate")
    if present != migrations.head():
        _upgrade(settings, engine)
    with engine.connect() as connection:
        if missing := guards.missing_guards(connection):
            raise click.ClickException(
                f"The database has lost guards ({', '.join(missing)}); run: onsite migrate"
            )


def serve(app: Flask, *, settings: Settings) -> None:
    """Answer requests and work on the queue until told to stop.

    Raises ClickException when the port or the instance is taken by somebody else.
    """
    signal.signal(signal.SIGTERM, _leave)
    server = _listen(app, settings=settings)
    try:
        work.start(app)
    except InstanceTaken as taken:
        server.close()
        raise click.ClickException(
            f"Another process ({taken.details['pid']}) works with {taken.details['folder']}."
            " Stop it, or name another folder with ONSITE_INSTANCE."
        ) from taken
    try:
        click.echo(f"Onsite is ready: {settings.public_url}  (Ctrl+C stops it)")
        for role, address in doors(app):
            click.echo(f"  {role:<20} {address}")
        server.run()
    finally:
        server.close()
        work.stop(app)


def _listen(app: Flask, *, settings: Settings) -> BaseWSGIServer | MultiSocketServer:
    try:
        return create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="onsite",
            max_request_body_size=settings.upload_megabytes * 1024 * 1024,
        )
    except OSError as taken:
        raise _cannot_listen(settings, taken) from taken


def _cannot_listen(settings: Settings, taken: OSError) -> click.ClickException:
    return click.ClickException(
        f"{settings.host}:{settings.port} cannot be used ({taken.strerror})."
        " Another server may run there; --port or ONSITE_PORT names another port."
    )


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End as with Ctrl+C, so that what is open is closed."""
    raise SystemExit(0)


def _behind(settings: Settings) -> bool:
    """Whether there is something to migrate; looking makes no file."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return True
    engine = store.open_store(settings.database)
    try:
        return migrations.current(engine) != migrations.head()
    finally:
        engine.dispose()


def _upgrade(settings: Settings, engine: Engine) -> bool:
    """Migrate to the head, guards included; False when there is nothing to do."""
    present = migrations.current(engine)
    with engine.connect() as connection:
        if present == migrations.head() and not guards.missing_guards(connection):
            return False
    file = make_url(settings.database).database
    if present is not None and engine.dialect.name == "sqlite" and file:
        kept = Path(file).with_name(f"onsite-before-{migrations.head()}.db")
        kept.unlink(missing_ok=True)
        copy_sqlite(Path(file), kept)
        click.echo(f"The database as it was: {kept}")
    with told("database"):
        migrations.upgrade(engine)
    return True


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say that something begins, and how long it took."""
    started = time.monotonic()
    click.echo(f"== {what} ...", nl=False)
    yield
    click.echo(f" {time.monotonic() - started:.1f} s")
