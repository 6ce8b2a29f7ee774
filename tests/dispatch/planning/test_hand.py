"""What a dispatcher does by hand is judged first, kept with its reason, and not undone by plans."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch.base import StaleVersion
from dispatch.planning import plans
from dispatch.planning.candidates import candidates
from dispatch.planning.plans import (
    AlreadyStarted,
    AssignmentState,
    BriefOutdated,
    NotWorking,
    Override,
    Pinned,
    ReasonMissing,
)
from dispatch.visits import VisitState
from tests import build, clock
from tests.dispatch.planning.day import ROADS, brief_of, plan_day


def shift_of(session, territory, **columns):
    return build.shift(
        session, technician=build.technician(session, territory=territory, **columns)
    )


def trial(session, visit, shift, *, starts=None, **place):
    return plans.judge_move(
        session,
        visit=visit,
        technician=shift.technician,
        day=clock.DAY,
        travel=ROADS,
        now=clock.NOW,
        starts_at=clock.at(starts) if starts else None,
        **place,
    )


def test_a_move_that_keeps_every_rule_needs_no_reason(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory)

    judged = trial(session, visit, shift, starts="10:00")
    row = plans.move(session, trial=judged, by=None, now=clock.NOW)

    assert judged.violations == ()
    assert (row.technician_id, row.starts_at) == (shift.technician_id, clock.at("10:00"))


def test_a_move_against_a_rule_is_shown_and_needs_a_reason(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory, skills={"fibre"})

    judged = trial(session, visit, shift)

    assert [violation["code"] for violation in judged.violations] == ["E_SKILL"]
    with pytest.raises(ReasonMissing):
        plans.move(session, trial=judged, by=None, now=clock.NOW)


def test_a_reason_is_kept_with_what_was_broken(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory, skills={"fibre"})
    judged = trial(session, visit, shift)

    row = plans.move(session, trial=judged, by=None, now=clock.NOW, reason="trained last week")

    (kept,) = session.scalars(select(Override).where(Override.assignment_id == row.id))
    assert (kept.codes, kept.reason) == (["E_SKILL"], "trained last week")


def test_the_planner_takes_what_a_dispatcher_accepted_as_accepted(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory, skills={"fibre"})
    judged = trial(session, visit, shift)
    plans.move(session, trial=judged, by=None, now=clock.NOW, reason="trained last week")
    other = build.visit(session, territory=territory)

    plan_day(session, territory)

    rows = plans.incumbent(session, territory_id=territory.id, day=clock.DAY)
    assert {row.visit_id for row in rows} == {visit.id, other.id}


def test_a_moved_visit_makes_the_round_behind_it_later(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    planned = build.visit(session, territory=territory)
    row = build.assignment(session, visit=planned, shift=shift, starts_at=clock.at("09:00"))
    added = build.visit(session, territory=territory)

    judged = trial(session, added, shift, position=1)
    plans.move(session, trial=judged, by=None, now=clock.NOW)

    assert judged.place.position == 1
    assert row.position == 2
    assert row.starts_at >= judged.place.ends_at


def test_a_promise_that_a_move_would_break_is_shown(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory)
    build.appointment(session, visit=visit, opens_at=clock.at("10:00"))

    judged = trial(session, visit, shift, starts="14:00")

    assert "E_PROMISE" in {violation["code"] for violation in judged.violations}


def test_a_pinned_visit_does_not_move_until_it_is_unpinned(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory)
    plans.pin(session, visit=visit, by=None, now=clock.NOW, day=clock.DAY)
    judged = trial(session, visit, shift)

    with pytest.raises(Pinned):
        plans.move(session, trial=judged, by=None, now=clock.NOW)

    plans.unpin(session, visit=visit, by=None, now=clock.NOW)
    assert plans.move(session, trial=judged, by=None, now=clock.NOW).visit_id == visit.id


def test_a_moved_visit_is_pinned_against_the_next_plan(session):
    territory = build.territory(session)
    near, far = shift_of(session, territory), shift_of(session, territory, home=(52.40, 20.60))
    visit = build.visit(session, territory=territory)
    plans.move(session, trial=trial(session, visit, far), by=None, now=clock.NOW)

    plan_day(session, territory)

    (row,) = plans.assignments_of(session, visit_id=visit.id)
    assert (row.technician_id, near.technician_id) == (far.technician_id, near.technician_id)


def test_a_round_that_changed_since_it_was_judged_must_be_judged_again(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit, other = (build.visit(session, territory=territory) for _ in range(2))
    judged = trial(session, visit, shift)
    build.assignment(session, visit=other, shift=shift)

    with pytest.raises(BriefOutdated):
        plans.move(session, trial=judged, by=None, now=clock.NOW)


def test_somebody_else_s_edit_is_not_overwritten(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory)
    row = build.assignment(session, visit=visit, shift=shift)

    with pytest.raises(StaleVersion):
        plans.unassign(
            session, visit=visit, by=None, now=clock.NOW, expected_version=row.version + 1
        )


def test_a_visit_taken_out_of_its_round_frees_the_time(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory)
    row = build.assignment(session, visit=visit, shift=shift)

    plans.unassign(session, visit=visit, by=None, now=clock.NOW)

    assert row.state is AssignmentState.RELEASED
    assert session.scalars(select(plans.Occupancy)).all() == []


def test_a_stop_that_has_begun_is_not_moved(session):
    territory = build.territory(session)
    shift = shift_of(session, territory)
    visit = build.visit(session, territory=territory, state=VisitState.UNDER_WAY)
    build.assignment(session, visit=visit, shift=shift, state=AssignmentState.UNDER_WAY)

    with pytest.raises(AlreadyStarted):
        trial(session, visit, shift)


def test_nobody_is_given_work_on_a_day_off(session):
    territory = build.territory(session)
    idle = build.technician(session, territory=territory)
    visit = build.visit(session, territory=territory)

    with pytest.raises(NotWorking):
        plans.judge_move(
            session, visit=visit, technician=idle, day=clock.DAY, travel=ROADS, now=clock.NOW
        )


def test_a_closed_day_lets_go_of_what_nobody_began(session):
    territory = build.territory(session)
    build.visit(session, territory=territory)
    build.shift(session, technician=build.technician(session, territory=territory))
    plan = plan_day(session, territory).plan

    (row,) = plans.close_day(session, territory_id=territory.id, day=clock.DAY, now=clock.NOW)

    assert row.state is AssignmentState.RELEASED
    assert plan.state is plans.PlanState.CLOSED
    assert brief_of(session, territory).problem.incumbent is None


def rows_of(session, visit):
    return [
        (row.technician_id, row.role.value)
        for row in plans.assignments_of(session, visit_id=visit.id)
    ]


def test_a_visit_for_two_is_put_into_both_rounds(session):
    territory = build.territory(session)
    lead, helper = (shift_of(session, territory) for _ in range(2))
    visit = build.visit(session, territory=territory, crew_size=2)

    judged = trial(session, visit, lead, starts="10:00")
    plans.move(session, trial=judged, by=None, now=clock.NOW)

    assert judged.violations == ()
    assert rows_of(session, visit) == [
        (lead.technician_id, "lead"),
        (helper.technician_id, "helper"),
    ]
    first, second = (row.starts_at for row in plans.assignments_of(session, visit_id=visit.id))
    assert first == clock.at("10:00")
    assert abs(second - first) <= timedelta(minutes=5)


def test_whoever_is_named_comes_along(session):
    territory = build.territory(session)
    lead, _near, named = (shift_of(session, territory) for _ in range(3))
    visit = build.visit(session, territory=territory, crew_size=2)

    judged = trial(session, visit, lead, helpers=[named.technician])

    assert [place.technician_id for place in judged.helpers] == [named.technician_id]


def test_a_visit_for_two_that_is_moved_takes_its_helper_along(session):
    territory = build.territory(session)
    shifts = [shift_of(session, territory) for _ in range(3)]
    visit = build.visit(session, territory=territory, crew_size=2)
    plans.move(
        session, trial=trial(session, visit, shifts[0], starts="10:00"), by=None, now=clock.NOW
    )
    helper = plans.assignments_of(session, visit_id=visit.id)[1].technician_id
    plans.unpin(session, visit=visit, by=None, now=clock.NOW)

    plans.move(
        session, trial=trial(session, visit, shifts[0], starts="13:00"), by=None, now=clock.NOW
    )

    assert rows_of(session, visit) == [
        (shifts[0].technician_id, "lead"),
        (helper, "helper"),
    ]


def test_a_helper_meets_the_lead_between_his_own_stops(session):
    territory = build.territory(session)
    lead, helper = (shift_of(session, territory) for _ in range(2))
    for at in ("08:30", "13:00"):
        own = build.visit(session, territory=territory)
        build.assignment(session, visit=own, shift=helper, starts_at=clock.at(at))
    visit = build.visit(session, territory=territory, crew_size=2)

    judged = trial(session, visit, lead, starts="11:00")

    assert judged.violations == ()
    assert [place.position for place in judged.helpers] == [2]


def test_to_send_fewer_than_are_needed_takes_a_reason(session):
    territory = build.territory(session)
    alone = shift_of(session, territory)
    visit = build.visit(session, territory=territory, crew_size=2)

    judged = trial(session, visit, alone)

    assert [violation["code"] for violation in judged.violations] == ["E_CREW"]
    with pytest.raises(ReasonMissing):
        plans.move(session, trial=judged, by=None, now=clock.NOW)


def test_whom_a_dispatcher_sent_alone_the_planner_leaves_alone(session):
    territory = build.territory(session)
    alone = shift_of(session, territory)
    visit = build.visit(session, territory=territory, crew_size=2)
    judged = trial(session, visit, alone)
    plans.move(session, trial=judged, by=None, now=clock.NOW, reason="the customer lends a hand")

    plan_day(session, territory)

    assert rows_of(session, visit) == [(alone.technician_id, "lead")]


def test_taking_a_visit_for_two_out_frees_both(session):
    territory = build.territory(session)
    lead, _ = (shift_of(session, territory) for _ in range(2))
    visit = build.visit(session, territory=territory, crew_size=2)
    plans.move(session, trial=trial(session, visit, lead), by=None, now=clock.NOW)
    plans.unpin(session, visit=visit, by=None, now=clock.NOW)

    plans.unassign(session, visit=visit, by=None, now=clock.NOW)

    assert rows_of(session, visit) == []


def test_whoever_could_lead_a_visit_for_two_is_shown_with_who_comes_along(session):
    territory = build.territory(session)
    able = shift_of(session, territory, skills={"fibre"})
    helper = shift_of(session, territory)
    visit = build.visit(session, territory=territory, crew_size=2, skills={"fibre"})

    found = candidates(session, visit=visit, day=clock.DAY, travel=ROADS, now=clock.NOW)

    (way,) = found.places.values()
    assert way.place.technician_id == able.technician_id
    assert [place.technician_id for place in way.helpers] == [helper.technician_id]
