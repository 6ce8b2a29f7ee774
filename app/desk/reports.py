"""Reports from the field: what a technician wrote, and those that a person must look at first.

Phones are never refused, so a report that does not fit waits here: accepted, it takes effect as it
would have then; set aside, it is kept and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app import clock, errors, formats, security
from app.database import db, session
from app.desk.pages import blueprint
from app.desk.paging import PAGE, after, page
from app.security import Audience, open_to
from app.words import word
from dispatch import field
from dispatch.agreements import Charge
from dispatch.field import Deed, DeedKind, Outcome, OutcomeState
from dispatch.planning.plans import Assignment, assignments_of
from dispatch.visits import Visit
from dispatch.workforce import Part, Skill

READERS = (Audience.DISPATCHER, Audience.LEAD)
# Why a report or a step does not fit (dispatch.field), in words.
DOUBTS = {
    "not-assigned": _l("Whoever wrote it was not sent to this visit."),
    "not-lead": _l("Whoever wrote it came along; the lead reports."),
    "assigned-to-other": _l("Somebody else was sent to this visit."),
    "visit-closed": _l("The visit was over, blocked or not approved when it came in."),
    "already-reported": _l("Another report of this visit counts already."),
    "clock": _l("The clock of the phone cannot be right."),
    "wrong-state": _l("It does not follow from what happened before."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report with everything that was written; ``lines`` are names and values.

    ``waits``: somebody must decide. ``rivalled``: another report counts, so this one cannot.
    """

    outcome: Outcome
    doubt: str
    lines: tuple[tuple[str, str], ...]
    waits: bool
    rivalled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A report that waits, with the visit as it is now."""

    report: Report
    visit: Visit
    assignments: Sequence[Assignment]
    odd: Sequence[Deed]


@blueprint.get("/reports")
@open_to(*READERS)
def reports() -> str:
    """List the reports that wait for a decision, the oldest first."""
    return _page()


@blueprint.post("/reports/<int:outcome_id>/accept")
@open_to(*READERS)
def accept_report(outcome_id: int) -> ResponseReturnValue:
    """Believe a report: it takes effect."""
    errors.retry_with(lambda sentence, _refusal: _page(sentence))
    found = db.get_or_404(Outcome, outcome_id)
    field.accept_outcome(session(), outcome=found, by=security.account(), now=clock.now())
    session().commit()
    flash(_("The report is accepted and has taken effect."), "done")
    return redirect(url_for("desk.visit", visit_id=found.visit_id))


@blueprint.post("/reports/<int:outcome_id>/set-aside")
@open_to(*READERS)
def set_report_aside(outcome_id: int) -> ResponseReturnValue:
    """Keep a report without effect."""
    errors.retry_with(lambda sentence, _refusal: _page(sentence))
    found = db.get_or_404(Outcome, outcome_id)
    field.set_outcome_aside(session(), outcome=found, by=security.account(), now=clock.now())
    session().commit()
    flash(_("The report is set aside; nothing has changed."), "done")
    return redirect(url_for("desk.reports"))


def waiting_count(session: Session) -> int:
    """How many reports wait for a decision; one query."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Outcome)
            .where(Outcome.state == OutcomeState.UNDER_REVIEW)
        )
        or 0
    )


def reports_of(session: Session, *, visit_id: int) -> list[Report]:
    """Every report of one visit, the first one first."""
    query = (
        select(Outcome)
        .where(Outcome.visit_id == visit_id)
        .options(joinedload(Outcome.technician))
        .order_by(Outcome.id)
    )
    return _written(session, session.scalars(query).all())


def odd_deeds_of(session: Session, *, visit_id: int) -> Sequence[Deed]:
    """Steps of one visit that did not fit; finishing stands in the report itself."""
    return session.scalars(
        select(Deed)
        .where(Deed.visit_id == visit_id, Deed.flagged != "", Deed.kind != DeedKind.FINISH)
        .options(joinedload(Deed.technician))
        .order_by(Deed.id)
    ).all()


def charges_of(session: Session, *, visit_id: int) -> Sequence[Charge]:
    """What one visit was charged with."""
    return session.scalars(
        select(Charge).where(Charge.visit_id == visit_id).order_by(Charge.id)
    ).all()


