"""What happens by itself: each chore once, again, and beside one bad item."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from dispatch import tickets
from dispatch.inbound import SeenRequest
from dispatch.journal import Fact, record
from dispatch.notices import Notice
from dispatch.planning import runs
from dispatch.planning.runs import PlanRun, RunKind, RunState
from dispatch.planning.tables import AssignmentState, Occupancy, PlanState
from dispatch.promises import AppointmentState, HoldState
from dispatch.tasks import TaskRow, TaskState
from dispatch.tickets import ClockKind, Priority, SlaClock, Ticket, TicketState
from dispatch.visits import VisitState
from dispatch.workforce import report_absence, set_travel_profile
from routing.travel.crowfly import CrowFly
from routing.travel.provider import Profile
from schedules.chores import (
    close_days,
    close_tickets,
    drop_proposals,
    end_waits,
    hold_expiry,
    mend_plans,
    mend_runs,
    move_up,
    nightly_plan,
    post_notices,
    reminders,
    retention,
    sla_watch,
    unblock_visits,
)
from schedules.embedded import EmbeddedQueue
from schedules.tasks import deliver_notices, plan_day
from tests import build
from tests.clock import DAY, NOW, THE_DAY_BEFORE, at

EVENING = at("18:00", day=THE_DAY_BEFORE)


@pytest.fixture
def queue(session, clock):
    """A queue that keeps what it is asked for; nobody works."""
    task = plan_day.task(travel=CrowFly(), longest=timedelta(seconds=60))
    post = deliver_notices.task(send=lambda _: None)
    return EmbeddedQueue(lambda: session, clock=clock, tasks=[task, post])


def plan_runs(session) -> list[tuple[int, datetime]]:
    rows = session.scalars(select(PlanRun).order_by(PlanRun.id))
    return [(run.territory_id, run.day) for run in rows]


def cut_run(session, *, attempt: int = 1) -> PlanRun:
    run = runs.ask_plan(
        session,
        territory=build.territory(session),
        day=DAY,
        kind=RunKind.DAY,
        by=None,
        now=NOW,
        limit_seconds=20,
    )
    run.state, run.heartbeat_at, run.attempt = RunState.RUNNING, NOW, attempt
    session.flush()
    return run


def task_row(session, number: int, *, state: TaskState, created_at: datetime) -> TaskRow:
    row = TaskRow(
        name="plan_day",
        payload={},
        state=state,
        dedupe_key=f"plan_day:{number}",
        not_before=created_at,
        created_at=created_at,
    )
    session.add(row)
    session.flush()
    return row


def test_tomorrow_is_planned_where_somebody_works(session, queue):
    busy = build.territory(session)
    build.shift(session, technician=build.technician(session, territory=busy), day=DAY)
    build.technician(session, territory=build.territory(session))

    nightly_plan.chore(hour=17, limit_seconds=20).run(session, queue, EVENING)

    assert plan_runs(session) == [(busy.id, DAY)]
    assert session.scalars(select(TaskRow)).one().payload == {
        "run_id": session.scalars(select(PlanRun.id)).one()
    }


def test_tomorrow_is_the_territorys_own(session, queue):
    tokyo = build.territory(session, zone="Asia/Tokyo", country="JP")
    build.shift(session, technician=build.technician(session, territory=tokyo), day=DAY)
    already_sunday_there = datetime(2026, 3, 28, 17, tzinfo=UTC)

    nightly_plan.chore(hour=17, limit_seconds=20).run(session, queue, already_sunday_there)

    assert plan_runs(session) == []


def test_an_evening_asks_once_even_when_it_is_repeated(session, queue):
    build.shift(session, day=DAY)
    chore = nightly_plan.chore(hour=17, limit_seconds=20)
    chore.run(session, queue, EVENING)
    session.scalars(select(PlanRun)).one().state = RunState.DONE

    chore.run(session, queue, EVENING + timedelta(minutes=10))

    assert len(plan_runs(session)) == 1


def test_an_evening_asks_again_after_the_search_has_failed(session, queue):
    build.shift(session, day=DAY)
    chore = nightly_plan.chore(hour=17, limit_seconds=20)
    chore.run(session, queue, EVENING)
    session.scalars(select(PlanRun)).one().state = RunState.FAILED

    chore.run(session, queue, EVENING + timedelta(minutes=10))

    assert len(plan_runs(session)) == 2


def test_a_search_that_a_dispatcher_started_is_no_trouble_for_the_night(session, queue):
    shift = build.shift(session, day=DAY)
    other = build.shift(session, day=DAY)
    plan_day.start(
        session,
        queue,
        territory=shift.technician.territory,
        day=DAY,
        by=build.dispatcher(session),
        now=EVENING,
        limit_seconds=20,
    )

    nightly_plan.chore(hour=17, limit_seconds=20).run(session, queue, EVENING)

    assert {id_ for id_, _ in plan_runs(session)} == {
        shift.technician.territory_id,
        other.technician.territory_id,
    }


def test_a_run_that_fell_silent_is_queued_again(session, queue):
    run = cut_run(session)

    mend_runs.chore().run(session, queue, NOW + timedelta(minutes=2))

    session.refresh(run)
    assert run.state is RunState.QUEUED
    assert session.scalars(select(TaskRow)).one().payload == {"run_id": run.id}


def test_a_run_that_is_still_heard_is_left_alone(session, queue):
    run = cut_run(session)

    mend_runs.chore().run(session, queue, NOW + timedelta(seconds=5))

    session.refresh(run)
    assert run.state is RunState.RUNNING


def test_a_run_that_the_queue_has_in_hand_is_left_to_it(session, queue):
    run = cut_run(session)
    plan_day.enqueue(session, queue, run=run)

    mend_runs.chore().run(session, queue, NOW + timedelta(minutes=2))

    session.refresh(run)
    assert run.state is RunState.RUNNING


def test_a_run_that_fell_silent_three_times_is_given_up(session, queue):
    run = cut_run(session, attempt=3)

    mend_runs.chore().run(session, queue, NOW + timedelta(minutes=2))

    session.refresh(run)
    assert (run.state, run.fault_code) == (RunState.FAILED, "run-cut")
    assert session.scalars(select(TaskRow)).all() == []


def test_what_is_done_is_forgotten_and_what_waits_is_kept(session, queue):
    long_ago = NOW - timedelta(days=20)
    task_row(session, 1, state=TaskState.DONE, created_at=long_ago)
    waits = task_row(session, 2, state=TaskState.WAITING, created_at=long_ago)
    failed = task_row(session, 3, state=TaskState.FAILED, created_at=long_ago)
    recent = task_row(session, 4, state=TaskState.DONE, created_at=NOW)

    retention.chore().run(session, queue, NOW)

    kept = set(session.scalars(select(TaskRow.id)))
    assert kept == {waits.id, failed.id, recent.id}


def test_answers_to_requests_are_forgotten_after_a_month(session, queue):
    account = build.agent(session)
    for key, days in (("old", 31), ("young", 29)):
        session.add(
            SeenRequest(
                account_id=account.id,
                key=key,
                route="/",
                body_hash="",
                created_at=NOW - timedelta(days=days),
            )
        )
    session.flush()

    retention.chore().run(session, queue, NOW)

    assert session.scalars(select(SeenRequest.key)).all() == ["young"]


def resolved(session, *, at_: datetime, **columns) -> Ticket:
    ticket = build.ticket(session, site=build.site(session), **columns)
    ticket.state, ticket.resolved_at = TicketState.RESOLVED, at_
    ticket.cause = ticket.remedy = "Papier"
    session.flush()
    return ticket


def test_a_ticket_is_closed_five_business_days_after_it_was_resolved(session, queue):
    monday = at("10:00", day=date(2026, 3, 16))
    ticket = resolved(session, at_=monday)

    close_tickets.chore().run(session, queue, monday + timedelta(days=7))

    assert ticket.state is TicketState.CLOSED


def test_public_holidays_keep_a_ticket_open_for_longer(session, queue):
    before_easter = at("10:00", day=date(2026, 3, 31))
    ticket = resolved(session, at_=before_easter)

    close_tickets.chore().run(session, queue, before_easter + timedelta(days=7))

    assert ticket.state is TicketState.RESOLVED


def test_a_ticket_that_cannot_be_closed_does_not_keep_the_others_open(session, queue):
    monday = at("10:00", day=date(2026, 3, 16))
    without_country = build.territory(session, country="ZZ")
    bad = resolved(session, at_=monday)
    bad.site.territory = without_country
    good = resolved(session, at_=monday)
    session.flush()

    close_tickets.chore().run(session, queue, monday + timedelta(days=7))

    assert (bad.state, good.state) == (TicketState.RESOLVED, TicketState.CLOSED)


def test_a_clock_that_ran_out_is_noted_once(session, queue):
    ticket = build.ticket(session, agreement=build.agreement(session))
    clock = SlaClock(
        ticket=ticket,
        kind=ClockKind.RESPOND,
        minutes=30,
        starts_at=NOW - timedelta(hours=1),
        due_at=NOW - timedelta(minutes=30),
    )
    session.add(clock)
    session.flush()

    sla_watch.chore().run(session, queue, NOW)
    sla_watch.chore().run(session, queue, NOW + timedelta(minutes=1))

    told = session.scalars(select(Fact).where(Fact.kind == "clock-missed")).all()
    assert clock.missed_at == NOW - timedelta(minutes=30)
    assert len(told) == 1


def test_a_ticket_goes_on_when_the_date_of_its_wait_has_come(session, queue):
    ticket = build.ticket(session)
    tickets.wait_for(
        session,
        ticket=ticket,
        reason="toner",
        until=NOW + timedelta(days=1),
        now=NOW,
        by=build.agent(session),
    )

    end_waits.chore().run(session, queue, NOW + timedelta(days=1))

    assert ticket.state is TicketState.OPEN


def test_an_urgent_ticket_moves_up_when_its_tier_has_had_its_time(session, queue):
    ticket = build.ticket(session, priority=Priority.URGENT, tier_since=NOW, opened_at=NOW)

    move_up.chore().run(session, queue, NOW + timedelta(minutes=16))

    assert ticket.tier == 2


def test_a_hold_that_ran_out_is_free_again_and_a_live_one_is_kept(session, queue):
    shift = build.shift(session)
    over = build.hold(
        session,
        visit=build.visit(session),
        shift=shift,
        opens_at=at("09:00"),
        expires_at=NOW,
    )
    live = build.hold(session, visit=build.visit(session), shift=shift, opens_at=at("13:00"))

    hold_expiry.chore().run(session, queue, NOW)

    assert (over.state, live.state) == (HoldState.EXPIRED, HoldState.HELD)
    assert session.scalars(select(Occupancy.hold_id)).all() == [live.id]


def test_a_cancelled_visit_leaves_its_round_and_the_day_is_repaired_once(session, queue):
    gone = build.visit(session)
    place = build.assignment(session, visit=gone, shift=build.shift(session))
    gone.state = VisitState.CANCELLED
    record(session, "visit-cancelled", thing="visit", thing_id=gone.id, now=NOW)
    chore = mend_plans.chore(limit_seconds=20)

    chore.run(session, queue, NOW)
    chore.run(session, queue, NOW + timedelta(minutes=1))

    repair = session.scalars(select(PlanRun)).one()
    session.refresh(place)
    assert place.state is AssignmentState.RELEASED
    assert session.scalars(select(Occupancy)).all() == []
    assert (repair.kind, repair.day) == (RunKind.REPAIR, DAY)


def test_an_absence_asks_for_a_repair_of_the_days_that_it_touches(session, queue):
    ill = build.technician(session)
    today = build.shift(session, technician=ill)
    next_day = DAY + timedelta(days=1)
    later = build.shift(session, technician=ill, day=next_day)
    build.assignment(session, visit=build.visit(session), shift=today)
    build.assignment(session, visit=build.visit(session), shift=later)
    report_absence(
        session, technician=ill, starts_at=NOW, ends_at=at("00:00", day=next_day), now=NOW
    )

    mend_plans.chore(limit_seconds=20).run(session, queue, NOW)

    assert session.scalars(select(PlanRun.day)).all() == [DAY]


def test_whoever_changes_to_a_bike_asks_for_a_repair_of_what_is_still_to_come(session, queue):
    rider = build.technician(session)
    build.assignment(
        session, visit=build.visit(session), shift=build.shift(session, technician=rider)
    )
    set_travel_profile(session, technician=rider, travel_profile=Profile.BIKE, now=NOW)
    set_travel_profile(session, technician=rider, travel_profile=Profile.BIKE, now=NOW)

    mend_plans.chore(limit_seconds=20).run(session, queue, NOW)

    assert session.scalars(select(PlanRun.day)).all() == [DAY]


def test_what_is_over_is_not_repaired(session, queue):
    gone = build.visit(session)
    build.assignment(session, visit=gone, shift=build.shift(session))
    record(session, "visit-cancelled", thing="visit", thing_id=gone.id, now=NOW)

    mend_plans.chore(limit_seconds=20).run(session, queue, at("20:00"))

    assert session.scalars(select(PlanRun)).all() == []


def test_a_visit_whose_part_has_come_waits_to_be_planned_again(session, queue):
    columns = {"state": VisitState.BLOCKED, "blocked_reason": "zespół utrwalający"}
    come = build.visit(session, release_at=NOW, **columns)
    awaited = build.visit(session, release_at=NOW + timedelta(days=1), **columns)

    unblock_visits.chore().run(session, queue, NOW)

    assert (come.state, awaited.state) == (VisitState.READY, VisitState.BLOCKED)


def test_a_day_is_closed_in_the_night_after_it(session, queue):
    shift = build.shift(session)
    plan = build.plan(session, territory=shift.technician.territory)
    place = build.assignment(session, visit=build.visit(session), shift=shift, plan=plan)
    chore = close_days.chore()

    chore.run(session, queue, at("02:00", day=DAY + timedelta(days=1)))
    still_open = plan.state
    chore.run(session, queue, at("03:10", day=DAY + timedelta(days=1)))

    session.refresh(place)
    assert still_open is PlanState.PUBLISHED
    assert plan.state is PlanState.CLOSED
    assert place.state is AssignmentState.RELEASED


def test_a_promise_that_nobody_came_for_is_broken(session, queue):
    promise = build.appointment(session, visit=build.visit(session))

    close_days.chore().run(session, queue, promise.closes_at + timedelta(hours=12))

    assert promise.state is AppointmentState.BROKEN


def test_a_proposal_that_nobody_took_is_dropped_after_a_day(session, queue):
    columns = {"state": PlanState.PROPOSED, "published_at": None}
    stale = build.plan(session, made_at=NOW - timedelta(hours=25), **columns)
    fresh = build.plan(session, made_at=NOW - timedelta(hours=1), **columns)

    drop_proposals.chore().run(session, queue, NOW)

    assert (stale.state, fresh.state) == (PlanState.DISCARDED, PlanState.PROPOSED)


def test_a_promise_of_a_cancelled_visit_is_taken_back(session, queue):
    promise = build.appointment(session, visit=build.visit(session))
    promise.visit.state = VisitState.CANCELLED
    record(session, "visit-cancelled", thing="visit", thing_id=promise.visit_id, now=NOW)

    mend_plans.chore(limit_seconds=20).run(session, queue, promise.opens_at - timedelta(minutes=5))

    assert (promise.state, promise.sequence) == (AppointmentState.CANCELLED, 1)


def test_a_customer_is_reminded_once_of_a_promise_made_long_ago(session, queue):
    promise = build.appointment(
        session, visit=build.visit(session), confirmed_at=NOW - timedelta(days=7)
    )
    promise.visit.ticket.contact = build.contact(session)

    reminders.chore().run(session, queue, promise.opens_at - timedelta(hours=20))
    reminders.chore().run(session, queue, promise.opens_at - timedelta(hours=19))

    topics = session.scalars(select(Notice.topic)).all()
    assert topics == ["reminder"]


def test_the_post_is_kept_going(session, queue):
    post_notices.chore().run(session, queue, NOW)
    post_notices.chore().run(session, queue, NOW)

    assert session.scalars(select(TaskRow.name)).all() == ["deliver_notices"]
