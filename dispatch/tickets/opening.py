"""How a ticket begins, and what may be said of it more exactly later."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from dispatch import agreements
from dispatch.accounts import Account
from dispatch.agreements import Agreement
from dispatch.base import Incomplete, expect_version
from dispatch.customers import Contact, Customer
from dispatch.places import Asset, Site, expect_same_customer
from dispatch.tickets import clocks
from dispatch.tickets.correspondence import keep_message, note_answer
from dispatch.tickets.states import expect_step, need_tier, step
from dispatch.tickets.tables import (
    Channel,
    Direction,
    FaultFamily,
    Priority,
    Ticket,
    TicketKind,
    TicketState,
)
from dispatch.tickets.telling import tell

# On these somebody of ours is listening while the ticket is written.
LIVE_CHANNELS = frozenset({Channel.PHONE, Channel.CHAT, Channel.REMOTE, Channel.ON_SITE})


def open_ticket(  # noqa: PLR0913 - who has what trouble, where, and how we heard of it
    session: Session,
    *,
    customer: Customer,
    channel: Channel,
    subject: str,
    language: str,
    now: datetime,
    contact: Contact | None = None,
    site: Site | None = None,
    asset: Asset | None = None,
    family: FaultFamily | None = None,
    kind: TicketKind = TicketKind.FAULT,
    priority: Priority = Priority.NORMAL,
    description: str = "",
    danger: bool = False,
    by: Account | None = None,
) -> Ticket:
    """Write down a trouble and start the clocks of the agreement that covers it.

    Opened by a person of ours on a live channel it counts as answered. Danger to people makes it
    urgent. Raises OtherCustomer, and Incomplete without a subject.
    """
    if not subject.strip():
        raise Incomplete(missing=["subject"])
    expect_same_customer(customer, contact, site, asset)
    ticket = Ticket(
        customer=customer,
        contact=contact,
        site=site or (asset.site if asset else None),
        asset=asset,
        family=family,
        kind=kind,
        channel=channel,
        priority=Priority.URGENT if danger else priority,
        danger=danger,
        state=TicketState.NEW,
        tier=1,
        subject=subject.strip(),
        description=description,
        language=language,
        opened_at=now,
        tier_since=now,
    )
    _begin(session, ticket=ticket, now=now)
    tell(session, "ticket-opened", ticket=ticket, now=now, by=by, channel=channel.value)
    if by is not None and channel in LIVE_CHANNELS:
        step(ticket, "answer")
        note_answer(session, ticket=ticket, now=now, by=by)
    return ticket


def _begin(session: Session, *, ticket: Ticket, now: datetime) -> None:
    """Find who pays, start the clocks, keep the customer's own words."""
    session.add(ticket)
    session.flush()
    ticket.agreement = _covering(session, ticket=ticket)
    clocks.start_clocks(ticket)
    if ticket.description.strip():
        keep_message(
            ticket,
            direction=Direction.FROM_CUSTOMER,
            channel=ticket.channel,
            body=ticket.description,
            now=now,
        )


def classify(
    session: Session,
    *,
    ticket: Ticket,
    now: datetime,
    family: FaultFamily | None = None,
    site: Site | None = None,
    asset: Asset | None = None,
    expected_version: int | None = None,
    by: Account | None = None,
) -> None:
    """Say more exactly what it is and where; what is not given stays.

    Another place may be covered by another agreement: its clocks then replace the old ones.
    Raises WrongState, OtherCustomer, StaleVersion.
    """
    expect_version(ticket, expected=expected_version)
    need_tier(by, tier=1)
    step(ticket, "edit")
    expect_same_customer(ticket.customer, site, asset)
    moved = (site or asset) is not None
    ticket.family = family or ticket.family
    ticket.asset = asset or ticket.asset
    ticket.site = site or (asset.site if asset else ticket.site)
    session.flush()
    if moved:
        _cover(session, ticket=ticket, agreement=_covering(session, ticket=ticket), now=now)
    tell(session, "ticket-classified", ticket=ticket, now=now, by=by)


def choose_agreement(
    session: Session,
    *,
    ticket: Ticket,
    agreement: Agreement,
    reason: str,
    now: datetime,
    by: Account | None = None,
) -> None:
    """Let another agreement count than the most specific one. Raises Incomplete without a reason."""
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    need_tier(by, tier=2)
    step(ticket, "edit")
    expect_same_customer(ticket.customer, agreement.site, agreement.asset)
    _cover(session, ticket=ticket, agreement=agreement, now=now)
    tell(
        session,
        "agreement-chosen",
        ticket=ticket,
        now=now,
        by=by,
        agreement_id=agreement.id,
        reason=reason,
    )


def reprioritise(
    session: Session,
    *,
    ticket: Ticket,
    priority: Priority,
    reason: str,
    now: datetime,
    by: Account | None = None,
    expected_version: int | None = None,
) -> None:
    """Change the priority by hand, with a reason; clocks are worked out anew from the opening.

    Raises Incomplete, StaleVersion, WrongState.
    """
    expect_version(ticket, expected=expected_version)
    if not reason.strip():
        raise Incomplete(missing=["reason"])
    step(ticket, "edit")
    before, ticket.priority = ticket.priority, priority
    clocks.replace_clocks(session, ticket=ticket, now=now)
    tell(
        session,
        "ticket-reprioritised",
        ticket=ticket,
        now=now,
        by=by,
        before=before.value,
        after=priority.value,
        reason=reason,
    )


def assign_owner(
    session: Session,
    *,
    ticket: Ticket,
    owner: Account | None,
    now: datetime,
    by: Account | None = None,
    expected_version: int | None = None,
) -> None:
    """Give the ticket to somebody of its tier, or back to the queue. Raises Forbidden, WrongState."""
    expect_version(ticket, expected=expected_version)
    expect_step(ticket, "edit")
    need_tier(owner, tier=ticket.tier)
    ticket.owner = owner
    tell(
        session,
        "owner-assigned",
        ticket=ticket,
        now=now,
        by=by,
        owner_id=owner.id if owner else None,
    )


def _covering(session: Session, *, ticket: Ticket) -> Agreement | None:
    zone = ticket.site.tz if ticket.site else UTC
    found = agreements.matching(
        session,
        customer_id=ticket.customer_id,
        site_id=ticket.site_id,
        asset_id=ticket.asset_id,
        on=ticket.opened_at.astimezone(zone).date(),
    )
    return found[0] if found else None


def _cover(session: Session, *, ticket: Ticket, agreement: Agreement | None, now: datetime) -> None:
    if agreement is ticket.agreement:
        return
    ticket.agreement = agreement
    clocks.replace_clocks(session, ticket=ticket, now=now)
