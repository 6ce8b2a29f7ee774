"""Each rule of the trade that rows can carry stands in the question, with its price or its bound.

The rules on windows, promises, pins and holds have their tests in test_briefs.py, those on several
people in test_crews.py.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.planning.briefs import DEFAULT, Mode, Settings
from dispatch.planning.plans import AssignmentState
from dispatch.tickets import ClockKind, Priority, SlaClock
from dispatch.visits import CrewRole, VisitSkill, VisitState, Wish
from dispatch.visits.tables import TechnicianWish
from dispatch.workforce import Employment, VanStock
from routing.problem import (
    DeadlineOf,
    Fairness,
    OvertimeStep,
    RelationType,
    Requirement,
    Window,
    WindowWish,
)
from routing.problem import (
    TechnicianWish as Liked,
)
from tests import build, clock
from tests.dispatch.planning.day import brief_of

HOUR = 3600
YESTERDAY = clock.DAY - timedelta(days=1)


@pytest.fixture
def shift(session):
    """The one technician who works on the default day, from eight to four."""
    return build.shift(session, technician=build.technician(session))


def job_of(brief, visit):
    return brief.problem.job_by_id[str(visit.id)]


def asked(session, shift, visit, **options):
    return job_of(brief_of(session, shift.technician.territory, **options), visit)


def worker_of(session, shift, **options):
    (worker,) = brief_of(session, shift.technician.territory, **options).problem.technicians
    return worker


def of(shift):
    return {"territory": shift.technician.territory}


def wished(session, visit, technician, wish):
    visit.technician_wishes = [TechnicianWish(technician=technician, wish=wish)]
    session.flush()


# --- who may, who should ---


def test_one_of_several_skills_is_enough_where_they_are_alternatives(session, shift):
    visit = build.visit(session, **of(shift))
    visit.skills = [
        VisitSkill(skill=build.skill(session, code), level=level, any_of_group=1)
        for code, level in (("copper", 1), ("fibre", 2))
    ]
    session.flush()

    job = asked(session, shift, visit)

    assert job.skills == (Requirement(names=("copper", "fibre"), level=2),)


def test_a_level_above_the_need_has_its_price(session, shift):
    assert worker_of(session, shift).cost.per_spare_level == 50


def test_a_certificate_that_ends_today_holds_until_midnight(session):
    technician = build.technician(session, skills={"gas": 1})
    technician.skills[0].valid_until = clock.DAY
    shift = build.shift(session, technician=technician)

    assert worker_of(session, shift).skills["gas"].valid_until == 23 * HOUR


def test_whoever_must_go_is_the_only_one_allowed(session, shift):
    visit = build.visit(session, **of(shift))
    wished(session, visit, shift.technician, Wish.MUST)

    assert asked(session, shift, visit).allowed_technicians == {str(shift.technician_id)}


def test_whoever_must_never_go_is_refused(session, shift):
    visit = build.visit(session, **of(shift))
    wished(session, visit, shift.technician, Wish.NEVER)

    assert asked(session, shift, visit).forbidden_technicians == {str(shift.technician_id)}


def test_another_than_the_preferred_technician_costs_four(session, shift):
    visit = build.visit(session, **of(shift))
    wished(session, visit, shift.technician, Wish.PREFERRED)

    (wish,) = asked(session, shift, visit).wishes

    assert wish == Liked(technicians=frozenset({str(shift.technician_id)}), cost=400)


def last_visit(session, shift, *, days_ago, role=CrewRole.LEAD):
    """A ticket whose last visit ended so long ago, and its next one."""
    before = clock.NOW - timedelta(days=days_ago)
    done = build.visit(session, state=VisitState.DONE, **of(shift))
    past = build.shift(session, technician=shift.technician, day=before.date())
    build.assignment(
        session,
        visit=done,
        shift=past,
        state=AssignmentState.FINISHED,
        finished_at=before,
        role=role,
    )
    return build.visit(session, ticket=done.ticket, **of(shift))


def test_another_than_the_last_visitor_costs_three(session, shift):
    visit = last_visit(session, shift, days_ago=89)

    (wish,) = asked(session, shift, visit).wishes

    assert wish == Liked(technicians=frozenset({str(shift.technician_id)}), cost=300)


def test_after_three_months_nobody_is_the_last_visitor(session, shift):
    visit = last_visit(session, shift, days_ago=91)

    assert asked(session, shift, visit).wishes == ()


def test_whoever_only_came_along_is_not_the_last_visitor(session, shift):
    visit = last_visit(session, shift, days_ago=5, role=CrewRole.HELPER)

    assert asked(session, shift, visit).wishes == ()


def test_people_cost_what_they_cost(session):
    technician = build.technician(
        session, per_day_minor=9000, per_hour_minor=3600, per_km_minor=50, per_visit_minor=700
    )
    shift = build.shift(session, technician=technician)

    cost = worker_of(session, shift).cost

    assert (cost.fixed, cost.per_duration_s, cost.per_m, cost.per_visit) == (9000, 1, 0.05, 700)


def test_a_territory_is_closed_to_others(session, shift):
    visit = build.visit(session, **of(shift))
    code = shift.technician.territory.code

    assert worker_of(session, shift).allowed_territories == {code}
    assert asked(session, shift, visit).territory == code


# --- with what, after what ---


def test_parts_are_counted_and_a_depot_has_them(session, shift):
    depot = build.depot(session, **of(shift))
    session.add(VanStock(technician_id=shift.technician_id, part=build.part(session), pieces=2))
    visit = build.visit(session, parts={"fuser": 3}, **of(shift))

    problem = brief_of(session, shift.technician.territory).problem

    assert problem.technicians[0].parts == {"fuser": 2}
    assert problem.job_by_id[str(visit.id)].parts == {"fuser": 3}
    assert [(d.id, d.duration_s) for d in problem.depots] == [(str(depot.id), 600)]


def test_what_follows_another_visit_begins_after_its_end(session, shift):
    first = build.visit(session, **of(shift))
    second = build.visit(session, predecessor_id=first.id, **of(shift))

    (relation,) = brief_of(session, shift.technician.territory).problem.relations

    assert relation.type is RelationType.PRECEDENCE
    assert relation.jobs == (str(first.id), str(second.id))


def test_what_follows_a_visit_that_waits_is_not_asked_about(session, shift):
    first = build.visit(session, state=VisitState.BLOCKED, blocked_reason="part", **of(shift))
    build.visit(session, predecessor_id=first.id, **of(shift))

    assert brief_of(session, shift.technician.territory).problem.jobs == ()


@pytest.mark.parametrize("state", [VisitState.DONE, VisitState.CANCELLED])
def test_what_follows_a_visit_that_is_over_is_asked_about(session, shift, state):
    first = build.visit(session, state=state, **of(shift))
    second = build.visit(session, predecessor_id=first.id, **of(shift))

    assert asked(session, shift, second).id == str(second.id)


def test_what_follows_a_visit_of_the_day_before_is_asked_about(session, shift):
    first = build.visit(session, **of(shift))
    before = build.shift(session, technician=shift.technician, day=YESTERDAY)
    build.assignment(session, visit=first, shift=before)
    second = build.visit(session, predecessor_id=first.id, **of(shift))

    assert asked(session, shift, second).id == str(second.id)


# --- when ---


def test_each_minute_outside_of_the_preferred_window_has_its_price_up_to_a_most(session, shift):
    visit = build.visit(session, preferred=[(clock.at("10:00"), clock.at("12:00"))], **of(shift))

    (wish,) = asked(session, shift, visit).wishes

    assert wish == WindowWish(
        windows=(Window(opens=9 * HOUR, closes=11 * HOUR - 1),), cost_per_s=10 / 60, max_cost=600
    )


def sold(session, shift, *, penalty=0, hours=(), **columns):
    """A visit under an agreement with a service level."""
    site = build.site(session, **of(shift))
    agreement = build.agreement(
        session,
        customer=site.customer,
        levels={Priority.NORMAL: (60, 240, 480)},
        service_hours=list(hours),
    )
    agreement.levels[0].penalty_minor_per_hour = penalty
    ticket = build.ticket(session, site=site, agreement=agreement)
    return build.visit(session, ticket=ticket, agreement=agreement, **columns)


def test_a_missed_service_level_costs_its_penalty_for_each_started_hour(session, shift):
    visit = sold(session, shift, penalty=7200, due_at=clock.at("10:00"))

    (deadline,) = asked(session, shift, visit).deadlines

    assert (deadline.of, deadline.at) == (DeadlineOf.START, 9 * HOUR)
    assert (deadline.cost, deadline.cost_per_s, deadline.step_s) == (0, 2, HOUR)


def test_without_a_penalty_coming_late_costs_at_once_and_by_the_minute(session, shift):
    visit = build.visit(session, due_at=clock.at("10:00"), **of(shift))

    (deadline,) = asked(session, shift, visit).deadlines

    assert (deadline.cost, deadline.cost_per_s, deadline.step_s) == (3000, 50 / 60, 0)


def test_late_minutes_count_in_the_agreements_hours(session, shift):
    visit = sold(session, shift, hours=[[6, "09:00", "12:00"]], due_at=clock.at("10:00"))

    (deadline,) = asked(session, shift, visit).deadlines

    assert deadline.hours == (Window(opens=8 * HOUR, closes=11 * HOUR),)


def test_on_a_day_without_service_nothing_is_late(session, shift):
    visit = sold(session, shift, hours=[[2, "09:00", "12:00"]], due_at=clock.at("10:00"))

    assert asked(session, shift, visit).deadlines == ()


def test_the_work_must_end_by_the_promised_solution(session, shift):
    visit = sold(session, shift, due_at=clock.at("10:00"))
    promised = SlaClock(
        kind=ClockKind.RESOLVE, minutes=480, starts_at=clock.NOW, due_at=clock.at("15:00")
    )
    visit.ticket.clocks = [promised]
    session.flush()

    _, deadline = asked(session, shift, visit).deadlines

    assert (deadline.of, deadline.at) == (DeadlineOf.END, 14 * HOUR)


# --- what counts first ---


def test_levels_are_urgent_then_promises_then_due_by_class_then_money(session, shift):
    levels = brief_of(session, shift.technician.territory).problem.objective

    told = [[(term.metric, term.weight, term.priority) for term in level] for level in levels]
    assert told == [
        [("unserved_penalty", 1, 1)],
        [
            ("broken_promises", 900, None),
            ("promise_late_s", 1, None),
            ("dropped_promises", 86400, None),
        ],
        [("unserved_penalty", 1, 2)],
        [("unserved_penalty", 1, 3)],
        [("unserved_penalty", 1, 4)],
        [("cost", 1, None)],
    ]


def test_two_old_visits_never_outvote_three_new_ones(session, shift):
    old = build.visit(session, due_at=clock.NOW - timedelta(days=200), **of(shift))
    new = build.visit(session, due_at=clock.at("23:00"), **of(shift))

    brief = brief_of(session, shift.technician.territory)

    assert 2 * job_of(brief, old).unserved_penalty < 3 * job_of(brief, new).unserved_penalty


def test_inside_a_class_what_is_due_longest_comes_first(session, shift):
    """Also when it was asked for later."""
    longest = build.visit(
        session, due_at=clock.NOW - timedelta(days=2), requested_at=clock.NOW, **of(shift)
    )
    today = build.visit(
        session,
        due_at=clock.at("16:00"),
        requested_at=clock.NOW - timedelta(days=9),
        **of(shift),
    )

    brief = brief_of(session, shift.technician.territory)

    assert job_of(brief, longest).priority == job_of(brief, today).priority == 3
    assert job_of(brief, longest).unserved_penalty > job_of(brief, today).unserved_penalty


def test_the_last_day_on_which_the_site_opens_is_the_last_day_in_time(session, shift):
    sundays = build.site(session, opening_hours=[[6, "08:00", "16:00"]], **of(shift))
    daily = build.site(
        session, opening_hours=[[n, "08:00", "16:00"] for n in range(7)], **of(shift)
    )
    due_at = clock.at("12:00") + timedelta(days=3)
    now_or_late = build.visit(session, site=sundays, due_at=due_at)
    may_wait = build.visit(session, site=daily, due_at=due_at)

    brief = brief_of(session, shift.technician.territory)

    assert (job_of(brief, now_or_late).priority, job_of(brief, may_wait).priority) == (3, 5)


def test_waiting_costs_more_each_day_and_most_on_the_eve(session, shift):
    fresh, waited, eve = (
        build.visit(
            session,
            priority=Priority.PLANNED,
            requested_at=clock.NOW - timedelta(days=days),
            due_at=clock.at("12:00") + timedelta(days=left),
            **of(shift),
        )
        for days, left in ((0, 9), (2, 9), (2, 1))
    )

    brief = brief_of(session, shift.technician.territory)

    first, second, third = (job_of(brief, v).unserved_penalty for v in (fresh, waited, eve))
    assert (second - first, third - second) == (2 * 150, 1500)


# --- shifts ---


def test_overtime_costs_a_quarter_more_and_after_two_hours_half(session):
    technician = build.technician(session, per_hour_minor=3600, max_overtime_minutes=180)
    shift = build.shift(session, technician=technician)

    worker = worker_of(session, shift)

    assert worker.shifts[0].max_overtime_s == 3 * HOUR
    assert worker.cost.per_overtime_s == 0.25
    assert worker.cost.overtime_steps == (OvertimeStep(after_s=2 * HOUR, per_s=0.25),)


def test_whoever_refuses_overtime_has_none(session, shift):
    assert worker_of(session, shift).shifts[0].max_overtime_s == 0


def test_a_break_floats_in_its_window_and_is_paid_or_not(session):
    shift = build.shift(session, pause=30)

    (pause,) = worker_of(session, shift).shifts[0].breaks

    assert (pause.duration_s, pause.paid) == (30 * 60, False)
    assert pause.window == Window(opens=10 * HOUR, closes=12 * HOUR)


def test_limits_of_a_shift_are_settings(session, shift):
    settings = Settings(
        most_visits=6, longest_leg=timedelta(hours=1), longest_travel=timedelta(hours=3)
    )

    own = worker_of(session, shift, settings=settings).shifts[0]

    assert (own.max_visits, own.max_leg_s, own.max_travel_s) == (6, HOUR, 3 * HOUR)


def test_work_takes_as_long_as_in_these_hands_and_a_site_as_long_as_getting_in(session):
    shift = build.shift(session, technician=build.technician(session, work_factor=1.2))
    site = build.site(session, arrival_minutes=7, **of(shift))
    visit = build.visit(session, site=site)

    problem = brief_of(session, shift.technician.territory).problem

    assert problem.technicians[0].service_factor == 1.2
    place = problem.job_by_id[str(visit.id)].location
    assert problem.locations[problem.location_index[place]].setup_s == 7 * 60


# --- fairness, stability, reserve ---


def worked_before(session, technician, *, hours, of_hours=8):
    """Yesterday's shift, of which so many hours were worked."""
    past = build.shift(session, technician=technician, day=YESTERDAY, ends=f"{8 + of_hours:02}:00")
    build.assignment(
        session,
        visit=build.visit(session, state=VisitState.DONE),
        shift=past,
        starts_at=past.starts_at,
        ends_at=past.starts_at + timedelta(hours=hours),
        state=AssignmentState.FINISHED,
    )


