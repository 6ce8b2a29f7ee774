"""A search is asked for once, held by one process, and mended when its process is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.base import WrongState
from dispatch.planning import runs
from dispatch.planning.runs import AlreadyQueued, RunLost, RunState
from tests import build, clock
from tests.dispatch.planning.day import queued


def test_the_same_search_is_not_queued_twice(session):
    territory = build.territory(session)
    waiting = queued(session, territory)

    with pytest.raises(AlreadyQueued) as refusal:
        queued(session, territory)

    assert refusal.value.details == {"run_id": waiting.id}


def test_only_the_present_holder_may_end_a_run(session):
    run = queued(session, build.territory(session))
    former = runs.start(session, run_id=run.id, now=clock.NOW)
    present = runs.start(session, run_id=run.id, now=clock.NOW)

    with pytest.raises(RunLost):
        runs.finish(session, run_id=run.id, token=former, now=clock.NOW)

    assert runs.finish(session, run_id=run.id, token=present, now=clock.NOW).state is RunState.DONE


def test_a_waiting_run_is_cancelled_at_once(session):
    run = queued(session, build.territory(session))

    runs.stop(session, run=run, by=None, now=clock.NOW)

    assert run.state is RunState.CANCELLED


def test_a_running_search_hears_that_it_should_stop(session):
    run = queued(session, build.territory(session))
    token = runs.start(session, run_id=run.id, now=clock.NOW)
    runs.stop(session, run=run, by=None, now=clock.NOW)

    beat = runs.heartbeat(session, run_id=run.id, token=token, progress={}, now=clock.NOW)

    assert (beat.mine, beat.stop) == (True, True)


def test_a_lost_run_hears_that_it_is_lost(session):
    run = queued(session, build.territory(session))
    former = runs.start(session, run_id=run.id, now=clock.NOW)
    runs.start(session, run_id=run.id, now=clock.NOW)

    beat = runs.heartbeat(session, run_id=run.id, token=former, progress={}, now=clock.NOW)

    assert not beat.mine


def test_a_silent_run_is_queued_again(session):
    run = queued(session, build.territory(session))
    runs.start(session, run_id=run.id, now=clock.NOW)

    again = runs.mend_cut_runs(session, now=clock.NOW + timedelta(minutes=2))

    assert again == (run,)
    assert run.state is RunState.QUEUED


def test_a_run_that_falls_silent_three_times_is_given_up(session):
    run = queued(session, build.territory(session))
    for _ in range(runs.ATTEMPTS):
        runs.start(session, run_id=run.id, now=clock.NOW)

    again = runs.mend_cut_runs(session, now=clock.NOW + timedelta(minutes=2))

    assert again == ()
    assert (run.state, run.fault_code) == (RunState.FAILED, "run-cut")


def test_a_run_that_is_over_cannot_be_stopped(session):
    run = queued(session, build.territory(session))
    token = runs.start(session, run_id=run.id, now=clock.NOW)
    runs.finish(session, run_id=run.id, token=token, now=clock.NOW)

    with pytest.raises(WrongState):
        runs.stop(session, run=run, by=None, now=clock.NOW)
