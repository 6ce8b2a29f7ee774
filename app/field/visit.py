"""One visit on the phone: where, what, what remote support tried, and the next deed."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.database import session
from app.field.pages import blueprint, fresh_id, my_visit
from app.security import Audience, open_to
from dispatch import field
from dispatch.field import DeedKind
from dispatch.pinning import Position
from dispatch.planning import cards, company
from dispatch.planning.company import Companion
from dispatch.visits import Visit, VisitState

# What a big button may do; finishing needs a report, so it has a page of its own.
DEEDS = {
    DeedKind.SET_OFF.value: DeedKind.SET_OFF,
    DeedKind.ARRIVE.value: DeedKind.ARRIVE,
    DeedKind.TURN_BACK.value: DeedKind.TURN_BACK,
    DeedKind.PAUSE.value: DeedKind.PAUSE,
}
# A lead is as far as the visit is.
LEADS_BY = {
    VisitState.READY: "planned",
    VisitState.UNDER_WAY: "under-way",
    VisitState.ON_SITE: "on-site",
    VisitState.PAUSED: "under-way",
}
OPEN = frozenset(LEADS_BY)


@blueprint.get("/visits/<int:visit_id>")
@open_to(Audience.TECHNICIAN)
def visit(visit_id: int) -> str:
    """Show everything that helps on site."""
    technician, found = my_visit(visit_id)
    card = cards.cards_of(session(), visits=[found])[found.id]
    everybody = company.company_of(session(), visit_ids=[visit_id]).get(visit_id, ())
    own = next((one for one in everybody if one.technician_id == technician.id), None)
    return render_template(
        "field/visit.html",
        visit=found,
        card=card,
        others=company.others_than(technician.id, among=everybody),
        leads=own is None or own.leads,
        step_of=_step_of(found, own),
        fresh_id=fresh_id,
    )


def _step_of(visit: Visit, own: Companion | None) -> str:
    """How far I have got: as somebody who comes along, by my own deeds."""
    if own is not None and not own.leads:
        return own.state if visit.state in OPEN else ""
    return LEADS_BY.get(visit.state, "")


@blueprint.post("/visits/<int:visit_id>/deeds")
@open_to(Audience.TECHNICIAN)
def deed(visit_id: int) -> ResponseReturnValue:
    """Record a step; a repeated one is harmless, an odd one is kept and flagged."""
    technician, found = my_visit(visit_id)
    kind = DEEDS.get(request.form.get("kind", "")) or abort(400)
    now = clock.now()
    told = field.record_deed(
        session(),
        visit=found,
        technician=technician,
        kind=kind,
        client_id=request.form.get("client_id") or fresh_id(),
        device_at=now,
        minutes_left=request.form.get("minutes_left", type=int),
        reason=request.form.get("reason", "")[:400],
        position=_position(),
        now=now,
    )
    session().commit()
    if told.flagged:
        flash(_("Kept. It does not fit the plan any more; the dispatcher will look at it."), "warn")
    if kind is DeedKind.ARRIVE:
        return redirect(url_for("field.visit", visit_id=visit_id))
    return redirect(url_for("field.today"))


def _position() -> Position | None:
    """Where the phone says it is; None when its owner does not let it tell, or it tells nonsense."""
    told = [request.form.get(name, type=float) for name in ("latitude", "longitude", "accuracy_m")]
    latitude, longitude, accuracy_m = told
    if latitude is None or longitude is None:
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and (accuracy_m or 0) >= 0):
        return None
    return Position(latitude=latitude, longitude=longitude, accuracy_m=accuracy_m or 0.0)
