"""Reports that did not fit are shown with everything that was written, and decided by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import field
from dispatch.accounts import RoleName
from dispatch.agreements import Charge
from dispatch.field import Deed, DeedKind, OutcomeKind, OutcomeReport, OutcomeState, RemoteFixable
from dispatch.visits import VisitState
from tests import build, clock
from tests.app.desk.kept import again, only

REPORT = OutcomeReport(
    kind=OutcomeKind.FIXED,
    work_minutes=35,
    cause="Worn roller",
    remedy="Roller changed",
    environment="Dust everywhere",
    remote_fixable=RemoteFixable.YES,
    remote_step="Order the roller at once",
    signed_by="Zofia Źdźbło",
)


@pytest.fixture
def dispatcher(rows, sign_in):
    made = build.dispatcher(rows)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def visit(rows):
    """A visit that is planned for Łukasz."""
    made = build.visit(rows)
    sent = build.technician(rows, territory=made.territory, name="Łukasz Żółć")
    build.assignment(rows, visit=made, shift=build.shift(rows, technician=sent))
    made.agreement = build.agreement(rows, customer=made.ticket.customer)
    rows.commit()
    return made


@pytest.fixture
def doubtful(rows, visit):
    """A report by 田中さくら, who was not sent to this visit."""
    other = build.technician(rows, territory=visit.territory, name="田中さくら")
    made = field.finish(
        rows,
        visit=visit,
        technician=other,
        report=REPORT,
        client_id="phone-1",
        device_at=clock.NOW,
        now=clock.NOW,
    )
    rows.commit()
    return made


def test_without_reports_the_page_says_what_would_stand_there(dispatcher):
    page = dispatcher.get("/reports").text

    assert "No report waits" in page


@pytest.mark.usefixtures("doubtful")
def test_a_doubtful_report_is_shown_whole_with_who_was_sent(dispatcher):
    page = dispatcher.get("/reports").text

    assert "Whoever wrote it was not sent to this visit." in page
    assert "Łukasz Żółć" in page
    assert "田中さくら" in page
    assert "Worn roller" in page
    assert "Dust everywhere" in page
    assert "Order the roller at once" in page
    assert "Zofia Źdźbło" in page


@pytest.mark.usefixtures("doubtful")
def test_the_bar_says_how_many_wait(dispatcher):
    bar = dispatcher.get("/visits").text.split("<nav", 1)[1].split("</nav>", 1)[0]

    assert '<span class="count">1<' in bar


def test_an_accepted_report_takes_effect(dispatcher, rows, visit, doubtful):
    answer = dispatcher.post(f"/reports/{doubtful.id}/accept")

    assert answer.location == f"/visits/{visit.id}"
    assert again(rows, doubtful).state is OutcomeState.ACCEPTED
    assert again(rows, visit).state is VisitState.DONE


def test_a_report_that_is_set_aside_changes_nothing(dispatcher, rows, visit, doubtful):
    before = visit.state

    answer = dispatcher.post(f"/reports/{doubtful.id}/set-aside")

    assert answer.location == "/reports"
    assert again(rows, doubtful).state is OutcomeState.SET_ASIDE
    assert again(rows, visit).state is before


def test_a_report_is_decided_once(dispatcher, rows, doubtful):
    dispatcher.post(f"/reports/{doubtful.id}/set-aside")

    answer = dispatcher.post(f"/reports/{doubtful.id}/accept")

    assert answer.status_code == 409
    assert "it has moved on meanwhile" in answer.text
    assert again(rows, doubtful).state is OutcomeState.SET_ASIDE


def test_beside_a_report_that_counts_another_can_only_be_set_aside(
    dispatcher, rows, visit, doubtful
):
    dispatcher.post(f"/reports/{doubtful.id}/accept")
    rows.rollback()
    second = field.finish(
        rows,
        visit=visit,
        technician=doubtful.technician,
        report=REPORT,
        client_id="phone-2",
        device_at=clock.NOW,
        now=clock.NOW,
    )
    rows.commit()

    page = dispatcher.get("/reports").text

    assert "Another report of this visit counts already." in page
    assert f"/reports/{second.id}/set-aside" in page
    assert f"/reports/{second.id}/accept" not in page


def test_a_visit_shows_what_happened_and_what_it_cost(dispatcher, rows, visit, doubtful):
    dispatcher.post(f"/reports/{doubtful.id}/accept")

    page = dispatcher.get(f"/visits/{visit.id}").text

    assert "What happened on site" in page
    assert "Roller changed" in page
    assert "Time charged" in page
    assert only(rows, Charge).minutes == 45


def test_a_step_that_did_not_fit_is_shown(dispatcher, rows, visit):
    stranger = build.technician(rows, territory=visit.territory, name="田中さくら")
    field.record_deed(
        rows,
        visit=visit,
        technician=stranger,
        kind=DeedKind.SET_OFF,
        client_id="phone-1",
        device_at=clock.NOW - timedelta(minutes=1),
        now=clock.NOW,
    )
    rows.commit()

    page = dispatcher.get(f"/visits/{visit.id}").text

    assert only(rows, Deed).flagged == "assigned-to-other"
    assert "Somebody else was sent to this visit." in page


def test_support_reads_a_report_and_does_not_decide(rows, sign_in, visit, doubtful):
    agent = build.account(rows, roles=[RoleName.AGENT], tier=2)
    rows.commit()
    browser = sign_in(agent)

    page = browser.get(f"/visits/{visit.id}").text

    assert "Worn roller" in page
    assert "Accept the report" not in page
    assert browser.post(f"/reports/{doubtful.id}/accept").status_code == 403