def test_hours_of_past_weeks_are_compared_among_people_of_one_employment(session, shift):
    partner = build.technician(session, employment=Employment.PARTNER, **of(shift))
    build.shift(session, technician=partner)
    worked_before(session, shift.technician, hours=6)
    worked_before(session, partner, hours=4)

    problem = brief_of(session, shift.technician.territory).problem

    told = {one.history.group: one.history.worked_s / HOUR for one in problem.technicians}
    assert told == {"own": 6, "partner": 4}
    assert problem.fairness == Fairness(tolerance_s=1800, cost_per_s=5 / 60)


def test_half_the_hours_in_half_the_time_are_as_much(session, shift):
    part_time = build.technician(session, **of(shift))
    build.shift(session, technician=part_time)
    worked_before(session, shift.technician, hours=6)
    worked_before(session, part_time, hours=3, of_hours=4)

    problem = brief_of(session, shift.technician.territory).problem

    first, second = (one.history for one in problem.technicians)
    assert first == second


def test_without_past_weeks_nothing_is_compared(session, shift):
    problem = brief_of(session, shift.technician.territory).problem

    assert problem.fairness == Fairness()


@pytest.mark.parametrize(
    ("at", "price"),
    [("08:30", 800), ("14:00", 400)],
    ids=["within two hours", "today"],
)
def test_a_change_is_dearer_the_sooner_it_comes(session, shift, at, price):
    visit = build.visit(session, **of(shift))
    build.assignment(
        session,
        visit=visit,
        shift=shift,
        starts_at=clock.at(at),
        state=AssignmentState.TOLD,
    )

    brief = brief_of(session, shift.technician.territory)

    cost = brief.problem.change_cost
    assert cost.per_change * job_of(brief, visit).change_factor == price
    assert cost.tolerance_s == 15 * 60


