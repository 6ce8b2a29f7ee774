"""Tickets: tiers, attempts, reviews, and the way up and down."""

from datetime import timedelta

import pytest

from dispatch import tickets
from dispatch.accounts import RoleName
from dispatch.base import Forbidden, Incomplete, StaleVersion, WrongState
from dispatch.places import OtherCustomer
from dispatch.tickets import (
    AttemptResult,
    Channel,
    Check,
    Direction,
    Priority,
    TicketState,
    Verdict,
)
from tests import build
from tests.clock import NOW

NOT_FIXED = {"channel": Channel.REMOTE, "what": "Restart", "result": AttemptResult.NOT_FIXED}


def a_family(session, *, tier_1=("Restart", "Cable"), tier_2=()):
    family = build.family(session)
    family.checks = [
        Check(tier=tier, position=position, text=words)
        for tier, texts in ((1, tier_1), (2, tier_2))
        for position, words in enumerate(texts)
    ]
    session.flush()
    return family


def try_all(session, ticket, *, tier, by):
    for check in tickets.missing_checks(session, ticket=ticket, tier=tier):
        tickets.record_attempt(
            session, ticket=ticket, tier=tier, check=check, by=by, now=NOW, **NOT_FIXED
        )


def at_tier_two(session, **columns):
    """A ticket that tier 1 has sent up after its one attempt."""
    ticket = build.ticket(session, **columns)
    reception = build.agent(session, tier=1)
    tickets.record_attempt(session, ticket=ticket, tier=1, by=reception, now=NOW, **NOT_FIXED)
    tickets.escalate(session, ticket=ticket, to_tier=2, summary="Jams again", by=reception, now=NOW)
    return ticket


def test_a_call_taken_by_a_person_counts_as_answered(session):
    customer = build.customer(session)

    ticket = tickets.open_ticket(
        session,
        customer=customer,
        channel=Channel.PHONE,
        subject="Drukarka dymi",
        language="pl",
        by=build.agent(session),
        now=NOW,
    )

    assert (ticket.state, ticket.answered_at) == (TicketState.OPEN, NOW)


def test_a_mail_waits_for_a_person_and_keeps_its_words(session):
    ticket = tickets.open_ticket(
        session,
        customer=build.customer(session),
        channel=Channel.EMAIL,
        subject="プリンターが動かない",
        description="紙が詰まります",
        language="ja",
        now=NOW,
    )

    assert (ticket.state, ticket.answered_at) == (TicketState.NEW, None)
    assert [message.body for message in ticket.messages] == ["紙が詰まります"]


def test_danger_to_people_makes_a_ticket_urgent(session):
    ticket = tickets.open_ticket(
        session,
        customer=build.customer(session),
        channel=Channel.WEB,
        subject="Kabel pod napięciem",
        language="pl",
        danger=True,
        now=NOW,
    )

    assert ticket.priority is Priority.URGENT


def test_a_ticket_is_not_opened_for_somebody_elses_site(session):
    foreign = build.site(session)

    with pytest.raises(OtherCustomer):
        tickets.open_ticket(
            session,
            customer=build.customer(session),
            site=foreign,
            channel=Channel.WEB,
            subject="?",
            language="pl",
            now=NOW,
        )


def test_a_machine_reply_answers_nobody(session):
    ticket = build.ticket(session, state=TicketState.NEW)

    tickets.answer(session, ticket=ticket, body="Received", channel=Channel.EMAIL, by=None, now=NOW)

    assert (ticket.state, ticket.answered_at) == (TicketState.NEW, None)


def test_a_tier_may_not_send_up_what_it_has_not_tried(session):
    ticket = build.ticket(session, family=a_family(session))
    reception = build.agent(session, tier=1)
    restart, cable = ticket.family.checks
    tickets.record_attempt(
        session, ticket=ticket, tier=1, check=restart, by=reception, now=NOW, **NOT_FIXED
    )

    with pytest.raises(tickets.AttemptsMissing) as refusal:
        tickets.escalate(session, ticket=ticket, to_tier=2, summary="?", by=reception, now=NOW)

    assert refusal.value.details["missing"] == [{"check_id": cable.id, "text": "Cable"}]


