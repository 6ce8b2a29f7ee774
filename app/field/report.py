"""The report: what happened on site, in two minutes."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select

from app import clock, errors
from app.database import session
from app.field.pages import blueprint, fresh_id, my_visit
from app.security import Audience, open_to
from app.words import choices
from dispatch import field
from dispatch.field import OutcomeKind, OutcomeReport, OutcomeState, RemoteFixable
from dispatch.visits import Visit
from dispatch.workforce import Part, Skill

Form = dict[str, str]
M = TypeVar("M", OutcomeKind, RemoteFixable)


@blueprint.get("/visits/<int:visit_id>/report")
@open_to(Audience.TECHNICIAN)
def report(visit_id: int) -> str:
    """Show an empty report; its number is made now, so that a double tap stays one."""
    _technician, visit = my_visit(visit_id)
    return _page(visit, form={"client_id": fresh_id()}, refused="")


@blueprint.post("/visits/<int:visit_id>/report")
@open_to(Audience.TECHNICIAN)
def send(visit_id: int) -> ResponseReturnValue:
    """Keep the report; it closes the visit, or goes to the dispatcher when it does not fit."""
    technician, visit = my_visit(visit_id)
    form = request.form.to_dict()
    errors.retry_with(lambda sentence, _refusal: _page(visit, form=form, refused=sentence))
    now = clock.now()
    outcome = field.finish(
        session(),
        visit=visit,
        technician=technician,
        client_id=form.get("client_id") or fresh_id(),
        device_at=now,
        report=_read(form),
        now=now,
    )
    session().commit()
    if outcome.state is OutcomeState.UNDER_REVIEW:
        flash(_("Kept. It does not fit the plan any more; the dispatcher will look at it."), "warn")
    else:
        flash(_("Reported. The ticket knows it already."), "done")
    return redirect(url_for("field.today"))


def _read(form: Form) -> OutcomeReport:
    """Turn the form's texts into a report; what is missing is refused below, by name."""
    return OutcomeReport(
        kind=_member(OutcomeKind, form.get("kind"), OutcomeKind.FIXED),
        cause=form.get("cause", "").strip(),
        remedy=form.get("remedy", "").strip(),
        environment=form.get("environment", "").strip(),
        work_minutes=_number(form.get("work_minutes")),
        waited_minutes=_number(form.get("waited_minutes")),
        parts_used=tuple(_parts(form)),
        next_needs=_next_needs(form),
        remote_fixable=_member(RemoteFixable, form.get("remote_fixable"), RemoteFixable.UNSURE),
        remote_step=form.get("remote_step", "").strip(),
        signed_by=form.get("signed_by", "").strip(),
        unsigned_reason=form.get("unsigned_reason", "").strip(),
    )


def _parts(form: Form) -> list[dict[str, int]]:
    part, pieces = _number(form.get("part_used")), _number(form.get("pieces_used")) or 1
    return [{"part_id": part, "pieces": pieces}] if part else []


def _next_needs(form: Form) -> dict[str, object]:
    """What the follow-up must bring, as far as the form says so."""
    needs: dict[str, object] = {}
    if why := form.get("why", "").strip():
        needs["why"] = why
    if skill := _number(form.get("next_skill")):
        level = min(3, max(1, _number(form.get("next_level")) or 1))
        needs["skills"] = [{"skill_id": skill, "level": level}]
    if part := _number(form.get("next_part")):
        needs["parts"] = [{"part_id": part, "pieces": _number(form.get("next_pieces")) or 1}]
    if minutes := _number(form.get("next_minutes")):
        needs["work_minutes"] = minutes
    if arrives := form.get("arrives_on", "").strip():
        needs["arrives_on"] = arrives
    return needs


def _member(kind: type[M], value: str | None, otherwise: M) -> M:
    return kind(value) if value in {member.value for member in kind} else otherwise


def _number(text: str | None) -> int:
    return min(int(text), 10**6) if text and text.isascii() and text.isdigit() else 0


def _page(visit: Visit, *, form: Form, refused: str) -> str:
    return render_template(
        "field/report.html",
        visit=visit,
        form=form,
        refused=refused,
        kinds=choices(OutcomeKind),
        answers=choices(RemoteFixable),
        part_names=[(row.id, row.name) for row in session().scalars(_by_name(Part))],
        skill_names=[(row.id, row.name) for row in session().scalars(_by_name(Skill))],
    )


def _by_name(kind: type[Part | Skill]) -> Select[Any]:
    return select(kind).order_by(kind.name)
