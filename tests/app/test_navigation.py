"""Everybody begins where their day begins, and sees what they may open."""

from __future__ import annotations

import re

import pytest

from dispatch.accounts import RoleName
from tests import build


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (RoleName.AGENT, "/tickets"),
        (RoleName.LEAD, "/tickets"),
        (RoleName.DISPATCHER, "/board/"),
        (RoleName.TECHNICIAN, "/m/"),
        (RoleName.ADMIN, "/board/"),
    ],
)
def test_a_day_begins_where_the_work_is(rows, sign_in, role, home):
    made = build.account(rows, roles=[role])
    rows.commit()

    assert sign_in(made).get("/").location == home


@pytest.mark.parametrize("role", [RoleName.AGENT, RoleName.LEAD, RoleName.DISPATCHER])
def test_the_bar_leads_nowhere_that_is_closed(rows, sign_in, role):
    made = build.account(rows, roles=[role])
    rows.commit()
    client = sign_in(made)

    bar = client.get("/tickets").text.split("<nav", 1)[1].split("</nav>", 1)[0]
    statuses = {path: client.get(path).status_code for path in re.findall('<a href="([^"]+)"', bar)}

    assert len(statuses) >= 4
    assert set(statuses.values()) <= {200, 302}


def test_a_demo_shows_only_doors_behind_which_somebody_is(make_app):
    app = make_app(demo=True)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        build.agent(session(), tier=2)
        session.commit()

    page = app.test_client().get("/sign-in").text

    assert "/demo/sign-in/agent-2" in page
    assert "/demo/sign-in/agent-3" not in page
    assert "/demo/sign-in/dispatcher" not in page
