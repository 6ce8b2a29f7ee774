"""The gate: nobody travels before remote support has shown what it tried and what did not help.

It says what is missing, all at once, by code: ``attempts-missing``, ``review-missing``,
``family-missing``, ``site-missing``, ``not-entitled``, ``needs-incomplete`` and, when the customer
was asked and has not agreed, ``price-not-accepted``. Danger to people goes straight through; what
is missing then is filled in afterwards. A person with the right may force it, with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from dispatch import agreements, tickets
from dispatch.accounts import Account, RoleName, need_role
from dispatch.agreements import Entitlement, NotEntitled
from dispatch.base import DispatchError
from dispatch.tickets import (
    AttemptResult,
    AttemptsMissing,
    Ticket,
    TicketKind,
)
from dispatch.visits.needs import Needs, write_needs
from dispatch.visits.states import due_of, step, tell
from dispatch.visits.tables import Visit, VisitState

PRICE = "price-not-accepted"
# Without these there is nothing that could be planned: no reason helps.
NEVER_FORCED = frozenset({"site-missing", "needs-incomplete"})
# Nothing is broken, so nothing can be tried from afar first.
WITHOUT_ATTEMPTS = frozenset({TicketKind.INSTALLATION, TicketKind.MAINTENANCE})
USUAL_MINUTES = 60  # on site, to ask for a price while nobody has said what is needed

ShareOf = Callable[[int], float | None]


class VisitNotJustified(DispatchError):
    """The gate is shut: ``missing`` lists codes; ``checks`` what was not tried; ``why`` not entitled."""

    code: ClassVar[str] = "visit-not-justified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the ticket shows for a visit, and what is missing.

    ``attempts`` and ``failed``: tries by tier. ``checks``: id, tier and text of required checks
    that nobody tried. ``likely_remote_fixable``: share of visits of this family that remote support
    could have spared, from 0 to 1; none while there are too few.
    """

    missing: tuple[str, ...]
    attempts: dict[int, int]
    failed: dict[int, int]
    checks: tuple[dict[str, Any], ...]
    entitlement: Entitlement | None
    not_entitled: str
    likely_remote_fixable: float | None

    @property
    def passed(self) -> bool:
        return not self.missing

    @property
    def price_due(self) -> bool:
        """Whether the customer will have to pay for the visit."""
        return self.entitlement is not None and self.entitlement.price.total_minor > 0


def gate(
    session: Session,
    *,
    ticket: Ticket,
    now: datetime,
    needs: Needs | None = None,
    price_accepted: bool | None = None,
    share_of: ShareOf | None = None,
) -> Gate:
    """Look at a ticket as the gate does; changes nothing.

    ``needs`` and ``price_accepted`` are judged when given. ``share_of`` tells the share of a fault
    family's visits that were not needed: outcomes lie ahead of this module.
    """
    session.flush()
    missing, checks = _remote_support(ticket)
    entitlement, why = _entitlement(session, ticket=ticket, needs=needs, now=now)
    missing += [] if ticket.family_id else ["family-missing"]
    missing += [] if ticket.site_id else ["site-missing"]
    missing += ["not-entitled"] if why else []
    missing += ["needs-incomplete"] if needs is not None and needs.missing else []
    due = entitlement is not None and entitlement.price.total_minor > 0
    missing += [PRICE] if due and price_accepted is False else []
    tries = Counter(attempt.tier for attempt in ticket.attempts)
    failed = Counter(attempt.tier for attempt in ticket.attempts if _failed(attempt.result))
    return Gate(
        missing=tuple(missing),
        attempts=dict(sorted(tries.items())),
        failed=dict(sorted(failed.items())),
        checks=tuple(checks),
        entitlement=entitlement,
        not_entitled=why,
        likely_remote_fixable=share_of(ticket.family_id) if share_of and ticket.family_id else None,
    )


def request_visit(
    session: Session,
    *,
    ticket: Ticket,
    needs: Needs,
    now: datetime,
    by: Account | None = None,
    force_reason: str = "",
    price_accepted: bool = False,
    share_of: ShareOf | None = None,
) -> Visit:
    """Ask for a visit: ready at once, or requested while the customer has not agreed to the price.

    Tier 2 and above ask, tier 1 in physical families and in danger. ``force_reason`` opens the gate
    for a dispatcher or a lead and is kept with what was missing. Raises VisitNotJustified,
    Forbidden, WrongState.
    """
    tickets.expect_step(ticket, "send-to-field")
    forced = bool(force_reason.strip())
    _need_right(ticket, by=by, forced=forced)
    seen = gate(
        session,
        ticket=ticket,
        now=now,
        needs=needs,
        price_accepted=price_accepted,
        share_of=share_of,
    )
    shut = _shut(seen, forced=forced, danger=ticket.danger)
    if shut:
        raise VisitNotJustified(
            ticket_id=ticket.id, missing=shut, checks=list(seen.checks), why=seen.not_entitled
        )
    at_once = forced or ticket.danger or PRICE not in seen.missing
    visit = _write_visit(
        session,
        ticket=ticket,
        needs=needs,
        state=VisitState.READY if at_once else VisitState.REQUESTED,
        seen=seen,
        now=now,
        by=by,
    )
    visit.forced_reason = force_reason.strip()
    tickets.sent_to_field(session, ticket=ticket, visit_id=visit.id, now=now, by=by)
    tell(session, "visit-requested", visit=visit, now=now, by=by, forced=int(forced))
    if at_once:
        tell(session, "visit-approved", visit=visit, now=now, by=by)
    return visit


