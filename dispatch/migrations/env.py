"""Run migrations so that nothing is lost on the way; Alembic executes this file.

Three traps of SQLite, none of which gives a warning: rebuilding a table drops its triggers, so
guards are taken away before and put back after; it deletes rows of other tables that cascade, so
foreign keys are off meanwhile and checked at the end; and Alembic takes SQLite for a database
without transactional schema changes, so half a migration would stay.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Engine

from dispatch.base import Instant
from dispatch.guards import drop_guards, install_guards, missing_guards
from dispatch.store import writing
from dispatch.tables import Base


def migrate(engine: Engine) -> None:
    """Run what Alembic was asked for, in one transaction, guards included."""
    with writing(), engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # before any BEGIN, or it is ignored
            _switch_foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=sqlite,
            render_item=render_item,
            transactional_ddl=True,
            transaction_per_migration=False,
        )
        try:
            with context.begin_transaction():
                if not sqlite:  # a large table takes longer than any request may
                    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                drop_guards(connection)
                context.run_migrations()
                install_guards(connection)
                _check(connection, sqlite=sqlite)
        finally:
            connection.rollback()
            if sqlite:
                _switch_foreign_keys(connection, "ON")


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - as Alembic calls it
    """Write types of ours as what they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def _check(connection: Connection, *, sqlite: bool) -> None:
    missing = missing_guards(connection)
    if missing:
        raise RuntimeError(f"guards are missing after the migration: {missing}")
    if sqlite:
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise RuntimeError(f"rows point nowhere after the migration: {orphans[:10]}")


def _switch_foreign_keys(connection: Connection, state: str) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys={state}")


migrate(context.config.attributes["engine"])