def test_a_change_of_which_nobody_was_told_costs_nothing(session, shift):
    visit = build.visit(session, **of(shift))
    build.assignment(session, visit=visit, shift=shift)

    assert asked(session, shift, visit).change_factor == 0


def test_a_repair_may_change_as_much_as_is_said_beside_what_nobody_can_avoid(session, shift):
    ill = build.shift(session, technician=build.technician(session, **of(shift)))
    for own in (shift, ill):
        visit = build.visit(session, **of(shift))
        build.assignment(session, visit=visit, shift=own)
    build.absence(session, technician=ill.technician, starts_at=ill.starts_at, ends_at=ill.ends_at)
    settings = Settings(mode=Mode.REPAIR, most_changes=2)

    problem = brief_of(session, shift.technician.territory, settings=settings).problem

    assert problem.change_cost.max_changes == 2 + 1


def test_another_search_than_a_repair_has_no_budget(session, shift):
    build.assignment(session, visit=build.visit(session, **of(shift)), shift=shift)
    settings = Settings(most_changes=2)

    problem = brief_of(session, shift.technician.territory, settings=settings).problem

    assert problem.change_cost.max_changes is None


def promised(session, shift):
    visit = build.visit(session, **of(shift))
    build.appointment(session, visit=visit)
    build.assignment(session, visit=visit, shift=shift, starts_at=clock.at("10:30"))
    return visit


