"""Changes of the tables, one after another, up and down, on both databases.

A revision imports nothing of ours: it must do the same in ten years. A new one is drafted from the
models by ``draft`` against a database at head, then read and mended by a person.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from dispatch import guards

FOLDER = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database, also an empty one, to a revision: wholly or not at all."""
    if revision == "head" and current(engine) == head():
        with engine.connect() as connection:
            if not guards.missing_guards(connection):
                return
    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision, or with ``base`` to an empty database: wholly or not at all."""
    command.downgrade(_config(engine), revision)


def current(engine: Engine) -> str | None:
    """The revision that a database is at; none when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision that this version of Onsite needs."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None  # at least the first one is shipped
    return newest


def draft(engine: Engine, *, revision: str, message: str) -> None:
    """Write a new revision with what the models have and a database at head has not."""
    command.revision(_config(engine), message=message, autogenerate=True, rev_id=revision)


def _config(engine: Engine | None = None) -> Config:
    config = Config(attributes={"engine": engine})
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config
