"""The planner is asked about the day as it is, in the hours of the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from dispatch.planning import briefs, plans
from dispatch.planning.briefs import roads as told_roads
from dispatch.planning.plans import AssignmentState
from dispatch.visits import VisitState
from dispatch.workforce import set_travel_profile
from routing.check import judge
from routing.problem import Window
from routing.solution import Route, Solution, Stop
from routing.travel.crowfly import CrowFly
from routing.travel.provider import Profile
from tests import build, clock
from tests.dispatch.planning.day import brief_of

HOUR = 3600


def job_of(brief, visit):
    return brief.problem.job_by_id[str(visit.id)]


def staffed(session, **times):
    """A territory in which one technician works on the default day."""
    territory = build.territory(session)
    build.shift(session, technician=build.technician(session, territory=territory), **times)
    return territory


def test_the_day_on_which_clocks_go_forward_has_23_hours(session):
    territory = staffed(session)

    reading = brief_of(session, territory).reading

    assert reading.closes_at - reading.opens_at == timedelta(hours=23)


def test_a_shift_at_eight_on_that_day_begins_seven_hours_after_midnight(session):
    territory = staffed(session, starts="08:00")

    (technician,) = brief_of(session, territory).problem.technicians

    assert technician.shifts[0].start == 7 * HOUR


def test_opening_hours_become_windows_that_end_a_second_before_they_close(session):
    territory = staffed(session)
    site = build.site(session, territory=territory, opening_hours=[[6, "09:00", "12:00"]])
    visit = build.visit(session, site=site)

    job = job_of(brief_of(session, territory), visit)

    assert job.windows == (Window(opens=8 * HOUR, closes=11 * HOUR - 1),)
    assert job.finish_inside


def test_work_longer_than_any_opening_may_end_after_closing_time(session):
    territory = staffed(session)
    site = build.site(session, territory=territory, opening_hours=[[6, "09:00", "10:00"]])
    visit = build.visit(session, site=site, work_minutes=90)

    job = job_of(brief_of(session, territory), visit)

    assert not job.finish_inside


def test_a_visit_to_a_closed_site_is_not_asked_about(session):
    territory = staffed(session)
    site = build.site(session, territory=territory, opening_hours=[[0, "09:00", "12:00"]])
    build.visit(session, site=site)

    brief = brief_of(session, territory)

    assert brief.problem.jobs == ()


def test_a_promise_of_another_day_keeps_the_visit_out(session):
    territory = staffed(session)
    visit = build.visit(session, territory=territory)
    build.appointment(session, visit=visit, opens_at=clock.at("10:00") + timedelta(days=1))

    brief = brief_of(session, territory)

    assert brief.problem.jobs == ()


def test_a_promise_that_the_plan_keeps_is_a_rule(session):
    territory = staffed(session)
    visit = build.visit(session, territory=territory)
    build.appointment(session, visit=visit)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    build.assignment(session, visit=visit, shift=shift, starts_at=clock.at("10:30"))

    job = job_of(brief_of(session, territory), visit)

    assert job.promise == Window(opens=9 * HOUR, closes=11 * HOUR - 1)
    assert job.promise_hard


def test_a_promise_that_nobody_keeps_any_more_may_be_kept_late(session):
    territory = staffed(session)
    visit = build.visit(session, territory=territory)
    build.appointment(session, visit=visit)

    job = job_of(brief_of(session, territory, now=clock.at("13:00")), visit)

    assert not job.promise_hard


def test_a_visit_that_waits_for_a_part_is_asked_about_after_its_arrival(session):
    territory = staffed(session)
    build.visit(session, territory=territory, release_at=clock.at("10:00") + timedelta(days=1))
    today = build.visit(session, territory=territory, release_at=clock.at("10:00"))

    brief = brief_of(session, territory)

    assert [job.id for job in brief.problem.jobs] == [str(today.id)]
    assert job_of(brief, today).release == 9 * HOUR


def test_a_blocked_visit_is_not_asked_about(session):
    territory = staffed(session)
    build.visit(session, territory=territory, state=VisitState.BLOCKED, blocked_reason="part")

    brief = brief_of(session, territory)

    assert brief.problem.jobs == ()


def test_an_absence_cuts_a_shift_in_two(session):
    territory = build.territory(session)
    technician = build.technician(session, territory=territory)
    shift = build.shift(session, technician=technician, starts="08:00", ends="16:00")
    build.absence(
        session, technician=technician, starts_at=clock.at("11:00"), ends_at=clock.at("13:00")
    )

    (worker,) = brief_of(session, territory).problem.technicians

    spans = [(shift.id, shift.start / HOUR, shift.end / HOUR) for shift in worker.shifts]
    assert spans == [(str(shift.id), 7, 10), (f"{shift.id}.2", 12, 15)]


def test_somebody_away_all_day_is_nobody_to_plan_with(session):
    territory = build.territory(session)
    technician = build.technician(session, territory=territory)
    shift = build.shift(session, technician=technician)
    build.absence(session, technician=technician, starts_at=shift.starts_at, ends_at=shift.ends_at)

    brief = brief_of(session, territory)

    assert brief.problem.technicians == ()


def test_a_certificate_that_has_run_out_does_not_count(session):
    territory = build.territory(session)
    technician = build.technician(session, territory=territory, skills={"gas": 1, "printer": 2})
    held = next(row for row in technician.skills if row.skill.code == "gas")
    held.valid_until = clock.DAY - timedelta(days=1)
    build.shift(session, technician=technician)

    (worker,) = brief_of(session, territory).problem.technicians

    assert set(worker.skills) == {"printer"}


def test_a_round_goes_on_from_the_stop_that_has_begun(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory, state=VisitState.ON_SITE)
    build.assignment(
        session,
        visit=visit,
        shift=shift,
        starts_at=clock.at("09:00"),
        state=AssignmentState.ON_SITE,
        arrived_at=clock.at("09:00"),
    )

    brief = brief_of(session, territory, now=clock.at("09:30"))

    (worker,) = brief.problem.technicians
    assert brief.problem.jobs == ()
    assert worker.shifts[0].start == 9 * HOUR
    assert worker.shifts[0].start_location == f"site-{visit.site_id}"


def test_what_starts_soon_keeps_its_technician_and_its_place(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory)
    build.assignment(session, visit=visit, shift=shift, starts_at=clock.at("09:30"))

    job = job_of(brief_of(session, territory, now=clock.at("09:00")), visit)

    assert (job.pin.technician, job.pin.position) == (str(shift.technician_id), 1)


def test_a_held_window_is_taken_time_that_nobody_moves(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory)
    hold = build.hold(session, visit=visit, shift=shift, opens_at=clock.at("10:00"))

    (job,) = brief_of(session, territory).problem.jobs

    assert job.id == f"hold-{hold.id}"
    assert (job.pin.technician, job.pin.start) == (str(shift.technician_id), 9 * HOUR)


def test_a_hold_that_ran_out_takes_no_time(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory)
    build.hold(session, visit=visit, shift=shift, expires_at=clock.NOW)

    (job,) = brief_of(session, territory).problem.jobs

    assert job.id == str(visit.id)


def test_a_stored_question_gives_its_stamp_back(session):
    territory = staffed(session)
    build.visit(session, territory=territory)
    stamp = brief_of(session, territory).stamp

    again = briefs.stamp_of(stamp.problem)

    assert again == stamp


def test_a_stop_that_should_have_begun_is_free_to_be_mended(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    overdue, soon = (build.visit(session, territory=territory) for _ in range(2))
    build.assignment(session, visit=overdue, shift=shift, starts_at=clock.at("08:30"))
    build.assignment(session, visit=soon, shift=shift, starts_at=clock.at("10:00"))

    brief = brief_of(session, territory, now=clock.at("09:30"))

    assert job_of(brief, overdue).pin is None
    assert job_of(brief, soon).pin.technician == str(shift.technician_id)
    assert job_of(brief, soon).pin.position is None


def test_a_pin_counts_also_for_what_starts_soon(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory)
    build.assignment(session, visit=visit, shift=shift, starts_at=clock.at("09:30"))
    now = clock.at("09:00")
    plans.pin(session, visit=visit, technician=shift.technician, by=None, now=now)

    job = job_of(brief_of(session, territory, now=now), visit)

    assert (job.pin.technician, job.pin.must_serve) == (str(shift.technician_id), True)


class Asked:
    """Straight lines, and who was asked for."""

    name = "asked"
    capabilities = CrowFly().capabilities

    def __init__(self):
        self.profiles = []

    def matrix(self, origins, *, destinations, profile=Profile.CAR, **_):
        self.profiles.append(profile)
        table = CrowFly().matrix(origins, destinations=destinations, profile=profile)
        return replace(table, estimated=np.full(table.shape, profile is Profile.BIKE))


def crew_of(session, *profiles):
    area = build.territory(session)
    for profile in profiles:
        who = build.technician(session, territory=area, travel_profile=profile)
        build.shift(session, technician=who)
    build.visit(session, site=build.site(session, territory=area))
    return area


def asked_about(session, area):
    roads = Asked()
    brief = briefs.brief(session, territory_id=area.id, day=clock.DAY, travel=roads, now=clock.NOW)
    return brief.problem, roads


def test_everybody_gets_the_table_of_the_own_profile(session):
    area = crew_of(session, Profile.CAR, Profile.BIKE, Profile.CAR)

    problem, roads = asked_about(session, area)

    bike = problem.travel.profiles["bike"]
    assert [one.profile for one in problem.technicians] == ["", "bike", ""]
    assert roads.profiles == [Profile.CAR, Profile.BIKE]
    assert max(map(max, bike.seconds)) > max(map(max, problem.travel.seconds)) > 0


def test_a_round_is_another_one_when_its_technician_takes_the_bike(session):
    area = crew_of(session, Profile.CAR, Profile.CAR)
    before = brief_of(session, area)
    rider, driver = (piece.technician for piece in before.pieces)
    set_travel_profile(session, technician=rider, travel_profile=Profile.BIKE, now=clock.NOW)

    after = brief_of(session, area).stamp.seen

    assert after.round_changed(rider.id, since=before.stamp.seen)
    assert not after.round_changed(driver.id, since=before.stamp.seen)


def test_only_profiles_that_somebody_of_the_day_has_are_asked_for(session):
    area = crew_of(session, Profile.FOOT)
    build.technician(session, territory=area, travel_profile=Profile.BIKE)  # has no shift

    problem, roads = asked_about(session, area)

    assert roads.profiles == [Profile.FOOT]
    assert [one.profile for one in problem.technicians] == [""]
    assert problem.travel.profiles == {}


def test_what_is_estimated_is_told_of_who_goes_there(session):
    area = crew_of(session, Profile.CAR, Profile.BIKE)
    problem, _ = asked_about(session, area)
    job = problem.jobs[0].id
    driver, rider = (one.id for one in problem.technicians)

    told = {
        who: told_roads.told_of(
            problem,
            routes=judge(
                Solution(routes=(Route(technicians=(who,), stops=(Stop(id=job),)),)),
                problem=problem,
            ).timetable.routes,
        )
        for who in (driver, rider)
    }

    assert told[driver]["estimated_legs"] == 0
    assert told[rider]["estimated_legs"] == told[rider]["legs"] == 2
    assert told[driver]["estimated"] == told[rider]["estimated"] > 0
