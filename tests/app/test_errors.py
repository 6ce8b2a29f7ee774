"""Refusals and failures are answered in words: a page for people, a document for machines."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from app import errors
from app.config import LANGUAGES
from app.security import Audience, open_to
from dispatch import booking, demo, field, inbound
from dispatch.base import DispatchError, Incomplete, WrongState
from schedules import embedded, postgres


def every_refusal(kind=DispatchError):
    for child in kind.__subclasses__():
        yield child
        yield from every_refusal(child)


def raiser(app, error):
    @open_to(Audience.ANYONE)
    def broken():
        raise error

    for path in ("/broken", "/api/broken"):
        app.add_url_rule(path, endpoint=path, view_func=broken, methods=["GET", "POST"])


@pytest.mark.usefixtures("app")  # which loads every module that refuses
def test_every_refusal_of_the_trade_has_a_sentence():
    assert booking, (demo, inbound, embedded, postgres)  # modules that define some
    unsaid = {kind.code for kind in every_refusal()} - set(errors.REFUSALS)

    assert unsaid == set()


@pytest.mark.parametrize("kind", field.OutcomeKind)
def test_whatever_a_report_lacks_has_a_name(kind):
    empty = field.OutcomeReport(
        kind=kind,
        work_minutes=-1,
        waited_minutes=-1,
        next_needs={"arrives_on": "?"},
        remote_fixable=field.RemoteFixable.YES,
    )

    assert set(empty.missing) <= set(errors.NAMED)


@pytest.mark.usefixtures("app")  # which loads every module that refuses
def test_no_sentence_stands_for_a_refusal_that_is_gone():
    assert set(errors.REFUSALS) - {kind.code for kind in every_refusal()} == set()


def test_a_machine_is_told_code_and_details(app, client):
    raiser(app, Incomplete(missing=["cause"]))

    answer = client.post("/api/broken", headers={"X-Onsite": "fetch"})

    assert answer.mimetype == "application/problem+json"
    assert answer.status_code == answer.json["status"] == 422
    assert answer.json["code"] == "incomplete"
    assert answer.json["details"] == {"missing": ["cause"]}
    assert answer.json["detail"] == "Something is missing: what it was."


def test_a_person_is_told_on_a_page(app, client):
    raiser(app, WrongState(state="closed"))

    answer = client.get("/broken", headers={"Accept": "text/html"})

    assert answer.status_code == 409
    assert "it has moved on meanwhile" in answer.text
    assert "Traceback" not in answer.text


def test_a_bug_is_told_as_a_number_and_nothing_else(make_app):
    app = make_app(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    raiser(app, ZeroDivisionError("the secret of the house"))

    page = app.test_client().get("/broken", headers={"Accept": "text/html"})
    document = app.test_client().get("/api/broken")

    assert page.status_code == document.status_code == 500
    assert "secret" not in page.text + document.text
    assert len(document.json["number"]) == 8


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/sign-in/", 404), ("DELETE", "/sign-in", 405)],
)
def test_what_http_refuses_is_said_in_words(client, method, path, status):
    answer = client.open(path, method=method, headers={"Accept": "text/html"})

    assert answer.status_code == status
    assert str(errors.FAILURES[status][0]) in answer.text


def test_a_body_that_is_too_large_is_refused(make_app):
    client = make_app(upload_megabytes=1).test_client()

    answer = client.post("/sign-in", data={"email": "x" * 2_000_000})

    assert answer.status_code == 413


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_can_be_said_in_every_language(app, language):
    with app.test_request_context(), force_locale(language):
        said = {kind.code: errors.sentence_of(kind()) for kind in every_refusal()}

    assert [code for code, sentence in said.items() if not sentence or "%(" in sentence] == []
