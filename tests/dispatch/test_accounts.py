"""Who may sign in, and which machines hold a token."""

from datetime import timedelta

import pytest

from dispatch import accounts
from dispatch.accounts import EmailTaken, LastAdmin, RoleName
from dispatch.base import Forbidden
from tests import build
from tests.clock import NOW


def issued(session, **columns):
    return accounts.issue_token(
        session,
        account=build.dispatcher(session),
        name="Zammad",
        scopes=["tickets:read"],
        now=NOW,
        **columns,
    )


def test_an_address_is_found_whatever_its_case(session):
    made = accounts.create_account(
        session, email=" Sakura@Example.COM ", name="田中さくら", roles=[RoleName.AGENT], now=NOW
    )

    assert accounts.find_account(session, email="sakura@example.com") is made
    assert made.tier == 1


def test_an_address_belongs_to_one_account(session):
    taken = build.account(session)

    with pytest.raises(EmailTaken):
        accounts.create_account(
            session, email=taken.email.upper(), name="?", roles=[RoleName.AGENT], now=NOW
        )


def test_somebody_always_remains_who_may_administer(session):
    admin = build.admin(session)

    with pytest.raises(LastAdmin):
        accounts.deactivate(session, account=admin, now=NOW)
    with pytest.raises(LastAdmin):
        accounts.set_roles(session, account=admin, roles=[RoleName.AGENT])


def test_an_admin_among_others_may_go(session):
    build.admin(session)
    admin = build.admin(session)

    accounts.set_roles(session, account=admin, roles=[RoleName.AGENT], tier=3)

    assert not admin.has(RoleName.ADMIN)
    assert admin.tier == 3


def test_a_secret_proves_its_token_and_is_not_stored(session):
    token, secret = issued(session)

    proved = accounts.token_of(session, secret=secret, now=NOW)

    assert proved is token
    assert (token.scopes, token.last_used_at) == (["tickets:read"], NOW)
    assert secret not in (token.prefix, token.digest)


@pytest.mark.parametrize(
    "change", [lambda s: s + "x", lambda s: s[:-1], lambda _: "onsite_", str.upper]
)
def test_another_secret_proves_nothing(session, change):
    _, secret = issued(session)

    assert accounts.token_of(session, secret=change(secret), now=NOW) is None


def test_a_token_ends_at_its_instant(session):
    _, secret = issued(session, expires_at=NOW + timedelta(days=1))

    before = accounts.token_of(session, secret=secret, now=NOW + timedelta(hours=23))
    after = accounts.token_of(session, secret=secret, now=NOW + timedelta(days=1))

    assert (before is not None, after) == (True, None)


def test_a_revoked_token_ends_at_once(session):
    token, secret = issued(session)

    accounts.revoke_token(session, token=token, now=NOW)

    assert accounts.token_of(session, secret=secret, now=NOW) is None


def test_tokens_and_sessions_end_with_their_account(session):
    token, secret = issued(session)
    before = token.account.fs_uniquifier

    accounts.deactivate(session, account=token.account, now=NOW)

    assert accounts.token_of(session, secret=secret, now=NOW) is None
    assert token.account.fs_uniquifier != before


def test_the_system_may_do_what_takes_a_role(session):
    accounts.need_role(None, RoleName.LEAD)

    with pytest.raises(Forbidden) as refusal:
        accounts.need_role(build.agent(session), RoleName.LEAD)
    assert refusal.value.details["needs"] == ["lead"]
