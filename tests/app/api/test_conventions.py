import pytest
from sqlalchemy import func, select

from dispatch.tickets import Ticket
from tests import build


@pytest.fixture
def customer_id(rows):
    made = build.customer(rows).id
    rows.commit()
    return made


def new_ticket(customer_id, **more):
    return {"customer_id": customer_id, "channel": "phone", "subject": "プリンター", **more}


def tickets_in(rows):
    rows.rollback()
    return rows.scalar(select(func.count()).select_from(Ticket))


def test_a_post_without_a_key_is_refused(dispatcher, customer_id):
    answer = dispatcher.keyless_post("/tickets", new_ticket(customer_id))

    assert answer.status_code == 400
    assert answer.json["code"] == "idempotency-key-missing"


def test_a_repeated_post_makes_one_ticket_and_gives_the_first_answer_again(
    dispatcher, customer_id, rows
):
    first = dispatcher.post("/tickets", new_ticket(customer_id), key="same-key-1")
    again = dispatcher.post("/tickets", new_ticket(customer_id), key="same-key-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert tickets_in(rows) == 1


def test_a_key_is_good_for_one_body_only(dispatcher, customer_id):
    dispatcher.post("/tickets", new_ticket(customer_id), key="same-key-2")
    other = dispatcher.post("/tickets", new_ticket(customer_id, subject="Inne"), key="same-key-2")

    assert other.status_code == 422
    assert other.json["code"] == "key-reused"


def test_a_refused_try_leaves_the_key_free(dispatcher, customer_id, rows):
    refused = dispatcher.post("/tickets", new_ticket(customer_id, subject=""), key="same-key-3")
    mended = dispatcher.post("/tickets", new_ticket(customer_id), key="same-key-3")

    assert refused.status_code == 422
    assert mended.status_code == 201
    assert tickets_in(rows) == 1


def test_each_wrong_member_is_named_by_its_pointer(dispatcher):
    answer = dispatcher.post("/tickets", {"customer_id": True, "channel": "smoke"})

    pointers = {error["pointer"] for error in answer.json["errors"]}
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert pointers == {"#/customer_id", "#/channel", "#/subject"}


@pytest.mark.parametrize("body", ["[]", "{", "null", '"text"', "1e999", '{"customer_id": 1e400}'])
def test_nonsense_is_a_problem_and_never_a_fault_of_ours(app, dispatcher, body):
    headers = dispatcher._headers | {"Idempotency-Key": "nonsense-1"}
    answer = app.test_client().post(
        "/api/v1/tickets", data=body, content_type="application/json", headers=headers
    )

    assert answer.status_code in {400, 422}
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_numbers_that_no_database_holds_are_refused(dispatcher, number):
    answer = dispatcher.post("/tickets", new_ticket(number))

    assert answer.status_code == 422


def test_a_change_without_a_version_is_refused(dispatcher, rows):
    ticket = build.ticket(rows)
    rows.commit()

    change = {"priority": "high", "reason": "Stoi cała hala"}
    answer = dispatcher.change("patch", f"/tickets/{ticket.id}", change)

    assert answer.status_code == 428


def test_a_change_of_an_old_version_is_refused(dispatcher, rows):
    ticket = build.ticket(rows)
    rows.commit()
    change = {"priority": "high", "reason": "Stoi cała hala"}
    read = dispatcher.get(f"/tickets/{ticket.id}")

    first = dispatcher.change(
        "patch", f"/tickets/{ticket.id}", change, version=read.json["version"]
    )
    second = dispatcher.change(
        "patch", f"/tickets/{ticket.id}", change, version=read.json["version"]
    )

    assert read.headers["ETag"] == f'"{read.json["version"]}"'
    assert first.status_code == 200
    assert second.status_code == 412
    assert second.json["code"] == "stale-version"
    assert second.json["current"]["priority"] == "high"


def test_whoever_has_the_present_version_is_sent_nothing_again(app, dispatcher, rows):
    ticket = build.ticket(rows)
    rows.commit()
    read = dispatcher.get(f"/tickets/{ticket.id}")

    headers = dispatcher._headers | {"If-None-Match": read.headers["ETag"]}
    again = app.test_client().get(f"/api/v1/tickets/{ticket.id}", headers=headers)

    assert again.status_code == 304
    assert again.data == b""


def test_a_list_goes_on_by_its_link_and_shows_each_row_once(app, dispatcher, rows):
    made = {build.ticket(rows).id for _ in range(7)}
    rows.commit()

    seen = []
    path = "/api/v1/tickets?limit=3"
    while path:
        answer = app.test_client().get(path, headers=dispatcher._headers)
        seen += [ticket["id"] for ticket in answer.json]
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")

    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["x", "żółć", "LTE=", "OTk5OTk5OTk5OTk5OTk5OQ=="])
def test_a_cursor_that_was_never_given_is_refused(dispatcher, cursor):
    assert dispatcher.get("/tickets", cursor=cursor).status_code == 400


def test_what_is_not_there_is_a_problem(dispatcher):
    answer = dispatcher.get("/tickets/4711")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