def test_a_promise_that_the_plan_keeps_must_be_served(session, shift):
    assert asked(session, shift, promised(session, shift)).mandatory


def test_in_a_free_search_a_promise_has_a_price(session, shift):
    visit = promised(session, shift)

    job = asked(session, shift, visit, settings=Settings(mode=Mode.FREE))

    assert (job.promise_hard, job.mandatory) == (False, False)
    assert job.promise == Window(opens=9 * HOUR, closes=11 * HOUR - 1)


def test_customers_cannot_book_what_is_kept_in_reserve(session, shift):
    visit = build.visit(session, **of(shift))
    settings = Settings(reserve_share=0.25, reserve_until=timedelta(hours=24))
    days_before = clock.NOW - timedelta(days=3)

    booking = worker_of(session, shift, settings=settings, candidate=visit, now=days_before)
    planning = worker_of(session, shift, settings=settings, now=days_before)

    assert booking.shifts[0].max_duration_s == 6 * HOUR
    assert planning.shifts[0].max_duration_s is None


def test_shortly_before_the_day_the_reserve_is_open_to_all(session, shift):
    visit = build.visit(session, **of(shift))
    settings = Settings(reserve_share=0.25)

    booking = worker_of(session, shift, settings=settings, candidate=visit)

    assert booking.shifts[0].max_duration_s is None
    assert DEFAULT.reserve_share == 0
