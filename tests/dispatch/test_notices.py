"""Whoever must be told is told once, in their language, until it has arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import journal, notices
from dispatch.base import WrongState
from dispatch.notices import NoticeChannel, Topic
from tests import build, clock


def happened(session, visit, kind, **details):
    return journal.record(
        session,
        kind,
        thing="visit",
        thing_id=visit.id,
        now=clock.NOW,
        ticket_id=visit.ticket_id,
        **details,
    )


def reachable(session, **columns):
    """A visit whose ticket has a contact who speaks Japanese."""
    contact = build.contact(session, **columns)
    ticket = build.ticket(session, customer=contact.customer, contact=contact)
    return build.visit(session, ticket=ticket)


def outbox(session):
    return list(notices.due(session, now=clock.NOW))


def test_a_confirmed_window_is_told_with_what_a_calendar_needs(session):
    visit = reachable(session)
    promise = build.appointment(session, visit=visit)
    happened(session, visit, "appointment-confirmed", appointment_id=promise.id)

    notices.tell_facts(session, now=clock.NOW)

    (notice,) = outbox(session)
    assert (notice.topic, notice.language) == (Topic.APPOINTMENT_CONFIRMED, "ja")
    assert notice.payload["uid"] == promise.uid
    assert notice.payload["method"] == "REQUEST"


def test_a_fact_is_told_once_however_often_it_is_read(session):
    visit = reachable(session)
    happened(session, visit, "visit-set-off")
    notices.tell_facts(session, now=clock.NOW)

    again = notices.tell_facts(session, now=clock.NOW)

    assert again == 0
    assert len(outbox(session)) == 1


def test_a_visit_that_waits_for_a_window_invites_its_customer(session):
    visit = reachable(session)
    happened(session, visit, "visit-approved")

    notices.tell_facts(session, now=clock.NOW)

    (notice,) = outbox(session)
    assert (notice.topic, notice.visit_id) == (Topic.BOOKING_INVITATION, visit.id)


def test_a_visit_that_is_promised_already_invites_nobody(session):
    visit = reachable(session)
    build.appointment(session, visit=visit)
    happened(session, visit, "visit-approved")

    notices.tell_facts(session, now=clock.NOW)

    assert outbox(session) == []


def test_a_contact_without_mail_is_told_by_text_message(session):
    visit = reachable(session, email=None)
    happened(session, visit, "visit-set-off")

    notices.tell_facts(session, now=clock.NOW)

    (notice,) = outbox(session)
    assert notice.channel is NoticeChannel.SMS


def test_a_contact_without_any_address_stops_nobody(session):
    unreachable = reachable(session, email=None, phone=None)
    happened(session, unreachable, "visit-set-off")
    happened(session, reachable(session), "visit-set-off")

    notices.tell_facts(session, now=clock.NOW)

    assert len(outbox(session)) == 1


def test_a_window_of_tomorrow_is_reminded_of_once(session):
    visit = reachable(session)
    build.appointment(session, visit=visit, confirmed_at=clock.NOW - timedelta(days=3))
    notices.remind(session, now=clock.NOW)

    again = notices.remind(session, now=clock.NOW + timedelta(minutes=1))

    assert again == 0
    assert [notice.topic for notice in outbox(session)] == [Topic.REMINDER]


def test_a_window_chosen_today_needs_no_reminder(session):
    visit = reachable(session)
    build.appointment(session, visit=visit, confirmed_at=clock.NOW)

    told = notices.remind(session, now=clock.NOW)

    assert told == 0


def test_a_message_that_fails_waits_twice_as_long_each_time(session):
    happened(session, reachable(session), "visit-set-off")
    notices.tell_facts(session, now=clock.NOW)
    (notice,) = outbox(session)

    notices.failed(session, notice=notice, fault="550", now=clock.NOW)
    first = notice.next_at - clock.NOW
    notices.failed(session, notice=notice, fault="550", now=clock.NOW)

    assert notice.next_at - clock.NOW == 2 * first


def test_a_message_that_fails_for_a_day_is_left_to_a_person(session):
    happened(session, reachable(session), "visit-set-off")
    notices.tell_facts(session, now=clock.NOW)
    (notice,) = outbox(session)

    notices.failed(session, notice=notice, fault="550", now=clock.NOW + timedelta(days=1))

    assert notice.dead_at is not None
    assert list(notices.due(session, now=clock.NOW + timedelta(days=2))) == []


def test_only_a_message_that_was_given_up_can_be_sent_again(session):
    happened(session, reachable(session), "visit-set-off")
    notices.tell_facts(session, now=clock.NOW)
    (notice,) = outbox(session)

    with pytest.raises(WrongState):
        notices.resend(session, notice=notice, now=clock.NOW)
