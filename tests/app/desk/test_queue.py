"""The queue shows which tickets wait for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.desk.paging import PAGE
from dispatch.tickets import ClockKind, Priority, SlaClock, TicketState
from tests import build, clock


@pytest.fixture
def agent(rows, sign_in):
    made = build.agent(rows, tier=2)
    rows.commit()
    return sign_in(made)


def test_a_new_desk_is_told_what_to_do(agent):
    page = agent.get("/tickets").text

    assert "Nothing waits here" in page
    assert "New ticket" in page


def test_the_most_urgent_comes_first(agent, rows):
    build.ticket(rows, subject="quiet", priority=Priority.PLANNED)
    build.ticket(rows, subject="burning", priority=Priority.URGENT)
    rows.commit()

    page = agent.get("/tickets").text

    assert page.index("burning") < page.index("quiet")


def test_in_a_priority_what_is_due_next_comes_first(agent, rows):
    for subject, hours in (("later", 9), ("sooner", 2), ("unpromised", None)):
        made = build.ticket(rows, subject=subject)
        due_at = clock.NOW + timedelta(hours=hours) if hours else None
        made.clocks = [
            SlaClock(kind=ClockKind.RESOLVE, minutes=480, starts_at=clock.NOW, due_at=due_at)
        ]
    rows.commit()

    page = agent.get("/tickets").text

    assert page.index("sooner") < page.index("later") < page.index("unpromised")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"mine", "another"}),
        ("?tier=2", {"mine"}),
        ("?priority=high", {"another"}),
        ("?mine=yes", {"mine"}),
        ("?search=anoth", {"another"}),
        ("?view=waiting", {"asleep"}),
        ("?view=nonsense&tier=9&priority=none", {"mine", "another"}),
    ],
)
def test_filters_show_what_was_asked_for(rows, sign_in, asked, shown):
    me = build.agent(rows, tier=2)
    build.ticket(rows, subject="mine", owner=me, tier=2)
    build.ticket(rows, subject="another", priority=Priority.HIGH)
    build.ticket(rows, subject="asleep", state=TicketState.WAITING_CUSTOMER)
    rows.commit()

    page = sign_in(me).get(f"/tickets{asked}").text

    assert {word for word in ("mine", "another", "asleep") if f">{word}</a>" in page} == shown


def test_a_filter_without_result_leads_back(agent, rows):
    build.ticket(rows)
    rows.commit()

    assert "Nothing fits this filter" in agent.get("/tickets?search=zebra").text


@pytest.mark.parametrize("promised", [True, False])
def test_a_long_queue_goes_on_without_a_gap(agent, rows, promised):
    place = build.site(rows)
    covering = build.agreement(rows, customer=place.customer)
    for number in range(PAGE + 1):
        at = clock.NOW - timedelta(hours=100 - number)
        made = build.ticket(
            rows, site=place, agreement=covering, subject=f"no-{number}-", opened_at=at
        )
        made.clocks = [
            SlaClock(
                kind=ClockKind.RESOLVE, minutes=60, starts_at=at, due_at=at if promised else None
            )
        ]
    rows.commit()

    first = agent.get("/tickets").text
    onward = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = agent.get(onward.replace("&amp;", "&")).text

    assert f"no-{PAGE - 1}-" in first
    assert f"no-{PAGE}-" not in first
    assert f"no-{PAGE - 1}-" not in second
    assert f"no-{PAGE}-" in second


def test_a_ticket_that_is_late_says_by_how_much(agent, rows):
    build.ticket(rows, tier_since=clock.NOW - timedelta(minutes=90))
    rows.commit()

    assert "30 mins late" in agent.get("/tickets").text.replace("\N{NO-BREAK SPACE}", " ")