def test_without_a_checklist_one_attempt_is_due(session):
    ticket = build.ticket(session)

    with pytest.raises(tickets.AttemptsMissing) as refusal:
        tickets.escalate(
            session, ticket=ticket, to_tier=2, summary="?", by=build.agent(session), now=NOW
        )

    assert refusal.value.details["missing"] == []


def test_a_ticket_leaves_with_one_summary_sentence(session):
    ticket = build.ticket(session)
    build.attempt(session, ticket=ticket)

    with pytest.raises(Incomplete) as refusal:
        tickets.escalate(
            session, ticket=ticket, to_tier=2, summary=" ", by=build.agent(session), now=NOW
        )

    assert refusal.value.details["missing"] == ["summary"]


def test_a_full_checklist_opens_the_way_up(session):
    ticket = build.ticket(session, family=a_family(session))
    reception = build.agent(session, tier=1)
    try_all(session, ticket, tier=1, by=reception)

    tickets.escalate(session, ticket=ticket, to_tier=2, summary="?", by=reception, now=NOW)

    assert (ticket.tier, ticket.tier_since, ticket.owner) == (2, NOW, None)


def test_a_try_that_is_not_possible_says_why(session):
    ticket = build.ticket(session)

    with pytest.raises(Incomplete) as refusal:
        tickets.record_attempt(
            session,
            ticket=ticket,
            tier=1,
            channel=Channel.PHONE,
            what="Restart",
            result=AttemptResult.NOT_POSSIBLE,
            by=build.agent(session),
            now=NOW,
        )

    assert refusal.value.details["missing"] == ["reason"]


def test_a_check_of_another_family_is_refused(session):
    elsewhere = a_family(session).checks[0]
    ticket = build.ticket(session, family=a_family(session))

    with pytest.raises(tickets.CheckElsewhere):
        tickets.record_attempt(
            session,
            ticket=ticket,
            tier=1,
            check=elsewhere,
            by=build.agent(session),
            now=NOW,
            **NOT_FIXED,
        )


def test_reception_cannot_speak_for_tier_two(session):
    ticket = at_tier_two(session)

    with pytest.raises(Forbidden) as refusal:
        tickets.record_attempt(
            session, ticket=ticket, tier=2, by=build.agent(session, tier=1), now=NOW, **NOT_FIXED
        )

    assert refusal.value.details["needs"] == "tier-2"


def test_a_tier_reviews_before_its_own_first_attempt(session):
    ticket = at_tier_two(session)

    with pytest.raises(tickets.ReviewMissing):
        tickets.record_attempt(
            session, ticket=ticket, tier=2, by=build.agent(session, tier=2), now=NOW, **NOT_FIXED
        )


def test_after_its_review_a_tier_may_try(session):
    ticket = at_tier_two(session)
    expert = build.agent(session, tier=2)
    tickets.review(session, ticket=ticket, verdict=Verdict.SUFFICIENT, by=expert, now=NOW)

    attempt = tickets.record_attempt(
        session, ticket=ticket, tier=2, by=expert, now=NOW, **NOT_FIXED
    )

    assert attempt.tier == 2


def test_a_review_that_finds_gaps_names_them(session):
    ticket = at_tier_two(session)

    with pytest.raises(Incomplete):
        tickets.review(
            session, ticket=ticket, verdict=Verdict.GAPS, by=build.agent(session, tier=2), now=NOW
        )


def test_a_ticket_goes_back_only_after_gaps_were_found(session):
    ticket = at_tier_two(session)

    with pytest.raises(tickets.ReviewMissing):
        tickets.hand_back(
            session, ticket=ticket, summary="Serial?", by=build.agent(session, tier=2), now=NOW
        )


