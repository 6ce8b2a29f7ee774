"""What the desk does with a ticket, and its whole story."""

from __future__ import annotations

import pytest

from dispatch.tickets import (
    Attempt,
    AttemptResult,
    Channel,
    Check,
    Direction,
    Message,
    Priority,
    Ticket,
    TicketState,
)
from tests import build, clock
from tests.app.desk.kept import again, every, only


@pytest.fixture
def agent(rows, sign_in):
    made = build.agent(rows, tier=1)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def expert(rows, sign_in):
    made = build.agent(rows, tier=2)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def ticket(rows):
    """Open at tier 1, with a checklist of two that nobody has worked on."""
    family = build.family(rows)
    family.checks = [
        Check(tier=1, position=1, text="Is the paper dry?"),
        Check(tier=1, position=2, text="Is the tray shut?"),
    ]
    made = build.ticket(rows, family=family)
    rows.commit()
    return made


def act(client, ticket, verb, /, **fields):
    return client.post(f"/tickets/{ticket.id}/{verb}", data=fields)


def attempts(rows):
    return every(rows, Attempt)


def test_a_checklist_is_written_down_in_one_go(agent, rows, ticket):
    dry, shut = ticket.family.checks
    answer = act(
        agent,
        ticket,
        "checks",
        channel="phone",
        minutes="7",
        **{f"result-{dry.id}": "not-fixed", f"result-{shut.id}": "not-possible"},
        **{f"reason-{shut.id}": "The customer is not there"},
    )

    assert answer.status_code == 302
    assert [(each.what, each.result, each.minutes) for each in attempts(rows)] == [
        ("Is the paper dry?", AttemptResult.NOT_FIXED, 7),
        ("Is the tray shut?", AttemptResult.NOT_POSSIBLE, 0),
    ]


def test_a_checklist_without_any_result_is_not_taken(agent, rows, ticket):
    answer = act(agent, ticket, "checks", channel="phone")

    assert answer.status_code == 422
    assert "at least one check" in answer.text
    assert attempts(rows) == []


def test_what_is_not_possible_needs_its_reason(agent, rows, ticket):
    dry = ticket.family.checks[0]

    answer = act(agent, ticket, "checks", channel="phone", **{f"result-{dry.id}": "not-possible"})

    assert answer.status_code == 422
    assert "Something is missing: the reason." in answer.text
    assert "<li>reason</li>" not in answer.text
    assert attempts(rows) == []


def test_any_other_try_is_written_down_too(agent, rows, ticket):
    act(agent, ticket, "attempts", what="Switched it off", channel="remote", result="fixed")

    assert [(each.what, each.channel) for each in attempts(rows)] == [
        ("Switched it off", Channel.REMOTE)
    ]


def test_escalating_too_early_says_what_is_missing_and_keeps_what_was_typed(agent, ticket):
    answer = act(agent, ticket, "escalate", summary="I give up on this one")

    assert answer.status_code == 409
    assert "Is the paper dry?" in answer.text
    assert "I give up on this one" in answer.text


def test_the_next_tier_reviews_before_it_tries(agent, expert, ticket):
    for check in ticket.family.checks:
        act(agent, ticket, "checks", channel="phone", **{f"result-{check.id}": "not-fixed"})
    act(agent, ticket, "escalate", summary="Dry, shut, still jams")

    before = expert.get(f"/tickets/{ticket.id}").text
    act(expert, ticket, "review", verdict="sufficient")
    after = expert.get(f"/tickets/{ticket.id}").text

    assert "First say what you think" in before
    assert "Record an attempt" not in before
    assert "Record an attempt" in after


def test_a_tier_below_reads_but_does_not_act(agent, rows):
    above = build.ticket(rows, tier=2)
    rows.commit()

    page = agent.get(f"/tickets/{above.id}").text
    answer = act(agent, above, "attempts", what="x", channel="phone", result="fixed")

    assert "Tier 2 works on this" in page
    assert answer.status_code == 403


def test_an_answer_opens_a_new_ticket(agent, rows):
    new = build.ticket(rows, state=TicketState.NEW)
    rows.commit()

    act(agent, new, "answer", body="Dzień dobry, już patrzymy.", channel="email")

    again(rows, new)
    assert new.state is TicketState.OPEN
    assert "Dzień dobry, już patrzymy." in agent.get(f"/tickets/{new.id}").text


