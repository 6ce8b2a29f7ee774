"""Words between the customer and us, waiting for somebody, and how a ticket ends."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, security
from app.context import settings
from app.database import session
from app.desk.files import keep_files
from app.desk.pages import blueprint
from app.desk.tickets import begin, done
from app.security import DESK, SUPPORT, open_to
from dispatch import tickets, visits
from dispatch.tickets import Channel, Direction, Ticket

LONGEST = 20_000


@blueprint.post("/tickets/<int:ticket_id>/answer")
@open_to(*SUPPORT)
def answer(ticket_id: int) -> ResponseReturnValue:
    """Write to the customer, or write down what was said to them."""
    found, form = begin(ticket_id, "answer")
    body = form.text("body", longest=LONGEST)
    channel = form.code(Channel, "channel")
    form.check()
    made = tickets.answer(
        session(), ticket=found, body=body, channel=channel, by=security.account(), now=clock.now()
    )
    keep_files(made)
    return done(found, _("The answer is kept."))


@blueprint.post("/tickets/<int:ticket_id>/note")
@open_to(*DESK)
def note(ticket_id: int) -> ResponseReturnValue:
    """Leave a note for colleagues of a tier and above."""
    found, form = begin(ticket_id, "note")
    body = form.text("body", longest=LONGEST)
    min_tier = form.number("min_tier", least=1, most=3, default=1)
    form.check()
    made = tickets.add_message(
        session(),
        ticket=found,
        direction=Direction.INTERNAL,
        channel=Channel.WEB,
        body=body,
        min_tier=min_tier,
        by=security.account(),
        now=clock.now(),
    )
    keep_files(made)
    return done(found, _("The note is kept."))


@blueprint.post("/tickets/<int:ticket_id>/from-customer")
@open_to(*DESK)
def from_customer(ticket_id: int) -> ResponseReturnValue:
    """Write down what the customer said."""
    found, form = begin(ticket_id, "from-customer")
    body = form.text("body", longest=LONGEST)
    channel = form.code(Channel, "channel")
    form.check()
    made = tickets.add_message(
        session(),
        ticket=found,
        direction=Direction.FROM_CUSTOMER,
        channel=channel,
        body=body,
        by=security.account(),
        now=clock.now(),
    )
    keep_files(made)
    return done(found, _("Written down."))


@blueprint.post("/tickets/<int:ticket_id>/ask")
@open_to(*SUPPORT)
def ask(ticket_id: int) -> ResponseReturnValue:
    """Ask the customer something, and wait."""
    found, form = begin(ticket_id, "ask")
    question = form.text("body", longest=LONGEST)
    channel = form.code(Channel, "channel")
    form.check()
    made = tickets.ask_customer(
        session(),
        ticket=found,
        question=question,
        channel=channel,
        by=security.account(),
        now=clock.now(),
    )
    keep_files(made)
    return done(found, _("Asked. The ticket waits for the customer."))


@blueprint.post("/tickets/<int:ticket_id>/answered")
@open_to(*DESK)
def answered(ticket_id: int) -> ResponseReturnValue:
    """Write down the customer's answer to what we asked."""
    found, form = begin(ticket_id, "answered")
    body = form.text("body", longest=LONGEST)
    channel = form.code(Channel, "channel")
    form.check()
    tickets.customer_answered(
        session(), ticket=found, body=body, channel=channel, by=security.account(), now=clock.now()
    )
    return done(found, _("The ticket is open again."))


@blueprint.post("/tickets/<int:ticket_id>/wait")
@open_to(*SUPPORT)
def wait(ticket_id: int) -> ResponseReturnValue:
    """Wait for a supplier, a part or the manufacturer, until a moment."""
    found, form = begin(ticket_id, "wait")
    reason = form.text("reason", longest=400)
    until = form.moment("until", zone_of(found))
    form.check()
    tickets.wait_for(
        session(),
        ticket=found,
        reason=reason,
        until=until,
        by=security.account(),
        now=clock.now(),
    )
    return done(found, _("The ticket waits."))


@blueprint.post("/tickets/<int:ticket_id>/go-on")
@open_to(*SUPPORT)
def go_on(ticket_id: int) -> ResponseReturnValue:
    """End the wait."""
    found, _form = begin(ticket_id, "")
    tickets.go_on(session(), ticket=found, by=security.account(), now=clock.now())
    return done(found, _("The ticket is open again."))


@blueprint.post("/tickets/<int:ticket_id>/resolve")
@open_to(*SUPPORT)
def resolve(ticket_id: int) -> ResponseReturnValue:
    """Write down what it was and what helped."""
    found, form = begin(ticket_id, "resolve")
    cause = form.text("cause", longest=4000)
    remedy = form.text("remedy", longest=4000)
    form.check()
    tickets.resolve(
        session(),
        ticket=found,
        cause=cause,
        remedy=remedy,
        by=security.account(),
        now=clock.now(),
    )
    return done(found, _("Resolved. Well done."))


@blueprint.post("/tickets/<int:ticket_id>/reopen")
@open_to(*DESK)
def reopen(ticket_id: int) -> ResponseReturnValue:
    """The trouble is back."""
    found, form = begin(ticket_id, "reopen")
    reason = form.text("reason", longest=400)
    form.check()
    tickets.reopen(session(), ticket=found, reason=reason, by=security.account(), now=clock.now())
    return done(found, _("The ticket is open again."))


@blueprint.post("/tickets/<int:ticket_id>/close")
@open_to(*SUPPORT)
def close(ticket_id: int) -> ResponseReturnValue:
    """Put a resolved ticket away."""
    found, _form = begin(ticket_id, "")
    tickets.close(session(), ticket=found, by=security.account(), now=clock.now())
    return done(found, _("Closed."))


@blueprint.post("/tickets/<int:ticket_id>/withdraw")
@open_to(*DESK)
def withdraw(ticket_id: int) -> ResponseReturnValue:
    """The customer no longer wants it."""
    found, form = begin(ticket_id, "withdraw")
    reason = form.text("reason", longest=400)
    form.check()
    visits.withdraw_ticket(
        session(), ticket=found, reason=reason, by=security.account(), now=clock.now()
    )
    return done(found, _("Withdrawn."))


@blueprint.post("/tickets/<int:ticket_id>/merge")
@open_to(*SUPPORT)
def merge(ticket_id: int) -> ResponseReturnValue:
    """Two tickets are one trouble: this one's words and attempts move to the other."""
    found, form = begin(ticket_id, "merge")
    into = form.row(Ticket, "into_id")
    form.check()
    tickets.merge(session(), ticket=found, into=into, by=security.account(), now=clock.now())
    return done(into, _("Merged into this ticket."))


def zone_of(ticket: Ticket) -> ZoneInfo:
    """The zone in which people around this ticket speak of times."""
    return ticket.site.tz if ticket.site else ZoneInfo(settings().zone)