def doubt_words(code: str) -> str:
    """Say why a report or a step does not fit."""
    return str(DOUBTS.get(code, code))


def _page(refused: str = "") -> str:
    query = (
        select(Outcome)
        .where(Outcome.state == OutcomeState.UNDER_REVIEW, Outcome.id > (after() or 0))
        .options(joinedload(Outcome.technician), joinedload(Outcome.visit).joinedload(Visit.ticket))
        .order_by(Outcome.id)
        .limit(PAGE + 1)
    )
    found = session().scalars(query).all()
    cursor = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    waiting = [
        Waiting(
            report=each,
            visit=each.outcome.visit,
            assignments=assignments_of(session(), visit_id=each.outcome.visit_id),
            odd=odd_deeds_of(session(), visit_id=each.outcome.visit_id),
        )
        for each in _written(session(), found)
    ]
    return render_template(
        "desk/reports.html",
        shown=page(waiting, cursor=cursor),
        doubt_words=doubt_words,
        refused=refused,
    )


def _written(session: Session, outcomes: Sequence[Outcome]) -> list[Report]:
    """Turn rows into what is shown; three queries for all of them."""
    counting = set(
        session.scalars(
            select(Outcome.visit_id).where(
                Outcome.visit_id.in_([each.visit_id for each in outcomes]),
                Outcome.state == OutcomeState.ACCEPTED,
            )
        )
    )
    parts = _names(session, Part)
    skills = _names(session, Skill)
    return [
        Report(
            outcome=each,
            doubt=doubt_words(each.review_reason) if each.review_reason else "",
            lines=tuple((name, said) for name, said in _lines(each, parts, skills) if said),
            waits=each.state is OutcomeState.UNDER_REVIEW,
            rivalled=each.visit_id in counting,
        )
        for each in outcomes
    ]


def _names(session: Session, kind: type[Part | Skill]) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(kind.id, kind.name))}


def _lines(
    outcome: Outcome, parts: dict[int, str], skills: dict[int, str]
) -> Iterable[tuple[str, str]]:
    """Everything that the technician wrote, in the order of the form."""
    zone = outcome.visit.site.zone
    yield _("Cause"), outcome.cause
    yield _("Remedy"), outcome.remedy
    yield _("What was found on site"), outcome.environment
    yield _("Minutes on site"), formats.minutes(outcome.work_minutes)
    yield (
        _("Waited"),
        formats.minutes(outcome.waited_minutes) if outcome.waited_minutes else "",
    )
    yield _("Parts used"), _pieces(outcome.parts_used, parts)
    yield _("What the next visit needs"), _next_needs(outcome, parts, skills)
    yield _("Could remote support have solved it?"), word(outcome.remote_fixable)
    yield _("Remote support could have"), outcome.remote_step
    yield _("Signed by"), outcome.signed_by
    yield _("Not signed, because"), outcome.unsigned_reason
    yield _("Time on the phone"), formats.instant(outcome.device_at, zone)
    yield _("Came in"), formats.instant(outcome.server_at, zone)


def _pieces(rows: Iterable[object], names: dict[int, str]) -> str:
    said = []
    for row in rows:
        if isinstance(row, dict):
            part = int(row.get("part_id", 0))
            said.append(f"{row.get('pieces', 1)} \N{MULTIPLICATION SIGN} {names.get(part, part)}")
    return str(_(", ")).join(said)


def _next_needs(outcome: Outcome, parts: dict[int, str], skills: dict[int, str]) -> str:
    needs = outcome.next_needs
    said = [
        str(needs.get("why", "")),
        *(
            f"{skills.get(int(row['skill_id']), row['skill_id'])} {row.get('level', 1)}"
            for row in needs.get("skills", ())
        ),
        _pieces(needs.get("parts", ()), parts),
    ]
    if needs.get("work_minutes"):
        said.append(formats.minutes(int(needs["work_minutes"])))
    if needs.get("crew_size"):
        said.append(_("People: %(number)s", number=needs["crew_size"]))
    if needs.get("arrives_on"):
        said.append(_("not before %(day)s", day=needs["arrives_on"]))
    if needs.get("tier"):
        said.append(_("Tier %(tier)s", tier=needs["tier"]))
    return "\n".join(each for each in said if each)
