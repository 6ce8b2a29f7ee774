"""What people are told can be read here, in their language, also without a mail server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.notices import Notice, NoticeChannel
from tests import build, clock
from tests.app.desk.kept import again


@pytest.fixture
def dispatcher(rows, sign_in):
    made = build.dispatcher(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def invitation(rows):
    """A letter that waits to be sent, about a visit."""
    visit = build.visit(rows)
    made = Notice(
        topic="booking-invitation",
        channel=NoticeChannel.EMAIL,
        recipient="sakura@example.com",
        language="en",
        ticket_id=visit.ticket_id,
        visit_id=visit.id,
        payload={},
        dedupe_key="once",
        made_at=clock.NOW,
        next_at=clock.NOW,
    )
    rows.add(made)
    rows.commit()
    return made


def test_an_empty_outbox_says_why(dispatcher):
    page = dispatcher.get("/outbox").text

    assert "Nothing here" in page
    assert "No mail server is set" in page


def test_a_letter_is_read_as_its_recipient_reads_it(dispatcher, invitation):
    listed = dispatcher.get("/outbox").text
    page = dispatcher.get(f"/outbox/{invitation.id}").text

    assert "sakura@example.com" in listed
    assert "/b/" in page


def test_what_was_given_up_is_sent_again(dispatcher, rows, invitation):
    invitation.dead_at = clock.NOW - timedelta(hours=1)
    rows.commit()
    given_up = dispatcher.get("/outbox?view=dead").text

    dispatcher.post(f"/outbox/{invitation.id}/resend")

    assert "sakura@example.com" in given_up
    assert again(rows, invitation).dead_at is None
