"""``onsite backup`` and ``onsite restore``: one file that brings everything back.

The file is a zip: the database (a SQLite file, or pg_dump's own format), the secret key, the
settings, and a manifest with version and row counts. A copy is checked before it is kept: what
cannot be restored is no backup.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import click
from sqlalchemy import URL, Connection, Engine, func, inspect, make_url, select

from app import clock, config
from app.config import Settings
from dispatch import guards, store
from dispatch.tables import Base

MANIFEST = "manifest.json"
SQLITE_FILE = "onsite.db"
POSTGRES_FILE = "onsite.dump"
BESIDE = ("secret_key", "settings.toml")


class Manifest(TypedDict):
    """What an archive says of itself. ``rows`` are those of the copy on SQLite, about on others."""

    version: str
    made_at: str
    database: str
    rows: dict[str, int]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy database, secret key and settings into FILE, a zip archive.

    Safe while the server runs and people work: a SQLite database is copied in one go, a PostgreSQL
    by pg_dump, which must be installed and not older than the server. The copy is checked before
    FILE appears: integrity, foreign keys, guards against double booking, and one count of rows for
    each table. FILE must not exist yet.

    The archive contains the secret key that signs links and sessions: keep it where only you can
    read it. settings.toml is included, the environment is not.

    \b
    Examples:
      onsite backup onsite-2026-11-24.zip
      ONSITE_INSTANCE=/srv/onsite onsite backup /mnt/backups/today.zip
    """
    if file.exists():
        raise click.ClickException(f"{file} exists already; a backup never overwrites another.")
    settings = config.load()
    with tempfile.TemporaryDirectory(prefix="onsite-backup-") as folder:
        rows = _copy(settings, Path(folder))
        _pack(settings, Path(folder), file, rows=rows)
    size = file.stat().st_size / 1_000_000
    click.echo(f"{file}: {sum(rows.values())} rows in {len(rows)} tables, {size:.1f} MB, checked.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Unpack FILE, which `onsite backup` made, into an empty instance.

    Nothing is ever overwritten: an instance folder that has a database, or a PostgreSQL that has
    tables, is refused. What was restored is checked as a backup is, and its rows are compared with
    the counts in the archive. An archive of an older version is brought up to date afterwards by
    `onsite migrate`.

    To try a backup out, restore it into another folder and look at it there.

    \b
    Examples:
      onsite restore onsite-2026-11-24.zip
      ONSITE_INSTANCE=./trial onsite restore today.zip
    """
    settings = config.load()
    with tempfile.TemporaryDirectory(prefix="onsite-restore-") as folder:
        manifest = _unpack(file, Path(folder))
        _put_back(settings, Path(folder), manifest=manifest)
    rows = manifest["rows"]
    click.echo(f"{sum(rows.values())} rows in {len(rows)} tables restored and checked.")
    click.echo(f"Made by version {manifest['version']} at {manifest['made_at']}.")
    click.echo("Next: onsite migrate, then onsite run")


def _copy(settings: Settings, folder: Path) -> dict[str, int]:
    """Copy the database into ``folder`` and return the rows of each table of the checked copy."""
    url = make_url(settings.database)
    if url.get_backend_name() == "postgresql":
        _run_postgres_tool("pg_dump", url, "--format=custom", f"--file={folder / POSTGRES_FILE}")
        _run_postgres_tool("pg_restore", None, "--list", str(folder / POSTGRES_FILE))
        return _checked(store.open_store(settings.database))
    source = Path(str(url.database))
    if not source.exists():
        raise click.ClickException(f"There is no database {source} yet.")
    copy_sqlite(source, folder / SQLITE_FILE)
    return _checked(store.open_store(f"sqlite:///{folder / SQLITE_FILE}"))


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database in one go, whatever others write meanwhile.

    Never stepwise: each foreign write would start it again.
    """
    with closing(sqlite3.connect(source)) as present, closing(sqlite3.connect(target)) as copy:
        present.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")


def _checked(engine: Engine) -> dict[str, int]:
    """Count the rows of each table. Raises ClickException when the database is not sound."""
    try:
        with engine.connect() as connection:
            faults = [f"guard missing: {name}" for name in guards.missing_guards(connection)]
            if engine.dialect.name == "sqlite":
                faults += _sqlite_faults(connection)
            if faults:
                raise click.ClickException("The database is not sound:\n" + "\n".join(faults))
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }
    finally:
        engine.dispose()


