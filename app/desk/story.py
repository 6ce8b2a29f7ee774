"""A ticket's whole story as one line of events: what was said, tried, reviewed, promised and done.

Rows become plain values here, in the order in which they happened. An internal note is shown only
to tiers that may read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import formats
from app.desk.facts import lines
from app.desk.files import safe_name
from app.words import tone, word
from dispatch.accounts import Account
from dispatch.field import Deed, DeedKind, Outcome, OutcomeKind, OutcomeState
from dispatch.journal import Fact
from dispatch.promises import Appointment, AppointmentState
from dispatch.tickets import (
    Attachment,
    Attempt,
    AttemptResult,
    Direction,
    Escalation,
    Message,
    Review,
    Ticket,
    Verdict,
)
from dispatch.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that came with a message, and where to get it."""

    name: str
    address: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; ``lines`` are names and values below the text."""

    at: datetime
    title: str
    icon: str
    tone: str = "calm"
    who: str = ""
    said: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    style: str = ""
    slight: bool = False
    files: tuple[File, ...] = ()


def tell(
    session: Session,
    *,
    ticket: Ticket,
    messages: Iterable[Message],
    visits: Sequence[Visit],
    facts: Iterable[Fact],
) -> list[Event]:
    """Tell the story, first event first; ``messages`` are those that the reader may read."""
    zone = ticket.site.zone if ticket.site else None
    names = _names(session)
    events = [
        *(_message(each) for each in messages),
        *(_attempt(each) for each in ticket.attempts),
        *(_review(each, names) for each in ticket.reviews),
        *(_escalation(each, names) for each in ticket.escalations),
        *(event for visit in visits for event in _visit(session, visit, names, zone)),
        *_facts(facts, names),
    ]
    return sorted(events, key=lambda event: event.at)


def _names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Account.id, Account.name))}


def _facts(facts: Iterable[Fact], names: dict[int, str]) -> Iterator[Event]:
    for line in lines(facts):
        yield Event(
            at=line.fact.at,
            title=line.sentence,
            icon=line.icon,
            tone=line.tone,
            who=names.get(line.fact.account_id or 0, ""),
            slight=True,
        )


def _message(message: Message) -> Event:
    icons = {Direction.INTERNAL: "note", Direction.TO_CUSTOMER: "mail"}
    return Event(
        at=message.at,
        title=word(message.direction),
        icon=icons.get(message.direction, "user"),
        tone="warn" if message.direction is Direction.INTERNAL else "calm",
        who=message.account.name if message.account else "",
        said=message.body,
        tags=(word(message.channel),),
        style=message.direction.value,
        files=tuple(_file(message, each) for each in message.attachments),
    )


def _file(message: Message, attachment: Attachment) -> File:
    return File(
        name=safe_name(attachment.filename),
        address=url_for(
            "desk.attachment", ticket_id=message.ticket_id, attachment_id=attachment.id
        ),
        size=_("%(count)s kB", count=formats.number(-(-attachment.size // 1000))),
    )


def _attempt(attempt: Attempt) -> Event:
    icons = {AttemptResult.FIXED: "check", AttemptResult.NOT_FIXED: "cross"}
    return Event(
        at=attempt.at,
        title=_("Tier %(tier)s tried", tier=attempt.tier),
        icon=icons.get(attempt.result, "stop"),
        tone=tone(attempt.result),
        who=attempt.account.name if attempt.account else "",
        said=attempt.what,
        lines=((word(attempt.result), attempt.reason),) if attempt.reason else (),
        tags=(
            *((word(attempt.result),) if not attempt.reason else ()),
            word(attempt.channel),
            *((formats.minutes(attempt.minutes),) if attempt.minutes else ()),
        ),
    )


def _review(review: Review, names: dict[int, str]) -> Event:
    return Event(
        at=review.at,
        title=_("Tier %(tier)s reviewed what was tried before", tier=review.tier),
        icon="eye",
        tone="good" if review.verdict is Verdict.SUFFICIENT else "warn",
        who=names.get(review.account_id or 0, ""),
        said=review.gaps,
        tags=(word(review.verdict),),
    )


def _escalation(escalation: Escalation, names: dict[int, str]) -> Event:
    went_up = escalation.to_tier > escalation.from_tier
    ways = {"source": escalation.from_tier, "target": escalation.to_tier}
    title = _("Escalated from tier %(source)s to tier %(target)s", **ways)
    if not went_up:
        title = _("Handed back from tier %(source)s to tier %(target)s", **ways)
    return Event(
        at=escalation.at,
        title=title,
        icon="up" if went_up else "back",
        tone="busy" if went_up else "warn",
        who=names.get(escalation.account_id or 0, ""),
        said=escalation.summary,
    )


def _visit(
    session: Session, visit: Visit, names: dict[int, str], zone: str | None
) -> Iterator[Event]:
    needs = [formats.minutes(visit.work_minutes), *(row.skill.name for row in visit.skills)]
    if visit.crew_size > 1:
        needs.append(ngettext("%(num)s person", "%(num)s people", visit.crew_size))
    yield Event(
        at=visit.requested_at,
        title=_("Visit %(number)s requested", number=visit.id),
        icon="van",
        tone="warn" if visit.forced_reason else "busy",
        who=names.get(visit.requested_by_id or 0, ""),
        said=visit.summary,
        lines=((_("Forced, because"), visit.forced_reason),) if visit.forced_reason else (),
        tags=tuple(needs),
    )
    for appointment in session.scalars(
        select(Appointment).where(Appointment.visit_id == visit.id).order_by(Appointment.number)
    ):
        yield from _appointment(appointment, zone)
    for deed in session.scalars(select(Deed).where(Deed.visit_id == visit.id).order_by(Deed.id)):
        yield _deed(deed)
    for outcome in session.scalars(
        select(Outcome).where(Outcome.visit_id == visit.id).order_by(Outcome.id)
    ):
        yield _outcome(outcome)


def _appointment(appointment: Appointment, zone: str | None) -> Iterator[Event]:
    window = formats.interval(appointment.opens_at, appointment.closes_at, zone)
    first = appointment.number == 1
    yield Event(
        at=appointment.confirmed_at,
        title=_("Promised to the customer") if first else _("Promise moved"),
        icon="calendar",
        tone="good" if first else "warn",
        said=window,
    )
    if appointment.ended_at and appointment.state is not AppointmentState.MOVED:
        yield Event(
            at=appointment.ended_at,
            title=_("Promise: %(state)s", state=word(appointment.state)),
            icon="calendar",
            tone=tone(appointment.state),
            slight=True,
        )


def _deed(deed: Deed) -> Event:
    icons = {DeedKind.SET_OFF: "van", DeedKind.ARRIVE: "pin"}
    return Event(
        at=deed.device_at,
        title=word(deed.kind),
        icon=icons.get(deed.kind, "flag"),
        tone="busy",
        who=deed.technician.name,
        said=deed.reason,
        slight=not deed.reason,
    )


def _outcome(outcome: Outcome) -> Event:
    known = (
        (_("Cause"), outcome.cause),
        (_("Remedy"), outcome.remedy),
        (_("What was found on site"), outcome.environment),
        (_("Remote support could have"), outcome.remote_step),
        (_("Signed by"), outcome.signed_by),
        (_("Not signed, because"), outcome.unsigned_reason),
    )
    accepted = outcome.state is OutcomeState.ACCEPTED
    fixed = outcome.kind in {OutcomeKind.FIXED, OutcomeKind.NOT_NEEDED}
    return Event(
        at=outcome.device_at,
        title=_("Outcome: %(kind)s", kind=word(outcome.kind)),
        icon="check" if fixed else "flag",
        tone="good" if fixed and accepted else "warn",
        who=outcome.technician.name,
        lines=tuple((name, value) for name, value in known if value),
        tags=(
            formats.minutes(outcome.work_minutes),
            *(() if accepted else (word(outcome.state),)),
        ),
    )
