"""SLA clocks: promised in the agreement's hours, and never confused by what happens later."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dispatch import tickets
from dispatch.agreements import AgreementKind
from dispatch.journal import Fact
from dispatch.tickets import Channel, ClockKind, Direction, Priority, clocks
from tests import build
from tests.clock import DAY, at

FRIDAY, MONDAY = date(2026, 3, 27), date(2026, 3, 30)
WITH_LUNCH = [[day, *half] for day in range(5) for half in (("08:00", "12:00"), ("13:00", "17:00"))]
LEVELS = {Priority.NORMAL: (60, 240, 480), Priority.HIGH: (30, 120, 240)}


def opened(session, *, when, hours=(), levels=LEVELS, **terms):
    """A mail under a managed service with service levels."""
    customer = build.customer(session)
    build.agreement(
        session,
        customer=customer,
        kind=AgreementKind.MANAGED,
        levels=levels,
        service_hours=list(hours),
        **terms,
    )
    return tickets.open_ticket(
        session,
        customer=customer,
        channel=Channel.EMAIL,
        subject="Drukarka",
        language="pl",
        now=when,
    )


def due(ticket, kind=ClockKind.RESOLVE):
    return tickets.live_clock(ticket, kind).due_at


def ask(session, ticket, *, when):
    tickets.ask_customer(
        session,
        ticket=ticket,
        question="Which one?",
        channel=Channel.EMAIL,
        by=build.agent(session),
        now=when,
    )


def reply(session, ticket, *, when):
    tickets.customer_answered(
        session, ticket=ticket, body="The grey one", channel=Channel.EMAIL, now=when
    )


def test_each_promise_of_the_level_gets_its_clock(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))

    assert {clock.kind: clock.minutes for clock in ticket.clocks} == {
        ClockKind.RESPOND: 60,
        ClockKind.ARRIVE: 240,
        ClockKind.RESOLVE: 480,
    }


def test_nothing_sold_means_no_clock(session):
    assert opened(session, when=at("08:00"), levels={}).clocks == []


def test_a_clock_stands_still_over_lunch_and_weekend(session):
    ticket = opened(session, when=at("11:30", day=FRIDAY), hours=WITH_LUNCH)

    assert due(ticket, ClockKind.RESPOND) == at("13:30", day=FRIDAY)
    assert due(ticket) == at("11:30", day=MONDAY)


def test_a_clock_stands_still_on_a_holiday(session):
    good_friday = date(2026, 4, 3)

    ticket = opened(session, when=at("16:30", day=good_friday), hours=WITH_LUNCH)

    assert due(ticket, ClockKind.RESPOND) == at("08:30", day=date(2026, 4, 7))


def test_day_and_night_a_clock_counts_the_night_of_23_hours_as_it_was(session):
    evening = DAY - timedelta(days=1)

    ticket = opened(session, when=at("22:00", day=evening))

    assert due(ticket) == at("07:00")


def test_waiting_for_the_customer_stops_the_resolve_clock(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))
    ask(session, ticket, when=at("09:00", day=FRIDAY))
    waiting = due(ticket)

    reply(session, ticket, when=at("11:00", day=FRIDAY))

    assert waiting is None
    assert due(ticket) == at("18:00", day=FRIDAY)


def test_waiting_stops_nothing_where_the_agreement_says_so(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY), clock_pauses=False)

    ask(session, ticket, when=at("09:00", day=FRIDAY))

    assert due(ticket) == at("16:00", day=FRIDAY)


def test_a_pause_outside_service_hours_moves_nothing(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY), hours=WITH_LUNCH)
    ask(session, ticket, when=at("12:10", day=FRIDAY))

    reply(session, ticket, when=at("12:50", day=FRIDAY))

    assert due(ticket) == at("17:00", day=FRIDAY)


def test_a_question_is_an_answer_of_a_person(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))

    ask(session, ticket, when=at("08:20", day=FRIDAY))

    assert tickets.live_clock(ticket, ClockKind.RESPOND).met_at == at("08:20", day=FRIDAY)


def test_a_pause_survives_a_change_of_priority(session):
    """CAP-3: a change loses no pause and restarts nothing."""
    ticket = opened(session, when=at("08:00", day=FRIDAY))
    ask(session, ticket, when=at("09:00", day=FRIDAY))
    reply(session, ticket, when=at("11:00", day=FRIDAY))

    tickets.reprioritise(
        session,
        ticket=ticket,
        priority=Priority.HIGH,
        reason="Nobody can print",
        now=at("11:30", day=FRIDAY),
    )

    assert due(ticket) == at("14:00", day=FRIDAY)


def test_an_answer_in_time_stays_in_time_when_the_priority_rises(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))
    ask(session, ticket, when=at("08:20", day=FRIDAY))
    reply(session, ticket, when=at("08:25", day=FRIDAY))

    tickets.reprioritise(
        session, ticket=ticket, priority=Priority.HIGH, reason="?", now=at("12:00", day=FRIDAY)
    )

    clock = tickets.live_clock(ticket, ClockKind.RESPOND)
    assert (clock.met_at, clock.missed_at) == (at("08:20", day=FRIDAY), None)


def test_the_clock_that_was_replaced_is_kept(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))

    tickets.reprioritise(
        session, ticket=ticket, priority=Priority.HIGH, reason="?", now=at("09:00", day=FRIDAY)
    )

    replaced = [clock for clock in ticket.clocks if clock.replaced_at is not None]
    assert [clock.minutes for clock in replaced] == [60, 240, 480]


def test_another_agreement_brings_its_own_hours_from_the_opening(session):
    ticket = opened(session, when=at("16:00", day=FRIDAY))
    better = build.agreement(
        session, customer=ticket.customer, levels=LEVELS, service_hours=WITH_LUNCH
    )

    tickets.choose_agreement(
        session, ticket=ticket, agreement=better, reason="Sold today", now=at("17:00", day=FRIDAY)
    )

    assert due(ticket) == at("16:00", day=MONDAY)


def test_a_clock_goes_on_from_where_it_stopped_when_the_trouble_is_back(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))
    tickets.resolve(session, ticket=ticket, cause="?", remedy="?", now=at("10:00", day=FRIDAY))

    tickets.reopen(session, ticket=ticket, reason="Again", now=at("10:00", day=MONDAY))

    assert due(ticket) == at("16:00", day=MONDAY)


def test_a_late_end_is_late_though_nobody_looked(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))

    tickets.resolve(session, ticket=ticket, cause="?", remedy="?", now=at("16:01", day=FRIDAY))

    clock = tickets.live_clock(ticket, ClockKind.RESOLVE)
    assert clock.missed_at == at("16:00", day=FRIDAY)


def test_elapsed_minutes_leave_pauses_out(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY), hours=WITH_LUNCH)
    ask(session, ticket, when=at("11:00", day=FRIDAY))
    reply(session, ticket, when=at("14:00", day=FRIDAY))
    clock = tickets.live_clock(ticket, ClockKind.RESOLVE)

    passed = tickets.elapsed_minutes(ticket, clock, now=at("15:00", day=FRIDAY))

    assert passed == 240


@pytest.mark.parametrize(("when", "told"), [("13:59", []), ("14:00", ["clock-warned"])])
def test_three_quarters_of_the_time_give_a_warning(session, when, told):
    ticket = opened(
        session, when=at("08:00", day=FRIDAY), levels={Priority.NORMAL: (None, None, 480)}
    )

    tickets.watch_clocks(session, now=at(when, day=FRIDAY))
    tickets.watch_clocks(session, now=at(when, day=FRIDAY))

    assert facts(session, ticket, "clock-warned") == told


def test_a_clock_that_has_run_out_is_said_once(session):
    ticket = opened(
        session, when=at("08:00", day=FRIDAY), levels={Priority.NORMAL: (60, None, None)}
    )
    late = at("09:00", day=FRIDAY)
    before = tickets.overdue(session, now=late - timedelta(seconds=1))

    tickets.watch_clocks(session, now=late)
    tickets.watch_clocks(session, now=late + timedelta(hours=1))

    assert ticket.clocks[0] not in before
    assert facts(session, ticket, "clock-missed") == ["clock-missed"]


def test_news_to_the_customer_by_a_machine_meets_no_clock(session):
    """Section 5: the limit for the next news never hides the one for the first answer."""
    ticket = opened(session, when=at("08:00", day=FRIDAY))

    tickets.add_message(
        session,
        ticket=ticket,
        direction=Direction.TO_CUSTOMER,
        body="We have received your message",
        channel=Channel.EMAIL,
        now=at("08:01", day=FRIDAY),
    )

    assert tickets.live_clock(ticket, ClockKind.RESPOND).met_at is None


def test_a_pause_of_two_reasons_ends_with_the_last(session):
    ticket = opened(session, when=at("08:00", day=FRIDAY))
    clocks.pause(ticket, reason="customer", now=at("09:00", day=FRIDAY))
    clocks.pause(ticket, reason="supplier", now=at("10:00", day=FRIDAY))

    clocks.go_on(ticket, reason="customer", now=at("11:00", day=FRIDAY))
    still = due(ticket)
    clocks.go_on(ticket, reason="supplier", now=at("12:00", day=FRIDAY))

    assert still is None
    assert due(ticket) == at("19:00", day=FRIDAY)


def facts(session, ticket, kind):
    found = select(Fact.kind).where(Fact.ticket_id == ticket.id, Fact.kind == kind)
    return list(session.scalars(found))
