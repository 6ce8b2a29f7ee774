"""The outbox: notices are written once, sent until they arrive or a day has gone by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch.base import WrongState
from dispatch.customers import Contact
from dispatch.notices.tables import Notice, NoticeChannel, Topic

# Back-off: ten seconds, doubling to an hour, given up after a day (RELIABILITY 7).
FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
GIVEN_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where a message goes, and in which language it speaks."""

    channel: NoticeChannel
    address: str
    language: str


def reach(contact: Contact | None) -> Recipient | None:
    """How to write to a contact: by mail, else by text message, else not at all."""
    if contact is None:
        return None
    if contact.email:
        return Recipient(
            channel=NoticeChannel.EMAIL, address=contact.email, language=contact.language
        )
    if contact.phone:
        return Recipient(
            channel=NoticeChannel.SMS, address=contact.phone, language=contact.language
        )
    return None


def tell(
    session: Session,
    *,
    topic: Topic,
    to: Recipient,
    about: str,
    payload: Mapping[str, object],
    now: datetime,
    ticket_id: int | None = None,
    visit_id: int | None = None,
) -> Notice | None:
    """Write a message down, to be sent soon; none when ``about`` was told to them already.

    ``about`` names the one thing that happened (``fact:17``): the same is never told twice.
    """
    notice = Notice(
        topic=topic.value,
        channel=to.channel,
        recipient=to.address,
        language=to.language,
        ticket_id=ticket_id,
        visit_id=visit_id,
        payload=dict(payload),
        dedupe_key=f"{about}:{topic.value}:{to.channel.value}:{to.address}"[:200],
        made_at=now,
        next_at=now,
    )
    told = select(Notice.id).where(Notice.dedupe_key == notice.dedupe_key)
    if session.scalar(told) is not None:
        return None
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:  # somebody else told them in this very moment
        return None
    return notice


def due(session: Session, *, now: datetime, limit: int = 50) -> Sequence[Notice]:
    """Messages that wait to be sent, oldest first."""
    return session.scalars(
        select(Notice)
        .where(Notice.sent_at.is_(None), Notice.dead_at.is_(None), Notice.next_at <= now)
        .order_by(Notice.next_at, Notice.id)
        .limit(limit)
    ).all()


def sent(session: Session, *, notice: Notice, now: datetime) -> None:
    """The message has left; a repeat changes nothing."""
    notice.attempts += 1
    notice.sent_at = notice.sent_at or now
    notice.fault = None
    session.flush()


def failed(session: Session, *, notice: Notice, fault: str, now: datetime) -> None:
    """Try again later, each time after twice as long; after a day a person must look."""
    notice.attempts += 1
    notice.fault = fault[:2000]
    if now - notice.made_at >= GIVEN_UP:
        notice.dead_at = now
    else:
        notice.next_at = now + _pause(notice)
    session.flush()


def resend(session: Session, *, notice: Notice, now: datetime) -> None:
    """A person wants a message that was given up to be tried again. Raises WrongState."""
    if notice.dead_at is None:
        state = "sent" if notice.sent_at else "waiting"
        raise WrongState(thing="notice", id=notice.id, state=state, verb="resend")
    notice.dead_at, notice.made_at, notice.next_at, notice.attempts = None, now, now, 0
    session.flush()


def _pause(notice: Notice) -> timedelta:
    """Doubling; spread by up to a fifth by the notice's number, so that not all come at once."""
    doubled = min(FIRST * (1 << min(notice.attempts - 1, 20)), LONGEST)
    return doubled * (1 + notice.id % 10 / 50)
