"""Who can go: technicians, their skills, and when they work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import clock, errors, i18n, security
from app.database import db, session
from app.desk.pages import blueprint
from app.forms import Form, fields_of
from app.security import DESK, Audience, open_to
from app.words import choices
from dispatch import workforce
from dispatch.accounts import Account, Role, RoleName
from dispatch.base import DispatchError
from dispatch.places import Depot, Territory
from dispatch.workforce import (
    Absence,
    Employment,
    Pause,
    Shift,
    Skill,
    Technician,
)
from routing.travel.provider import Profile

# Shifts and absences are shown from yesterday until so many days ahead.
DAYS_AHEAD = 14
PLANNERS = (Audience.DISPATCHER, Audience.LEAD)


@blueprint.get("/technicians")
@open_to(*DESK)
def technicians() -> str:
    """List who can go, by territory and name."""
    found = (
        session()
        .scalars(
            select(Technician)
            .options(selectinload(Technician.skills), selectinload(Technician.territory))
            .order_by(Technician.active.desc(), Technician.territory_id, Technician.name)
        )
        .all()
    )
    now = clock.now()
    return render_template("desk/technicians.html", technicians=found, present=_present(now))


@blueprint.get("/technicians/new")
@open_to(*PLANNERS)
def new_technician() -> str:
    """Show the form for somebody new."""
    return _form()


@blueprint.post("/technicians/new")
@open_to(*PLANNERS)
def add_technician() -> ResponseReturnValue:
    """Add somebody who goes."""
    errors.retry_with(_form)
    form = Form(request.form)
    name = form.text("name", longest=200)
    territory = form.row(Territory, "territory_id")
    depot = form.maybe_row(Depot, "depot_id")
    account = form.maybe_row(Account, "account_id")
    phone = form.text("phone", longest=32, required=False)
    home = (
        form.decimal("home_latitude", least=-90, most=90),
        form.decimal("home_longitude", least=-180, most=180),
    )
    employment = form.code(Employment, "employment")
    said = form.said("travel_profile")
    profile = form.code(Profile, "travel_profile") if said else Profile.CAR
    overtime = form.number("max_overtime_minutes", least=0, most=480, default=0)
    spoken = form.said("language")
    form.check()
    made = workforce.add_technician(
        session(),
        territory=territory,
        depot=depot,
        account=account,
        name=name,
        phone=phone or None,
        language=spoken if spoken in i18n.NAMES else i18n.language(),
        home=home,
        employment=employment,
        starts_at_depot=form.yes("starts_at_depot") and depot is not None,
        travel_profile=profile,
        max_overtime_minutes=overtime,
        by=security.account(),
        now=clock.now(),
    )
    session().commit()
    flash(_("%(name)s can go now. Add skills and shifts.", name=made.name), "done")
    return redirect(url_for("desk.technician", technician_id=made.id))


@blueprint.get("/technicians/<int:technician_id>")
@open_to(*DESK)
def technician(technician_id: int) -> str:
    """Show what somebody can do and when they work."""
    return _page(technician_id)


@blueprint.post("/technicians/<int:technician_id>/skills")
@open_to(*PLANNERS)
def set_skill(technician_id: int) -> ResponseReturnValue:
    """Give a skill, or change its level and how long it holds."""
    found, form = _begin(technician_id, "skill")
    skill = form.row(Skill, "skill_id")
    level = form.number("level", least=1, most=3, default=1)
    valid_from, valid_until = form.day("valid_from"), form.day("valid_until")
    if valid_from and valid_until and valid_until < valid_from:
        form.wrong["valid_until"] = _("It ends before it begins.")
    form.check()
    workforce.set_skill(
        session(),
        technician=found,
        skill=skill,
        level=level,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return _done(found, _("The skill is kept."))


@blueprint.post("/technicians/<int:technician_id>/travel")
@open_to(*PLANNERS)
def set_travel_profile(technician_id: int) -> ResponseReturnValue:
    """Say how somebody gets about."""
    found, form = _begin(technician_id, "travel")
    profile = form.code(Profile, "travel_profile")
    form.check()
    workforce.set_travel_profile(
        session(),
        technician=found,
        travel_profile=profile,
        now=clock.now(),
        by=security.account(),
    )
    return _done(found, _("The means of travel is kept; rounds are mended."))


@blueprint.post("/technicians/<int:technician_id>/shifts")
@open_to(*PLANNERS)
def add_shift(technician_id: int) -> ResponseReturnValue:
    """Add a working period, with one pause if it has one."""
    found, form = _begin(technician_id, "shift")
    tz = found.territory.tz
    starts_at, ends_at = form.moment("starts_at", tz), form.moment("ends_at", tz)
    minutes = form.number("pause_minutes", least=0, most=240, default=0)
    earliest, latest = form.moment("earliest_at", tz), form.moment("latest_at", tz)
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        form.wrong["starts_at"] = _("A shift begins before it ends.")
    if minutes and (earliest is None or latest is None or latest < earliest):
        form.wrong["earliest_at"] = _("Say between when and when the pause begins.")
    form.check()
    assert starts_at is not None
    assert ends_at is not None
    workforce.add_shift(
        session(),
        technician=found,
        starts_at=starts_at,
        ends_at=ends_at,
        breaks=_pauses(minutes, earliest, latest),
        now=clock.now(),
        by=security.account(),
    )
    return _done(found, _("The shift is kept."))


@blueprint.post("/technicians/<int:technician_id>/absences")
@open_to(*PLANNERS)
def report_absence(technician_id: int) -> ResponseReturnValue:
    """Say that somebody is not there although a shift says so."""
    found, form = _begin(technician_id, "absence")
    tz = found.territory.tz
    starts_at, ends_at = form.moment("starts_at", tz), form.moment("ends_at", tz)
    reason = form.text("reason", longest=200, required=False)
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        form.wrong["starts_at"] = _("An absence begins before it ends.")
    form.check()
    assert starts_at is not None
    assert ends_at is not None
    workforce.report_absence(
        session(),
        technician=found,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        now=clock.now(),
        by=security.account(),
    )
    return _done(found, _("The absence is kept; rounds are mended."))


def _begin(technician_id: int, act: str) -> tuple[Technician, Form]:
    errors.retry_with(lambda sentence, refusal: _page(technician_id, sentence, refusal, act))
    return db.get_or_404(Technician, technician_id), Form(request.form)


def _done(found: Technician, said: str) -> ResponseReturnValue:
    session().commit()
    flash(said, "done")
    return redirect(url_for("desk.technician", technician_id=found.id))


def _pauses(minutes: int, earliest: datetime | None, latest: datetime | None) -> tuple[Pause, ...]:
    if not minutes or earliest is None or latest is None:
        return ()
    return (Pause(minutes=minutes, earliest_at=earliest, latest_at=latest),)


def _present(now: datetime) -> Mapping[int, Shift]:
    """The shift in which each technician works at this moment; absences not taken off."""
    working = select(Shift).where(Shift.starts_at <= now, Shift.ends_at > now)
    return {shift.technician_id: shift for shift in session().scalars(working)}


def _form(refused: str = "", refusal: DispatchError | None = None) -> str:
    free = (
        select(Account)
        .join(Account.roles)
        .where(
            Role.name == RoleName.TECHNICIAN.value,
            Account.active,
            Account.id.not_in(
                select(Technician.account_id).where(Technician.account_id.is_not(None))
            ),
        )
        .order_by(Account.name)
    )
    territories = session().scalars(select(Territory).order_by(Territory.name)).all()
    depots = session().scalars(select(Depot).order_by(Depot.name)).all()
    return render_template(
        "desk/technician_new.html",
        territories=[(each.id, each.name) for each in territories],
        depots=[(each.id, each.name) for each in depots],
        accounts=[(each.id, f"{each.name} · {each.email}") for each in session().scalars(free)],
        employments=choices(Employment),
        profiles=choices(Profile),
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _page(
    technician_id: int, refused: str = "", refusal: DispatchError | None = None, act: str = ""
) -> str:
    found = db.get_or_404(Technician, technician_id)
    now = clock.now()
    begins, ends = now - timedelta(days=1), now + timedelta(days=DAYS_AHEAD)
    shifts = session().scalars(
        select(Shift)
        .where(Shift.technician_id == technician_id, Shift.ends_at > begins, Shift.starts_at < ends)
        .order_by(Shift.starts_at)
    )
    absences = session().scalars(
        select(Absence)
        .where(Absence.technician_id == technician_id, Absence.ends_at > begins)
        .order_by(Absence.starts_at)
    )
    skills = session().scalars(select(Skill).order_by(Skill.name))
    return render_template(
        "desk/technician.html",
        technician=found,
        shifts=shifts.all(),
        absences=absences.all(),
        skills=[(each.id, each.name) for each in skills],
        profiles=choices(Profile),
        today=now.astimezone(found.territory.tz).date(),
        may_plan=security.has(*PLANNERS),
        act=act,
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )
