"""Technicians and what each of them can do."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.places import Depot, Territory
from dispatch.workforce.tables import Employment, Skill, Technician, TechnicianSkill
from routing.travel.provider import Profile


def add_technician(  # noqa: PLR0913 - who, where from, at what price
    session: Session,
    *,
    territory: Territory,
    name: str,
    language: str,
    home: tuple[float, float],
    now: datetime,
    employment: Employment = Employment.OWN,
    account: Account | None = None,
    depot: Depot | None = None,
    phone: str | None = None,
    starts_at_depot: bool = False,
    travel_profile: Profile = Profile.CAR,
    per_hour_minor: int = 0,
    per_km_minor: int = 0,
    per_day_minor: int = 0,
    per_visit_minor: int = 0,
    max_overtime_minutes: int = 0,
    by: Account | None = None,
) -> Technician:
    """Add somebody who goes; ``home`` is latitude and longitude in degrees."""
    technician = Technician(
        territory=territory,
        account=account,
        depot=depot,
        name=name,
        phone=phone,
        language=language,
        employment=employment,
        home_latitude=home[0],
        home_longitude=home[1],
        starts_at_depot=starts_at_depot,
        travel_profile=travel_profile,
        per_hour_minor=per_hour_minor,
        per_km_minor=per_km_minor,
        per_day_minor=per_day_minor,
        per_visit_minor=per_visit_minor,
        max_overtime_minutes=max_overtime_minutes,
    )
    session.add(technician)
    session.flush()
    journal.record(
        session, "technician-added", thing="technician", thing_id=technician.id, now=now, by=by
    )
    return technician


def set_travel_profile(
    session: Session,
    *,
    technician: Technician,
    travel_profile: Profile,
    now: datetime,
    by: Account | None = None,
) -> None:
    """Say how a technician gets about from now on; rounds still to come must be mended."""
    if technician.travel_profile is travel_profile:
        return
    technician.travel_profile = travel_profile
    session.flush()
    journal.record(
        session,
        "travel-profile-changed",
        thing="technician",
        thing_id=technician.id,
        now=now,
        by=by,
    )


def set_skill(
    session: Session,
    *,
    technician: Technician,
    skill: Skill,
    level: int = 1,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> TechnicianSkill:
    """Give a technician a skill, or change its level and how long it holds; both days count."""
    held = next((row for row in technician.skills if row.skill is skill), None)
    if held is None:
        held = TechnicianSkill(skill=skill)
        technician.skills.append(held)
    held.level, held.valid_from, held.valid_until = level, valid_from, valid_until
    session.flush()
    return held


def take_skill(session: Session, *, technician: Technician, skill: Skill) -> None:
    """Take a skill away, if there."""
    technician.skills = [row for row in technician.skills if row.skill is not skill]
    session.flush()


def skills_on(technician: Technician, *, day: date) -> dict[int, int]:
    """Level by skill id, of what holds on a day."""
    return {
        row.skill_id: row.level
        for row in technician.skills
        if (row.valid_from is None or row.valid_from <= day)
        and (row.valid_until is None or day <= row.valid_until)
    }
