"""Migrations: up and down on both databases, with rows, and with every guard in place after it."""

import shutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, func, inspect, make_url, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import MetaData

from dispatch import guards, migrations, store
from dispatch.accounts import Role, RoleName
from dispatch.tables import Base, create_schema
from tests import build

pytestmark = pytest.mark.slow

# Rebuilds two tables on SQLite: one with guards, one whose rows others cascade from.
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "next", "{head}"

def upgrade():
    for table in ("occupancy", "assignment", "visit"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("colour", sa.String(8), nullable=True))
    {fault}

def downgrade():
    for table in ("occupancy", "assignment", "visit"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("colour")
"""


@pytest.fixture
def empty(dialect, tmp_path, request):
    """A database without any table, armed as in production."""
    if dialect == "sqlite":
        engine = store.open_store(f"sqlite:///{tmp_path / 'onsite.db'}")
    else:
        url = make_url(request.getfixturevalue("database_url"))
        engine = store.open_store(url.render_as_string(hide_password=False))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


def reflected(engine):
    """Tables, columns, keys, checks and indexes as the database tells them."""
    inspector = inspect(engine)
    return {
        table: {
            "columns": {
                (column["name"], str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table),
            "foreign": {
                (key["name"], *key["constrained_columns"], key["referred_table"])
                for key in inspector.get_foreign_keys(table)
            },
            "unique": {each["name"] for each in inspector.get_unique_constraints(table)},
            "checks": {(c["name"], c["sqltext"]) for c in inspector.get_check_constraints(table)},
            "indexes": {
                (each["name"], tuple(each["column_names"]), bool(each["unique"]))
                for each in inspector.get_indexes(table)
            },
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def rows(engine):
    """How many rows each table holds."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table))
            for name, table in metadata.tables.items()
        }


def missing_guards(engine):
    with engine.connect() as connection:
        return guards.missing_guards(connection)


def test_migrations_lead_to_the_tables_of_the_models(empty):
    migrations.upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert [each for each in differences if "occupancy_is_free" not in str(each)] == []
    assert migrations.current(empty) == migrations.head()


def test_a_schema_made_at_once_is_the_one_that_migrations_lead_to(empty, engine):
    migrations.upgrade(empty)
    migrated = reflected(empty)

    assert migrated == reflected(engine)
    assert missing_guards(empty) == missing_guards(engine) == []


def test_every_role_is_there_after_the_first_migration(empty):
    migrations.upgrade(empty)

    with Session(empty) as session:
        assert set(session.scalars(select(Role.name))) == {role.value for role in RoleName}


def test_a_way_down_and_up_again_leaves_the_same_tables_and_guards(empty):
    migrations.upgrade(empty)
    before = reflected(empty)

    migrations.downgrade(empty, "base")
    nothing = reflected(empty)
    migrations.upgrade(empty)

    assert nothing == {}
    assert (reflected(empty), missing_guards(empty)) == (before, [])


def test_guards_that_were_lost_come_back_and_rows_stay(empty):
    before = with_an_assignment(empty)

    with empty.begin() as connection:
        guards.drop_guards(connection)
    migrations.upgrade(empty)

    assert (rows(empty), missing_guards(empty)) == (before, [])


def with_a_next_revision(monkeypatch, folder, *, fault="pass"):
    """Ship one more revision than this version has."""
    text_of_it = REBUILD.format(head=migrations.head(), fault=fault)
    copy = folder / "migrations"
    shutil.copytree(migrations.FOLDER, copy)
    (copy / "versions" / "vnext.py").write_text(text_of_it, encoding="utf-8")
    monkeypatch.setattr(migrations, "FOLDER", copy)


def with_an_assignment(engine):
    """A database at head with a row in every table that an assignment needs."""
    migrations.upgrade(engine)
    with store.writing(), store.sessions(engine)() as session, session.begin():
        build.assignment(
            session, visit=build.visit(session, skills=["fibre"]), shift=build.shift(session)
        )
    return rows(engine)


def test_tables_rebuilt_with_rows_in_them_lose_neither_rows_nor_guards(
    empty, monkeypatch, tmp_path
):
    before = with_an_assignment(empty)
    head = migrations.head()
    with_a_next_revision(monkeypatch, tmp_path)

    migrations.upgrade(empty)
    up = rows(empty), missing_guards(empty)
    migrations.downgrade(empty, head)

    assert up == (rows(empty), missing_guards(empty)) == (before, [])


def test_a_rebuild_that_fails_half_way_leaves_nothing_of_itself(empty, monkeypatch, tmp_path):
    before = with_an_assignment(empty), reflected(empty)
    head = migrations.head()
    with_a_next_revision(monkeypatch, tmp_path, fault="1 / 0")

    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(empty)

    assert (rows(empty), reflected(empty)) == before
    assert (migrations.current(empty), missing_guards(empty)) == (head, [])


def test_a_database_that_is_ready_is_left_alone(empty):
    migrations.upgrade(empty)

    migrations.upgrade(empty)

    assert migrations.current(empty) == migrations.head()


def test_an_empty_database_gets_everything_at_once(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'onsite.db'}")

    create_schema(engine)

    assert missing_guards(engine) == []
    engine.dispose()
