"""Two people where two are needed: one job for each in the question, one visit in the plan."""

from __future__ import annotations

from datetime import timedelta

from dispatch.planning import assignments, plans
from dispatch.planning.plans import AssignmentState
from dispatch.visits import CrewRole, VisitSkill, Wish
from dispatch.visits.tables import TechnicianWish
from routing.problem import RelationType, Window
from tests import build, clock
from tests.dispatch.planning.day import brief_of, plan_day

FIVE_MINUTES = timedelta(minutes=5)


def staffed(session, *, skilled=(), others=1):
    """A territory with one technician who has these skills, and others who have none."""
    territory = build.territory(session)
    skills = [skilled, *((),) * others]
    shifts = [
        build.shift(session, technician=build.technician(session, territory=territory, skills=own))
        for own in skills
    ]
    return territory, shifts


def for_two(session, territory, **columns):
    return build.visit(session, territory=territory, crew_size=2, **columns)


def rows_of(session, visit):
    """The lead's row and that of the helper."""
    rows = plans.assignments_of(session, visit_id=visit.id)
    return sorted(rows, key=lambda row: row.role is CrewRole.HELPER)


def both_placed(session, visit, shifts, *, at="10:00", **columns):
    lead, helper = (
        build.assignment(
            session, visit=visit, shift=shift, starts_at=clock.at(at), role=role, **columns
        )
        for shift, role in zip(shifts, CrewRole, strict=True)
    )
    return lead, helper


def jobs_of(brief, visit):
    return brief.problem.job_by_id[f"{visit.id}"], brief.problem.job_by_id[f"{visit.id}.2"]


def test_a_visit_for_two_is_asked_as_two_jobs_that_begin_together(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory)

    relations = brief_of(session, territory).problem.relations

    pair = (f"{visit.id}", f"{visit.id}.2")
    assert [(r.type, r.jobs, r.max_s) for r in relations] == [
        (RelationType.SAME_START, pair, 300),
        (RelationType.DIFFERENT_TECHNICIAN, pair, None),
    ]


def test_the_lead_brings_skills_and_parts_and_the_helper_brings_hands(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory, skills={"fibre"}, parts={"fuser": 1})

    lead, helper = jobs_of(brief_of(session, territory), visit)

    assert [need.names for need in lead.skills] == [("fibre",)]
    assert lead.parts == {"fuser": 1}
    assert (helper.skills, helper.parts) == ((), {})
    assert (lead.crew_size, helper.crew_size) == (1, 1)


def test_leaving_a_visit_for_two_out_is_counted_once(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory)

    lead, helper = jobs_of(brief_of(session, territory), visit)

    assert lead.unserved_penalty > 0
    assert helper.unserved_penalty == 0
    assert lead.priority == helper.priority


def test_to_let_two_people_wait_costs_what_two_visits_cost(session):
    territory, _ = staffed(session)
    visit, alone = for_two(session, territory), build.visit(session, territory=territory)

    brief = brief_of(session, territory)

    lead, _ = jobs_of(brief, visit)
    one = brief.problem.job_by_id[str(alone.id)]
    assert lead.unserved_penalty == 2 * one.unserved_penalty


def test_moving_a_visit_for_two_is_one_change(session):
    territory, shifts = staffed(session)
    visit, alone = for_two(session, territory), build.visit(session, territory=territory)
    told = {"state": AssignmentState.TOLD}
    both_placed(session, visit, shifts, at="12:00", **told)
    build.assignment(session, visit=alone, shift=shifts[0], starts_at=clock.at("14:00"), **told)

    brief = brief_of(session, territory)

    factors = [job.change_factor for job in jobs_of(brief, visit)]
    assert sum(factors) == brief.problem.job_by_id[str(alone.id)].change_factor


