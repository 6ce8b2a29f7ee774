"""Tickets and visits move by their tables and never otherwise."""

import random
from datetime import timedelta

import pytest

from dispatch import tickets, visits
from dispatch.base import DispatchError, WrongState
from dispatch.tickets import Channel, TicketState, Verdict
from dispatch.tickets import states as ticket_states
from dispatch.visits import Needs, VisitState
from dispatch.visits import states as visit_states
from tests import build
from tests.clock import NOW

TICKET_VERBS = sorted({verb for _, verb in tickets.STEPS})
VISIT_VERBS = sorted({verb for _, verb in visits.STEPS})
TICKET_FINAL = {TicketState.WITHDRAWN, TicketState.MERGED}
NEEDS = Needs(summary="Replace the fuser", work_minutes=60)


def moved(step, thing, verb):
    """Where a verb leads, or none when it is refused; the refusal says what was asked of what."""
    try:
        step(thing, verb)
    except WrongState as refusal:
        return (refusal.details["state"], refusal.details["verb"]) == (thing.state, verb) and None
    return thing.state


@pytest.mark.parametrize("verb", TICKET_VERBS)
@pytest.mark.parametrize("state", TicketState)
def test_a_ticket_follows_its_table_or_refuses(state, verb):
    ticket = tickets.Ticket(id=1, state=state)

    assert moved(ticket_states.step, ticket, verb) is tickets.STEPS.get((state, verb))


@pytest.mark.parametrize("verb", VISIT_VERBS)
@pytest.mark.parametrize("state", VisitState)
def test_a_visit_follows_its_table_or_refuses(state, verb):
    visit = visits.Visit(id=1, state=state)

    assert moved(visit_states.step, visit, verb) is visits.STEPS.get((state, verb))


def reached(steps, start):
    """Every state that some way leads to."""
    seen, ahead = {start}, [start]
    while ahead:
        state = ahead.pop()
        for (before, _), after in steps.items():
            if before is state and after not in seen:
                seen.add(after)
                ahead.append(after)
    return seen


def test_every_state_of_a_ticket_can_be_reached():
    assert reached(tickets.STEPS, TicketState.NEW) == set(TicketState)


def test_every_state_of_a_visit_can_be_reached():
    assert reached(visits.STEPS, VisitState.REQUESTED) == set(VisitState)


def test_what_has_ended_never_moves_again():
    moving = {before for (before, _), after in visits.STEPS.items() if before is not after}

    assert moving.isdisjoint(visits.FINAL)
    assert {before for before, _ in tickets.STEPS}.isdisjoint(TICKET_FINAL)


def ticket_deeds(session, ticket, *, now):
    """Every verb of a ticket, asked with everything it could want; state alone decides."""
    words = {"session": session, "ticket": ticket, "now": now}
    said = {**words, "channel": Channel.PHONE, "by": build.agent(session, tier=3)}
    return {
        "answer": lambda: tickets.answer(body="Hello", **said),
        "ask": lambda: tickets.ask_customer(question="Which one?", **said),
        "customer": lambda: tickets.customer_answered(body="This", channel=Channel.SMS, **words),
        "wait": lambda: tickets.wait_for(reason="Part", until=now + timedelta(1), **words),
        "go on": lambda: tickets.go_on(**words),
        "escalate": lambda: tickets.escalate(to_tier=ticket.tier + 1, summary="?", **words),
        "review": lambda: tickets.review(verdict=Verdict.GAPS, gaps="Serial", **words),
        "hand back": lambda: tickets.hand_back(summary="Serial?", **words),
        "field": lambda: tickets.sent_to_field(visit_id=1, **words),
        "back": lambda: tickets.back_from_field(resolved=False, tier=2, **words),
        "back well": lambda: tickets.back_from_field(
            resolved=True, cause="Roller", remedy="New", **words
        ),
        "resolve": lambda: tickets.resolve(cause="Roller", remedy="New", **words),
        "reopen": lambda: tickets.reopen(reason="Again", **words),
        "close": lambda: tickets.close(**words),
        "withdraw": lambda: tickets.withdraw(reason="Sold", **words),
    }


def visit_deeds(session, visit, *, now):
    """Every verb of a visit, asked with everything it could want; state alone decides."""
    words = {"session": session, "visit": visit, "now": now}
    return {
        "approve": lambda: visits.approve(**words),
        "refuse": lambda: visits.refuse(reason="No", **words),
        "edit": lambda: visits.edit_needs(needs=NEEDS, **words),
        "block": lambda: visits.block(reason="Part", release_at=now, promised_at=None, **words),
        "unblock": lambda: visits.unblock(**words),
        "set off": lambda: visits.set_off(**words),
        "arrive": lambda: visits.arrive(**words),
        "turn back": lambda: visits.turn_back(reason="Snow", **words),
        "pause": lambda: visits.pause(minutes_left=20, **words),
        "finish": lambda: visits.finish(**words),
        "finish for now": lambda: visits.finish_for_now(**words),
        "cancel": lambda: visits.cancel(reason="Sold", **words),
    }


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_to_a_ticket_it_stays_in_its_table(session, seed):
    dice, ticket = random.Random(seed), build.ticket(session, state=TicketState.NEW)
    possible = {(before, after) for (before, _), after in tickets.STEPS.items()}
    moves = set()

    for hour in range(60):
        deeds = ticket_deeds(session, ticket, now=NOW + timedelta(hours=hour))
        moves.add(move(ticket, dice.choice([*deeds.values()])))

    assert moves <= possible | {(state, state) for state in TicketState}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_to_a_visit_it_stays_in_its_table(session, seed):
    dice, visit = random.Random(seed), build.visit(session, state=VisitState.REQUESTED)
    visit.ticket.state = TicketState.IN_FIELD
    possible = {(before, after) for (before, _), after in visits.STEPS.items()}
    lost_arrivals = {
        (before, after)
        for before in (VisitState.READY, VisitState.UNDER_WAY, VisitState.PAUSED)
        for after in (VisitState.DONE, VisitState.FOLLOW_UP)
    }
    moves = set()

    for hour in range(40):
        deeds = visit_deeds(session, visit, now=NOW + timedelta(hours=hour))
        moves.add(move(visit, dice.choice([*deeds.values()])))

    assert moves <= possible | lost_arrivals | {(state, state) for state in VisitState}


def move(thing, deed):
    """Try a deed; a refused one must leave the state as it was."""
    before = thing.state
    try:
        deed()
    except DispatchError:
        assert thing.state is before
    return before, thing.state
