"""A ticket with its whole story, and what can be done with it now."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, errors, security
from app.database import db, session
from app.desk import story
from app.desk.clocks import dues
from app.desk.pages import blueprint
from app.forms import Form, fields_of
from app.security import DESK, SUPPORT, open_to
from app.words import choices
from dispatch import agreements, journal, tickets, visits
from dispatch.accounts import Account
from dispatch.agreements import AgreementKind
from dispatch.base import DispatchError, Forbidden
from dispatch.places import Asset, Site
from dispatch.tickets import (
    STEPS,
    Attempt,
    AttemptResult,
    Channel,
    Check,
    FaultFamily,
    Priority,
    Ticket,
    Verdict,
)
from dispatch.visits import Visit

HIGHEST_TIER = 3
LONGEST_CALL_MINUTES = 24 * 60


@blueprint.get("/tickets/<int:ticket_id>")
@open_to(*DESK)
def ticket(ticket_id: int) -> str:
    """Show a ticket."""
    return show(ticket_id)


def show(
    ticket_id: int, refused: str = "", refusal: DispatchError | None = None, act: str = ""
) -> str:
    """Render a ticket's page; ``act`` names the form that was refused, which stands open again."""
    found = db.get_or_404(Ticket, ticket_id)
    account = security.account()
    visits = (
        session()
        .scalars(select(Visit).where(Visit.ticket_id == ticket_id).order_by(Visit.requested_at))
        .all()
    )
    events = story.tell(
        session(),
        ticket=found,
        messages=tickets.readable(found, by=account),
        visits=visits,
        facts=journal.story_of_ticket(session(), ticket_id=ticket_id),
    )
    missing = refusal.details.get("missing", ()) if refusal else ()
    return render_template(
        "desk/ticket.html",
        ticket=found,
        visits=visits,
        events=events,
        dues=dues(found, now=clock.now()),
        checks=_checks(found),
        verbs={verb for state, verb in STEPS if state is found.state},
        works_here=_works_at(account, found.tier),
        owes_review=tickets.review_missing(found, tier=found.tier) if found.tier > 1 else False,
        balance=_balance(found),
        sites=_sites(found),
        assets=_assets(found),
        families=[
            (each.id, each.name)
            for each in session().scalars(select(FaultFamily).order_by(FaultFamily.name))
        ],
        today=clock.now().date(),
        channels=choices(Channel),
        results=choices(AttemptResult),
        verdicts=choices(Verdict),
        priorities=choices(Priority),
        act=act,
        refused=refused,
        missing=_named(missing),
        wrong=fields_of(refusal) if refusal else {},
    )


def begin(ticket_id: int, act: str) -> tuple[Ticket, Form]:
    """Begin an act on a ticket; a refusal shows the ticket's page with this form open."""
    errors.retry_with(lambda sentence, refusal: show(ticket_id, sentence, refusal, act))
    return db.get_or_404(Ticket, ticket_id), Form(request.form)


def done(ticket: Ticket, said: str) -> ResponseReturnValue:
    """Keep what was done, say so, and show the ticket again."""
    session().commit()
    flash(said, "done")
    return redirect(url_for("desk.ticket", ticket_id=ticket.id))


@blueprint.post("/tickets/<int:ticket_id>/checks")
@open_to(*SUPPORT)
def record_checks(ticket_id: int) -> ResponseReturnValue:
    """Write down the results of the tier's checklist, as many as were made, in one go."""
    found, form = begin(ticket_id, "checks")
    channel = form.code(Channel, "channel")
    minutes = form.number("minutes", least=0, most=LONGEST_CALL_MINUTES, default=0)
    made = [
        (check, form.code(AttemptResult, f"result-{check.id}"), form.said(f"reason-{check.id}"))
        for check, _attempt in _checks(found)
        if form.said(f"result-{check.id}")
    ]
    if not made:
        form.wrong["checks"] = _("Say for at least one check how it went.")
    form.check()
    for check, result, reason in made:
        tickets.record_attempt(
            session(),
            ticket=found,
            tier=found.tier,
            channel=channel,
            what=check.text,
            check=check,
            result=result,
            reason=reason,
            minutes=minutes if check is made[0][0] else 0,  # one call, counted once
            by=security.account(),
            now=clock.now(),
        )
    return done(found, _("Written down."))


@blueprint.post("/tickets/<int:ticket_id>/attempts")
@open_to(*SUPPORT)
def record_attempt(ticket_id: int) -> ResponseReturnValue:
    """Write down one try that stands on no checklist."""
    found, form = begin(ticket_id, "attempt")
    what = form.text("what", longest=400)
    channel = form.code(Channel, "channel")
    result = form.code(AttemptResult, "result")
    reason = form.text("reason", longest=400, required=False)
    minutes = form.number("minutes", least=0, most=LONGEST_CALL_MINUTES, default=0)
    form.check()
    tickets.record_attempt(
        session(),
        ticket=found,
        tier=found.tier,
        channel=channel,
        what=what,
        result=result,
        reason=reason,
        minutes=minutes,
        billable=form.yes("billable"),
        by=security.account(),
        now=clock.now(),
    )
    return done(found, _("Written down."))


