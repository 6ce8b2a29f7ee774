"""Coming in and going out."""

from __future__ import annotations

import re

import pytest

from app import security
from dispatch.accounts import RoleName
from tests import build

pytestmark = pytest.mark.usefixtures("agent")
SENTENCE = "correct horse battery staple"


@pytest.fixture
def agent(app, rows):
    with app.test_request_context():
        password = security.hashed(SENTENCE)
    made = build.account(rows, email="lukasz@example.com", password=password)
    rows.commit()
    return made


def enter(client, password, email="lukasz@example.com", **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def test_whoever_knows_the_password_comes_in(client, agent):
    answer = enter(client, SENTENCE, email=" LUKASZ@example.com ")

    assert answer.status_code == 302
    assert agent.name in client.get("/account").text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client):
    wrong = enter(client, "wrong")
    unknown = enter(client, SENTENCE, email="nobody@example.com")

    assert wrong.status_code == unknown.status_code == 422
    assert "Address or password is wrong." in wrong.text
    assert "Address or password is wrong." in unknown.text


def test_a_shut_account_does_not_come_in(client, agent, rows):
    agent.active = False
    rows.commit()

    assert enter(client, SENTENCE).status_code == 422


def test_a_session_ends_when_the_account_is_shut(client, agent, rows):
    enter(client, SENTENCE)

    agent.active = False
    rows.commit()

    assert client.get("/account").status_code == 302


def test_whoever_signs_out_is_out(client):
    enter(client, SENTENCE)

    client.post("/sign-out")

    assert client.get("/account").location == "/sign-in?next=/account"


def test_a_sign_in_ends_after_its_hours(client, clock):
    enter(client, SENTENCE)

    clock.advance(hours=12, minutes=1)

    assert client.get("/account").status_code == 302


def test_a_sign_in_ends_when_nobody_uses_it(client, clock):
    enter(client, SENTENCE)

    clock.advance(minutes=241)

    assert client.get("/account").status_code == 302


def test_use_keeps_a_sign_in_alive(client, clock):
    enter(client, SENTENCE)
    clock.advance(minutes=200)
    client.get("/account")

    clock.advance(minutes=200)

    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil"]
)
def test_signing_in_never_leads_to_another_site(client, elsewhere):
    assert "evil" not in enter(client, SENTENCE, next=elsewhere).location


def test_signing_in_leads_to_where_one_wanted_to_go(client):
    assert enter(client, SENTENCE, next="/account?a=1").location == "/account?a=1"


def test_too_many_tries_have_to_wait(make_app):
    client = make_app(sign_ins_per_minute=2).test_client()
    enter(client, "one")
    enter(client, "two")

    answer = enter(client, "three")

    assert answer.status_code == 429
    assert "Too many tries" in answer.text


def test_a_new_password_ends_the_sessions_of_the_old_one(app):
    here, elsewhere = app.test_client(), app.test_client()
    enter(here, SENTENCE)
    enter(elsewhere, SENTENCE)

    here.post("/account/password", data={"present": SENTENCE, "wanted": "another fine sentence"})

    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_a_short_password_is_refused_in_words(client):
    enter(client, SENTENCE)

    answer = client.post("/account/password", data={"present": SENTENCE, "wanted": "short"})

    assert answer.status_code == 422
    assert "at least 12 characters" in answer.text


def test_the_doors_of_the_demo_are_walls_elsewhere(client):
    assert client.get("/demo/sign-in/admin").status_code == 404


def test_a_demo_opens_a_door_for_each_role(make_app):
    app = make_app(demo=True)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        made = build.account(session(), roles=[RoleName.AGENT], tier=2, name="田中さくら")
        name = made.name
        session.commit()
    client = app.test_client()

    client.get("/demo/sign-in/agent-2")

    assert name in client.get("/account").text
    assert client.get("/demo/sign-in/agent-3").status_code == 404


def test_a_demo_speaks_the_language_of_its_visitor(make_app):
    app = make_app(demo=True)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        build.account(session(), roles=[RoleName.AGENT], tier=2).language = "fr"
        session.commit()
    client = app.test_client()
    client.get("/demo/sign-in/agent-2")

    page = client.get("/account", headers={"Accept-Language": "en-GB"})

    assert '<html lang="en">' in page.text
    assert '<html lang="fr">' in client.get("/account").text


def test_a_chosen_language_is_remembered_by_browser_and_account(client, agent, rows):
    enter(client, SENTENCE)

    client.post("/language", data={"language": "pl", "next": "/account"})

    rows.refresh(agent)
    assert agent.language == "pl"
    client.post("/sign-out")
    assert '<html lang="pl">' in client.get("/sign-in").text


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("fr-CA,fr;q=0.9", "fr"), ("ja", "ja"), ("de,pl;q=0.5", "pl"), ("de", "en")],
)
def test_a_stranger_is_spoken_to_as_the_browser_asks(client, wanted, spoken):
    page = client.get("/sign-in", headers={"Accept-Language": wanted}).text

    assert re.search(r'<html lang="(\w+)">', page)[1] == spoken
