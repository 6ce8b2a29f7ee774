"""One ticket through the whole line by the pages that people use: desk, portal, board, phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import RoleName
from dispatch.planning.tables import Assignment
from dispatch.tickets import Ticket, TicketState
from tests import build

pytestmark = [pytest.mark.slow]
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def customer_id(site) -> int:
    """A customer with one site, and a firm whose one technician can mend printers today."""
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        build.agent(session, tier=1, name="Łukasz Żółć")
        build.agent(session, tier=2, name="Żaneta Ścibor")
        build.dispatcher(session, name="Wacław Dąb")
        territory = build.territory(session)
        technician = build.technician(
            session,
            territory=territory,
            account=build.account(session, roles=[RoleName.TECHNICIAN]),
            skills={"printer": 2},
        )
        build.shift(session, technician=technician, pause=30)
        place = build.site(session, territory=territory)
        build.contact(session, customer=place.customer)
        build.agreement(session, customer=place.customer)
        build.family(session)
        session.commit()
        return place.customer_id


@pytest.fixture
def person(new_context) -> Callable[..., Page]:
    """Open a window in which somebody of that role is signed in."""

    def enter(role: str, **options) -> Page:
        page = new_context(**options).new_page()
        page.goto(f"/demo/sign-in/{role}")
        return page

    return enter


def act(page: Page, title: str, button: str, **fields: str) -> None:
    """Open one of the ticket's acts, fill its fields by label, and send it."""
    box = page.locator("details.act").filter(has=page.get_by_text(title, exact=True))
    box.locator("summary").click()
    for label, text in fields.items():
        box.get_by_label(label.replace("_", " "), exact=False).first.fill(text)
    box.get_by_role("button", name=button).click()


def record_failure(page: Page, what: str) -> None:
    box = page.locator("details.act").filter(has=page.get_by_text("Record an attempt", exact=True))
    box.locator("summary").click()
    box.get_by_label("What was tried").fill(what)
    box.get_by_role("radio", name="Not fixed").check()
    box.get_by_label("Minutes").fill("10")
    box.get_by_role("button", name="Write it down").click()


def open_ticket(page: Page, customer_id: int) -> str:
    """The customer calls; returns the ticket's address."""
    page.goto(f"/tickets/new?customer_id={customer_id}")
    page.get_by_label("What is the matter, in one line").fill("Drukarka nie drukuje")
    page.get_by_label("Kind of fault").select_option(index=1)
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Drukarka nie drukuje")
    return page.url


def request_visit(page: Page) -> None:
    page.get_by_role("link", name="Request a visit").click()
    page.get_by_label("What is to be done, in one line").fill("Wymiana zespołu utrwalającego")
    page.get_by_label("Minutes on site").fill("60")
    page.get_by_label("Skill", exact=True).first.select_option(index=1)
    page.get_by_label(re.compile("agrees to the estimated price")).check()
    page.get_by_role("button", name="Request the visit").click()


def justify(page: Page, ticket: str) -> str:
    """Tier 2 reviews, tries and asks for a visit; returns the customer's address."""
    page.goto(ticket)
    box = page.locator("details.act").filter(has=page.get_by_text("Review what was tried before"))
    box.locator("summary").click()
    box.get_by_role("radio", name="Sufficient").check()
    box.get_by_role("button", name="Keep the review").click()
    record_failure(page, "Nowy sterownik")
    request_visit(page)
    page.goto(ticket)
    page.get_by_role("link", name=re.compile(r"Visit \d+")).click()
    return page.locator("a.break").inner_text()


def take_first_window(page: Page, address: str) -> None:
    """The page speaks the language of the ticket, Polish, until the customer chooses another."""
    page.goto("/b/" + address.split("/b/")[1])
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    page.get_by_role("button", name="English").click()
    page.locator(".window-button").first.click()
    page.get_by_role("button", name="Confirm this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment")


def plan_the_day(page: Page) -> None:
    """Press the button and wait until the search has ended and the page shows the rounds."""
    page.get_by_role("button", name="Plan this day").click()
    expect(page.locator("[data-run-words]")).to_have_text(re.compile("Done"), timeout=60_000)


def report_from_the_phone(page: Page) -> None:
    page.goto("/m/")
    page.get_by_role("button", name="Set off").click()
    page.get_by_role("button", name="I have arrived").click()
    page.get_by_role("link", name="Finish and report").click()
    page.get_by_role("radio", name="Fixed on site").check()
    page.get_by_label("Cause").fill("Zużyty zespół utrwalający")
    page.get_by_label("Remedy").fill("Wymiana")
    page.get_by_label("Signed by (name of the customer)").fill("田中さくら")
    page.get_by_role("button", name="Send the report").click()


def stored(site, kind):
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        return session.scalars(select(kind)).one()


def test_one_ticket_goes_from_the_call_to_the_outcome(
    site, customer_id, person, new_context, clock, axe
):
    reception, expert = person("agent-1"), person("agent-2")
    ticket = open_ticket(reception, customer_id)
    record_failure(reception, "Ponowne uruchomienie")
    act(reception, "Escalate to tier 2", "Escalate", One_sentence="Bez zmian")
    customer = new_context().new_page()
    take_first_window(customer, justify(expert, ticket))
    dispatcher = person("dispatcher")
    plan_the_day(dispatcher)
    clock.now = stored(site, Assignment).starts_at - timedelta(minutes=20)

    technician = person("technician", **PHONE)
    report_from_the_phone(technician)

    expert.goto(ticket)
    expect(expert.locator(".page-head")).to_contain_text("Resolved")
    expect(expert.locator("ol.story")).to_contain_text("Zużyty zespół utrwalający")
    assert stored(site, Ticket).state is TicketState.RESOLVED
    assert [axe(page) for page in (expert, customer, dispatcher, technician)] == [[], [], [], []]


def test_a_visit_is_refused_on_the_page_until_remote_support_has_tried(customer_id, person):
    reception = person("agent-1")
    open_ticket(reception, customer_id)
    expert = person("agent-2")
    expert.goto(reception.url)

    reception.get_by_role("link", name="Request a visit").click()
    request_visit(expert)

    expect(reception.get_by_text("Only tier 2 and above may ask")).to_be_visible()
    expect(reception.get_by_text("shut", exact=True)).to_be_visible()
    expect(expert.get_by_role("alert")).to_be_visible()
