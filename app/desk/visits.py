"""Visits: asked for through the gate, approved, blocked, called off; and the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, errors, links, security
from app.context import settings
from app.database import db, session
from app.desk import reports
from app.desk.correspondence import zone_of
from app.desk.needs import first_values, pick_lists, read_needs
from app.desk.pages import blueprint
from app.desk.paging import PAGE, after, page
from app.forms import Form, fields_of
from app.security import DESK, Audience, open_to
from dispatch import field, promises, visits
from dispatch.base import DispatchError
from dispatch.planning.plans import Assignment, assignments_of
from dispatch.promises import Appointment, Promise
from dispatch.tickets import Ticket
from dispatch.visits import STEPS, Visit, VisitState

State = VisitState
VIEWS = {
    "plan": (_l("To be planned"), (State.READY, State.PAUSED)),
    "decide": (_l("To be decided"), (State.REQUESTED,)),
    "blocked": (_l("Blocked"), (State.BLOCKED,)),
    "field": (_l("In the field"), (State.UNDER_WAY, State.ON_SITE)),
    "ended": (_l("Ended"), (State.DONE, State.FOLLOW_UP, State.CANCELLED)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One visit of the list, with what was promised and planned."""

    visit: Visit
    promise: Promise | None
    planned: Assignment | None


@blueprint.get("/visits", endpoint="visits")
@open_to(*DESK)
def list_visits() -> str:
    """List visits by state, the oldest first."""
    chosen = request.args.get("view", "plan")
    view = chosen if chosen in VIEWS else "plan"
    query = (
        select(Visit)
        .where(Visit.state.in_(VIEWS[view][1]), Visit.id > (after() or 0))
        .options(joinedload(Visit.site), joinedload(Visit.ticket).joinedload(Ticket.customer))
        .order_by(Visit.id)
        .limit(PAGE + 1)
    )
    found = session().scalars(query).all()
    cursor = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template(
        "desk/visits.html",
        shown=page(_lines(found), cursor=cursor),
        view=view,
        views=[(name, str(text)) for name, (text, _states) in VIEWS.items()],
    )


