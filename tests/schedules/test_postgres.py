"""What is Procrastinate's alone: its own tables, and what it leaves in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from dispatch import store
from schedules.postgres import PostgresQueue
from schedules.queue import Task, UnknownTask
from tests.clock import NOW
from tests.databases import administer, dismantle, shown

pytestmark = pytest.mark.postgres
TASK = Task(name="note", run=lambda _: None, attempts=1, limit=timedelta(seconds=1))


@pytest.fixture
def queue(postgres_server, postgres_template):
    """A queue in a database where Procrastinate has no tables yet."""
    name = "onsite_bare_queue"
    administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    url = shown(postgres_server.set(database=name))
    engine = store.open_store(url)
    yield PostgresQueue(url, sessionmaker(engine), clock=lambda: NOW, tasks=[TASK])
    engine.dispose()
    dismantle(url)


def test_its_tables_are_made_once(queue):
    assert queue.install()
    assert not queue.install()


def test_processes_that_start_together_make_its_tables_once(queue):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: queue.install(), range(4)))

    assert sorted(made) == [False, False, False, True]


def test_a_task_that_nobody_knows_is_refused(queue):
    with queue._open() as session, pytest.raises(UnknownTask):
        queue.enqueue(session, task="unheard", payload={}, dedupe_key="unheard")


def test_a_time_to_come_is_counted_from_the_clock_that_was_handed_in(queue):
    queue.install()
    with queue._open() as session, session.begin():
        queue.enqueue(
            session,
            task="note",
            payload={},
            dedupe_key="note",
            not_before=NOW + timedelta(minutes=10),
        )

    with queue._open() as session:
        wait = session.scalar(text("SELECT scheduled_at - now() FROM procrastinate_jobs"))

    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)