@blueprint.post("/tickets/<int:ticket_id>/review")
@open_to(*SUPPORT)
def review(ticket_id: int) -> ResponseReturnValue:
    """Say what this tier thinks of the attempts before it."""
    found, form = begin(ticket_id, "review")
    verdict = form.code(Verdict, "verdict")
    gaps = form.text("gaps", longest=4000, required=False)
    form.check()
    tickets.review(
        session(), ticket=found, verdict=verdict, gaps=gaps, by=security.account(), now=clock.now()
    )
    return done(found, _("Your review is kept. Now it is your tier's turn."))


@blueprint.post("/tickets/<int:ticket_id>/escalate")
@open_to(*SUPPORT)
def escalate(ticket_id: int) -> ResponseReturnValue:
    """Send the ticket up a tier."""
    found, form = begin(ticket_id, "escalate")
    summary = form.text("summary", longest=4000)
    form.check()
    tickets.escalate(
        session(),
        ticket=found,
        to_tier=min(found.tier + 1, HIGHEST_TIER),
        summary=summary,
        by=security.account(),
        now=clock.now(),
    )
    return done(found, _("Tier %(tier)s has the ticket now.", tier=found.tier))


@blueprint.post("/tickets/<int:ticket_id>/hand-back")
@open_to(*SUPPORT)
def hand_back(ticket_id: int) -> ResponseReturnValue:
    """Send the ticket back to the tier it came from."""
    found, form = begin(ticket_id, "hand-back")
    summary = form.text("summary", longest=4000)
    form.check()
    tickets.hand_back(
        session(), ticket=found, summary=summary, by=security.account(), now=clock.now()
    )
    return done(found, _("Tier %(tier)s has the ticket now.", tier=found.tier))


@blueprint.post("/tickets/<int:ticket_id>/classify")
@open_to(*SUPPORT)
def classify(ticket_id: int) -> ResponseReturnValue:
    """Say more exactly what it is and where."""
    found, form = begin(ticket_id, "classify")
    family = form.maybe_row(FaultFamily, "family_id")
    site = form.maybe_row(Site, "site_id")
    asset = form.maybe_row(Asset, "asset_id")
    version = form.number("version", least=1, most=10**8)
    form.check()
    tickets.classify(
        session(),
        ticket=found,
        family=family,
        site=site,
        asset=asset,
        expected_version=version,
        by=security.account(),
        now=clock.now(),
    )
    return done(found, _("The changes are kept."))


@blueprint.post("/tickets/<int:ticket_id>/priority")
@open_to(*DESK)
def reprioritise(ticket_id: int) -> ResponseReturnValue:
    """Change the priority by hand."""
    found, form = begin(ticket_id, "priority")
    priority = form.code(Priority, "priority")
    reason = form.text("reason", longest=400)
    version = form.number("version", least=1, most=10**8)
    form.check()
    visits.reprioritise(
        session(),
        ticket=found,
        priority=priority,
        reason=reason,
        expected_version=version,
        by=security.account(),
        now=clock.now(),
    )
    return done(found, _("The priority is changed."))


@blueprint.post("/tickets/<int:ticket_id>/take")
@open_to(*SUPPORT)
def take(ticket_id: int) -> ResponseReturnValue:
    """Take the ticket, or put it back into the queue."""
    found, form = begin(ticket_id, "")
    account = security.account()
    owner = None if form.yes("back") else account
    tickets.assign_owner(session(), ticket=found, owner=owner, by=account, now=clock.now())
    return done(found, _("It is yours.") if owner else _("It is back in the queue."))


def _checks(ticket: Ticket) -> list[tuple[Check, Attempt | None]]:
    """The checklist of the ticket's family and tier, each check with its latest attempt."""
    if ticket.family is None:
        return []
    latest = {attempt.check_id: attempt for attempt in ticket.attempts if attempt.check_id}
    return [
        (check, latest.get(check.id)) for check in ticket.family.checks if check.tier == ticket.tier
    ]


def _works_at(account: Account, tier: int) -> bool:
    try:
        tickets.need_tier(account, tier=tier)
    except Forbidden:
        return False
    return True


def _balance(ticket: Ticket) -> int | None:
    """Prepaid minutes left, for those who may see them and where something is prepaid."""
    agreement = ticket.agreement
    if agreement is None or agreement.kind is not AgreementKind.PREPAID:
        return None
    return agreements.balance(session(), agreement_id=agreement.id)


def _sites(ticket: Ticket) -> list[tuple[int, str]]:
    query = select(Site).where(Site.customer_id == ticket.customer_id).order_by(Site.name)
    return [(each.id, each.name) for each in session().scalars(query)]


def _assets(ticket: Ticket) -> list[tuple[int, str]]:
    query = (
        select(Asset)
        .join(Asset.site)
        .where(Site.customer_id == ticket.customer_id)
        .order_by(Asset.name)
    )
    return [(each.id, each.name) for each in session().scalars(query)]


def _named(missing: object) -> list[str]:
    """The texts of checks that are missing; whatever else is, the sentence names already."""
    listed = missing if isinstance(missing, list | tuple) else ()
    return [str(each.get("text", "")) for each in listed if isinstance(each, dict)]
