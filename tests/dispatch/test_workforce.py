"""Who can go: skills that hold, shifts that start on a day, and absences that cut them."""

from datetime import timedelta

import pytest

from dispatch import workforce
from dispatch.workforce import Pause, ShiftOverlaps
from tests import build
from tests.clock import DAY, NOW, THE_DAY_BEFORE, at


def present(session, technician):
    found = workforce.working_on(session, territory_id=technician.territory_id, day=DAY)
    return [(piece.starts_at, piece.ends_at) for piece in found]


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (("07:00", "08:00"), [("08:00", "16:00")]),
        (("07:00", "10:00"), [("10:00", "16:00")]),
        (("15:00", "18:00"), [("08:00", "15:00")]),
        (("11:00", "12:00"), [("08:00", "11:00"), ("12:00", "16:00")]),
        (("07:00", "18:00"), []),
        (("16:00", "18:00"), [("08:00", "16:00")]),
    ],
)
def test_an_absence_cuts_a_shift(session, gone, left):
    technician = build.shift(session).technician
    workforce.report_absence(
        session, technician=technician, starts_at=at(gone[0]), ends_at=at(gone[1]), now=NOW
    )

    assert present(session, technician) == [(at(begins), at(ends)) for begins, ends in left]


def test_absences_that_overlap_cut_once(session):
    technician = build.shift(session).technician
    for begins, ends in (("09:00", "11:00"), ("10:00", "12:00")):
        build.absence(session, technician=technician, starts_at=at(begins), ends_at=at(ends))

    assert present(session, technician) == [(at("08:00"), at("09:00")), (at("12:00"), at("16:00"))]


def test_a_night_shift_belongs_to_the_evening_on_which_it_starts(session):
    technician = build.technician(session)

    shift = workforce.add_shift(
        session,
        technician=technician,
        starts_at=at("22:00", day=THE_DAY_BEFORE),
        ends_at=at("06:00"),
        now=NOW,
    )

    assert shift.day == THE_DAY_BEFORE
    assert shift.ends_at - shift.starts_at == timedelta(hours=7)


def test_nobody_works_two_shifts_at_once(session):
    shift = build.shift(session)

    with pytest.raises(ShiftOverlaps) as refusal:
        workforce.add_shift(
            session,
            technician=shift.technician,
            starts_at=shift.ends_at - timedelta(minutes=1),
            ends_at=shift.ends_at + timedelta(hours=1),
            now=NOW,
        )

    assert refusal.value.details["shift_id"] == shift.id


def test_a_shift_keeps_its_breaks(session):
    lunch = Pause(minutes=30, earliest_at=at("11:00"), latest_at=at("13:00"))

    shift = workforce.add_shift(
        session,
        technician=build.technician(session),
        starts_at=at("08:00"),
        ends_at=at("16:00"),
        breaks=[lunch],
        now=NOW,
    )

    assert [(pause.minutes, pause.paid) for pause in shift.breaks] == [(30, False)]


def test_a_skill_holds_on_its_first_and_last_day(session):
    technician, skill = build.technician(session), build.skill(session, "fibre")
    workforce.set_skill(
        session, technician=technician, skill=skill, level=2, valid_from=DAY, valid_until=DAY
    )

    assert workforce.skills_on(technician, day=DAY) == {skill.id: 2}
    assert workforce.skills_on(technician, day=THE_DAY_BEFORE) == {}
    assert workforce.skills_on(technician, day=DAY + timedelta(days=1)) == {}


def test_a_skill_is_held_once_and_can_be_taken_away(session):
    technician, skill = (
        build.technician(session, skills={"fibre": 1}),
        build.skill(session, "fibre"),
    )

    workforce.set_skill(session, technician=technician, skill=skill, level=3)
    raised = workforce.skills_on(technician, day=DAY)
    workforce.take_skill(session, technician=technician, skill=skill)

    assert (raised, workforce.skills_on(technician, day=DAY)) == ({skill.id: 3}, {})


def test_candidates_are_there_and_can_do_it(session):
    territory, skill = build.territory(session), build.skill(session, "fibre")
    skilled = build.technician(session, territory=territory, skills={"fibre": 2})
    apprentice = build.technician(session, territory=territory, skills={"fibre": 1})
    at_home = build.technician(session, territory=territory, skills={"fibre": 3})
    for technician in (skilled, apprentice):
        build.shift(session, technician=technician)

    found = workforce.candidates(session, territory_id=territory.id, day=DAY, levels={skill.id: 2})

    assert found == (skilled,)
    assert at_home not in found


def test_somebody_who_has_left_is_not_at_work(session):
    technician = build.shift(session).technician
    technician.active = False

    assert present(session, technician) == []
