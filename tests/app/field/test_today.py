"""The technician's round on the phone."""

from __future__ import annotations

import pytest

from dispatch.accounts import RoleName
from tests import build


@pytest.fixture
def phone(rows, sign_in):
    """The phone of a technician without a visit."""
    account = build.account(rows, roles=[RoleName.TECHNICIAN])
    build.technician(rows, account_id=account.id)
    rows.commit()
    return sign_in(account)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "tomorrow"])
def test_a_day_without_a_day_after_is_not_found(phone, day):
    assert phone.get("/m/").status_code == 200
    assert phone.get("/m/", query_string={"day": day}).status_code == 404
