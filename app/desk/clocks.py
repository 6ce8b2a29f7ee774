"""What was promised by when, as a person reads it: time left, late, met, or standing still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app import formats
from app.words import word
from dispatch import tickets
from dispatch.tickets import SlaClock, Ticket, TicketState

# Below this share of the promised time the clock is coloured: look soon.
SOON = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One promise: what, how it stands in words, and when it runs out."""

    what: str
    told: str
    tone: str
    at: datetime | None


def dues(ticket: Ticket, *, now: datetime) -> list[Due]:
    """Return the ticket's live clocks and its tier's own limit, in the order of the promises."""
    clocks = [_of_clock(each, now) for each in ticket.clocks if each.replaced_at is None]
    at_work = ticket.state in {TicketState.NEW, TicketState.OPEN}
    limit = tickets.tier_due(ticket) if at_work else None
    if limit is None:
        return clocks
    own = _left(_("Tier %(tier)s", tier=ticket.tier), limit, ticket.tier_since, now)
    return [*clocks, own]


def next_due(ticket: Ticket, *, now: datetime) -> Due | None:
    """Return what is due first; none when nothing runs."""
    return min(_running(dues(ticket, now=now)), key=lambda due: due.at or now, default=None)


def _running(found: Iterable[Due]) -> list[Due]:
    return [due for due in found if due.at is not None and due.tone != "met"]


def _of_clock(clock: SlaClock, now: datetime) -> Due:
    what = word(clock.kind)
    if clock.met_at is not None:
        late = clock.missed_at is not None
        told = _("done, but late") if late else _("done in time")
        return Due(what=what, told=told, tone="met", at=clock.due_at)
    if clock.due_at is None:
        return Due(what=what, told=_("stands still"), tone="calm", at=None)
    return _left(what, clock.due_at, clock.starts_at, now)


def _left(what: str, due_at: datetime, starts_at: datetime, now: datetime) -> Due:
    left = due_at - now
    if left < timedelta(0):
        told = _("%(length)s late", length=formats.length(left))
        return Due(what=what, told=told, tone="bad", at=due_at)
    soon = left < (due_at - starts_at) * SOON
    told = _("%(length)s left", length=formats.length(left))
    return Due(what=what, told=told, tone="warn" if soon else "calm", at=due_at)
