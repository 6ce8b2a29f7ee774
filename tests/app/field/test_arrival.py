"""The phone may tell where it is when somebody arrives; it need not."""

from __future__ import annotations

import pytest

from dispatch.accounts import RoleName
from dispatch.pinning import FarArrival
from dispatch.planning.plans import AssignmentState
from dispatch.visits import VisitState
from dispatch.workforce import Technician
from tests import build
from tests.app.desk.kept import every, only
from tests.clock import at


@pytest.fixture
def visit(rows, clock):
    """A visit whose technician is on the way."""
    clock.now = at("08:00")
    account = build.account(rows, roles=[RoleName.TECHNICIAN])
    site = build.site(rows, at=(52.2319, 21.0067))
    worker = build.technician(rows, territory=site.territory, account_id=account.id)
    made = build.visit(rows, site=site, state=VisitState.UNDER_WAY)
    shift = build.shift(rows, technician=worker)
    build.assignment(rows, visit=made, shift=shift, state=AssignmentState.UNDER_WAY)
    rows.commit()
    return made


@pytest.fixture
def phone(rows, visit, sign_in):
    assert visit.id
    return sign_in(only(rows, Technician).account)


def arrived(phone, visit, **where):
    answer = phone.post(f"/m/visits/{visit.id}/deeds", data={"kind": "arrive", **where})
    assert answer.status_code == 302
    return answer


def test_an_arrival_far_from_the_pin_is_kept_without_a_name(phone, rows, visit):
    arrived(phone, visit, latitude="52.2349", longitude="21.0067", accuracy_m="12.5")

    kept = only(rows, FarArrival)
    assert (kept.site_id, kept.metres, kept.times) == (visit.site_id, 334, 1)
    assert not {"technician_id", "visit_id", "deed_id"} & set(FarArrival.__table__.columns.keys())


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"latitude": "52.2349"},
        {"latitude": "nan", "longitude": "21"},
        {"latitude": "95", "longitude": "21"},
        {"latitude": "52.2349", "longitude": "21.0067", "accuracy_m": "2000"},
        {"latitude": "52.2319", "longitude": "21.0068"},
    ],
)
def test_whatever_else_the_phone_tells_leaves_no_trace(phone, rows, visit, where):
    arrived(phone, visit, **where)

    assert every(rows, FarArrival) == []
    assert only(rows, type(visit)).state is VisitState.ON_SITE


def test_the_phone_asks_politely_and_says_what_is_kept(phone, visit):
    page = phone.get(f"/m/visits/{visit.id}").text

    assert "Tell where I am when I arrive" in page
    assert "You need not." in page
    assert "checked" not in page.split("data-tell-place")[1].split("</form>")[0]
