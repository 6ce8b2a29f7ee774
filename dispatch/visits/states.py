"""The one table of how a visit moves, and the one function that moves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import journal, tickets
from dispatch.accounts import Account
from dispatch.base import WrongState
from dispatch.tickets import ClockKind, Ticket
from dispatch.visits.tables import Visit, VisitState

_S = VisitState

# Every other pair of state and verb is refused. Done, follow-up and cancelled are final.
STEPS: Mapping[tuple[VisitState, str], VisitState] = {
    (_S.REQUESTED, "approve"): _S.READY,
    (_S.REQUESTED, "refuse"): _S.CANCELLED,
    (_S.REQUESTED, "edit"): _S.REQUESTED,
    (_S.READY, "edit"): _S.READY,
    (_S.BLOCKED, "edit"): _S.BLOCKED,
    (_S.PAUSED, "edit"): _S.PAUSED,
    (_S.READY, "block"): _S.BLOCKED,
    (_S.BLOCKED, "block"): _S.BLOCKED,
    (_S.BLOCKED, "unblock"): _S.READY,
    (_S.READY, "set-off"): _S.UNDER_WAY,
    (_S.PAUSED, "set-off"): _S.UNDER_WAY,
    (_S.READY, "arrive"): _S.ON_SITE,
    (_S.UNDER_WAY, "arrive"): _S.ON_SITE,
    (_S.PAUSED, "arrive"): _S.ON_SITE,
    (_S.UNDER_WAY, "turn-back"): _S.READY,
    (_S.ON_SITE, "pause"): _S.PAUSED,
    (_S.ON_SITE, "finish"): _S.DONE,
    (_S.ON_SITE, "finish-for-now"): _S.FOLLOW_UP,
    (_S.FOLLOW_UP, "follow-up"): _S.FOLLOW_UP,
    (_S.REQUESTED, "cancel"): _S.CANCELLED,
    (_S.READY, "cancel"): _S.CANCELLED,
    (_S.BLOCKED, "cancel"): _S.CANCELLED,
    (_S.PAUSED, "cancel"): _S.CANCELLED,
    (_S.UNDER_WAY, "cancel"): _S.CANCELLED,
}

FINAL = (_S.DONE, _S.FOLLOW_UP, _S.CANCELLED)
OPEN = tuple(state for state in VisitState if state not in FINAL)


def expect_step(visit: Visit, verb: str) -> VisitState:
    """The state that ``verb`` leads to. Raises WrongState when the table has no such step."""
    after = STEPS.get((visit.state, verb))
    if after is None:
        raise WrongState(thing="visit", id=visit.id, state=visit.state.value, verb=verb)
    return after


def step(visit: Visit, verb: str) -> None:
    """Move the visit by the table. Raises WrongState."""
    visit.state = expect_step(visit, verb)


def tell(
    session: Session,
    kind: str,
    *,
    visit: Visit,
    now: datetime,
    by: Account | None,
    **details: str | int | None,
) -> None:
    """Record a fact of a visit, after what it speaks of has been written."""
    session.flush()
    fact = journal.record(
        session, kind, thing="visit", thing_id=visit.id, ticket_id=visit.ticket_id, now=now, by=by
    )
    fact.details = {"territory_id": visit.territory_id, **details}


def due_of(ticket: Ticket) -> datetime | None:
    """By when somebody must be there, as far as it was sold."""
    for kind in (ClockKind.ARRIVE, ClockKind.RESOLVE):
        clock = tickets.live_clock(ticket, kind)
        if clock is not None and clock.met_at is None:
            return clock.due_at
    return None
