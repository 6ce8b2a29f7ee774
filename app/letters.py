"""The words of notices, in the recipient's language: one function for each topic.

Every letter about a visit carries the link by which the customer chooses, moves or cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import formats, links
from dispatch.notices import Notice, Topic
from dispatch.tickets import Ticket
from dispatch.visits import Visit

Facts = Mapping[str, str]
Lines = tuple[str, ...]

WITH_LINK = frozenset(
    {
        Topic.BOOKING_INVITATION,
        Topic.APPOINTMENT_CONFIRMED,
        Topic.APPOINTMENT_MOVED,
        Topic.APPOINTMENT_CANCELLED,
        Topic.APPOINTMENT_BROKEN,
        Topic.REMINDER,
        Topic.TECHNICIAN_ON_THE_WAY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice in words."""

    subject: str
    body: str


def written(session: Session, notice: Notice) -> Letter:
    """Say a notice in its recipient's language. Needs a request, for the links."""
    with force_locale(notice.language):
        visit = session.get(Visit, notice.visit_id) if notice.visit_id else None
        ticket = session.get(Ticket, notice.ticket_id) if notice.ticket_id else None
        topic = Topic(notice.topic)
        subject, *lines = _WORDS[topic](_facts(notice, visit=visit, ticket=ticket))
        if visit is not None and topic in WITH_LINK:
            lines += ["", _("Choose, move or cancel here: %(address)s", address=_door(visit))]
        lines += ["", _("This message was sent by Onsite on behalf of your support desk.")]
        return Letter(subject=subject, body="\n".join(lines))


def _door(visit: Visit) -> str:
    token = links.sign(links.Purpose.VISIT, visit.id)
    return url_for("portal.visit", token=token, _external=True)


def _facts(notice: Notice, *, visit: Visit | None, ticket: Ticket | None) -> Facts:
    """What the sentences may name."""
    zone = visit.site.zone if visit else None
    return {
        "what": visit.summary if visit else "",
        "where": f"{visit.site.address}, {visit.site.town}" if visit else "",
        "window": _window(notice.payload, zone),
        "zone": formats.zone_name(zone),
        "ticket": str(notice.ticket_id or ""),
        "subject": ticket.subject if ticket else "",
        "reason": str(notice.payload.get("reason", "")),
    }


def _window(payload: Mapping[str, object], zone: str | None) -> str:
    opens, closes = payload.get("opens_at"), payload.get("closes_at")
    if not opens or not closes:
        return ""
    return formats.interval(
        datetime.fromisoformat(str(opens)), datetime.fromisoformat(str(closes)), zone
    )


def _received(facts: Facts) -> Lines:
    return (
        _("We have received your request (%(ticket)s)", **facts),
        _("Thank you. We look into it and answer soon: %(subject)s", **facts),
    )


def _question(facts: Facts) -> Lines:
    return (
        _("A question about your request (%(ticket)s)", **facts),
        _("We need your answer to go on: %(subject)s", **facts),
    )


def _resolved(facts: Facts) -> Lines:
    return (
        _("Your request is resolved (%(ticket)s)", **facts),
        _("%(subject)s", **facts),
        _("If it comes back within 14 days, answer this message and we take it up again."),
    )


def _invitation(facts: Facts) -> Lines:
    return (
        _("Choose a time for your technician's visit"),
        _("A technician will come to you: %(what)s, %(where)s.", **facts),
        _("Please choose a time that suits you. We only offer times that we can keep."),
    )


def _confirmed(facts: Facts) -> Lines:
    return (
        _("Your appointment: %(window)s", **facts),
        _("The technician starts work within this time (%(zone)s).", **facts),
        _("%(what)s, %(where)s.", **facts),
    )


def _moved(facts: Facts) -> Lines:
    return (
        _("Your appointment was moved to %(window)s", **facts),
        _("The technician starts work within this time (%(zone)s).", **facts),
        _("%(what)s, %(where)s.", **facts),
    )


def _taken_back(facts: Facts) -> Lines:
    return (
        _("Your appointment is cancelled"),
        _("%(what)s, %(where)s.", **facts),
        _("You can choose another time whenever it suits you."),
    )


def _broken(facts: Facts) -> Lines:
    return (
        _("We did not come in time, and we are sorry"),
        _("You were promised %(window)s: %(what)s.", **facts),
        _("Please choose another time; you come first."),
    )


def _reminder(facts: Facts) -> Lines:
    return (
        _("Reminder: the technician comes %(window)s", **facts),
        _("%(what)s, %(where)s.", **facts),
        _("Please make sure that somebody can let the technician in."),
    )


def _on_the_way(facts: Facts) -> Lines:
    return (
        _("The technician has set off to you"),
        _("%(what)s, %(where)s.", **facts),
    )


def _outcome(facts: Facts) -> Lines:
    return (
        _("What was done about your request (%(ticket)s)", **facts),
        _("The technician has reported on: %(what)s.", **facts),
    )


def _refused(facts: Facts) -> Lines:
    return (
        _("No visit is needed for your request (%(ticket)s)", **facts),
        _("We go on from afar: %(subject)s", **facts),
    )


def _called_off(facts: Facts) -> Lines:
    return (
        _("The visit was called off"),
        _("%(what)s, %(where)s.", **facts),
    )


_WORDS: Mapping[Topic, Callable[[Facts], Lines]] = {
    Topic.TICKET_RECEIVED: _received,
    Topic.QUESTION_ASKED: _question,
    Topic.TICKET_RESOLVED: _resolved,
    Topic.BOOKING_INVITATION: _invitation,
    Topic.APPOINTMENT_CONFIRMED: _confirmed,
    Topic.APPOINTMENT_MOVED: _moved,
    Topic.APPOINTMENT_CANCELLED: _taken_back,
    Topic.APPOINTMENT_BROKEN: _broken,
    Topic.REMINDER: _reminder,
    Topic.TECHNICIAN_ON_THE_WAY: _on_the_way,
    Topic.OUTCOME_TOLD: _outcome,
    Topic.VISIT_REFUSED: _refused,
    Topic.VISIT_CANCELLED: _called_off,
}
