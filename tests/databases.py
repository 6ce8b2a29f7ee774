"""Databases that come and go with a test: made, copied by name, dropped."""

from __future__ import annotations

import shutil
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, make_url, text

from dispatch import guards, migrations, store
from dispatch.tables import Base


def with_schema(url: str) -> None:
    """Create this version's tables and guards in an empty database, in 0.1 s.

    tests/dispatch/test_migrations.py proves that migrations lead to the same.
    """
    engine = store.open_store(url)
    with store.writing(), engine.begin() as connection:
        Base.metadata.create_all(connection)
        guards.install_guards(connection)
        scripts = ScriptDirectory(str(migrations.FOLDER))
        MigrationContext.configure(connection).stamp(scripts, "head")
    engine.dispose()


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def dismantle(url: str) -> None:
    """Drop a database that a test has used; a SQLite file goes with its folder."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        shutil.rmtree(Path(str(parsed.database)).parent)
        return
    name = parsed.database
    administer(parsed.set(database="postgres"), f"DROP DATABASE {name} WITH (FORCE)")
