"""The dispatcher's day over HTTP: what it shows, and what the hand may do."""

from datetime import timedelta

import pytest

from dispatch.accounts import RoleName
from dispatch.planning.plans import AssignmentState
from dispatch.planning.tables import Assignment, Override, Pin
from dispatch.promises import promises_of
from tests import build
from tests.clock import DAY, at


@pytest.fixture
def firm(rows, clock):
    """Two technicians who work today, and one visit that waits for a round."""
    clock.now = at("07:00")
    territory = build.territory(rows)
    skilled = build.technician(rows, territory=territory, skills={"printer": 2}, name="田中さくら")
    unskilled = build.technician(rows, territory=territory, name="Łukasz Żółć")
    for technician in (skilled, unskilled):
        build.shift(rows, technician=technician, pause=30)
    visit = build.visit(
        rows, territory=territory, skills={"printer": 2}, work_minutes=60, requested_at=clock()
    )
    boss = build.dispatcher(rows)
    rows.commit()
    return {
        "territory": territory,
        "skilled": skilled,
        "unskilled": unskilled,
        "visit": visit,
        "boss": boss,
    }


@pytest.fixture
def board(firm, sign_in):
    """A browser in which the dispatcher is signed in."""
    return sign_in(firm["boss"])


def day_page(board, firm, **query):
    return board.get(f"/board/{firm['territory'].id}/{DAY}", query_string=query)


def place(board, firm, who, **more):
    path = f"/board/visits/{firm['visit'].id}/place"
    return board.post(path, data={"day": DAY, "technician": firm[who].id, **more})


def live_rows(rows, firm):
    rows.rollback()
    query = rows.query(Assignment).filter(Assignment.visit_id == firm["visit"].id)
    return query.filter(Assignment.state != AssignmentState.RELEASED).all()


def test_the_front_page_of_dispatchers_is_today(board, firm):
    answer = board.get("/board/")

    assert answer.headers["Location"].endswith(f"/board/{firm['territory'].id}/{DAY}")


def test_a_lead_reads_the_day_and_is_offered_no_button(rows, sign_in, firm):
    lead = build.account(rows, roles=[RoleName.LEAD])
    rows.commit()
    browser = sign_in(lead)

    page = day_page(browser, firm).text

    assert firm["visit"].summary in page
    assert "Plan this day" not in page
    assert "Place by hand" not in page
    assert browser.post(f"/board/{firm['territory'].id}/{DAY}/plan").status_code == 403


def test_the_day_shows_every_technician_and_what_is_left_over(board, firm):
    page = day_page(board, firm).text

    assert "田中さくら" in page
    assert "Łukasz Żółć" in page
    assert firm["visit"].summary in page


@pytest.mark.parametrize("zoom", ["day", "half", "hour", "nonsense"])
def test_the_day_is_shown_at_every_width(board, firm, zoom):
    assert day_page(board, firm, zoom=zoom).status_code == 200


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_shown_is_not_found(board, firm, day):
    assert board.get(f"/board/{firm['territory'].id}/{day}").status_code == 404


def test_a_visit_is_placed_with_who_can_do_it_and_pinned_there(board, firm, rows):
    answer = place(board, firm, "skilled", position=1)

    (row,) = live_rows(rows, firm)
    (pin,) = rows.query(Pin).filter(Pin.released_at.is_(None)).all()
    assert answer.status_code == 302
    assert row.technician_id == pin.technician_id == firm["skilled"].id


def test_a_place_against_the_rules_asks_for_a_reason(board, firm, rows):
    answer = place(board, firm, "unskilled")

    assert answer.status_code == 422
    assert live_rows(rows, firm) == []


def test_a_reason_is_kept_with_the_rules_that_were_broken(board, firm, rows):
    place(board, firm, "unskilled", reason="Uczy się na miejscu")

    (row,) = live_rows(rows, firm)
    (kept,) = rows.query(Override).all()
    assert row.technician_id == firm["unskilled"].id
    assert kept.codes == ["E_SKILL"]
    assert kept.reason == "Uczy się na miejscu"