def handed_back(session, expert):
    ticket = at_tier_two(session)
    tickets.review(session, ticket=ticket, verdict=Verdict.GAPS, gaps="Serial", by=expert, now=NOW)
    tickets.hand_back(session, ticket=ticket, summary="Serial?", by=expert, now=NOW)
    return ticket


def test_gaps_send_a_ticket_back_to_where_it_came_from(session):
    ticket = handed_back(session, build.agent(session, tier=2))

    assert ticket.tier == 1


def returned(session, expert):
    """Handed back once and sent up again, with gaps again."""
    ticket = handed_back(session, expert)
    later = NOW + timedelta(hours=1)
    tickets.escalate(
        session, ticket=ticket, to_tier=2, summary="?", by=build.agent(session), now=later
    )
    tickets.review(session, ticket=ticket, verdict=Verdict.GAPS, gaps="Again", by=expert, now=later)
    return ticket


def test_nobody_hands_back_twice(session):
    expert = build.agent(session, tier=2)
    ticket = returned(session, expert)

    with pytest.raises(tickets.HandBackTwice):
        tickets.hand_back(session, ticket=ticket, summary="Again", by=expert, now=NOW)


def test_a_lead_may_hand_back_twice(session):
    ticket = returned(session, build.agent(session, tier=2))
    lead = build.account(session, roles=[RoleName.LEAD])

    tickets.hand_back(session, ticket=ticket, summary="Again", by=lead, now=NOW)

    assert ticket.tier == 1


def test_a_ticket_that_came_up_again_is_reviewed_again(session):
    expert = build.agent(session, tier=2)
    ticket = handed_back(session, expert)
    later = NOW + timedelta(hours=1)
    tickets.escalate(
        session, ticket=ticket, to_tier=2, summary="?", by=build.agent(session), now=later
    )

    assert tickets.review_missing(ticket, tier=2)


def test_another_priority_needs_a_reason(session):
    with pytest.raises(Incomplete):
        tickets.reprioritise(
            session, ticket=build.ticket(session), priority=Priority.HIGH, reason="", now=NOW
        )


def test_nobody_overwrites_what_they_have_not_seen(session):
    ticket = build.ticket(session)

    with pytest.raises(StaleVersion):
        tickets.reprioritise(
            session,
            ticket=ticket,
            priority=Priority.HIGH,
            reason="?",
            expected_version=ticket.version - 1,
            now=NOW,
        )


def test_a_ticket_ends_with_cause_and_remedy(session):
    with pytest.raises(Incomplete) as refusal:
        tickets.resolve(
            session,
            ticket=build.ticket(session),
            cause="",
            remedy="",
            by=build.agent(session),
            now=NOW,
        )

    assert refusal.value.details["missing"] == ["cause", "remedy"]


def resolved(session):
    ticket = build.ticket(session)
    tickets.resolve(
        session, ticket=ticket, cause="Roller", remedy="New", by=build.agent(session), now=NOW
    )
    return ticket


def test_trouble_that_is_back_within_two_weeks_is_the_same_ticket(session):
    ticket = resolved(session)

    tickets.reopen(session, ticket=ticket, reason="Again", now=NOW + timedelta(days=14))

    assert (ticket.state, ticket.resolved_at) == (TicketState.OPEN, None)


def test_trouble_that_is_back_later_is_another_ticket(session):
    ticket = resolved(session)

    with pytest.raises(tickets.ReopenTooLate):
        tickets.reopen(session, ticket=ticket, reason="?", now=NOW + timedelta(days=14, hours=1))


def test_a_wait_without_a_date_is_refused(session):
    with pytest.raises(Incomplete) as refusal:
        tickets.wait_for(
            session,
            ticket=build.ticket(session),
            reason="Fuser",
            until=None,
            by=build.agent(session),
            now=NOW,
        )

    assert refusal.value.details["missing"] == ["until"]