def _sqlite_faults(connection: Connection) -> list[str]:
    told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    faults = [str(line) for line in told if line != "ok"]
    return faults + [f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in orphans]


def _pack(settings: Settings, folder: Path, file: Path, *, rows: dict[str, int]) -> None:
    manifest: Manifest = {
        "version": version("onsite"),
        "made_at": clock.system().isoformat(timespec="seconds"),
        "database": make_url(settings.database).get_backend_name(),
        "rows": rows,
    }
    draft = file.with_name(f"{file.name}.part")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:  # noqa: PTH123 - readable by us only, from the first byte
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            for path in folder.iterdir():
                archive.write(path, path.name)
            for name in BESIDE:
                if (settings.instance / name).exists():
                    archive.write(settings.instance / name, name)
        raw.flush()
        os.fsync(raw.fileno())
    draft.replace(file)


def _unpack(file: Path, folder: Path) -> Manifest:
    """Unpack what belongs to a backup, by name, and return its manifest."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: Manifest = json.loads(archive.read(MANIFEST))
            for name in {SQLITE_FILE, POSTGRES_FILE, *BESIDE} & set(archive.namelist()):
                (folder / name).write_bytes(archive.read(name))
    except (zipfile.BadZipFile, KeyError, ValueError) as broken:
        raise click.ClickException(f"{file} is no backup of Onsite: {broken}") from broken
    return manifest


def _put_back(settings: Settings, folder: Path, *, manifest: Manifest) -> None:
    url = make_url(settings.database)
    if manifest["database"] != url.get_backend_name():
        raise click.ClickException(
            f"This is a backup of {manifest['database']}, but the settings name"
            f" {url.get_backend_name()}. Set or unset ONSITE_DATABASE_URL."
        )
    _refuse_unless_empty(settings, url)
    settings.instance.mkdir(parents=True, exist_ok=True)
    if url.get_backend_name() == "postgresql":
        _run_postgres_tool(
            "pg_restore", url, "--exit-on-error", "--no-owner", str(folder / POSTGRES_FILE)
        )
        _checked(store.open_store(settings.database))
    else:
        rows = _checked(store.open_store(f"sqlite:///{folder / SQLITE_FILE}"))
        if rows != manifest["rows"]:
            raise click.ClickException(
                "The rows differ from what the backup says; nothing is done."
            )
        shutil.move(folder / SQLITE_FILE, Path(str(url.database)))
    for name in BESIDE:
        if (folder / name).exists():
            shutil.copyfile(folder / name, settings.instance / name)
            (settings.instance / name).chmod(0o600)


def _refuse_unless_empty(settings: Settings, url: URL) -> None:
    present = [name for name in BESIDE if (settings.instance / name).exists()]
    if url.get_backend_name() == "postgresql":
        engine = store.open_store(settings.database)
        if inspect(engine).get_table_names():
            present.append(f"tables in {url.database}")
        engine.dispose()
    elif Path(str(url.database)).exists():
        present.append(str(url.database))
    if present:
        raise click.ClickException(
            f"The instance {settings.instance} is not empty ({', '.join(present)}). Move it away,"
            " or name another folder with ONSITE_INSTANCE."
        )


def _run_postgres_tool(tool: str, url: URL | None, *arguments: str) -> None:
    """Run pg_dump or pg_restore, on a database or on a file alone; nobody sees the password."""
    if shutil.which(tool) is None:
        raise click.ClickException(
            f"{tool} is not installed. It comes with PostgreSQL's client programs"
            " (Debian: apt-get install postgresql-client), as new as the server or newer."
        )
    with tempfile.NamedTemporaryFile("w", prefix="onsite-pass-", encoding="utf-8") as passfile:
        target = []
        if url is not None:
            password = str(url.password or "").replace("\\", "\\\\").replace(":", "\\:")
            passfile.write(f"*:*:*:*:{password}\n")
            passfile.flush()
            plain = url.set(drivername="postgresql", password=None)
            plain = plain.update_query_dict({"passfile": passfile.name})
            target = [f"--dbname={plain.render_as_string()}"]
        done = subprocess.run(  # noqa: S603 - no shell, fixed names
            [tool, *target, *arguments], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise click.ClickException(f"{tool} failed:\n{done.stderr.strip()}")
