"""What was sold and where we work can be read: levels, prepaid time, territories."""

from __future__ import annotations

import pytest

from dispatch import agreements
from dispatch.agreements import AgreementKind
from dispatch.tickets import Priority
from tests import build, clock


@pytest.fixture
def agent(rows, sign_in):
    made = build.agent(rows, tier=1)
    rows.commit()
    return sign_in(made)


def test_a_customer_page_shows_what_was_sold_for_each_priority(agent, rows):
    sold = build.agreement(rows, levels={Priority.URGENT: (30, 240, None)})
    rows.commit()

    page = agent.get(f"/customers/{sold.customer_id}").text

    assert "Terms of Umowa ramowa" in page
    assert "On site within 4" in page
    assert "Solved within" not in page


def test_prepaid_time_is_shown_movement_by_movement(agent, rows):
    sold = build.agreement(rows, kind=AgreementKind.PREPAID)
    visit = build.visit(rows)
    agreements.buy(rows, agreement=sold, minutes=600, now=clock.NOW)
    agreements.reserve(rows, agreement=sold, visit_id=visit.id, minutes=60, now=clock.NOW)
    rows.commit()

    page = agent.get(f"/customers/{sold.customer_id}").text

    assert "Bought" in page
    assert "Set aside for a visit" in page
    assert f"/visits/{visit.id}" in page


def test_territories_are_listed_with_depots_and_people(agent, rows):
    territory = build.territory(rows)
    depot = build.depot(rows, territory=territory)
    build.technician(rows, territory=territory)
    rows.commit()

    page = agent.get("/territories").text

    assert territory.name in page
    assert depot.name in page
    assert '<td class="number">1</td>' in page
