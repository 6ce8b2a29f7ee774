"""Solutions come into force only when they are right, and never over what people did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.planning import assignments, plans, runs
from dispatch.planning.plans import BriefOutdated, PlanRejected, PlanState, WorseThanBefore
from dispatch.planning.runs import RunLost, RunState
from dispatch.visits import VisitState
from routing.score import compare
from routing.solution import Route, Solution, Stop, Unserved
from tests import build, clock
from tests.dispatch.planning.day import brief_of, greedy, plan_day, queued


def two_rounds(session):
    """A territory with two technicians; the shifts."""
    territory = build.territory(session)
    first, second = (
        build.shift(session, technician=build.technician(session, territory=territory))
        for _ in range(2)
    )
    return territory, first, second


def publish(session, territory, brief, solution, *, now=clock.NOW):
    run = queued(session, territory, now=now)
    token = runs.start(session, run_id=run.id, now=now)
    return plans.publish(
        session, run_id=run.id, token=token, solution=solution, stamp=brief.stamp, now=now
    )


def rows_of(session, territory):
    return list(plans.incumbent(session, territory_id=territory.id, day=clock.DAY))


def swapped(solution):
    """The same orders, driven by the other of two technicians, without times."""
    first, second = solution.routes
    bare = [tuple(Stop(id=job) for job in route.jobs) for route in (first, second)]
    routes = (
        Route(technicians=second.technicians, shift=second.shift, stops=bare[0]),
        Route(technicians=first.technicians, shift=first.shift, stops=bare[1]),
    )
    return replace(solution, routes=routes, objective=None)


def test_a_published_plan_gives_each_visit_a_place_in_a_round(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory)

    published = plan_day(session, territory)

    (row,) = rows_of(session, territory)
    assert published.moved == (visit.id,)
    assert (row.visit_id, row.shift_id, row.position) == (visit.id, shift.id, 1)
    assert shift.starts_at < row.starts_at < row.ends_at < shift.ends_at


def test_the_former_plan_is_superseded(session):
    territory, _, _ = two_rounds(session)
    build.visit(session, territory=territory)
    former = plan_day(session, territory).plan

    plan = plan_day(session, territory, now=clock.NOW + timedelta(minutes=5)).plan

    assert (former.state, plan.state) == (PlanState.SUPERSEDED, PlanState.PUBLISHED)


def test_two_visits_can_exchange_their_places(session):
    territory, first, second = two_rounds(session)
    one, other = (build.visit(session, territory=territory) for _ in range(2))
    build.assignment(session, visit=one, shift=first, starts_at=clock.at("09:00"))
    build.assignment(session, visit=other, shift=second, starts_at=clock.at("09:00"))
    brief = brief_of(session, territory)

    publish(session, territory, brief, swapped(brief.problem.incumbent))

    who = {row.visit_id: row.technician_id for row in rows_of(session, territory)}
    assert who == {one.id: second.technician_id, other.id: first.technician_id}


def test_a_solution_that_the_judge_rejects_changes_nothing(session):
    territory = build.territory(session)
    build.shift(session, technician=build.technician(session, territory=territory))
    build.visit(session, territory=territory, skills={"fibre"})
    brief = brief_of(session, territory)
    (job,), (worker,) = brief.problem.jobs, brief.problem.technicians
    impossible = Route(
        technicians=(worker.id,), shift=worker.shifts[0].id, stops=(Stop(id=job.id),)
    )
    solution = replace(greedy(brief.problem), routes=(impossible,), unserved=())

    with pytest.raises(PlanRejected) as refusal:
        publish(session, territory, brief, solution)

    assert [row["code"] for row in refusal.value.details["violations"]] == ["E_SKILL"]
    assert rows_of(session, territory) == []


def nothing(problem):
    """The answer that serves nobody."""
    absent = tuple(Unserved(job=job.id) for job in problem.jobs)
    return Solution(problem=problem.name, unserved=absent)


def test_a_search_that_found_less_than_is_planned_leaves_the_plan_in_force(session):
    territory, _, _ = two_rounds(session)
    visit = build.visit(session, territory=territory)
    plan = plan_day(session, territory).plan
    brief = brief_of(session, territory)

    with pytest.raises(WorseThanBefore) as refusal:
        publish(session, territory, brief, nothing(brief.problem))

    (row,) = rows_of(session, territory)
    found, in_force = refusal.value.details["found"], refusal.value.details["in_force"]
    assert compare(found, in_force) > 0
    assert (row.visit_id, plan.state) == (visit.id, PlanState.PUBLISHED)


def test_a_search_that_found_nothing_better_may_be_published_again(session):
    territory, _, _ = two_rounds(session)
    build.visit(session, territory=territory)
    plan_day(session, territory)
    brief = brief_of(session, territory)

    published = publish(session, territory, brief, greedy(brief.problem))

    assert published.plan.state is PlanState.PUBLISHED


def test_a_plan_in_force_that_breaks_rules_gives_way_to_one_that_serves_less(session):
    territory, first, second = two_rounds(session)
    unable = build.visit(session, territory=territory, skills={"fibre"})
    build.assignment(session, visit=unable, shift=first, starts_at=clock.at("09:00"))
    able = build.visit(session, territory=territory)
    build.assignment(session, visit=able, shift=second, starts_at=clock.at("09:00"))
    brief = brief_of(session, territory)

    published = publish(session, territory, brief, nothing(brief.problem))

    assert published.plan.state is PlanState.PUBLISHED
    assert rows_of(session, territory) == []


def test_an_impossible_visit_is_left_out_with_the_true_reason(session):
    territory, _, _ = two_rounds(session)
    possible = build.visit(session, territory=territory)
    impossible = build.visit(session, territory=territory, skills={"fibre"})

    plan = plan_day(session, territory).plan

    (row,) = plan.unserved
    assert [placed.visit_id for placed in rows_of(session, territory)] == [possible.id]
    assert (row.visit_id, row.reason) == (impossible.id, "no-technician")
    assert (row.details["lack"], row.details["name"]) == ("skill", "fibre")


def test_a_late_run_cannot_publish(session):
    territory, _, _ = two_rounds(session)
    build.visit(session, territory=territory)
    run = queued(session, territory)
    late = runs.start(session, run_id=run.id, now=clock.NOW)
    runs.start(session, run_id=run.id, now=clock.NOW)
    brief = brief_of(session, territory)

    with pytest.raises(RunLost):
        plans.publish(
            session,
            run_id=run.id,
            token=late,
            solution=greedy(brief.problem),
            stamp=brief.stamp,
            now=clock.NOW,
        )

    assert rows_of(session, territory) == []


def test_a_visit_that_a_person_moved_meanwhile_stays_where_it_was_put(session):
    territory, first, second = two_rounds(session)
    moved = build.visit(session, territory=territory)
    other = build.visit(session, territory=territory)
    row = build.assignment(session, visit=moved, shift=first, starts_at=clock.at("09:00"))
    brief = brief_of(session, territory)
    solution = greedy(brief.problem)
    by_hand = replace(
        assignments.place_of(row),
        technician_id=second.technician_id,
        shift_id=second.id,
        arrives_at=clock.at("14:00"),
        starts_at=clock.at("14:00"),
        ends_at=clock.at("15:00"),
    )
    assignments.write_places(
        session, territory_id=territory.id, day=clock.DAY, places=[by_hand], now=clock.NOW
    )

    published = publish(session, territory, brief, solution)

    places = {
        row.visit_id: (row.technician_id, row.starts_at) for row in rows_of(session, territory)
    }
    assert published.skipped == (moved.id,)
    assert places[moved.id] == (second.technician_id, clock.at("14:00"))
    assert other.id in places


def test_a_round_with_a_visit_that_the_planner_did_not_know_is_left_alone(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    build.visit(session, territory=territory)
    brief = brief_of(session, territory)
    booked = build.visit(session, territory=territory)
    build.assignment(session, visit=booked, shift=shift, starts_at=clock.at("09:00"))

    with pytest.raises(BriefOutdated):
        publish(session, territory, brief, greedy(brief.problem))

    assert [row.visit_id for row in rows_of(session, territory)] == [booked.id]


def test_a_stop_that_began_meanwhile_keeps_its_round_as_it_is(session):
    territory, first, _ = two_rounds(session)
    visit = build.visit(session, territory=territory)
    row = build.assignment(session, visit=visit, shift=first, starts_at=clock.at("11:00"))
    brief = brief_of(session, territory)
    row.state, row.set_off_at = plans.AssignmentState.UNDER_WAY, clock.NOW
    visit.state = VisitState.UNDER_WAY
    session.flush()
    build.visit(session, territory=territory)

    with pytest.raises(BriefOutdated):
        publish(session, territory, brief, greedy(brief.problem))

    assert row.starts_at == clock.at("11:00")


def test_a_pinned_visit_keeps_its_technician_whatever_is_cheaper(session):
    territory, _, second = two_rounds(session)
    visit = build.visit(session, territory=territory)
    plans.pin(session, visit=visit, technician=second.technician, by=None, now=clock.NOW)

    plan_day(session, territory)

    (row,) = rows_of(session, territory)
    assert row.technician_id == second.technician_id


def test_a_cancelled_visit_gives_its_place_back_when_the_next_plan_comes(session):
    territory, first, _ = two_rounds(session)
    gone = build.visit(session, territory=territory)
    build.assignment(session, visit=gone, shift=first)
    gone.state = VisitState.CANCELLED
    stays = build.visit(session, territory=territory)

    plan_day(session, territory)

    assert [row.visit_id for row in rows_of(session, territory)] == [stays.id]


def test_a_proposal_changes_nothing_until_somebody_says_yes(session):
    territory, _, _ = two_rounds(session)
    visit = build.visit(session, territory=territory)
    run = queued(session, territory, publish=False)
    token = runs.start(session, run_id=run.id, now=clock.NOW)
    brief = brief_of(session, territory)
    plan = plans.propose(
        session,
        run_id=run.id,
        token=token,
        solution=greedy(brief.problem),
        stamp=brief.stamp,
        now=clock.NOW,
    )
    before = rows_of(session, territory)

    plans.publish_proposal(session, plan=plan, now=clock.NOW, by=build.dispatcher(session))

    assert before == []
    assert plan.state is PlanState.PUBLISHED
    assert [row.visit_id for row in rows_of(session, territory)] == [visit.id]


def test_publishing_ends_the_run(session):
    territory, _, _ = two_rounds(session)
    build.visit(session, territory=territory)

    plan = plan_day(session, territory).plan

    assert plan.run.state is RunState.DONE


def test_a_visit_for_more_people_than_there_are_says_that_people_are_missing(session):
    territory, _, _ = two_rounds(session)
    build.visit(session, territory=territory, crew_size=3)

    plan = plan_day(session, territory).plan

    (row,) = plan.unserved
    assert row.details["lack"] == "people"


def test_a_morning_on_which_nobody_pressed_a_button_can_be_planned_anew(session):
    territory, first, _ = two_rounds(session)
    visit = build.visit(session, territory=territory)
    build.assignment(session, visit=visit, shift=first, starts_at=clock.at("08:30"))

    plan_day(session, territory, now=clock.at("11:00"))

    (row,) = rows_of(session, territory)
    assert row.starts_at >= clock.at("11:00")
