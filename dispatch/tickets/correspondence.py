"""Words between the customer and us, and among ourselves: every one is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.accounts import Account, RoleName
from dispatch.base import Incomplete
from dispatch.tickets import clocks
from dispatch.tickets.states import need_tier, step
from dispatch.tickets.tables import (
    Attachment,
    Channel,
    ClockKind,
    Direction,
    Message,
    Ticket,
)
from dispatch.tickets.telling import tell


def answer(
    session: Session,
    *,
    ticket: Ticket,
    body: str,
    channel: Channel,
    now: datetime,
    by: Account | None,
) -> Message:
    """Write to the customer. The first word of a person meets the respond clock, a machine's never.

    Raises Incomplete without words, Forbidden, WrongState.
    """
    need_tier(by, tier=1)
    _need_words(body, field="body")
    if by is not None:
        step(ticket, "answer")
    message = keep_message(
        ticket, direction=Direction.TO_CUSTOMER, channel=channel, body=body, now=now, by=by
    )
    if by is not None:
        note_answer(session, ticket=ticket, now=now, by=by)
    tell(session, "message-added", ticket=ticket, now=now, by=by, direction="to-customer")
    return message


def add_message(
    session: Session,
    *,
    ticket: Ticket,
    direction: Direction,
    body: str,
    channel: Channel,
    now: datetime,
    by: Account | None = None,
    min_tier: int = 1,
) -> Message:
    """Keep a word from the customer or a note of ours; changes no state, fits every one.

    ``min_tier`` is the lowest tier that may read a note; 0 is not for notes.
    """
    _need_words(body, field="body")
    message = keep_message(
        ticket, direction=direction, channel=channel, body=body, now=now, by=by, min_tier=min_tier
    )
    tell(session, "message-added", ticket=ticket, now=now, by=by, direction=direction.value)
    return message


def attach(
    session: Session, *, message: Message, filename: str, media_type: str, content: bytes
) -> Attachment:
    """Keep a file with its message."""
    attachment = Attachment(
        filename=filename,
        media_type=media_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    message.attachments.append(attachment)
    session.flush()
    return attachment


def ask_customer(
    session: Session,
    *,
    ticket: Ticket,
    question: str,
    channel: Channel,
    now: datetime,
    by: Account | None,
) -> Message:
    """Ask, and wait for the customer; the resolve clock stops if the agreement says so.

    Raises Incomplete without a question, Forbidden, WrongState.
    """
    need_tier(by, tier=1)
    _need_words(question, field="question")
    step(ticket, "ask-customer")
    ticket.waiting_for = question.strip()[:400]
    message = keep_message(
        ticket, direction=Direction.TO_CUSTOMER, channel=channel, body=question, now=now, by=by
    )
    if by is not None:
        note_answer(session, ticket=ticket, now=now, by=by)
    clocks.pause(ticket, reason=clocks.WAITING, now=now)
    tell(session, "customer-asked", ticket=ticket, now=now, by=by)
    return message


def customer_answered(
    session: Session,
    *,
    ticket: Ticket,
    body: str,
    channel: Channel,
    now: datetime,
    by: Account | None = None,
) -> Message:
    """The customer has answered what we asked: the ticket is open and its clock runs again."""
    _need_words(body, field="body")
    step(ticket, "customer-answered")
    ticket.waiting_for = None
    message = keep_message(
        ticket, direction=Direction.FROM_CUSTOMER, channel=channel, body=body, now=now, by=by
    )
    clocks.go_on(ticket, reason=clocks.WAITING, now=now)
    tell(session, "customer-answered", ticket=ticket, now=now, by=by)
    return message


def share_with_visit(session: Session, *, message: Message, shared: bool) -> None:
    """Let the technician of the ticket's visits read a note, or no longer."""
    message.for_visit = shared
    session.flush()


def readable(ticket: Ticket, *, by: Account | None) -> Sequence[Message]:
    """The messages that somebody may read; None is the customer.

    Correspondence is for all; a note for its tier and above, up to tier 2 for dispatchers, and for
    technicians when it is marked for the visit.
    """
    return [message for message in ticket.messages if _may_read(message, by=by)]


def keep_message(
    ticket: Ticket,
    *,
    direction: Direction,
    channel: Channel,
    body: str,
    now: datetime,
    by: Account | None = None,
    min_tier: int = 1,
) -> Message:
    """Put a message into the archive of its ticket."""
    message = Message(
        direction=direction,
        channel=channel,
        body=body,
        at=now,
        account=by,
        min_tier=min_tier,
    )
    ticket.messages.append(message)
    return message


def note_answer(session: Session, *, ticket: Ticket, now: datetime, by: Account) -> None:
    """A person has spoken to the customer: the first time meets the respond clock."""
    if ticket.answered_at is not None:
        return
    ticket.answered_at = now
    clocks.meet(ticket, ClockKind.RESPOND, now=now)
    tell(session, "ticket-answered", ticket=ticket, now=now, by=by)


def _may_read(message: Message, *, by: Account | None) -> bool:
    if message.direction is not Direction.INTERNAL:
        return True
    if by is None:
        return False
    if by.has(RoleName.LEAD):
        return True
    tier = by.tier or 0
    if by.has(RoleName.DISPATCHER):
        tier = max(tier, 2)
    return message.min_tier <= tier or (message.for_visit and by.has(RoleName.TECHNICIAN))


def _need_words(words: str, *, field: str) -> None:
    if not words.strip():
        raise Incomplete(missing=[field])
