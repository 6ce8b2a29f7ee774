"""Signed links open one thing for one purpose, for a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner

from app import links
from app.links import LinkExpired, LinkUnknown, Purpose

pytestmark = pytest.mark.usefixtures("page")


@pytest.fixture
def page(app):
    with app.test_request_context():
        yield app


def test_a_link_gives_back_what_was_signed():
    assert links.read(Purpose.VISIT, links.sign(Purpose.VISIT, 17)) == 17


def test_a_link_for_one_purpose_opens_no_other_door():
    token = links.sign(Purpose.CALENDAR, 17)

    with pytest.raises(LinkUnknown):
        links.read(Purpose.VISIT, token)


def test_an_altered_link_is_unknown():
    token = links.sign(Purpose.VISIT, 17)

    with pytest.raises(LinkUnknown):
        links.read(Purpose.VISIT, "MTg" + token[3:])


def test_an_old_link_is_refused_with_its_life(monkeypatch):
    token = links.sign(Purpose.VISIT, 17)
    late = int(timedelta(days=31).total_seconds())
    true_time = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: true_time(self) + late)

    with pytest.raises(LinkExpired) as refused:
        links.read(Purpose.VISIT, token)

    assert refused.value.details == {"days": 30}


def test_a_link_of_another_instance_is_unknown(make_app):
    with make_app(secret_key="the-key-of-another-instance-long-enough").test_request_context():
        token = links.sign(Purpose.VISIT, 17)

    with make_app().test_request_context(), pytest.raises(LinkUnknown):
        links.read(Purpose.VISIT, token)


def test_a_former_key_still_opens_what_it_signed(make_app):
    former = "the-former-key-of-this-instance-long-enough"
    before = make_app(secret_key=former)
    after = make_app(
        secret_key="the-present-key-of-this-instance-long-enough", old_secret_keys=former
    )
    with before.test_request_context():
        token = links.sign(Purpose.VISIT, 17)

    with after.test_request_context():
        assert links.read(Purpose.VISIT, token) == 17
