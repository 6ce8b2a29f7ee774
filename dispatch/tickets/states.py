"""The one table of how a ticket moves, and the one function that moves it."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.accounts import Account, RoleName
from dispatch.base import Forbidden, WrongState
from dispatch.tickets.tables import Ticket, TicketState

_S = TicketState

# Every other pair of state and verb is refused. Whoever works on a new ticket opens it; only a
# word of a person to the customer answers it.
STEPS: Mapping[tuple[TicketState, str], TicketState] = {
    (_S.NEW, "answer"): _S.OPEN,
    (_S.OPEN, "answer"): _S.OPEN,
    (_S.WAITING_CUSTOMER, "answer"): _S.WAITING_CUSTOMER,
    (_S.WAITING_OTHER, "answer"): _S.WAITING_OTHER,
    (_S.IN_FIELD, "answer"): _S.IN_FIELD,
    (_S.NEW, "self-help"): _S.NEW,
    (_S.OPEN, "self-help"): _S.OPEN,
    (_S.NEW, "record-attempt"): _S.OPEN,
    (_S.OPEN, "record-attempt"): _S.OPEN,
    (_S.IN_FIELD, "record-attempt"): _S.IN_FIELD,
    (_S.NEW, "review"): _S.OPEN,
    (_S.OPEN, "review"): _S.OPEN,
    (_S.NEW, "escalate"): _S.OPEN,
    (_S.OPEN, "escalate"): _S.OPEN,
    (_S.OPEN, "hand-back"): _S.OPEN,
    (_S.NEW, "edit"): _S.NEW,
    (_S.OPEN, "edit"): _S.OPEN,
    (_S.WAITING_CUSTOMER, "edit"): _S.WAITING_CUSTOMER,
    (_S.WAITING_OTHER, "edit"): _S.WAITING_OTHER,
    (_S.IN_FIELD, "edit"): _S.IN_FIELD,
    (_S.NEW, "ask-customer"): _S.WAITING_CUSTOMER,
    (_S.OPEN, "ask-customer"): _S.WAITING_CUSTOMER,
    (_S.WAITING_CUSTOMER, "customer-answered"): _S.OPEN,
    (_S.NEW, "wait-for"): _S.WAITING_OTHER,
    (_S.OPEN, "wait-for"): _S.WAITING_OTHER,
    (_S.WAITING_CUSTOMER, "go-on"): _S.OPEN,
    (_S.WAITING_OTHER, "go-on"): _S.OPEN,
    (_S.NEW, "send-to-field"): _S.IN_FIELD,
    (_S.OPEN, "send-to-field"): _S.IN_FIELD,
    (_S.IN_FIELD, "send-to-field"): _S.IN_FIELD,
    (_S.IN_FIELD, "back-resolved"): _S.RESOLVED,
    (_S.IN_FIELD, "back-open"): _S.OPEN,
    (_S.NEW, "resolve"): _S.RESOLVED,
    (_S.OPEN, "resolve"): _S.RESOLVED,
    (_S.WAITING_CUSTOMER, "resolve"): _S.RESOLVED,
    (_S.WAITING_OTHER, "resolve"): _S.RESOLVED,
    (_S.RESOLVED, "reopen"): _S.OPEN,
    (_S.CLOSED, "reopen"): _S.OPEN,
    (_S.RESOLVED, "close"): _S.CLOSED,
    (_S.NEW, "withdraw"): _S.WITHDRAWN,
    (_S.OPEN, "withdraw"): _S.WITHDRAWN,
    (_S.WAITING_CUSTOMER, "withdraw"): _S.WITHDRAWN,
    (_S.WAITING_OTHER, "withdraw"): _S.WITHDRAWN,
    (_S.NEW, "merge"): _S.MERGED,
    (_S.OPEN, "merge"): _S.MERGED,
}

LIVE = (_S.NEW, _S.OPEN, _S.WAITING_CUSTOMER, _S.WAITING_OTHER, _S.IN_FIELD)


def expect_step(ticket: Ticket, verb: str) -> TicketState:
    """The state that ``verb`` leads to. Raises WrongState when the table has no such step."""
    after = STEPS.get((ticket.state, verb))
    if after is None:
        raise WrongState(thing="ticket", id=ticket.id, state=ticket.state.value, verb=verb)
    return after


def step(ticket: Ticket, verb: str) -> None:
    """Move the ticket by the table. Raises WrongState."""
    ticket.state = expect_step(ticket, verb)


def need_tier(by: Account | None, *, tier: int) -> None:
    """Raise Forbidden unless ``by`` works at ``tier`` or above, leads, or is the system."""
    if by is None or by.has(RoleName.LEAD):
        return
    if not by.has(RoleName.AGENT) or (by.tier or 0) < tier:
        raise Forbidden(account_id=by.id, needs=f"tier-{tier}")
