"""Probes: alive while the process answers, ready only when everything a request needs is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import health
from dispatch import migrations
from dispatch.notices import Notice, NoticeChannel
from tests import clock


@pytest.fixture
def ready(app):
    """Ask whether the application on a migrated database is ready; returns status and faults."""
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"
            )
            connection.exec_driver_sql("DELETE FROM alembic_version")
            connection.exec_driver_sql(
                f"INSERT INTO alembic_version VALUES ('{migrations.head()}')"  # noqa: S608
            )

    def ask():
        answer = app.test_client().get("/readyz")
        return answer.status_code, answer.json["wrong"]

    return ask


def test_a_process_that_answers_is_alive(client):
    assert client.get("/healthz").json == {"alive": True}


def test_a_sound_server_is_ready(ready):
    assert ready() == (200, [])


def test_it_can_be_asked_again_and_again(ready):
    ready()

    assert ready() == (200, [])


def test_an_old_schema_is_not_ready(app, ready):
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'old'")

    assert ready() == (503, ["schema"])


def test_a_lost_guard_is_not_ready(app, ready):
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        with engine.begin() as connection:
            name = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' LIMIT 1"
            ).scalar()
            connection.exec_driver_sql(f"DROP TRIGGER {name}")

    assert ready() == (503, ["guards"])


@pytest.mark.parametrize(
    ("ago", "answer"), [(5, (200, [])), (11, (503, ["ticker"])), (None, (503, ["ticker"]))]
)
def test_a_ticker_that_stands_still_is_not_ready(app, ready, ago, answer):
    beat = None if ago is None else clock.NOW - timedelta(seconds=ago)
    health.tell_ticks(app, lambda: beat)

    assert ready() == answer


def test_mail_that_does_not_leave_is_seen(rows, ready, client):
    due = clock.NOW - timedelta(seconds=90)
    rows.add(
        Notice(
            topic="reminder",
            channel=NoticeChannel.EMAIL,
            recipient="sakura@example.com",
            language="ja",
            payload={},
            dedupe_key="1",
            made_at=due,
            next_at=due,
        )
    )
    rows.commit()

    figures = client.get("/metrics").text

    assert ready() == (200, [])  # without a mail server nothing is expected to leave
    assert "onsite_outbox_oldest_seconds 90.0" in figures
