"""Notices become mail: in the recipient's words, with a link that opens their page."""

import re

import pytest

from app import letters, outbox
from dispatch import notices
from dispatch.notices import Topic
from schedules.tasks.deliver_notices import NotSent
from tests import build
from tests.app.postbox import Postbox
from tests.clock import at


@pytest.fixture
def postbox():
    with Postbox() as box:
        yield box


@pytest.fixture
def app(make_app, postbox):
    return make_app(
        smtp_host="127.0.0.1",
        smtp_port=postbox.port,
        smtp_security="none",
        base_url="https://onsite.example",
    )


@pytest.fixture
def tell(rows, clock):
    """Write a notice down about one visit."""
    visit = build.visit(rows, requested_at=clock())
    build.contact(rows, customer=visit.site.customer)

    def write(topic=Topic.APPOINTMENT_CONFIRMED, *, language="ja", **columns):
        contact = build.contact(rows, customer=visit.site.customer, language=language, **columns)
        made = notices.tell(
            rows,
            topic=topic,
            to=notices.reach(contact),
            about=f"test:{topic}:{language}",
            payload={
                "opens_at": at("10:00").isoformat(),
                "closes_at": at("12:00").isoformat(),
            },
            now=clock(),
            ticket_id=visit.ticket_id,
            visit_id=visit.id,
        )
        rows.commit()
        return made

    return write


def test_a_mail_names_the_window_in_the_zone_of_the_site(app, tell, postbox):
    outbox.sender(app)(tell(language="en"))

    (mail,) = postbox.mails
    assert "10:00" in mail["Subject"]
    assert "12:00" in mail["Subject"]
    assert "Europe/Warsaw" in mail.get_content()


def test_the_link_in_a_mail_opens_the_customers_page(app, tell, postbox):
    outbox.sender(app)(tell(language="en"))

    (address,) = re.findall(r"https://onsite\.example(/b/\S+)", postbox.mails[0].get_content())
    assert app.test_client().get(address).status_code == 200


def test_the_same_notice_is_recognised_when_it_is_sent_twice(app, tell, postbox):
    notice = tell(language="en")

    outbox.sender(app)(notice)
    outbox.sender(app)(notice)

    first, second = postbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_server_that_refuses_is_asked_again_later(app, tell, postbox):
    postbox.refusal = b"451 try later"

    with pytest.raises(NotSent, match="451"):
        outbox.sender(app)(tell())


def test_a_server_that_is_away_is_asked_again_later(make_app, tell):
    app = make_app(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none")

    with pytest.raises(NotSent):
        outbox.sender(app)(tell())


def test_without_a_mail_server_nothing_is_sent(make_app):
    assert outbox.sender(make_app()) is None


def test_a_contact_without_mail_is_no_fault(app, tell, postbox):
    with pytest.raises(NotSent, match="text messages"):
        outbox.sender(app)(tell(email=None))

    assert postbox.mails == []


@pytest.mark.parametrize("language", ["en", "fr", "pl", "ja"])
@pytest.mark.parametrize("topic", list(Topic), ids=lambda topic: topic.value)
def test_every_topic_has_words_in_every_language(app, rows, tell, topic, language):
    notice = tell(topic, language=language)

    with app.test_request_context():
        letter = letters.written(rows, notice)

    assert letter.subject
    assert "%(" not in letter.subject + letter.body
    assert len(letter.body) > len(letter.subject) / 2
