"""Rows of a ticket: the trouble, its messages, attempts, reviews, escalations and clocks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts import Account
from dispatch.agreements import Agreement
from dispatch.base import Base, one_of
from dispatch.customers import Contact, Customer
from dispatch.places import Asset, Site


class TicketState(StrEnum):
    """How far a ticket has got."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting-customer"
    WAITING_OTHER = "waiting-other"
    IN_FIELD = "in-field"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Channel(StrEnum):
    """How a word or an attempt went between the customer and us."""

    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"
    CHAT = "chat"
    SMS = "sms"
    SOCIAL = "social"
    FORUM = "forum"
    REMOTE = "remote"
    SELF_HELP = "self-help"
    FAX = "fax"
    MONITORING = "monitoring"
    ON_SITE = "on-site"


class Priority(StrEnum):
    """How much it hurts and how soon; words, never numbers, on screens."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    PLANNED = "planned"


class TicketKind(StrEnum):
    """What sort of wish it is; steers checklists and whether a visit can be asked for."""

    FAULT = "fault"
    QUESTION = "question"
    SIGN_IN = "sign-in"
    INSTALLATION = "installation"
    MAINTENANCE = "maintenance"
    ADVICE = "advice"
    COMPLAINT = "complaint"
    IDEA = "idea"


class FaultFamily(Base):
    """A kind of trouble with its checklists; ``physical``: nobody can mend it from afar."""

    __tablename__ = "fault_family"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    physical: Mapped[bool] = mapped_column(default=False)
    on_site_minutes: Mapped[int] = mapped_column(default=60)

    checks: Mapped[list[Check]] = relationship(
        back_populates="family", order_by="Check.tier, Check.position"
    )


class Check(Base):
    """One line of a family's checklist at a tier."""

    __tablename__ = "fault_check"
    __table_args__ = (CheckConstraint("tier BETWEEN 0 AND 3", name="tier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("fault_family.id"), index=True)
    tier: Mapped[int]
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(400))
    required: Mapped[bool] = mapped_column(default=True)

    family: Mapped[FaultFamily] = relationship(back_populates="checks")


class Ticket(Base):
    """One trouble with its whole history."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("tier BETWEEN 0 AND 3", name="tier"),
        Index("ix_ticket_state_opened_at", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    family_id: Mapped[int | None] = mapped_column(ForeignKey("fault_family.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[TicketKind] = mapped_column(one_of(TicketKind, name="kind"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, name="channel"))
    priority: Mapped[Priority] = mapped_column(one_of(Priority, name="priority"))
    state: Mapped[TicketState] = mapped_column(one_of(TicketState, name="state"))
    tier: Mapped[int] = mapped_column(default=1)
    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8))
    danger: Mapped[bool] = mapped_column(default=False)
    waiting_for: Mapped[str | None] = mapped_column(String(400))
    waiting_until: Mapped[datetime | None]
    cause: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime]
    tier_since: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    synthetic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact | None] = relationship()
    site: Mapped[Site | None] = relationship()
    asset: Mapped[Asset | None] = relationship()
    family: Mapped[FaultFamily | None] = relationship()
    agreement: Mapped[Agreement | None] = relationship()
    owner: Mapped[Account | None] = relationship()
    messages: Mapped[list[Message]] = relationship(
        back_populates="ticket", order_by="Message.at, Message.id"
    )
    attempts: Mapped[list[Attempt]] = relationship(
        back_populates="ticket", order_by="Attempt.at, Attempt.id"
    )
    reviews: Mapped[list[Review]] = relationship(
        back_populates="ticket", order_by="Review.at, Review.id"
    )
    escalations: Mapped[list[Escalation]] = relationship(
        back_populates="ticket", order_by="Escalation.at, Escalation.id"
    )
    clocks: Mapped[list[SlaClock]] = relationship(back_populates="ticket", order_by="SlaClock.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class Direction(StrEnum):
    """Who speaks to whom."""

    FROM_CUSTOMER = "from-customer"
    TO_CUSTOMER = "to-customer"
    INTERNAL = "internal"


class Message(Base):
    """One piece of correspondence or an internal note; the archive keeps every one."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    direction: Mapped[Direction] = mapped_column(one_of(Direction, name="direction"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, name="channel"))
    min_tier: Mapped[int] = mapped_column(default=1)
    for_visit: Mapped[bool] = mapped_column(default=False)
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="messages")
    account: Mapped[Account | None] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(back_populates="message")


class Attachment(Base):
    """A file that came with a message."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]

    message: Mapped[Message] = relationship(back_populates="attachments")


class AttemptResult(StrEnum):
    """What came of a try."""

    FIXED = "fixed"
    NOT_FIXED = "not-fixed"
    NOT_POSSIBLE = "not-possible"


class Attempt(Base):
    """One try of remote support at a tier, over a channel, with its result."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("tier BETWEEN 0 AND 3", name="tier"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("result <> 'not-possible' OR reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    check_id: Mapped[int | None] = mapped_column(ForeignKey("fault_check.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    tier: Mapped[int]
    channel: Mapped[Channel] = mapped_column(one_of(Channel, name="channel"))
    what: Mapped[str] = mapped_column(String(400))
    result: Mapped[AttemptResult] = mapped_column(one_of(AttemptResult, name="result"))
    reason: Mapped[str] = mapped_column(String(400), default="")
    minutes: Mapped[int] = mapped_column(default=0)
    billable: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="attempts")
    check: Mapped[Check | None] = relationship()
    account: Mapped[Account | None] = relationship()


class Verdict(StrEnum):
    """What a tier thinks of the attempts before it."""

    SUFFICIENT = "sufficient"
    GAPS = "gaps"
    WRONG_FAMILY = "wrong-family"
    WRONG_PRIORITY = "wrong-priority"


class Review(Base):
    """A tier's view of what the lower tier tried; due before its own first attempt."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    tier: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict, name="verdict"))
    gaps: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="reviews")


class Escalation(Base):
    """A ticket changed its tier: up with a summary, or handed back with what is missing."""

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    from_tier: Mapped[int]
    to_tier: Mapped[int]
    summary: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="escalations")


class ClockKind(StrEnum):
    """What was promised by when."""

    RESPOND = "respond"
    ARRIVE = "arrive"
    RESOLVE = "resolve"


class SlaClock(Base):
    """Service time promised for one thing. Elapsed time is recomputed from facts, never stored."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        Index(
            "uq_sla_clock_live",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[ClockKind] = mapped_column(one_of(ClockKind, name="kind"))
    minutes: Mapped[int]
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship(back_populates="clocks")
    pauses: Mapped[list[ClockPause]] = relationship(back_populates="clock")


class ClockPause(Base):
    """A stretch in which a clock stood still, open while ``ends_at`` is none."""

    __tablename__ = "clock_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id"), index=True)
    reason: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]

    clock: Mapped[SlaClock] = relationship(back_populates="pauses")
