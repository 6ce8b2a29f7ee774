"""The main line as machines see it: from a call to the outcome, over HTTP alone."""

from datetime import timedelta

import pytest

from dispatch.accounts import RoleName
from dispatch.pinning import FarArrival
from tests import build
from tests.app.desk.kept import only
from tests.clock import DAY, THE_DAY_BEFORE, at


@pytest.fixture
def firm(rows, clock):
    """A technician who knows printers and works tomorrow, and who is signed in on a phone."""
    clock.now = at("09:00", day=THE_DAY_BEFORE)
    territory = build.territory(rows)
    account = build.account(rows, roles=[RoleName.TECHNICIAN])
    technician = build.technician(rows, territory=territory, skills={"printer": 2}, account=account)
    build.shift(rows, technician=technician, pause=30)
    site = build.site(rows, territory=territory)
    build.agreement(rows, customer=site.customer)
    family = build.family(rows)
    rows.commit()
    return {
        "account": account,
        "site": site,
        "family": family,
        "skill": build.skill(rows, "printer"),
        "technician": technician,
    }


def tried(tier):
    return {"tier": tier, "channel": "phone", "what": "再起動", "result": "not-fixed"}


def needs(firm):
    return {
        "summary": "Wymiana zespołu utrwalającego",
        "work_minutes": 60,
        "skills": [{"skill_id": firm["skill"].id, "level": 2}],
    }


def test_a_ticket_goes_through_the_whole_line(firm, dispatcher, machine, clock, rows):
    site = firm["site"]
    opened = dispatcher.post(
        "/tickets",
        {
            "customer_id": site.customer_id,
            "site_id": site.id,
            "family_id": firm["family"].id,
            "channel": "phone",
            "subject": "Drukarka nie drukuje",
            "language": "pl",
        },
    ).json
    ticket = f"/tickets/{opened['id']}"

    too_early = dispatcher.post(f"{ticket}/visits", needs(firm))
    assert too_early.status_code == 409
    assert "attempts-missing" in str(too_early.json["details"])

    assert dispatcher.post(f"{ticket}/attempts", tried(1)).status_code == 201
    up = {"to_tier": 2, "summary": "Bez zmian"}
    assert dispatcher.post(f"{ticket}/escalations", up).status_code == 201
    assert dispatcher.post(f"{ticket}/reviews", {"verdict": "sufficient"}).status_code == 201
    assert dispatcher.post(f"{ticket}/attempts", tried(2)).status_code == 201
    visit = dispatcher.post(f"{ticket}/visits", needs(firm))
    assert visit.status_code == 201, visit.json
    visit_path = f"/visits/{visit.json['id']}"
    assert visit.json["state"] == "requested"  # the customer pays, and has not agreed yet
    assert dispatcher.post(f"{visit_path}/approval").json["state"] == "ready"

    offers = dispatcher.get(f"{visit_path}/offers").json
    window = {name: offers[0][name] for name in ("opens_at", "closes_at")}
    hold = dispatcher.post(f"{visit_path}/holds", window)
    assert hold.status_code == 201, hold.json
    promise = dispatcher.post(f"/holds/{hold.json['id']}/confirmation")
    assert promise.json["state"] == "promised"

    rounds = dispatcher.get("/rounds", territory_id=site.territory_id, day=str(DAY)).json
    (stop,) = rounds[0]["stops"]
    assert stop["visit_id"] == visit.json["id"]
    assert stop["promise_opens_at"] == window["opens_at"]

    clock.now = at("08:00")
    phone = machine(firm["account"])
    for kind in ("set-off", "arrive"):
        clock.advance(minutes=20)
        deed = {"client_id": f"phone-{kind}", "kind": kind, "device_at": clock().isoformat()}
        deed["position"] = {"latitude": site.latitude + 0.01, "longitude": site.longitude}
        assert phone.post(f"{visit_path}/deeds", deed).status_code == 201
    clock.advance(hours=1)
    report = {
        "client_id": "phone-report-1",
        "kind": "fixed",
        "device_at": clock().isoformat(),
        "work_minutes": 55,
        "cause": "Zużyty zespół",
        "remedy": "Wymieniony",
        "environment": "Sucho, kurz",
        "remote_fixable": "no",
        "signed_by": "Łukasz Żółć",
    }
    outcome = phone.post(f"{visit_path}/outcomes", report)

    assert outcome.status_code == 201, outcome.json
    assert outcome.json["state"] == "accepted"
    assert dispatcher.get(visit_path).json["state"] == "done"
    assert dispatcher.get(ticket).json["state"] == "resolved"
    assert dispatcher.get(ticket).json["remedy"] == "Wymieniony"
    kept = dispatcher.get(f"{visit_path}/appointments").json
    assert [each["state"] for each in kept] == ["kept"]
    assert only(rows, FarArrival).metres == 1112


def test_a_window_that_is_taken_names_others(firm, dispatcher, rows, clock):
    first, second = (
        build.visit(rows, territory=firm["site"].territory, requested_at=clock(), work_minutes=240)
        for _ in range(2)
    )
    rows.commit()
    window = {
        "opens_at": at("08:00").isoformat(),
        "closes_at": (at("08:00") + timedelta(hours=2)).isoformat(),
    }

    won = dispatcher.post(f"/visits/{first.id}/holds", window)
    lost = dispatcher.post(f"/visits/{second.id}/holds", window)

    assert won.status_code == 201, won.json
    assert lost.status_code == 409
    assert lost.json["code"] == "window-taken"
    assert "others" in lost.json["details"]


def test_a_hold_that_was_let_go_is_free_again(firm, dispatcher, rows, clock):
    first, second = (
        build.visit(rows, territory=firm["site"].territory, requested_at=clock(), work_minutes=240)
        for _ in range(2)
    )
    rows.commit()
    window = {"opens_at": at("08:00").isoformat(), "closes_at": at("10:00").isoformat()}
    held = dispatcher.post(f"/visits/{first.id}/holds", window).json

    gone = dispatcher.change("delete", f"/holds/{held['id']}")
    won = dispatcher.post(f"/visits/{second.id}/holds", window)

    assert gone.json["state"] == "let-go"
    assert won.status_code == 201


def test_an_offer_of_a_visit_that_is_over_is_refused(firm, dispatcher, rows, clock):
    visit = build.visit(rows, territory=firm["site"].territory, requested_at=clock())
    rows.commit()
    off = dispatcher.post(f"/visits/{visit.id}/cancellation", {"reason": "Działa znowu"})

    answer = dispatcher.get(f"/visits/{visit.id}/offers")

    assert off.json["state"] == "cancelled"
    assert answer.status_code == 409
    assert answer.json["code"] == "wrong-state"


def test_words_to_the_customer_and_notes_are_kept(dispatcher, machine, rows):
    ticket = build.ticket(rows)
    path = f"/tickets/{ticket.id}/messages"
    reception = machine(build.agent(rows, tier=1))

    told = dispatcher.post(
        path, {"direction": "to-customer", "channel": "email", "body": "Już sprawdzamy."}
    )
    note = dispatcher.post(
        path,
        {"direction": "internal", "channel": "phone", "body": "Nur für Stufe 3", "min_tier": 3},
    )

    assert (told.status_code, note.status_code) == (201, 201)
    assert dispatcher.get(f"/tickets/{ticket.id}").json["answered_at"] is not None
    assert [each["body"] for each in reception.get(path).json] == ["Już sprawdzamy."]
