"""Asking for a visit: the gate is shown, and shut while anything is missing."""

from __future__ import annotations

import pytest

from dispatch.tickets import AttemptResult, Review, TicketState, Verdict
from dispatch.visits import Visit, VisitState
from tests import build, clock
from tests.app.desk.kept import again, every

NEEDS = {"summary": "Change the roller", "work_minutes": "45", "crew_size": "1"}


@pytest.fixture
def expert(rows, sign_in):
    made = build.agent(rows, tier=2)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def dispatcher(rows, sign_in):
    made = build.dispatcher(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def untried(rows):
    """A ticket at tier 2 of which nobody has tried anything."""
    made = build.ticket(rows, family=build.family(rows), tier=2)
    rows.commit()
    return made


@pytest.fixture
def exhausted(rows, untried):
    """A ticket on which both tiers have failed."""
    for tier in (1, 2):
        build.attempt(rows, ticket=untried, tier=tier, result=AttemptResult.NOT_FIXED)
    rows.add(Review(ticket=untried, tier=2, verdict=Verdict.SUFFICIENT, at=clock.NOW))
    rows.commit()
    return untried


def request(client, ticket, **fields):
    return client.post(f"/tickets/{ticket.id}/visits/new", data={**NEEDS, **fields})


def visits(rows):
    return every(rows, Visit)


def test_the_gate_says_what_is_missing(expert, untried):
    page = expert.get(f"/tickets/{untried.id}/visits/new").text

    assert "Remote support has not tried everything yet." in page
    assert ">shut</span>" in page


def test_reception_sees_the_gate_and_who_asks_for_a_visit(rows, sign_in, untried):
    reception = build.agent(rows, tier=1)
    rows.commit()

    page = sign_in(reception).get(f"/tickets/{untried.id}/visits/new").text

    assert "Only tier 2 and above may ask for this visit" in page
    assert "Remote support has not tried everything yet." in page
    assert 'name="summary"' not in page


def test_a_shut_gate_refuses_and_keeps_what_was_typed(expert, rows, untried):
    answer = request(expert, untried, summary="Change the whole roller")

    assert answer.status_code == 409
    assert "Change the whole roller" in answer.text
    assert visits(rows) == []


def test_an_open_gate_makes_a_visit(expert, rows, exhausted):
    answer = request(expert, exhausted, price_accepted="yes")

    made = visits(rows)[0]
    assert answer.location == f"/visits/{made.id}"
    assert made.state is VisitState.READY
    assert made.ticket.state is TicketState.IN_FIELD


def test_a_price_that_nobody_agreed_to_keeps_the_visit_waiting(expert, rows, exhausted):
    request(expert, exhausted)

    assert visits(rows)[0].state is VisitState.REQUESTED


def test_needs_are_kept_with_the_visit(expert, rows, exhausted):
    printer, card = build.skill(rows, "printer"), build.skill(rows, "badge")
    roller = build.part(rows, "roller")
    rows.commit()

    request(
        expert,
        exhausted,
        price_accepted="yes",
        **{"skill-0": printer.id, "level-0": "2", "skill-1": card.id, "group-1": "1"},
        **{"part-0": roller.id, "pieces-0": "3"},
        **{"opens-0": "2026-03-30T08:00", "closes-0": "2026-03-30T12:00"},
    )

    made = visits(rows)[0]
    assert {(row.skill_id, row.level, row.any_of_group) for row in made.skills} == {
        (printer.id, 2, None),
        (card.id, 1, 1),
    }
    assert [(row.part_id, row.pieces) for row in made.parts] == [(roller.id, 3)]
    assert made.preferred_windows[0].opens_at.hour == 6  # 08:00 in Warsaw's summer


def test_a_dispatcher_forces_the_gate_with_a_reason_that_is_kept(dispatcher, rows, untried):
    request(dispatcher, untried, force_reason="The mayor waits")

    made = visits(rows)[0]
    assert made.forced_reason == "The mayor waits"
    assert "The mayor waits" in dispatcher.get(f"/visits/{made.id}").text


def test_an_agent_does_not_force_the_gate(expert, rows, untried):
    answer = request(expert, untried, force_reason="I want to")

    assert answer.status_code == 403
    assert visits(rows) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("work_minutes", "0", "A whole number from 1 to 1440"),
        ("work_minutes", "lots", "A whole number from 1 to 1440"),
        ("summary", "", "Please fill this in."),
        ("summary", "x" * 201, "At most 200 characters"),
        ("skill-0", "999999", "This is not there any more."),
        ("opens-0", "2026-03-29T02:30", "Clocks skip this time"),
        ("opens-0", "2026-03-30T08:00", "A window opens before it closes."),
    ],
)
def test_a_need_that_cannot_be_is_marked(expert, rows, exhausted, field, value, sentence):
    answer = request(expert, exhausted, **{field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert visits(rows) == []


def test_a_visit_is_blocked_and_released(dispatcher, rows):
    waiting = build.visit(rows)
    rows.commit()

    dispatcher.post(f"/visits/{waiting.id}/block", data={"reason": "The part is on its way"})
    blocked = dispatcher.get(f"/visits/{waiting.id}").text
    dispatcher.post(f"/visits/{waiting.id}/unblock")

    again(rows, waiting)
    assert "The part is on its way" in blocked
    assert waiting.state is VisitState.READY


def test_calling_a_visit_off_needs_a_reason(dispatcher, rows):
    wanted = build.visit(rows)
    rows.commit()

    answer = dispatcher.post(f"/visits/{wanted.id}/cancel", data={"reason": ""})

    again(rows, wanted)
    assert answer.status_code == 422
    assert wanted.state is VisitState.READY


def test_the_page_of_a_visit_holds_the_customers_link(dispatcher, rows):
    wanted = build.visit(rows)
    rows.commit()

    page = dispatcher.get(f"/visits/{wanted.id}").text

    assert "/b/" in page


def test_needs_change_unless_somebody_was_faster(dispatcher, rows):
    wanted = build.visit(rows)
    rows.commit()
    seen = {**NEEDS, "version": str(wanted.version)}

    dispatcher.post(f"/visits/{wanted.id}/needs", data=seen)
    late = dispatcher.post(f"/visits/{wanted.id}/needs", data={**seen, "work_minutes": "90"})

    again(rows, wanted)
    assert wanted.work_minutes == 45
    assert late.status_code == 412


def test_visits_are_listed_by_what_must_happen_next(dispatcher, rows):
    build.visit(rows, summary="to plan")
    build.visit(rows, summary="to decide", state=VisitState.REQUESTED)
    rows.commit()

    page = dispatcher.get("/visits?view=decide").text

    assert "to decide" in page
    assert "to plan" not in page
