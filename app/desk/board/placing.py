"""A visit in the dispatcher's hand: who could take it, put it there, pin it, take it out."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, errors, terms, travel
from app.context import settings
from app.database import db, reads_first, row_id, session, thought_over
from app.security import Audience, account, open_to
from dispatch.planning import cards, plans
from dispatch.planning.candidates import candidates
from dispatch.visits import Visit
from dispatch.workforce import Shift, Technician


def register(blueprint: Blueprint) -> None:
    """Hang the pages on the board's blueprint."""
    blueprint.add_url_rule("/visits/<int:visit_id>/place", view_func=place)
    blueprint.add_url_rule("/visits/<int:visit_id>/place", view_func=put, methods=["POST"])
    blueprint.add_url_rule("/visits/<int:visit_id>/take-out", view_func=take_out, methods=["POST"])
    blueprint.add_url_rule("/visits/<int:visit_id>/unpin", view_func=unpin, methods=["POST"])


@open_to(Audience.DISPATCHER)
def place(visit_id: int) -> str:
    """Show who could take the visit on a day, best first, and its place now."""
    return _page(db.get_or_404(Visit, visit_id))


@open_to(Audience.DISPATCHER)
@reads_first
def put(visit_id: int) -> ResponseReturnValue:
    """Put the visit into a round and pin it there; a broken rule needs a reason, which is kept."""
    errors.retry_with(lambda sentence, _why: _page(db.get_or_404(Visit, visit_id), sentence))
    visit = db.get_or_404(Visit, visit_id)
    technician = db.get_or_404(Technician, request.form.get("technician", type=row_id))
    trial = plans.judge_move(
        session(),
        visit=visit,
        technician=technician,
        helpers=_helpers(),
        day=_day(visit),
        travel=travel.provider(),
        settings=terms.planning(settings()),
        position=request.form.get("position", type=int),
        now=clock.now(),
    )
    with thought_over():
        plans.move(
            session(),
            trial=trial,
            by=account(),
            reason=request.form.get("reason", "")[:400].strip(),
            expected_version=request.form.get("version", type=int),
            now=clock.now(),
        )
        session().commit()
    flash(_("The visit is placed and pinned there."), "done")
    return redirect(url_for("board.place", visit_id=visit_id, day=trial.day))


@open_to(Audience.DISPATCHER)
def take_out(visit_id: int) -> ResponseReturnValue:
    """Take the visit out of its round."""
    visit = db.get_or_404(Visit, visit_id)
    errors.retry_with(lambda sentence, _why: _page(db.get_or_404(Visit, visit_id), sentence))
    plans.unassign(
        session(),
        visit=visit,
        by=account(),
        expected_version=request.form.get("version", type=int),
        now=clock.now(),
    )
    session().commit()
    flash(_("The visit is out of its round."), "done")
    return redirect(url_for("board.place", visit_id=visit_id))


@open_to(Audience.DISPATCHER)
def unpin(visit_id: int) -> ResponseReturnValue:
    """Leave the visit to the planner again."""
    visit = db.get_or_404(Visit, visit_id)
    plans.unpin(session(), visit=visit, by=account(), now=clock.now())
    session().commit()
    flash(_("The planner may move the visit again."), "done")
    return redirect(url_for("board.place", visit_id=visit_id))


def _helpers() -> list[Technician] | None:
    """Whoever was named to come along; nobody named: the planner finds somebody."""
    named = request.form.getlist("helper", type=row_id)
    return [db.get_or_404(Technician, each) for each in named] or None


def _page(visit: Visit, refused: str = "") -> str:
    day = _day(visit)
    found = candidates(
        session(),
        visit=visit,
        day=day,
        travel=travel.provider(),
        settings=terms.planning(settings()),
        now=clock.now(),
    )
    rows = plans.assignments_of(session(), visit_id=visit.id)
    working = session().scalars(
        select(Technician)
        .join(Shift, Shift.technician_id == Technician.id)
        .where(Shift.day == day, Technician.territory_id == visit.territory_id)
        .order_by(Technician.name)
        .distinct()
    )
    technicians = {technician.id: technician for technician in working}
    return render_template(
        "desk/board/place.html",
        visit=visit,
        card=cards.cards_of(session(), visits=[visit])[visit.id],
        day=day,
        present=rows[0] if rows else None,
        along=rows[1:],
        company={
            lead: [technicians[helper.technician_id].name for helper in way.helpers]
            for lead, way in found.places.items()
        },
        found=found,
        technicians=technicians,
        others=[(t.id, t.name) for t in technicians.values() if t.id not in found.places],
        everybody=[(t.id, t.name) for t in technicians.values()],
        refused=refused,
        reason=request.form.get("reason", ""),
    )


def _day(visit: Visit) -> date:
    """The day that is asked about: given, else planned, else promised, else today."""
    given = request.values.get("day", "")
    if given:
        try:
            return date.fromisoformat(given)
        except ValueError:
            abort(404)
    rows = plans.assignments_of(session(), visit_id=visit.id)
    if rows:
        return rows[0].day
    promise = cards.cards_of(session(), visits=[visit])[visit.id].promise
    moment = promise.opens_at if promise else clock.now()
    return moment.astimezone(visit.territory.tz).date()
