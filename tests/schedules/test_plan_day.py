"""A day's plan as a task: read, think in a child process, write; whatever happens to the child."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from dispatch import store
from dispatch.places import Territory
from dispatch.planning import runs
from dispatch.planning.runs import PlanRun, RunKind, RunState
from dispatch.planning.tables import Assignment, AssignmentState, Plan, PlanState
from dispatch.tasks import TaskRow
from dispatch.workforce import Shift
from routing.travel.crowfly import CrowFly
from routing.travel.provider import TravelBusy
from schedules.embedded import EmbeddedQueue
from schedules.queue import Turn
from schedules.tasks import plan_day
from tests import build
from tests.clock import DAY, NOW

pytestmark = pytest.mark.slow
LONGEST = timedelta(seconds=60)


class NoRoads(CrowFly):
    """A road service that is away."""

    def matrix(self, *_args, **_kwargs):
        raise TravelBusy("no answer within 5 s")


class BackwardRoads(CrowFly):
    """A road service whose answers make no sense; the engine says so and gives up."""

    def matrix(self, *args, **kwargs):
        table = super().matrix(*args, **kwargs)
        table.seconds[:] = -1
        return table


class Desk:
    """A day with work, and a way to have it planned in this very thread."""

    def __init__(self, open_session, clock) -> None:
        self.open_session = open_session
        self.clock = clock
        with store.writing(), open_session() as session, session.begin():
            territory = build.territory(session)
            technician = build.technician(session, territory=territory)
            self.shift_id = build.shift(session, technician=technician).id
            self.territory_id = territory.id
        self.told: list[PlanRun] = []
        self.on_start = lambda _run: None
        self.on_progress = lambda _run: None
        self.queue = EmbeddedQueue(open_session, clock=clock, tasks=[self.task()])

    def add_visits(self, number: int) -> None:
        with store.writing(), self.open_session() as session, session.begin():
            territory = session.get_one(Territory, self.territory_id)
            for _ in range(number):
                build.visit(session, territory=territory, work_minutes=30)

    def add_plan_in_force(self) -> int:
        """A visit that stands in the plan of the day already; returns the plan's id."""
        with store.writing(), self.open_session() as session, session.begin():
            territory = session.get_one(Territory, self.territory_id)
            visit = build.visit(session, territory=territory)
            plan = build.plan(session, territory=territory)
            shift = session.get_one(Shift, self.shift_id)
            build.assignment(session, visit=visit, shift=shift, plan=plan)
            return plan.id

    def ask(self, *, limit_seconds: int = 3, **choices) -> int:
        """Ask for a plan and commit; returns the run's id."""
        with store.writing(), self.open_session() as session, session.begin():
            run = plan_day.start(
                session,
                self.queue,
                territory=session.get_one(Territory, self.territory_id),
                day=DAY,
                by=None,
                now=NOW,
                limit_seconds=limit_seconds,
                **choices,
            )
            return run.id

    def task(self, travel=None):
        return plan_day.task(travel=travel or CrowFly(), longest=LONGEST, tell=self.hear)

    def hear(self, run: PlanRun) -> None:
        if not self.told:
            self.on_start(run)
        self.told.append(run)
        if run.state is RunState.RUNNING and run.progress.get("served"):
            self.on_progress(run)

    def work(self, run_id: int, *, travel=None) -> PlanRun:
        """Take one turn at the task; returns the run afterwards."""
        turn = Turn(
            payload={"run_id": run_id},
            queue=self.queue,
            open_session=self.open_session,
            clock=self.clock,
        )
        self.task(travel).take(turn)
        return self.run(run_id)

    def run(self, run_id: int) -> PlanRun:
        with self.open_session() as session:
            return session.get_one(PlanRun, run_id)

    def stop(self, run: PlanRun) -> None:
        with store.writing(), self.open_session() as session, session.begin():
            row = session.get_one(PlanRun, run.id)
            runs.stop(session, run=row, by=None, now=self.clock())

    def plan_in_force(self) -> Plan | None:
        query = select(Plan).where(Plan.state == PlanState.PUBLISHED)
        with self.open_session() as session:
            return session.scalars(query).one_or_none()

    def planned(self) -> int:
        """How many visits have a place in a round."""
        live = select(Assignment).where(Assignment.state != AssignmentState.RELEASED)
        with self.open_session() as session:
            return len(session.scalars(live).all())


def kill_the_engine(_run: PlanRun) -> None:
    own = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    for child in " ".join(path.read_text() for path in own).split():
        if b"routing.engine" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)


@pytest.fixture
def desk(open_session, clock):
    """A territory with one technician, who works from 8 to 16 on the default day."""
    return Desk(open_session, clock)


