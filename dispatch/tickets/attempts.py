"""What each tier tried, what the next one thinks of it, and how a ticket changes its tier.

A ticket leaves a tier only when the tier's checklist is done, and the tier that receives it says
first what it thinks of that; so a visit, the dearest help, is never the first idea.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from dispatch.accounts import Account, RoleName
from dispatch.base import DispatchError, Incomplete
from dispatch.tickets.states import expect_step, need_tier, step
from dispatch.tickets.tables import (
    Attempt,
    AttemptResult,
    Channel,
    Check,
    Escalation,
    Review,
    Ticket,
    Verdict,
)
from dispatch.tickets.telling import tell


class AttemptsMissing(DispatchError):
    """The tier has not tried what it must: ``tier``; ``missing`` has id and text of each check.

    Where the family has no checklist ``missing`` is empty: then one attempt, whichever, is due.
    """

    code: ClassVar[str] = "attempts-missing"


class ReviewMissing(DispatchError):
    """``tier`` has not said yet what it thinks of the attempts before it."""

    code: ClassVar[str] = "review-missing"


class HandBackTwice(DispatchError):
    """It was handed back before; the second time needs the lead."""

    code: ClassVar[str] = "hand-back-twice"


class WrongTier(DispatchError):
    """The tier does not fit: ``tier`` was given, the ticket is at ``ticket_tier``."""

    code: ClassVar[str] = "wrong-tier"


class CheckElsewhere(DispatchError):
    """``check_id`` is on the list of another family or tier."""

    code: ClassVar[str] = "check-elsewhere"


def record_attempt(  # noqa: PLR0913 - an attempt says that much
    session: Session,
    *,
    ticket: Ticket,
    tier: int,
    channel: Channel,
    what: str,
    result: AttemptResult,
    now: datetime,
    check: Check | None = None,
    reason: str = "",
    minutes: int = 0,
    billable: bool = False,
    by: Account | None = None,
) -> Attempt:
    """Write down one try. Of tier 0 the customer's own; those may be attached without an account.

    Raises ReviewMissing before a tier's first try, WrongTier above the ticket's tier,
    CheckElsewhere, Incomplete, Forbidden, WrongState.
    """
    _complete(what=what, result=result, reason=reason)
    if check is not None and (check.family_id, check.tier) != (ticket.family_id, tier):
        raise CheckElsewhere(check_id=check.id, tier=tier)
    if tier == 0:
        step(ticket, "self-help")
    else:
        need_tier(by, tier=tier)
        _expect_tier(ticket, tier=tier)
        if review_missing(ticket, tier=tier):
            raise ReviewMissing(ticket_id=ticket.id, tier=tier)
        step(ticket, "record-attempt")
    attempt = Attempt(
        check=check,
        account=by,
        tier=tier,
        channel=channel,
        what=what.strip(),
        result=result,
        reason=reason.strip(),
        minutes=minutes,
        billable=billable,
        at=now,
    )
    ticket.attempts.append(attempt)
    session.flush()
    tell(session, "attempt-recorded", ticket=ticket, now=now, by=by, attempt_id=attempt.id)
    return attempt


def review(
    session: Session,
    *,
    ticket: Ticket,
    verdict: Verdict,
    now: datetime,
    gaps: str = "",
    by: Account | None = None,
) -> Review:
    """Say what the ticket's tier thinks of the attempts before it; gaps must be named.

    Raises Incomplete, Forbidden, WrongTier at tier 1, WrongState.
    """
    need_tier(by, tier=ticket.tier)
    if ticket.tier < 2:
        raise WrongTier(ticket_id=ticket.id, tier=ticket.tier, ticket_tier=ticket.tier)
    if verdict is Verdict.GAPS and not gaps.strip():
        raise Incomplete(missing=["gaps"])
    step(ticket, "review")
    made = Review(
        account_id=by.id if by else None, tier=ticket.tier, verdict=verdict, gaps=gaps, at=now
    )
    ticket.reviews.append(made)
    tell(session, "tier-reviewed", ticket=ticket, now=now, by=by, verdict=verdict.value)
    return made


def escalate(
    session: Session,
    *,
    ticket: Ticket,
    to_tier: int,
    summary: str,
    now: datetime,
    by: Account | None = None,
) -> Escalation:
    """Send the ticket up, once its tier has done its part. Tiers that are not there are skipped.

    Raises AttemptsMissing, ReviewMissing, Incomplete without a summary, WrongTier, Forbidden,
    WrongState.
    """
    need_tier(by, tier=ticket.tier)
    expect_step(ticket, "escalate")
    if not ticket.tier < to_tier <= 3:
        raise WrongTier(ticket_id=ticket.id, tier=to_tier, ticket_tier=ticket.tier)
    if not summary.strip():
        raise Incomplete(missing=["summary"])
    expect_tier_done(ticket, tier=ticket.tier)
    step(ticket, "escalate")
    return change_tier(
        session, "ticket-escalated", ticket=ticket, to_tier=to_tier, summary=summary, now=now, by=by
    )


def hand_back(
    session: Session, *, ticket: Ticket, summary: str, now: datetime, by: Account | None = None
) -> Escalation:
    """Send the ticket back to the tier it came from, with what is missing there.

    Only after a review that found gaps. Raises ReviewMissing, HandBackTwice (a lead may), Incomplete,
    WrongTier when it came from nowhere, Forbidden, WrongState.
    """
    need_tier(by, tier=ticket.tier)
    expect_step(ticket, "hand-back")
    if not summary.strip():
        raise Incomplete(missing=["summary"])
    came = _arrival(ticket, tier=ticket.tier)
    if came is None:
        raise WrongTier(ticket_id=ticket.id, tier=ticket.tier - 1, ticket_tier=ticket.tier)
    found_gaps = any(
        each.verdict is Verdict.GAPS and each.tier == ticket.tier and each.at >= came.at
        for each in ticket.reviews
    )
    if not found_gaps:
        raise ReviewMissing(ticket_id=ticket.id, tier=ticket.tier)
    before = any(each.to_tier < each.from_tier for each in ticket.escalations)
    if before and by is not None and not by.has(RoleName.LEAD):
        raise HandBackTwice(ticket_id=ticket.id)
    step(ticket, "hand-back")
    return change_tier(
        session,
        "ticket-handed-back",
        ticket=ticket,
        to_tier=came.from_tier,
        summary=summary,
        now=now,
        by=by,
    )


def missing_checks(session: Session, *, ticket: Ticket, tier: int) -> Sequence[Check]:
    """Required checks of the ticket's family at a tier that have no attempt yet, in their order."""
    session.flush()
    return _undone(ticket, tier=tier)


