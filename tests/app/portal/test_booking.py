"""The customer's page over HTTP, without any script."""

import re

import pytest
from icalendar import Calendar

from app import links
from dispatch.places import Precision
from dispatch.promises import Appointment, AppointmentState, Hold, HoldState
from dispatch.visits import VisitState
from tests import build
from tests.clock import DAY, THE_DAY_BEFORE, at


@pytest.fixture
def visit(rows, clock):
    """A visit that waits for its customer, and one technician who works tomorrow."""
    clock.now = at("09:00", day=THE_DAY_BEFORE)
    territory = build.territory(rows)
    technician = build.technician(rows, territory=territory)
    build.shift(rows, technician=technician, day=DAY, pause=30)
    made = build.visit(rows, territory=territory, requested_at=clock())
    rows.commit()
    return made


@pytest.fixture
def door(app, visit):
    """The address of the customer's page."""
    with app.app_context():
        return f"/b/{links.sign(links.Purpose.VISIT, visit.id)}"


def windows(client, door):
    return re.findall(r'name="window" value="([^"]+)"', client.get(door).text)


def take(client, door, window):
    return client.post(f"{door}/hold", data={"window": window})


def book(client, door):
    take(client, door, windows(client, door)[0])
    return client.post(f"{door}/confirm", follow_redirects=True)


def kept(rows, kind):
    rows.rollback()
    return rows.query(kind).order_by(kind.id).all()


def test_the_page_offers_windows_and_says_in_which_zone(client, door):
    page = client.get(door).text

    assert len(windows(client, door)) >= 3
    assert "Europe/Warsaw" in page


def test_who_lives_where_nobody_knows_the_street_is_told_so(client, door, rows, visit):
    visit.site.precision = Precision.LOCALITY
    rows.commit()

    page = client.get(door)

    assert page.status_code == 200
    assert windows(client, door) == []
    assert "Szukamy Państwa adresu" in page.text


def test_looking_at_the_page_changes_nothing(client, door, rows):
    client.get(door)
    client.get(f"{door}/move")

    assert kept(rows, Hold) == []


def test_a_window_is_held_until_it_is_confirmed(client, door, rows):
    take(client, door, windows(client, door)[0])
    before = [(held.state, held.opens_at) for held in kept(rows, Hold)]
    client.post(f"{door}/confirm")

    (promise,) = kept(rows, Appointment)
    assert before == [(HoldState.HELD, promise.opens_at)]
    assert promise.state is AppointmentState.PROMISED


def test_more_time_to_think_is_given(client, door, rows, clock):
    take(client, door, windows(client, door)[0])
    clock.advance(minutes=4)
    client.post(f"{door}/extend")
    clock.advance(minutes=4)

    assert client.post(f"{door}/confirm").status_code == 302
    assert len(kept(rows, Appointment)) == 1


def test_a_hold_that_ran_out_is_refused_in_words_and_windows_are_shown_again(
    client, door, rows, clock
):
    take(client, door, windows(client, door)[0])
    clock.advance(minutes=6)

    answer = client.post(f"{door}/confirm")

    assert answer.status_code == 409
    assert 'name="window"' in answer.text
    assert kept(rows, Appointment) == []


def test_a_window_that_was_let_go_is_offered_again(client, door):
    offered = windows(client, door)
    take(client, door, offered[0])
    client.post(f"{door}/let-go")

    assert offered[0] in windows(client, door)


@pytest.mark.parametrize("window", ["", "x", "now/later", "2026-03-29/2026-03-30", "a/b/c"])
def test_a_window_that_we_did_not_write_is_refused(client, door, window):
    assert take(client, door, window).status_code == 400


def test_a_window_that_nobody_can_keep_is_refused_with_the_page(client, door):
    night = f"{at('23:00').isoformat()}/{at('23:59').isoformat()}"

    answer = take(client, door, night)

    assert answer.status_code == 409
    assert 'name="window"' in answer.text


def test_the_calendar_file_keeps_its_uid_and_counts_its_moves(client, door):
    book(client, door)
    first = Calendar.from_ical(client.get(f"{door}/appointment.ics").data)
    (window, *_others) = re.findall(
        r'name="window" value="([^"]+)"', client.get(f"{door}/move").text
    )
    take(client, door, window)
    client.post(f"{door}/confirm")
    second = Calendar.from_ical(client.get(f"{door}/appointment.ics").data)

    (before,), (after,) = first.walk("VEVENT"), second.walk("VEVENT")
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert second["METHOD"] == "PUBLISH"


def test_a_cancelled_appointment_is_taken_out_of_the_calendar(client, door, rows):
    book(client, door)

    client.post(f"{door}/cancel", data={"reason": "Jesteśmy na urlopie"})

    calendar = Calendar.from_ical(client.get(f"{door}/appointment.ics").data)
    (promise,) = kept(rows, Appointment)
    assert calendar["METHOD"] == "CANCEL"
    assert promise.state is AppointmentState.CANCELLED
    assert windows(client, door)


def test_a_link_of_another_purpose_or_hand_opens_nothing(app, client, visit, door):
    with app.app_context():
        other = links.sign(links.Purpose.TICKET, visit.id)

    assert client.get(f"/b/{other}").status_code == 404
    assert client.get(f"{door}x").status_code == 404


def test_the_page_of_a_visit_that_is_over_offers_nothing(client, door, visit, rows):
    visit.state = VisitState.CANCELLED
    rows.commit()

    assert windows(client, door) == []


@pytest.mark.parametrize("language", ["en", "fr", "pl", "ja"])
def test_the_page_speaks_the_language_of_the_ticket(client, door, visit, rows, language):
    visit.ticket.language = language
    rows.commit()

    assert f'<html lang="{language}">' in client.get(door).text


def test_the_link_is_told_to_nobody(client, door):
    answer = client.get(door)

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