def test_asking_records_the_run_and_puts_it_on_the_queue(desk):
    run_id = desk.ask()

    with desk.open_session() as session:
        row = session.scalars(select(TaskRow)).one()
    assert desk.run(run_id).state is RunState.QUEUED
    assert row.payload == {"run_id": run_id}
    assert row.lock_key == f"territory:{desk.territory_id}:2026-03-29"


def test_a_day_is_planned_and_brought_into_force(desk):
    desk.add_visits(4)
    run_id = desk.ask()

    run = desk.work(run_id)

    assert run.state is RunState.DONE, run.fault
    assert desk.plan_in_force().run_id == run_id
    assert desk.planned() == 4


def test_those_who_watch_hear_how_far_the_search_is(desk):
    desk.add_visits(4)

    desk.work(desk.ask())

    states = [run.state for run in desk.told]
    assert states[0] is RunState.RUNNING
    assert states[-1] is RunState.DONE
    told = {"seconds", "limit_s", "objective", "served", "jobs", "compiling"}
    assert told == set(desk.told[-1].progress)
    assert desk.told[-1].progress["served"] == 4


def test_trouble_with_those_who_watch_does_not_end_the_search(desk):
    desk.add_visits(2)

    def stumble(_run: PlanRun) -> None:
        raise ConnectionError("the page has gone")

    desk.on_progress = stumble

    run = desk.work(desk.ask())

    assert run.state is RunState.DONE
    assert desk.planned() == 2


def test_a_run_that_is_asked_to_stop_keeps_the_best(desk):
    desk.add_visits(4)
    desk.on_progress = desk.stop

    run = desk.work(desk.ask(limit_seconds=50))

    assert run.state is RunState.DONE
    assert run.progress["seconds"] < 25
    assert desk.planned() == 4


def test_a_run_stopped_at_once_still_gets_a_first_plan(desk):
    desk.add_visits(4)
    run_id = desk.ask(limit_seconds=50)
    desk.on_start = desk.stop

    run = desk.work(run_id)

    assert run.state is RunState.DONE
    assert desk.planned() == 4


def test_a_run_stopped_before_it_began_does_nothing(desk):
    run_id = desk.ask()
    desk.stop(desk.run(run_id))

    run = desk.work(run_id)

    assert run.state is RunState.CANCELLED
    assert desk.plan_in_force() is None


def test_a_killed_engine_leaves_the_old_plan_in_force_and_marks_the_run(desk):
    old_plan = desk.add_plan_in_force()
    desk.add_visits(4)
    desk.on_progress = kill_the_engine

    run = desk.work(desk.ask(limit_seconds=50))

    assert (run.state, run.fault_code) == (RunState.FAILED, "engine-died")
    assert desk.plan_in_force().id == old_plan
    assert desk.planned() == 1


def test_what_the_engine_said_before_it_failed_is_in_the_log(desk):
    desk.add_visits(1)

    with capture_logs() as logged:
        run = desk.work(desk.ask(), travel=BackwardRoads())

    (said,) = [line for line in logged if line["event"] == "engine.said"]
    assert run.state is RunState.FAILED
    assert said["run_id"] == run.id
    assert said["words"] in run.fault


def test_a_search_that_another_process_took_over_writes_nothing(desk):
    desk.add_visits(4)

    def take_over(run: PlanRun) -> None:
        with store.writing(), desk.open_session() as session, session.begin():
            runs.start(session, run_id=run.id, now=NOW)
        desk.on_progress = lambda _run: None

    desk.on_progress = take_over

    run = desk.work(desk.ask(limit_seconds=50))

    assert (run.state, run.token) == (RunState.RUNNING, 2)
    assert desk.plan_in_force() is None


def test_a_run_whose_process_died_is_taken_up_by_the_next(desk):
    desk.add_visits(2)
    run_id = desk.ask()
    with store.writing(), desk.open_session() as session, session.begin():
        runs.start(session, run_id=run_id, now=NOW)

    run = desk.work(run_id)

    assert (run.state, run.attempt) == (RunState.DONE, 2)
    assert desk.planned() == 2


def test_a_day_without_work_gets_an_empty_plan_at_once(desk):
    run_id = desk.ask(limit_seconds=50)

    run = desk.work(run_id)

    assert run.state is RunState.DONE
    assert desk.plan_in_force().run_id == run_id


def test_a_plan_that_was_only_to_be_proposed_does_not_come_into_force(desk):
    desk.add_visits(2)

    run = desk.work(desk.ask(publish=False))

    assert run.state is RunState.DONE
    assert desk.plan_in_force() is None


def test_roads_that_do_not_answer_fail_the_run_and_leave_the_plan(desk):
    old_plan = desk.add_plan_in_force()

    run = desk.work(desk.ask(kind=RunKind.REPAIR), travel=NoRoads())

    assert (run.state, run.fault_code) == (RunState.FAILED, "travel-busy")
    assert desk.plan_in_force().id == old_plan
