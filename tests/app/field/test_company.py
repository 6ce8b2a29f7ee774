"""The phone of somebody who does not go alone: who comes along, and whose button is whose."""

from __future__ import annotations

import pytest

from dispatch.accounts import RoleName
from dispatch.field import DeedKind
from dispatch.planning.plans import AssignmentState
from dispatch.visits import CrewRole, VisitState
from tests import build
from tests.clock import at


@pytest.fixture
def pair(rows, clock):
    """A visit for two at nine o'clock: the assignments of lead and helper."""
    clock.now = at("08:00")
    territory = build.territory(rows)
    visit = build.visit(rows, territory=territory, crew_size=2)
    made = []
    for name, role in (("Łukasz Żółć", CrewRole.LEAD), ("田中さくら", CrewRole.HELPER)):
        account = build.account(rows, roles=[RoleName.TECHNICIAN], name=name)
        worker = build.technician(
            rows, territory=territory, account_id=account.id, name=name, phone="+48221234567"
        )
        shift = build.shift(rows, technician=worker)
        made.append(build.assignment(rows, visit=visit, shift=shift, role=role))
    rows.commit()
    return made


def test_the_lead_sees_who_comes_along(pair, sign_in):
    lead, _helper = pair

    phone = sign_in(lead.technician.account)

    assert "With you come 田中さくら." in phone.get("/m/").text
    assert "tel:+48221234567" in phone.get(f"/m/visits/{lead.visit_id}").text


def test_the_helper_sees_who_leads_and_is_not_asked_for_a_report(rows, pair, sign_in):
    _lead, helper = pair
    helper.state = AssignmentState.ON_SITE
    rows.commit()

    page = sign_in(helper.technician.account).get(f"/m/visits/{helper.visit_id}").text

    assert "Łukasz Żółć leads and reports." in page
    assert "Finish and report" not in page


def test_the_helper_tells_his_own_steps(rows, pair, sign_in):
    _lead, helper = pair
    phone = sign_in(helper.technician.account)

    phone.post(f"/m/visits/{helper.visit_id}/deeds", data={"kind": DeedKind.SET_OFF.value})

    page = phone.get(f"/m/visits/{helper.visit_id}").text
    rows.rollback()
    assert "I have arrived" in page
    assert (helper.state, helper.visit.state) == (AssignmentState.UNDER_WAY, VisitState.READY)