def test_a_helper_comes_neither_before_the_promised_window_nor_after_it(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    build.appointment(session, visit=visit)
    both_placed(session, visit, shifts, at="10:30")

    lead, helper = jobs_of(brief_of(session, territory), visit)

    assert helper.promise is None
    assert helper.windows == (Window(opens=9 * 3600, closes=11 * 3600 - 1),)
    assert (lead.promise, lead.promise_hard) == (helper.windows[0], True)


def test_whoever_must_never_go_does_not_come_along_either(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    unwanted = shifts[1].technician
    visit.technician_wishes = [TechnicianWish(technician=unwanted, wish=Wish.NEVER)]
    session.flush()

    jobs = jobs_of(brief_of(session, territory), visit)

    assert [job.forbidden_technicians for job in jobs] == [frozenset({str(unwanted.id)})] * 2


def test_a_published_plan_sends_a_lead_with_the_skill_and_a_helper(session):
    territory, (skilled, unskilled) = staffed(session, skilled=["fibre"])
    visit = for_two(session, territory, skills={"fibre"})

    plan_day(session, territory)

    lead, helper = rows_of(session, visit)
    assert (lead.role, helper.role) == (CrewRole.LEAD, CrewRole.HELPER)
    assert (lead.technician_id, helper.technician_id) == (
        skilled.technician_id,
        unskilled.technician_id,
    )
    assert abs(lead.starts_at - helper.starts_at) <= FIVE_MINUTES


def test_the_plan_in_force_says_both_places_to_the_next_search(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory)
    plan_day(session, territory)

    incumbent = brief_of(session, territory).problem.incumbent

    served = {job for route in incumbent.routes for job in route.jobs}
    assert served == {f"{visit.id}", f"{visit.id}.2"}


def test_planning_again_leaves_both_where_they_are(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory)
    plan_day(session, territory)
    before = [assignments.place_of(row) for row in rows_of(session, visit)]

    plan_day(session, territory)

    assert [assignments.place_of(row) for row in rows_of(session, visit)] == before


def test_a_visit_that_needs_one_person_less_lets_the_helper_go(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory)
    plan_day(session, territory)
    visit.crew_size = 1
    session.flush()

    plan_day(session, territory)

    (lead,) = rows_of(session, visit)
    assert lead.role is CrewRole.LEAD


def test_two_who_are_never_free_together_are_told_once_as_the_reason(session):
    territory = build.territory(session)
    for starts, ends in (("08:00", "12:00"), ("12:00", "16:00")):
        worker = build.technician(session, territory=territory)
        build.shift(session, technician=worker, starts=starts, ends=ends)
    visit = for_two(session, territory)

    plan = plan_day(session, territory).plan

    (row,) = plan.unserved
    assert (row.visit_id, row.details["lack"]) == (visit.id, "together")
    assert row.details["amount"] == 2


def test_one_technician_alone_is_one_person_too_few(session):
    territory, _ = staffed(session, others=0)
    for_two(session, territory)

    plan = plan_day(session, territory).plan

    (row,) = plan.unserved
    assert (row.details["lack"], row.details["amount"]) == ("people", 1)


def test_roles_may_change_hands_though_there_is_one_lead_at_a_time(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    lead, helper = both_placed(session, visit, shifts)
    places = [
        assignments.Place(**{**vars_of(row), "role": role})
        for row, role in ((lead, CrewRole.HELPER), (helper, CrewRole.LEAD))
    ]

    assignments.write_places(
        session, territory_id=territory.id, day=clock.DAY, places=places, now=clock.NOW
    )

    new_lead, new_helper = rows_of(session, visit)
    assert (new_lead.id, new_helper.id) == (helper.id, lead.id)


def vars_of(row):
    place = assignments.place_of(row)
    return {name: getattr(place, name) for name in place.__slots__}


def test_a_helper_is_still_awaited_when_the_lead_has_set_off(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    lead, helper = both_placed(session, visit, shifts, at="11:00")
    lead.state, lead.set_off_at = AssignmentState.UNDER_WAY, clock.at("09:30")
    session.flush()

    brief = brief_of(session, territory, now=clock.at("09:40"))

    (taken,) = brief.problem.jobs
    assert taken.id == f"joins-{helper.id}"
    assert (taken.pin.technician, taken.pin.start) == (str(helper.technician_id), 10 * 3600)


def test_a_helper_who_is_due_is_there_for_the_planner_when_the_lead_has_begun(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    lead, helper = both_placed(session, visit, shifts, at="09:00")
    lead.state, lead.arrived_at = AssignmentState.ON_SITE, clock.at("09:00")
    session.flush()

    brief = brief_of(session, territory, now=clock.at("09:20"))

    assert brief.problem.jobs == ()
    places = {one.id: one.shifts[0].start_location for one in brief.problem.technicians}
    assert places[str(helper.technician_id)] == f"site-{visit.site_id}"


def test_a_round_that_is_looked_at_alone_keeps_the_start_that_it_shares(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    both_placed(session, visit, shifts, at="12:00")

    brief = brief_of(session, territory, technician_ids=[shifts[1].technician_id])

    (job,) = brief.problem.jobs
    assert job.id == f"{visit.id}.2"
    assert (job.pin.start, job.pin.slack_s) == (11 * 3600, 300)
    assert brief.problem.relations == ()


def test_what_begins_soon_keeps_both_technicians(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    both_placed(session, visit, shifts, at="09:30")

    jobs = jobs_of(brief_of(session, territory, now=clock.at("09:00")), visit)

    assert [job.pin.technician for job in jobs] == [str(s.technician_id) for s in shifts]


def test_a_pinned_visit_keeps_its_helper(session):
    territory, shifts = staffed(session)
    visit = for_two(session, territory)
    both_placed(session, visit, shifts, at="12:00")
    plans.pin(session, visit=visit, technician=shifts[0].technician, by=None, now=clock.NOW)

    lead, helper = jobs_of(brief_of(session, territory), visit)

    assert (lead.pin.technician, lead.pin.must_serve) == (str(shifts[0].technician_id), True)
    assert (helper.pin.technician, helper.pin.must_serve) == (str(shifts[1].technician_id), False)


def test_when_the_lead_falls_ill_somebody_else_leads_or_nobody_goes(session):
    territory, (ill, well) = staffed(session)
    visit = for_two(session, territory)
    both_placed(session, visit, (ill, well), at="12:00")
    build.absence(session, technician=ill.technician, starts_at=ill.starts_at, ends_at=ill.ends_at)

    plan_day(session, territory)

    assert rows_of(session, visit) == []


def test_when_the_helper_falls_ill_another_comes_along(session):
    territory, (lead, ill, spare) = staffed(session, others=2)
    visit = for_two(session, territory)
    both_placed(session, visit, (lead, ill), at="12:00")
    build.absence(session, technician=ill.technician, starts_at=ill.starts_at, ends_at=ill.ends_at)

    plan_day(session, territory)

    people = {row.technician_id for row in rows_of(session, visit)}
    assert people == {lead.technician_id, spare.technician_id}


def test_helpers_have_needs_of_their_own(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory, skills={"fibre"})
    visit.skills.append(
        VisitSkill(skill=build.skill(session, "ladder"), level=2, role=CrewRole.HELPER)
    )
    session.flush()

    lead, helper = jobs_of(brief_of(session, territory), visit)

    assert [(need.names, need.level) for need in lead.skills] == [(("fibre",), 1)]
    assert [(need.names, need.level) for need in helper.skills] == [(("ladder",), 2)]


def test_a_helper_whom_nobody_can_be_is_the_reason(session):
    territory, _ = staffed(session)
    visit = for_two(session, territory)
    visit.skills.append(VisitSkill(skill=build.skill(session, "ladder"), role=CrewRole.HELPER))
    session.flush()

    plan = plan_day(session, territory).plan

    (row,) = plan.unserved
    assert (row.reason, row.details["lack"], row.details["name"]) == (
        "no-technician",
        "skill",
        "ladder",
    )
