"""Accounts and tokens are made where there is no page yet to make them on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from app import clock
from app.commands import onsite
from dispatch import accounts, store
from dispatch.accounts import RoleName

PASSWORD = "zażółć gęślą jaźń"


@pytest.fixture
def command(tmp_path, monkeypatch, sqlite_template) -> Callable[..., Result]:
    """Run ``onsite`` on an instance with an empty database."""
    (tmp_path / "onsite.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(onsite, arguments)

    return run


@pytest.fixture
def admin(command) -> str:
    """The address of an account with the role admin."""
    made = command(
        "account", "new", "Lea@Example.com", "--name", "Łukasz Żółć", "--role", "admin",
        "--password", PASSWORD,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return "lea@example.com"


@pytest.fixture
def stored(tmp_path):
    """A session on the instance's database."""
    engine = store.open_store(f"sqlite:///{tmp_path / 'onsite.db'}")
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_the_first_administrator_is_made_from_the_command_line(admin, stored):
    found = accounts.find_account(stored, email=admin)

    assert found.has(RoleName.ADMIN)
    assert found.password.startswith("$argon2id$")


def test_an_address_belongs_to_one_account_only(command, admin):
    twin = command(
        "account", "new", admin, "--name", "田中さくら", "--role", "agent", "--password", PASSWORD
    )

    assert twin.exit_code == 1
    assert "already" in twin.output


def test_a_short_password_is_refused(command):
    made = command(
        "account", "new", "a@b.example", "--name", "田中", "--role", "agent", "--password", "short"
    )

    assert made.exit_code == 1
    assert "at least 12" in made.output


def test_a_new_password_ends_what_was_open_with_the_old_one(command, admin, stored):
    before = accounts.find_account(stored, email=admin)
    former = (before.password, before.fs_uniquifier)

    command("account", "password", admin, "--password", f"another {PASSWORD}")

    stored.rollback()
    assert before.password != former[0]
    assert before.fs_uniquifier != former[1]


def test_a_token_is_printed_once_and_proves_its_account(command, admin, stored):
    made = command("token", "new", "--account", admin, "--name", "crm", "--scope", "tickets:read")

    token = accounts.token_of(stored, secret=made.output.strip(), now=clock.system())

    assert token.account.email == admin
    assert token.scopes == ["tickets:read"]


def test_a_revoked_token_proves_nothing(command, admin, stored):
    secret = command("token", "new", "--account", admin, "--name", "crm").output.strip()
    prefix = secret.split("_")[1]

    revoked = command("token", "revoke", prefix)

    assert revoked.exit_code == 0
    assert accounts.token_of(stored, secret=secret, now=clock.system()) is None
    assert f"{prefix}  {admin}" in command("token", "list").output


def test_a_token_for_nobody_is_refused(command):
    made = command("token", "new", "--account", "nobody@example.com", "--name", "crm")

    assert made.exit_code == 1
    assert "no account" in made.output


def test_a_mistyped_setting_stops_every_command_with_a_sentence(command, monkeypatch):
    monkeypatch.setenv("ONSITE_PROT", "9000")

    refused = command("token", "list")

    assert refused.exit_code == 2
    assert "ONSITE_PROT" in refused.output