@blueprint.get("/tickets/<int:ticket_id>/visits/new")
@open_to(*DESK)
def new_visit(ticket_id: int) -> str:
    """Show the gate, and the form for what the visit requires."""
    return _request_form(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/visits/new")
@open_to(*DESK)
def request_visit(ticket_id: int) -> ResponseReturnValue:
    """Ask for a visit; with a reason, those who may force the gate."""
    errors.retry_with(lambda sentence, refusal: _request_form(ticket_id, sentence, refusal))
    ticket = db.get_or_404(Ticket, ticket_id)
    form = Form(request.form)
    needs = read_needs(form, zone_of(ticket))
    force_reason = form.text("force_reason", longest=400, required=False)
    form.check()
    made = visits.request_visit(
        session(),
        ticket=ticket,
        needs=needs,
        force_reason=force_reason,
        price_accepted=form.yes("price_accepted"),
        share_of=_share_of,
        by=security.account(),
        now=clock.now(),
    )
    session().commit()
    if made.state is VisitState.READY:
        flash(_("The visit may be planned and offered."), "done")
    else:
        flash(_("The visit waits until the customer agrees to the price."), "warn")
    return redirect(url_for("desk.visit", visit_id=made.id))


@blueprint.get("/visits/<int:visit_id>")
@open_to(*DESK)
def visit(visit_id: int) -> str:
    """Show a visit: what it requires, why it is justified, what was promised and planned."""
    return _page(visit_id)


@blueprint.post("/visits/<int:visit_id>/approve")
@open_to(*DESK)
def approve(visit_id: int) -> ResponseReturnValue:
    """Let a requested visit be planned."""
    found, _form = _begin(visit_id, "")
    visits.approve(session(), visit=found, by=security.account(), now=clock.now())
    return _done(found, _("The visit may be planned and offered."))


@blueprint.post("/visits/<int:visit_id>/refuse")
@open_to(*DESK)
def refuse(visit_id: int) -> ResponseReturnValue:
    """Decide against a requested visit."""
    found, form = _begin(visit_id, "refuse")
    reason = form.text("reason", longest=400)
    form.check()
    visits.refuse(session(), visit=found, reason=reason, by=security.account(), now=clock.now())
    return _done(found, _("The visit is refused; the ticket is open again."))


@blueprint.post("/visits/<int:visit_id>/block")
@open_to(*DESK)
def block(visit_id: int) -> ResponseReturnValue:
    """Keep a visit from being planned until something has come."""
    found, form = _begin(visit_id, "block")
    reason = form.text("reason", longest=400)
    release_at = form.moment("release_at", found.site.tz)
    form.check()
    promise = promises.promises_of(session(), visit_ids=[visit_id]).get(visit_id)
    visits.block(
        session(),
        visit=found,
        reason=reason,
        release_at=release_at,
        promised_at=promise.opens_at if promise else None,
        by=security.account(),
        now=clock.now(),
    )
    return _done(found, _("The visit is blocked."))


@blueprint.post("/visits/<int:visit_id>/unblock")
@open_to(*DESK)
def unblock(visit_id: int) -> ResponseReturnValue:
    """What the visit waited for is there."""
    found, _form = _begin(visit_id, "")
    visits.unblock(session(), visit=found, by=security.account(), now=clock.now())
    return _done(found, _("The visit may be planned and offered."))


@blueprint.post("/visits/<int:visit_id>/cancel")
@open_to(*DESK)
def cancel(visit_id: int) -> ResponseReturnValue:
    """Call a visit off."""
    found, form = _begin(visit_id, "cancel")
    reason = form.text("reason", longest=400)
    form.check()
    visits.cancel(session(), visit=found, reason=reason, by=security.account(), now=clock.now())
    return _done(found, _("The visit is called off."))


@blueprint.post("/visits/<int:visit_id>/needs")
@open_to(*DESK)
def edit_needs(visit_id: int) -> ResponseReturnValue:
    """Say anew what the visit requires."""
    found, form = _begin(visit_id, "needs")
    needs = read_needs(form, found.site.tz)
    version = form.number("version", least=1, most=10**8)
    form.check()
    visits.edit_needs(
        session(),
        visit=found,
        needs=needs,
        expected_version=version,
        by=security.account(),
        now=clock.now(),
    )
    return _done(found, _("The changes are kept."))


def _share_of(family_id: int) -> float | None:
    """How often a visit of this kind of fault could have been spared."""
    return field.remote_fixable_share(session(), family_id=family_id)


def _begin(visit_id: int, act: str) -> tuple[Visit, Form]:
    errors.retry_with(lambda sentence, refusal: _page(visit_id, sentence, refusal, act))
    return db.get_or_404(Visit, visit_id), Form(request.form)


def _done(found: Visit, said: str) -> ResponseReturnValue:
    session().commit()
    flash(said, "done")
    return redirect(url_for("desk.visit", visit_id=found.id))


def _lines(found: Sequence[Visit]) -> list[Line]:
    promised = promises.promises_of(session(), visit_ids=[each.id for each in found])
    return [
        Line(visit=each, promise=promised.get(each.id), planned=_planned(each)) for each in found
    ]


def _planned(found: Visit) -> Assignment | None:
    return next(iter(assignments_of(session(), visit_id=found.id)), None)


def _request_form(ticket_id: int, refused: str = "", refusal: DispatchError | None = None) -> str:
    ticket = db.get_or_404(Ticket, ticket_id)
    sent = request.form if request.method == "POST" else first_values(ticket)
    return render_template(
        "desk/visit_new.html",
        ticket=ticket,
        gate=visits.gate(session(), ticket=ticket, now=clock.now(), share_of=_share_of),
        lists=pick_lists(ticket.site.territory if ticket.site else None),
        sent=sent,
        may_force=security.has(Audience.DISPATCHER, Audience.LEAD),
        asking_tier=visits.asking_tier(ticket),
        refused=refused,
        shut=refusal.details.get("missing", ()) if refusal else (),
        wrong=fields_of(refusal) if refusal else {},
    )


def _page(
    visit_id: int, refused: str = "", refusal: DispatchError | None = None, act: str = ""
) -> str:
    found = db.get_or_404(Visit, visit_id)
    appointments = session().scalars(
        select(Appointment).where(Appointment.visit_id == visit_id).order_by(Appointment.number)
    )
    return render_template(
        "desk/visit.html",
        visit=found,
        ticket=found.ticket,
        appointments=appointments.all(),
        assignments=assignments_of(session(), visit_id=visit_id),
        reports=reports.reports_of(session(), visit_id=visit_id),
        odd=reports.odd_deeds_of(session(), visit_id=visit_id),
        charges=reports.charges_of(session(), visit_id=visit_id),
        doubt_words=reports.doubt_words,
        verbs={verb for state, verb in STEPS if state is found.state},
        link=settings().public_url + "/b/" + links.sign(links.Purpose.VISIT, found.id),
        lists=pick_lists(found.territory),
        sent=request.form if act == "needs" else _sent_of(found),
        act=act,
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _sent_of(found: Visit) -> dict[str, str]:
    """The form's fields as they are now, as if they had been typed."""
    zone = found.site.tz
    sent = {
        "summary": found.summary,
        "work_minutes": str(found.work_minutes),
        "crew_size": str(found.crew_size),
        "instructions": found.instructions,
    }
    for number, skill in enumerate(found.skills):
        sent[f"skill-{number}"] = str(skill.skill_id)
        sent[f"level-{number}"] = str(skill.level)
        sent[f"group-{number}"] = str(skill.any_of_group or 0)
        sent[f"role-{number}"] = skill.role.value
    for number, part in enumerate(found.parts):
        sent[f"part-{number}"], sent[f"pieces-{number}"] = str(part.part_id), str(part.pieces)
    for number, wish in enumerate(found.technician_wishes):
        sent[f"technician-{number}"] = str(wish.technician_id)
        sent[f"wish-{number}"] = wish.wish.value
    for number, window in enumerate(found.preferred_windows):
        sent[f"opens-{number}"] = window.opens_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        sent[f"closes-{number}"] = window.closes_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return sent
