"""A window for two people is offered, held and promised for both, or not at all."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import booking
from dispatch.booking import WindowTaken
from dispatch.planning import plans
from dispatch.planning.drafts import Draft
from dispatch.planning.plans import Occupancy
from dispatch.promises import HoldState
from dispatch.visits import CrewRole
from routing import check
from routing.solution import Solution, Unserved
from tests import build, clock
from tests.dispatch.planning.day import ROADS, brief_of, plan_day

FIVE_MINUTES = timedelta(minutes=5)
NEAR_WARSAW = (52.23, 21.0)


def working(session, territory, *, starts="08:00", ends="16:00", **columns):
    technician = build.technician(session, territory=territory, **columns)
    return build.shift(session, technician=technician, starts=starts, ends=ends)


def for_two(session, territory, **columns):
    return build.visit(session, territory=territory, crew_size=2, **columns)


def proposed(session, visit, *, opens="10:00", now=clock.NOW):
    return booking.propose(
        session,
        visit=visit,
        opens_at=clock.at(opens),
        closes_at=clock.at(opens) + timedelta(hours=2),
        travel=ROADS,
        now=now,
    )


def held(session, visit, **when):
    return booking.hold(
        session, proposal=proposed(session, visit, **when), travel=ROADS, now=clock.NOW
    )


def taken(session):
    rows = session.scalars(select(Occupancy).order_by(Occupancy.technician_id))
    return [row.technician_id for row in rows]


def test_windows_are_offered_only_while_both_are_there(session):
    territory = build.territory(session)
    working(session, territory, starts="08:00", ends="14:00")
    working(session, territory, starts="12:00", ends="18:00")
    visit = for_two(session, territory, work_minutes=30)

    found = booking.offer_windows(session, visit=visit, now=clock.NOW, travel=ROADS)

    assert {offer.opens_at for offer in found} == {clock.at("12:00")}


def test_nothing_is_offered_when_one_person_works(session):
    territory = build.territory(session)
    working(session, territory)

    found = booking.offer_windows(
        session, visit=for_two(session, territory), now=clock.NOW, travel=ROADS
    )

    assert found == ()


def test_whoever_has_the_skill_leads_the_offer(session):
    territory = build.territory(session)
    helper = working(session, territory)
    lead = working(session, territory, skills={"fibre"})

    proposal = proposed(session, for_two(session, territory, skills={"fibre"}))

    assert proposal.insertion.place.technician_id == lead.technician_id
    assert [place.technician_id for place in proposal.insertion.helpers] == [helper.technician_id]


def test_a_hold_for_two_takes_the_time_of_both(session):
    territory = build.territory(session)
    shifts = [working(session, territory) for _ in range(2)]

    hold = held(session, for_two(session, territory))

    assert hold.technician_ids == {shift.technician_id for shift in shifts}
    assert taken(session) == sorted(hold.technician_ids)


def test_a_hold_that_is_let_go_frees_both(session):
    territory = build.territory(session)
    for _ in range(2):
        working(session, territory)
    hold = held(session, for_two(session, territory))

    booking.let_go(session, hold=hold, now=clock.NOW)

    assert (hold.state, taken(session)) == (HoldState.LET_GO, [])


def test_a_held_window_for_two_is_taken_for_whoever_wants_one_of_them(session):
    territory = build.territory(session)
    for _ in range(2):
        working(session, territory, starts="09:30", ends="12:30")
    held(session, for_two(session, territory, work_minutes=90))

    with pytest.raises(WindowTaken):
        held(session, build.visit(session, territory=territory, work_minutes=90))


def test_when_one_of_two_is_taken_meanwhile_nobody_is_held(session):
    territory = build.territory(session)
    _, second = (working(session, territory, starts="09:30", ends="12:30") for _ in range(2))
    proposal = proposed(session, for_two(session, territory, work_minutes=90))
    alone = build.visit(session, territory=territory, work_minutes=90)
    build.assignment(session, visit=alone, shift=second, starts_at=clock.at("10:00"))

    with pytest.raises(WindowTaken):
        booking.hold(session, proposal=proposal, travel=ROADS, now=clock.NOW)

    assert taken(session) == [second.technician_id]


def test_a_promise_for_two_puts_the_visit_into_both_rounds(session):
    territory = build.territory(session)
    for _ in range(2):
        working(session, territory)
    visit = for_two(session, territory)

    promise = booking.confirm(session, hold=held(session, visit), now=clock.NOW)

    lead, helper = sorted(
        plans.assignments_of(session, visit_id=visit.id),
        key=lambda row: row.role is CrewRole.HELPER,
    )
    assert (lead.role, helper.role) == (CrewRole.LEAD, CrewRole.HELPER)
    assert promise.opens_at <= lead.starts_at < promise.closes_at
    assert abs(lead.starts_at - helper.starts_at) <= FIVE_MINUTES


def test_a_promise_for_two_that_is_taken_back_frees_both(session):
    territory = build.territory(session)
    for _ in range(2):
        working(session, territory)
    visit = for_two(session, territory)
    promise = booking.confirm(session, hold=held(session, visit), now=clock.NOW)

    booking.cancel_appointment(
        session, appointment=promise, now=clock.NOW, by=build.dispatcher(session)
    )

    assert taken(session) == []


def test_planning_after_a_promise_for_two_keeps_it(session):
    territory = build.territory(session)
    for _ in range(2):
        working(session, territory)
    visit = for_two(session, territory)
    promise = booking.confirm(session, hold=held(session, visit, opens="12:00"), now=clock.NOW)
    build.visit(session, territory=territory)

    plan_day(session, territory)

    rows = plans.assignments_of(session, visit_id=visit.id)
    assert len(rows) == 2
    assert all(promise.opens_at <= row.starts_at < promise.closes_at for row in rows)


def test_one_more_visit_in_a_shared_round_leaves_the_other_where_he_is(session):
    territory = build.territory(session)
    for _ in range(2):
        working(session, territory)
    shared = for_two(session, territory)
    booking.confirm(session, hold=held(session, shared, opens="12:00"), now=clock.NOW)
    before = {(r.technician_id, r.starts_at) for r in both_of(session, shared)}

    held(session, build.visit(session, territory=territory), opens="10:00")

    assert {(r.technician_id, r.starts_at) for r in both_of(session, shared)} == before


def both_of(session, visit):
    return plans.assignments_of(session, visit_id=visit.id)


@pytest.mark.parametrize("seed", range(12))
def test_an_offer_for_two_is_never_half_feasible(session, seed):
    """Days drawn at random, half full: what is proved for two passes the judge as a whole."""
    chance = random.Random(seed)
    territory = build.territory(session)
    for _ in range(chance.randint(2, 4)):
        working(session, territory, skills=chance.choice([(), ("fibre",)]), home=near(chance))
    for _ in range(chance.randint(0, 8)):
        site = build.site(session, territory=territory, at=near(chance))
        build.visit(session, site=site, crew_size=chance.choice([1, 1, 2]))
    plan_day(session, territory)
    site = build.site(session, territory=territory, at=near(chance))
    visit = build.visit(session, site=site, crew_size=2, skills=chance.choice([(), ("fibre",)]))

    brief = brief_of(session, territory, candidate=visit)
    jobs = [brief.problem.job_by_id[name] for name in (f"{visit.id}", f"{visit.id}.2")]
    found = Draft(brief).by_technician(jobs)

    assert [broken(brief, insertion) for insertion in found.values()] == [[]] * len(found)


def near(chance):
    return tuple(degrees + chance.uniform(-0.08, 0.08) for degrees in NEAR_WARSAW)


def broken(brief, insertion):
    """What the judge says of the plan in force with the insertion taken."""
    changed = {route.technicians: route for route in insertion.routes}
    before = {route.technicians: route for route in in_force(brief).routes}
    routes = tuple((before | changed).values())
    served = {job for route in routes for job in route.jobs}
    unserved = tuple(Unserved(job=j.id) for j in brief.problem.jobs if j.id not in served)
    finding = check.judge(Solution(routes=routes, unserved=unserved), problem=brief.problem)
    return [(violation.code, violation.text) for violation in finding.violations]


def in_force(brief):
    return brief.problem.incumbent or Solution()
