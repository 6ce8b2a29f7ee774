"""What another site's page sends in somebody's name is refused."""

from __future__ import annotations

import re

import pytest

from tests import build


@pytest.fixture
def app(make_app):
    return make_app(WTF_CSRF_ENABLED=True)


@pytest.fixture
def agent(rows, sign_in):
    made = build.account(rows)
    rows.commit()
    return sign_in(made)


def token_in(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def test_a_form_without_its_token_is_refused(agent):
    answer = agent.post("/language", data={"language": "fr"})

    assert answer.status_code == 400


def test_a_form_with_its_token_is_taken(agent):
    token = token_in(agent.get("/account").text)

    answer = agent.post("/language", data={"language": "fr", "csrf_token": token})

    assert answer.status_code == 302


def test_our_own_scripts_need_no_token(agent):
    answer = agent.post("/language", data={"language": "fr"}, headers={"X-Onsite": "fetch"})

    assert answer.status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_script_of_another_site_is_refused(agent, headers):
    answer = agent.post(
        "/language", data={"language": "fr"}, headers={"X-Onsite": "fetch", **headers}
    )

    assert answer.status_code == 403