def approve(session: Session, *, visit: Visit, now: datetime, by: Account | None = None) -> None:
    """The customer agrees to the price, or we come regardless: the visit may be planned.

    Raises Forbidden (tier 2, dispatcher, lead), WrongState.
    """
    if by is not None and not by.may_decide(RoleName.DISPATCHER, RoleName.LEAD):
        tickets.need_tier(by, tier=2)
    step(visit, "approve")
    tell(session, "visit-approved", visit=visit, now=now, by=by)


def _remote_support(ticket: Ticket) -> tuple[list[str], list[dict[str, Any]]]:
    """Codes of what remote support owes, and the checks behind them."""
    missing: list[str] = []
    checks: list[dict[str, Any]] = []
    if ticket.kind in WITHOUT_ATTEMPTS:
        return missing, checks
    for tier in _tiers_asked(ticket):
        if tickets.review_missing(ticket, tier=tier):
            missing.append("review-missing")
        try:
            tickets.expect_tier_tried(ticket, tier=tier)
        except AttemptsMissing as owed:
            missing.append("attempts-missing")
            checks += [{"tier": tier, **check} for check in _listed(owed)]
    if not any(_failed(attempt.result) for attempt in ticket.attempts if attempt.tier > 0):
        missing.append("attempts-missing")
    return list(dict.fromkeys(missing)), checks


def _listed(owed: AttemptsMissing) -> list[dict[str, Any]]:
    listed = owed.details["missing"]
    assert isinstance(listed, list)
    return listed


def _tiers_asked(ticket: Ticket) -> tuple[int, ...]:
    """Reception, and one tier above it: tier 2 unless the desk has none and went on to 3.

    What nobody can mend from afar needs reception's list only.
    """
    if ticket.family is not None and ticket.family.physical:
        return (1,)
    been = {ticket.tier, *(each.to_tier for each in ticket.escalations)}
    return (1, 3) if 3 in been and 2 not in been else (1, 2)


def _failed(result: AttemptResult) -> bool:
    return result is not AttemptResult.FIXED


def _entitlement(
    session: Session, *, ticket: Ticket, needs: Needs | None, now: datetime
) -> tuple[Entitlement | None, str]:
    """What lets us come: the ticket's own agreement first, else the most specific that does."""
    minutes = needs.work_minutes if needs else _usual_minutes(ticket)
    zone = ticket.site.tz if ticket.site else None
    day = now.astimezone(zone).date() if zone else now.date()
    own = ticket.agreement
    in_force = (
        own is not None and own.starts_on <= day and (own.ends_on is None or day <= own.ends_on)
    )
    why = ""
    for chosen in (own, None) if in_force else (None,):
        try:
            found = agreements.entitle(
                session,
                customer_id=ticket.customer_id,
                site_id=ticket.site_id,
                asset_id=ticket.asset_id,
                on=day,
                minutes=minutes,
                chosen=chosen,
            )
        except NotEntitled as refusal:
            why = str(refusal.details["why"])
        else:
            return found, ""
    return None, why


def _usual_minutes(ticket: Ticket) -> int:
    return ticket.family.on_site_minutes if ticket.family else USUAL_MINUTES


def _need_right(ticket: Ticket, *, by: Account | None, forced: bool) -> None:
    if forced:
        need_role(by, RoleName.DISPATCHER, RoleName.LEAD)
        return
    tickets.need_tier(by, tier=asking_tier(ticket))


def asking_tier(ticket: Ticket) -> int:
    """The lowest tier that may ask for a visit of this ticket once the gate is open."""
    physical = ticket.family is not None and ticket.family.physical
    return 1 if physical or ticket.danger else 2


def _shut(seen: Gate, *, forced: bool, danger: bool) -> list[str]:
    """What keeps the gate shut; the price alone only keeps a visit from being planned yet."""
    if forced or danger:
        return [code for code in seen.missing if code in NEVER_FORCED]
    return [code for code in seen.missing if code != PRICE]


def _write_visit(
    session: Session,
    *,
    ticket: Ticket,
    needs: Needs,
    state: VisitState,
    seen: Gate,
    now: datetime,
    by: Account | None,
) -> Visit:
    assert ticket.site is not None  # else site-missing
    visit = Visit(
        ticket=ticket,
        site=ticket.site,
        territory=ticket.site.territory,
        agreement=seen.entitlement.agreement if seen.entitlement else None,
        requested_by=by,
        state=state,
        priority=ticket.priority,
        summary=needs.summary,
        work_minutes=needs.work_minutes,
        evidence=_evidence(ticket, seen),
        requested_at=now,
        due_at=due_of(ticket),
    )
    session.add(visit)
    session.flush()
    write_needs(session, visit=visit, needs=needs)
    return visit


def _evidence(ticket: Ticket, seen: Gate) -> dict[str, Any]:
    entitlement = seen.entitlement
    return {
        "attempts": {str(tier): number for tier, number in seen.attempts.items()},
        "failed": {str(tier): number for tier, number in seen.failed.items()},
        "reviews": [{"tier": each.tier, "verdict": each.verdict.value} for each in ticket.reviews],
        "missing": list(seen.missing),
        "checks": list(seen.checks),
        "price": asdict(entitlement.price) if entitlement else None,
        "losers": [list(loser) for loser in entitlement.losers] if entitlement else [],
        "likely_remote_fixable": seen.likely_remote_fixable,
    }