def test_a_wait_that_has_come_to_its_date_is_found(session):
    ticket = build.ticket(session)
    until = NOW + timedelta(days=2)
    tickets.wait_for(session, ticket=ticket, reason="Fuser", until=until, now=NOW)

    assert tickets.waits_over(session, now=until) == [ticket]
    assert tickets.waits_over(session, now=until - timedelta(seconds=1)) == []


def test_merged_tickets_keep_every_word_and_the_earlier_opening(session):
    customer = build.customer(session)
    early = build.ticket(session, customer=customer, opened_at=NOW - timedelta(days=3))
    late = build.ticket(session, customer=customer)
    tickets.add_message(
        session,
        ticket=early,
        direction=Direction.FROM_CUSTOMER,
        body="Help",
        channel=Channel.SMS,
        now=NOW,
    )

    tickets.merge(session, ticket=early, into=late, by=build.agent(session), now=NOW)

    assert [message.body for message in late.messages] == ["Help"]
    assert (early.state, late.opened_at) == (TicketState.MERGED, NOW - timedelta(days=3))


def test_tickets_of_two_customers_are_never_merged(session):
    with pytest.raises(OtherCustomer):
        tickets.merge(session, ticket=build.ticket(session), into=build.ticket(session), now=NOW)


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ({"roles": [RoleName.AGENT], "tier": 1}, {"tier 1"}),
        ({"roles": [RoleName.AGENT], "tier": 2}, {"tier 1", "tier 2"}),
        ({"roles": [RoleName.AGENT], "tier": 3}, {"tier 1", "tier 2", "tier 3", "for the visit"}),
        ({"roles": [RoleName.DISPATCHER]}, {"tier 1", "tier 2"}),
        ({"roles": [RoleName.TECHNICIAN]}, {"for the visit"}),
        ({"roles": [RoleName.LEAD]}, {"tier 1", "tier 2", "tier 3", "for the visit"}),
        (None, set()),
    ],
)
def test_a_note_is_read_from_its_tier_upwards(session, reader, seen):
    """FEATURES 1.4: who may see internal notes."""
    ticket = build.ticket(session)
    notes = {"tier 1": 1, "tier 2": 2, "tier 3": 3, "for the visit": 3}
    for body, tier in notes.items():
        note = tickets.add_message(
            session,
            ticket=ticket,
            direction=Direction.INTERNAL,
            body=body,
            channel=Channel.PHONE,
            min_tier=tier,
            now=NOW,
        )
        tickets.share_with_visit(session, message=note, shared=body == "for the visit")
    account = build.account(session, **reader) if reader else None

    assert {message.body for message in tickets.readable(ticket, by=account)} == seen


def test_the_queue_puts_the_urgent_first_and_goes_on_after_a_page(session):
    old = build.ticket(session, opened_at=NOW - timedelta(days=9), subject="zzz")
    new = build.ticket(session, subject="zzz")
    urgent = build.ticket(session, priority=Priority.URGENT, subject="ZZZ")

    first = tickets.queue(session, text="zzz", limit=2)
    second = tickets.queue(session, text="zzz", limit=2, after=first[-1])

    assert (first, second) == ([urgent, old], [new])


def test_an_urgent_ticket_moves_up_by_itself(session):
    ticket = build.ticket(session, priority=Priority.URGENT, tier_since=NOW)
    quarter = NOW + timedelta(minutes=15)

    assert ticket not in tickets.move_up_urgent(session, now=quarter - timedelta(seconds=1))
    assert ticket in tickets.move_up_urgent(session, now=quarter)
    assert (ticket.tier, ticket.tier_since) == (2, quarter)


def test_what_does_not_fit_the_state_is_refused(session):
    ticket = resolved(session)

    with pytest.raises(WrongState) as refusal:
        tickets.escalate(
            session, ticket=ticket, to_tier=2, summary="?", by=build.agent(session), now=NOW
        )

    assert refusal.value.details["verb"] == "escalate"