def expect_tier_done(ticket: Ticket, *, tier: int) -> None:
    """Raise unless a tier has done its part: its review, its checklist or, without one, one try."""
    if review_missing(ticket, tier=tier):
        raise ReviewMissing(ticket_id=ticket.id, tier=tier)
    expect_tier_tried(ticket, tier=tier)


def expect_tier_tried(ticket: Ticket, *, tier: int) -> None:
    """Raise AttemptsMissing unless a tier has worked on its checklist or, without one, tried."""
    undone = _undone(ticket, tier=tier)
    tried = any(attempt.tier == tier for attempt in ticket.attempts)
    if undone or not tried:
        raise AttemptsMissing(
            ticket_id=ticket.id,
            tier=tier,
            missing=[{"check_id": check.id, "text": check.text} for check in undone],
        )


def review_missing(ticket: Ticket, *, tier: int) -> bool:
    """Whether a tier still owes its view of what was tried below it since it got the ticket."""
    if tier < 2:
        return False
    came = _arrival(ticket, tier=tier)
    below = any(0 < attempt.tier < tier for attempt in ticket.attempts)
    if came is None and not below:
        return False
    return not any(
        each.tier == tier and (came is None or each.at >= came.at) for each in ticket.reviews
    )


def change_tier(
    session: Session,
    kind: str,
    *,
    ticket: Ticket,
    to_tier: int,
    summary: str,
    now: datetime,
    by: Account | None,
) -> Escalation:
    """Move the ticket between tiers, whoever asks; its tier's clock starts anew."""
    made = Escalation(
        account_id=by.id if by else None,
        from_tier=ticket.tier,
        to_tier=to_tier,
        summary=summary.strip(),
        at=now,
    )
    ticket.escalations.append(made)
    ticket.tier, ticket.tier_since, ticket.owner = to_tier, now, None
    tell(session, kind, ticket=ticket, now=now, by=by, from_tier=made.from_tier, to_tier=to_tier)
    return made


def _complete(*, what: str, result: AttemptResult, reason: str) -> None:
    missing = [] if what.strip() else ["what"]
    if result is AttemptResult.NOT_POSSIBLE and not reason.strip():
        missing.append("reason")
    if missing:
        raise Incomplete(missing=missing)


def _expect_tier(ticket: Ticket, *, tier: int) -> None:
    if not 0 < tier <= ticket.tier:
        raise WrongTier(ticket_id=ticket.id, tier=tier, ticket_tier=ticket.tier)


def _undone(ticket: Ticket, *, tier: int) -> list[Check]:
    if ticket.family is None:
        return []
    done = {attempt.check_id or (attempt.check and attempt.check.id) for attempt in ticket.attempts}
    return [
        check
        for check in ticket.family.checks
        if check.tier == tier and check.required and check.id not in done
    ]


def _arrival(ticket: Ticket, *, tier: int) -> Escalation | None:
    """The last time that a ticket came up to a tier."""
    ups = [each for each in ticket.escalations if each.to_tier == tier and each.from_tier < tier]
    return ups[-1] if ups else None
