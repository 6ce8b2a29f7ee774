"""What every queue promises, shown on both: the embedded one, and Procrastinate's.

Another process does the work, so that it can be killed.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import store
from tests.schedules.workshop import Workshop

pytestmark = pytest.mark.slow


@pytest.fixture
def workshop(database_url, tmp_path):
    """A queue on a database of its own; nobody works until ``open``."""
    made = Workshop(database_url, tmp_path)
    if not database_url.startswith("sqlite"):
        made.queue.install()
    yield made
    if made.process is not None:
        made.kill()
    made.open_session.kw["bind"].dispose()


def test_a_rollback_leaves_no_task(workshop):
    with store.writing(), workshop.open_session() as session:
        workshop.enqueue(session, "work", 1)
        session.rollback()

    assert workshop.states() == {}


def test_a_duplicate_is_refused_and_the_transaction_goes_on(workshop):
    with store.writing(), workshop.open_session() as session, session.begin():
        first = workshop.enqueue(session, "work", 1)
        second = workshop.enqueue(session, "work", 1)
        workshop.enqueue(session, "work", 2)

    assert (first, second) == (True, False)
    assert workshop.states() == {("work", 1): "waiting", ("work", 2): "waiting"}


def test_the_same_may_be_asked_for_again_while_it_runs(workshop):
    workshop.ask("work", 1, milliseconds=600)
    workshop.open()
    workshop.until(lambda: workshop.facts("began"))

    again = workshop.ask("work", 1)
    workshop.until(workshop.at_rest)

    assert again
    assert workshop.facts("ended") == [("ended", 1), ("ended", 1)]


def test_tasks_of_one_lock_run_one_at_a_time_in_the_order_of_asking(workshop):
    workshop.ask("work", 1, milliseconds=200, lock_key="territory")
    workshop.ask("work", 2, milliseconds=50, lock_key="territory")
    workshop.ask("work", 3, lock_key="territory")

    workshop.open()
    workshop.until(workshop.at_rest)

    assert workshop.facts("began", "ended") == [
        ("began", 1), ("ended", 1), ("began", 2), ("ended", 2), ("began", 3), ("ended", 3),
    ]  # fmt: skip


def test_tasks_of_different_locks_run_beside_each_other(workshop):
    workshop.ask("work", 1, milliseconds=1500, lock_key="north")
    workshop.ask("work", 2, milliseconds=1500, lock_key="south")

    workshop.open()
    workshop.until(workshop.at_rest)

    assert [kind for kind, _ in workshop.facts("began", "ended")] == [
        "began", "began", "ended", "ended",
    ]  # fmt: skip


def test_a_task_waits_for_its_time(workshop):
    due = workshop.clock() + timedelta(seconds=3)
    workshop.ask("work", 1, not_before=due)
    workshop.ask("work", 2)

    workshop.open()
    workshop.until(workshop.at_rest)

    assert workshop.facts("began") == [("began", 2), ("began", 1)]
    assert workshop.times("ended")[-1] >= due.timestamp() - 0.5


def test_a_task_that_fails_is_tried_again_later_each_time_and_then_given_up(workshop):
    workshop.ask("refuse", 1)

    workshop.open()
    workshop.until(workshop.at_rest)

    first, second, third = workshop.times("began")
    assert workshop.states() == {("refuse", 1): "failed"}
    assert second - first >= 0.1
    assert third - second >= 0.2


def test_a_task_that_waits_for_its_next_try_holds_back_the_later_ones_of_its_lock(workshop):
    workshop.ask("stumble", 1, lock_key="channel")
    workshop.ask("work", 2, lock_key="channel")

    workshop.open()
    workshop.until(workshop.at_rest)

    assert workshop.facts("ended") == [("ended", 1), ("ended", 2)]


def test_a_task_that_fails_while_its_twin_waits_gives_way(workshop):
    workshop.ask("stumble", 1, milliseconds=700, lock_key="channel")
    workshop.open()
    workshop.until(lambda: workshop.facts("began"))

    twin_waits = workshop.ask("stumble", 1, lock_key="channel")
    workshop.until(workshop.at_rest)

    assert twin_waits
    assert workshop.facts("began", "ended") == [("began", 1), ("began", 1), ("ended", 1)]


def test_a_task_is_told_when_its_limit_has_passed(workshop):
    workshop.ask("linger", 1)

    workshop.open()
    workshop.until(workshop.at_rest)

    assert workshop.facts("began", "hurried", "ended") == [("began", 1), ("hurried", 1)]


def test_a_running_task_is_told_when_the_process_is_asked_to_stop(workshop):
    workshop.ask("work", 1, milliseconds=500)
    workshop.open()
    workshop.until(lambda: workshop.facts("began"))

    workshop.process.terminate()
    workshop.process.join(20)

    assert workshop.process.exitcode == 0
    assert workshop.facts("ended") == [("ended", 1)]


def test_what_a_killed_process_was_doing_is_done_by_the_next(workshop):
    workshop.ask("work", 1, milliseconds=700, lock_key="territory")
    workshop.ask("work", 2, lock_key="territory")
    workshop.open()
    workshop.until(lambda: workshop.facts("began"))

    workshop.kill()
    workshop.until(workshop.at_rest)

    assert workshop.facts("ended") == [("ended", 1), ("ended", 2)]


def test_a_killed_task_gives_way_to_its_twin_and_frees_its_lock(workshop):
    workshop.ask("work", 1, milliseconds=700, lock_key="territory")
    workshop.open()
    workshop.until(lambda: workshop.facts("began"))
    workshop.ask("work", 1, lock_key="territory")

    workshop.kill()
    workshop.until(workshop.at_rest)

    assert workshop.facts("began", "ended") == [("began", 1), ("began", 1), ("ended", 1)]


def test_a_task_that_kills_its_process_is_given_up_and_its_neighbour_is_not(workshop):
    workshop.ask("poison", 1)
    workshop.ask("work", 2, milliseconds=50)

    workshop.open()
    workshop.until(workshop.at_rest, seconds=60)

    assert workshop.states()["poison", 1] == "failed"
    assert workshop.facts("ended") == [("ended", 2)]


def test_a_chore_comes_at_its_time_and_a_broken_one_does_not_stop_it(workshop):
    workshop.open(speed=60)

    workshop.until(lambda: workshop.facts("counted"))

    assert workshop.process.is_alive()


def test_a_chore_may_ask_for_work(workshop):
    workshop.open(speed=60)

    workshop.until(lambda: workshop.facts("ended"))

    assert workshop.facts("ended")[0] == ("ended", 77)


def test_a_task_may_ask_for_work(workshop):
    workshop.ask("relay", 1)

    workshop.open()
    workshop.until(lambda: workshop.facts("ended"))

    assert workshop.facts("ended") == [("ended", 2)]
