"""The queue on one machine: who owns the folder, and how chores keep their times."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import journal, store
from dispatch.journal import Fact
from dispatch.tasks import TaskRow, TaskState
from schedules.embedded import EmbeddedQueue
from schedules.owner import InstanceTaken, Owner
from schedules.queue import Chore, Task, UnknownTask
from tests import clock

HOURLY = Chore(
    name="hourly",
    cron="0 * * * *",
    run=lambda session, _, now: journal.record(session, "rang", thing="chore", thing_id=0, now=now),
)


def fall_over(session, _queue, now) -> None:
    journal.record(session, "rang", thing="chore", thing_id=0, now=now)
    raise ConnectionError("the post office is away")


BROKEN = Chore(name="broken", cron="0 * * * *", run=fall_over)


@pytest.fixture
def start(open_session, clock, tmp_path):
    """Start a queue with the given chores in this process; it is stopped after the test."""
    running = []

    def start(*chores: Chore) -> EmbeddedQueue:
        queue = EmbeddedQueue(open_session, clock=clock, chores=chores)
        queue.start(tmp_path)
        running.append(queue)
        return queue

    yield start
    for queue in running:
        queue.stop()


def rings(open_session) -> int:
    with open_session() as session:
        return len(session.scalars(select(Fact).where(Fact.kind == "rang")).all())


def chore_row(open_session) -> TaskRow:
    with open_session() as session:
        return session.scalars(select(TaskRow)).one()


def wait_for(condition) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_second_process_is_kept_out_of_the_folder(tmp_path):
    owner = Owner.of(tmp_path)

    with pytest.raises(InstanceTaken) as refusal:
        Owner.of(tmp_path)

    assert refusal.value.details["folder"] == str(tmp_path)
    owner.let_go()


def test_the_folder_is_free_again_when_its_owner_stops(open_session, tmp_path):
    queue = EmbeddedQueue(open_session, clock=lambda: clock.NOW)
    queue.start(tmp_path)

    queue.stop()

    Owner.of(tmp_path).let_go()


def test_a_task_that_nobody_knows_is_refused(open_session):
    queue = EmbeddedQueue(open_session, clock=lambda: clock.NOW)

    with pytest.raises(UnknownTask), open_session() as session:
        queue.enqueue(session, task="unheard", payload={}, dedupe_key="unheard")


def test_a_chore_waits_for_the_next_time_that_its_cron_names(start, open_session):
    start(HOURLY)

    row = chore_row(open_session)

    assert row.not_before == clock.at("08:00")
    assert rings(open_session) == 0


def test_a_chore_runs_once_for_all_the_times_that_a_jump_of_the_clock_skipped(
    start, open_session, clock
):
    queue = start(HOURLY)

    clock.advance(hours=30)
    queue.wake()
    wait_for(lambda: rings(open_session))

    wait_for(lambda: chore_row(open_session).state == TaskState.WAITING)
    assert rings(open_session) == 1
    assert chore_row(open_session).not_before == clock() + timedelta(hours=1)


def test_a_time_missed_while_nothing_ran_is_made_up_for_at_the_start(
    start, open_session, clock, tmp_path
):
    before = EmbeddedQueue(open_session, clock=clock, chores=[HOURLY])
    before.start(tmp_path)
    before.stop()
    clock.advance(hours=30)

    start(HOURLY)

    wait_for(lambda: rings(open_session) == 1)


def test_a_clock_that_is_set_back_brings_the_chore_forward(start, open_session, clock):
    queue = start(HOURLY)

    clock.advance(hours=-30)
    queue.wake()

    wait_for(lambda: chore_row(open_session).not_before == clock() + timedelta(hours=1))


def test_a_chore_that_fails_leaves_its_fault_and_waits_for_its_next_time(
    start, open_session, clock
):
    queue = start(BROKEN)

    clock.advance(hours=1)
    queue.wake()
    wait_for(lambda: chore_row(open_session).fault)

    row = chore_row(open_session)
    assert row.state == TaskState.WAITING
    assert row.not_before == clock() + timedelta(hours=1)
    assert rings(open_session) == 0


def test_a_chore_that_no_longer_exists_loses_its_row(open_session, clock, start, tmp_path):
    before = EmbeddedQueue(open_session, clock=clock, chores=[HOURLY])
    before.start(tmp_path)
    before.stop()

    start()

    with open_session() as session:
        assert session.scalars(select(TaskRow)).all() == []


def test_a_commit_wakes_the_queue_and_a_rollback_does_not(open_session):
    task = Task(name="anything", run=lambda _: None, attempts=1, limit=timedelta(seconds=1))
    queue = EmbeddedQueue(open_session, clock=lambda: clock.NOW, tasks=[task])

    with store.writing(), open_session() as session:
        queue.enqueue(session, task="anything", payload={}, dedupe_key="1")
        session.rollback()
        asleep = not queue._due.is_set()
        queue.enqueue(session, task="anything", payload={}, dedupe_key="1")
        session.commit()

    assert asleep
    assert queue._due.is_set()


def test_a_task_that_could_not_be_settled_is_run_again(open_session, clock, tmp_path):
    tries = []
    task = Task(
        name="note",
        run=tries.append,
        attempts=3,
        limit=timedelta(seconds=5),
        first_wait=timedelta(0),
    )
    queue = EmbeddedQueue(open_session, clock=clock, tasks=[task])
    do_task = queue._do_task
    away = iter([TimeoutError("the database is away")])

    def lose_the_database_once(row) -> None:
        for trouble in away:
            tries.append(row)
            raise trouble
        do_task(row)

    queue._do_task = lose_the_database_once
    with store.writing(), open_session() as session, session.begin():
        queue.enqueue(session, task="note", payload={}, dedupe_key="note")

    queue.start(tmp_path)
    wait_for(lambda: len(tries) == 2)
    queue.stop()

    assert chore_row(open_session).state == TaskState.DONE
