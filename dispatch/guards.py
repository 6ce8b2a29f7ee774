"""Rules that the database itself keeps, so that no code of ours can break them.

A technician is in one place at a time (``occupancy`` never overlaps), and what has been written
into the journal, the wallet, the bills and the reports from the field stays as it was written.
Migrations drop these guards and install them again (dispatch/migrations/env.py); ``missing_guards``
is asked at start and by the readiness probe.

Why triggers and an exclusion constraint: SQLAlchemy's metadata knows neither, and looking first and
inserting then sells one window twice (63 times in 1,280 attempts of 64 clients).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

TURNS = 7001  # the first key of our advisory locks, so that they meet nobody else's
CLASH = "technician-busy"
KEPT = "append-only"

# Everything a report says; what may change is only what became of it (state, review_reason).
REPORTED = (
    "client_id, visit_id, technician_id, kind, cause, remedy, environment, work_minutes,"
    " waited_minutes, parts_used, next_needs, remote_fixable, remote_step, signed_by,"
    " unsigned_reason, corrects_id, device_at, server_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One rule on one table: how it is made and how it is taken away."""

    table: str
    name: str
    create: str
    drop: str


def take_turns(connection: Connection, *technician_ids: int) -> None:
    """Until the transaction ends, let nobody else write the time of these technicians.

    Call once, with all of them, before writing occupancy. The exclusion constraint alone keeps the
    rows right, but lets PostgreSQL deadlock: each writer has put its row in and waits for the
    others (126 of 12,800). SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        for technician_id in sorted(set(technician_ids)):
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:room, :technician)"),
                {"room": TURNS, "technician": technician_id},
            )


def is_clash(error: IntegrityError) -> bool:
    """Whether a technician would have been in two places, rather than some other constraint."""
    return getattr(error.orig, "sqlstate", None) == "23P01" or CLASH in str(error.orig)


def install_guards(connection: Connection) -> None:
    """Put every missing guard in place. On PostgreSQL fails when stored rows already overlap."""
    present = _present(connection)
    wanted = _wanted(connection)
    if connection.dialect.name == "postgresql" and wanted:
        connection.exec_driver_sql(_REFUSE)
    for guard in wanted:
        if guard.name not in present:
            connection.exec_driver_sql(guard.create)


def drop_guards(connection: Connection) -> None:
    """Take every guard away: before a migration, in the same transaction."""
    present = _present(connection)
    for guard in _wanted(connection):
        if guard.name in present:
            connection.exec_driver_sql(guard.drop)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_DROP_REFUSE)


def missing_guards(connection: Connection) -> list[str]:
    """Names of guards that are absent or, on SQLite, differ in a single character."""
    present = _present(connection)
    exact = connection.dialect.name == "sqlite"
    return [
        guard.name
        for guard in _wanted(connection)
        if guard.name not in present or (exact and present[guard.name] != guard.create)
    ]


def _wanted(connection: Connection) -> list[Guard]:
    tables = set(inspect(connection).get_table_names())
    return [guard for guard in _GUARDS[connection.dialect.name] if guard.table in tables]


def _present(connection: Connection) -> dict[str, str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql AS made FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT conname AS name, pg_get_constraintdef(oid) AS made FROM pg_constraint WHERE contype = 'x'"
            " UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled <> 'D'"
        )
    return {row.name: row.made for row in connection.execute(text(query))}


def _sqlite(name: str, *, table: str, event: str, body: str) -> Guard:
    return Guard(
        table=table,
        name=name,
        create=f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN {body}; END",
        drop=f"DROP TRIGGER {name}",
    )


def _sqlite_clash(name: str, *, event: str, others: str = "") -> Guard:
    taken = "o.technician_id = new.technician_id AND o.starts_at < new.ends_at"
    taken += f" AND o.ends_at > new.starts_at{others}"
    body = f"SELECT RAISE(ABORT, '{CLASH}') WHERE EXISTS (SELECT 1 FROM occupancy o WHERE {taken})"  # noqa: S608 - no word of it comes from outside
    return _sqlite(name, table="occupancy", event=event, body=body)


def _sqlite_kept(table: str, *, columns: str = "") -> list[Guard]:
    body = f"SELECT RAISE(ABORT, '{KEPT}')"
    update = f"UPDATE OF {columns}" if columns else "UPDATE"
    return [
        _sqlite(f"{table}_is_kept_update", table=table, event=update, body=body),
        _sqlite(f"{table}_is_kept_delete", table=table, event="DELETE", body=body),
    ]


def _postgresql_kept(table: str, *, columns: str = "") -> Guard:
    name = f"{table}_is_kept"
    update = f"UPDATE OF {columns}" if columns else "UPDATE"
    return Guard(
        table=table,
        name=name,
        create=f"CREATE TRIGGER {name} BEFORE DELETE OR {update} ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        drop=f"DROP TRIGGER {name} ON {table}",
    )


_REFUSE = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)
_DROP_REFUSE = "DROP FUNCTION IF EXISTS refuse_change()"

_GUARDS: dict[str, list[Guard]] = {
    "sqlite": [
        _sqlite_clash("occupancy_is_free_insert", event="INSERT"),
        _sqlite_clash("occupancy_is_free_update", event="UPDATE", others=" AND o.id <> old.id"),
        *_sqlite_kept("fact"),
        *_sqlite_kept("wallet_entry"),
        *_sqlite_kept("charge"),
        *_sqlite_kept("outcome", columns=REPORTED),
    ],
    "postgresql": [
        # Works without the extension btree_gist: an integer key as a range of one.
        Guard(
            table="occupancy",
            name="occupancy_is_free",
            create="ALTER TABLE occupancy ADD CONSTRAINT occupancy_is_free EXCLUDE USING gist"
            " (int4range(technician_id, technician_id, '[]') WITH &&,"
            " tstzrange(starts_at, ends_at) WITH &&)",
            drop="ALTER TABLE occupancy DROP CONSTRAINT occupancy_is_free",
        ),
        _postgresql_kept("fact"),
        _postgresql_kept("wallet_entry"),
        _postgresql_kept("charge"),
        _postgresql_kept("outcome", columns=REPORTED),
    ],
}