def test_a_question_makes_the_ticket_wait_until_it_is_answered(agent, rows, ticket):
    act(agent, ticket, "ask", body="Która drukarka?", channel="email")
    again(rows, ticket)
    asked = ticket.state

    act(agent, ticket, "answered", body="Ta na parterze", channel="phone")
    again(rows, ticket)

    assert (asked, ticket.state) == (TicketState.WAITING_CUSTOMER, TicketState.OPEN)


def test_a_note_for_specialists_is_not_shown_to_reception(agent, rows, ticket):
    specialist = build.agent(rows, tier=3)
    rows.add(
        Message(
            ticket=ticket,
            account=specialist,
            direction=Direction.INTERNAL,
            channel=Channel.WEB,
            min_tier=3,
            body="The firmware has a hole",
            at=clock.NOW,
        )
    )
    rows.commit()

    assert "The firmware has a hole" not in agent.get(f"/tickets/{ticket.id}").text


def test_a_resolved_ticket_says_what_it_was_and_can_come_back(agent, rows, ticket):
    act(agent, ticket, "resolve", cause="Wet paper", remedy="Dry paper")
    resolved = agent.get(f"/tickets/{ticket.id}").text

    act(agent, ticket, "reopen", reason="It jams again")

    again(rows, ticket)
    assert "Wet paper" in resolved
    assert ticket.state is TicketState.OPEN


def test_a_resolution_without_remedy_is_sent_back(agent, rows, ticket):
    answer = act(agent, ticket, "resolve", cause="Wet paper")

    again(rows, ticket)
    assert answer.status_code == 422
    assert "Wet paper" in answer.text
    assert ticket.state is TicketState.OPEN


def test_a_priority_that_somebody_else_changed_is_not_overwritten(agent, rows, ticket):
    seen = ticket.version
    act(agent, ticket, "priority", priority="high", reason="The boss called", version=seen)

    answer = act(agent, ticket, "priority", priority="planned", reason="No hurry", version=seen)

    again(rows, ticket)
    assert answer.status_code == 412
    assert ticket.priority is Priority.HIGH


def test_a_wait_in_the_gap_of_the_clock_change_is_refused(agent, ticket):
    answer = act(agent, ticket, "wait", reason="part", until="2027-03-28T02:30")

    assert answer.status_code == 422
    assert "Clocks skip this time" in answer.text


def test_a_ticket_is_taken_and_put_back(agent, rows, ticket):
    act(agent, ticket, "take")
    again(rows, ticket)
    owner = ticket.owner_id

    act(agent, ticket, "take", back="yes")
    again(rows, ticket)

    assert owner is not None
    assert ticket.owner_id is None


def test_a_call_becomes_a_ticket(agent, rows):
    place = build.site(rows)
    caller = build.contact(rows, customer=place.customer, phone="+48221234567")
    rows.commit()

    found = agent.get("/tickets/new?search=221234567").text
    answer = agent.post(
        "/tickets/new",
        data={
            "customer_id": place.customer_id,
            "contact_id": caller.id,
            "site_id": place.id,
            "subject": "Drukarka gryzie",
            "kind": "fault",
            "channel": "phone",
            "priority": "normal",
            "language": "pl",
        },
    )

    made = only(rows, Ticket)
    assert place.customer.name.replace("&", "&amp;") in found
    assert answer.location == f"/tickets/{made.id}"
    assert (made.subject, made.site_id, made.contact_id) == ("Drukarka gryzie", place.id, caller.id)


def test_a_ticket_without_a_subject_is_sent_back(agent, rows):
    someone = build.customer(rows)
    rows.commit()

    answer = agent.post(
        "/tickets/new",
        data={
            "customer_id": someone.id,
            "kind": "fault",
            "channel": "phone",
            "priority": "normal",
            "description": "It bites",
        },
    )

    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "It bites" in answer.text


def test_a_ticket_that_is_not_there_is_not_found(agent):
    assert agent.get("/tickets/4711").status_code == 404


@pytest.mark.parametrize(
    "path", ["/tickets/%d", "/visits/%d", "/customers/%d", "/api/v1/tickets/%d"]
)
def test_an_id_that_no_row_can_have_is_not_found(agent, path):
    assert agent.get(path % 10**20).status_code == 404


def test_a_customer_that_cannot_be_is_searched_for(agent):
    answer = agent.get("/tickets/new", query_string={"customer_id": 10**20})

    assert answer.status_code == 200