def test_a_pinned_visit_is_not_taken_out_before_it_is_unpinned(board, firm, rows):
    place(board, firm, "skilled", position=1)
    path = f"/board/visits/{firm['visit'].id}"

    refused = board.post(f"{path}/take-out")
    board.post(f"{path}/unpin")
    board.post(f"{path}/take-out")

    assert refused.status_code == 409
    assert live_rows(rows, firm) == []


def test_the_hand_of_somebody_who_saw_an_old_place_is_refused(board, firm, rows):
    place(board, firm, "skilled", position=1)
    board.post(f"/board/visits/{firm['visit'].id}/unpin")

    answer = place(board, firm, "skilled", position=1, version=4711)

    assert answer.status_code == 412
    assert len(live_rows(rows, firm)) == 1


def test_the_hand_stays_on_the_day_that_was_looked_at(board, firm):
    tomorrow = DAY + timedelta(days=1)

    page = board.get(f"/board/{firm['territory'].id}/{tomorrow}")

    assert f"/board/visits/{firm['visit'].id}/place?day={tomorrow}" in page.text


def test_a_placed_visit_leaves_the_list_and_stands_in_the_round(board, firm):
    place(board, firm, "skilled", position=1)

    page = day_page(board, firm).text

    assert "Nothing is left over" in page
    assert "tl-visit" in page


def test_a_visit_promised_to_another_day_is_not_left_over_today(board, firm, rows):
    tomorrow = at("09:00", day=DAY + timedelta(days=1))
    build.appointment(
        rows, visit=firm["visit"], opens_at=tomorrow, closes_at=tomorrow + timedelta(hours=2)
    )
    rows.commit()

    assert promises_of(rows, visit_ids=[firm["visit"].id])
    assert "Nothing is left over" in day_page(board, firm).text


def test_a_second_run_of_the_same_day_is_refused(board, firm):
    path = f"/board/{firm['territory'].id}/{DAY}/plan"

    first = board.post(path)
    second = board.post(path)

    assert first.status_code == 302
    assert second.status_code == 409


def test_a_run_that_waits_is_stopped_before_it_begins(board, firm):
    board.post(f"/board/{firm['territory'].id}/{DAY}/plan")

    board.post("/board/runs/1/stop")
    told = board.get("/board/runs/1").json

    assert told["phase"] == "stopped"
    assert told["over"] is True


def test_a_visit_for_two_stands_in_both_rounds_and_counts_once(rows, board, firm):
    firm["visit"].crew_size = 2
    rows.commit()

    place(board, firm, "skilled", helper=firm["unskilled"].id)

    page = day_page(board, firm).text
    assert "with Łukasz Żółć (leads)" in page
    assert "with 田中さくら" in page
    assert "<dt>Planned visits</dt><dd>1</dd>" in page
    assert {row.technician_id for row in live_rows(rows, firm)} == {
        firm["skilled"].id,
        firm["unskilled"].id,
    }


def test_whoever_could_lead_a_visit_for_two_is_shown_with_whom(rows, board, firm):
    firm["visit"].crew_size = 2
    rows.commit()

    page = board.get(f"/board/visits/{firm['visit'].id}/place", query_string={"day": DAY}).text

    assert "with Łukasz Żółć" in page
    assert f'name="helper" value="{firm["unskilled"].id}"' in page


@pytest.mark.parametrize(("legs", "shown"), [(0, False), (1, True), (23, True)])
def test_a_plan_that_stands_on_estimates_says_so(board, firm, rows, legs, shown):
    told = {"estimated_legs": legs, "source": "graph,crowfly"}
    build.plan(rows, territory=firm["territory"], travel=told)
    rows.commit()

    page = day_page(board, firm).get_data(as_text=True)

    word = "1 travel time estimated." if legs == 1 else f"{legs} travel times estimated."
    assert (word in page) == shown
    assert "Travel times: imported roads." in page
