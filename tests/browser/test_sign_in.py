"""Coming in, in a real browser: the door has no barriers, speaks the visitor's language and opens."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from dispatch.accounts import RoleName
from tests import build


@pytest.fixture
def people(site) -> None:
    """One account for each role."""
    engine_of = site.app.extensions["sqlalchemy"]
    with site.app.app_context(), Session(engine_of.engine) as session:
        build.agent(session, tier=2)
        build.dispatcher(session)
        build.technician(session, account=build.account(session, roles=[RoleName.TECHNICIAN]))
        build.admin(session)
        session.commit()


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR", "pl-PL", "ja-JP"])
def test_the_door_has_no_barriers_in_any_language(new_context, axe, locale):
    page = new_context(locale=locale).new_page()

    page.goto("/sign-in")

    assert page.locator("html").get_attribute("lang") == locale.split("-")[0]
    assert axe(page) == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("role", ["agent-2", "dispatcher", "technician", "admin"])
def test_the_demo_lets_each_role_in_by_its_address(page, axe, role):
    page.goto(f"/demo/sign-in/{role}")

    assert "/sign-in" not in page.url
    assert axe(page) == []
