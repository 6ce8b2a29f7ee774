"""From facts to messages: who must hear of what happened, each of it once.

The journal is read on from where it was left; a fact and its messages need not share a
transaction, because the fact stays until it has been dealt with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.customers import Contact
from dispatch.journal import Fact
from dispatch.notices.outbox import reach, tell
from dispatch.notices.tables import Notice, Topic
from dispatch.promises import Appointment, AppointmentState, promises_of
from dispatch.tickets import Ticket
from dispatch.visits import Visit, VisitState

READER = "notices"
REMINDED = timedelta(hours=24)

TOPICS: Mapping[str, Topic] = {
    "ticket-opened": Topic.TICKET_RECEIVED,
    "customer-asked": Topic.QUESTION_ASKED,
    "ticket-resolved": Topic.TICKET_RESOLVED,
    "appointment-confirmed": Topic.APPOINTMENT_CONFIRMED,
    "appointment-moved": Topic.APPOINTMENT_MOVED,
    "appointment-cancelled": Topic.APPOINTMENT_CANCELLED,
    "appointment-broken": Topic.APPOINTMENT_BROKEN,
    "visit-set-off": Topic.TECHNICIAN_ON_THE_WAY,
    "outcome-accepted": Topic.OUTCOME_TOLD,
    "visit-refused": Topic.VISIT_REFUSED,
    "visit-cancelled": Topic.VISIT_CANCELLED,
}
# After these a visit may wait for the customer to choose a window.
INVITING = frozenset({"visit-requested", "visit-approved", "visit-followed-up", "visit-unblocked"})


def tell_facts(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Write messages about everything that has happened since the last time; returns how many.

    Harmless when repeated, also by two at once: each message is written once.
    """
    facts = journal.facts_after(session, reader=READER, kinds={*TOPICS, *INVITING}, limit=limit)
    told = [_tell_fact(session, fact, now=now) for fact in facts]
    if facts:
        journal.mark_read(session, reader=READER, fact_id=facts[-1].id)
    session.flush()
    return sum(notice is not None for notice in told)


def remind(session: Session, *, now: datetime, ahead: timedelta = REMINDED) -> int:
    """Remind customers of windows that open soon, once each; returns how many messages."""
    soon = session.scalars(
        select(Appointment)
        .where(
            Appointment.state == AppointmentState.PROMISED,
            Appointment.opens_at > now,
            Appointment.opens_at <= now + ahead,
        )
        .order_by(Appointment.opens_at, Appointment.id)
    ).all()
    told = 0
    for appointment in soon:
        to = reach(_contact(appointment.visit.ticket))
        if to is None or appointment.confirmed_at > appointment.opens_at - ahead:
            continue  # whoever has just chosen the window needs no reminder
        notice = tell(
            session,
            topic=Topic.REMINDER,
            to=to,
            about=f"appointment:{appointment.id}",
            payload=_promise(appointment),
            now=now,
            ticket_id=appointment.visit.ticket_id,
            visit_id=appointment.visit_id,
        )
        told += notice is not None
    return told


def _tell_fact(session: Session, fact: Fact, *, now: datetime) -> Notice | None:
    ticket = session.get(Ticket, fact.ticket_id) if fact.ticket_id else None
    to = reach(_contact(ticket))
    if ticket is None or to is None:
        return None
    visit = session.get(Visit, fact.thing_id) if fact.thing == "visit" else None
    topic = TOPICS.get(fact.kind)
    if topic is None:
        if visit is None or not _waits_for_a_window(session, visit=visit):
            return None
        topic = Topic.BOOKING_INVITATION
    return tell(
        session,
        topic=topic,
        to=to,
        about=f"fact:{fact.id}",
        payload=_payload(session, fact),
        now=now,
        ticket_id=ticket.id,
        visit_id=visit.id if visit else None,
    )


def _waits_for_a_window(session: Session, *, visit: Visit) -> bool:
    return visit.state is VisitState.READY and not promises_of(session, visit_ids=[visit.id])


def _contact(ticket: Ticket | None) -> Contact | None:
    """Whoever has the trouble, else whoever is at the site."""
    if ticket is None:
        return None
    return ticket.contact or (ticket.site.contact if ticket.site else None)


def _payload(session: Session, fact: Fact) -> dict[str, object]:
    """What the words are made of: the fact's own details, and the promise it speaks of."""
    payload: dict[str, object] = {"fact": fact.kind, **fact.details}
    number = fact.details.get("appointment_id")
    appointment = session.get(Appointment, number) if number else None
    return payload if appointment is None else payload | _promise(appointment)


def _promise(appointment: Appointment) -> dict[str, object]:
    """What a calendar entry needs (RFC 5545): its uid and sequence, and whether it still stands."""
    cancelled = appointment.state is AppointmentState.CANCELLED
    return {
        "appointment_id": appointment.id,
        "opens_at": appointment.opens_at.isoformat(),
        "closes_at": appointment.closes_at.isoformat(),
        "uid": appointment.uid,
        "sequence": appointment.sequence,
        "method": "CANCEL" if cancelled else "REQUEST",
    }
