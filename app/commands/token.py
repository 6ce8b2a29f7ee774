"""``onsite token``: keys with which machines use the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, config
from app.api.tokens import Scope
from dispatch import accounts, store
from dispatch.accounts import ApiToken

SCOPES = tuple(scope.value for scope in Scope)


@click.group()
def token() -> None:
    """Make, list and revoke tokens for the JSON API under /api/v1.

    A token acts for one account and can never do more than that account's roles; its scopes bound
    it further. A machine sends it in each request as "Authorization: Bearer TOKEN". Only a digest
    is stored: a token that was lost is revoked and made anew.

    \b
    Examples:
      onsite token new --account lea@example.com --name monitoring --scope tickets:write
      onsite token list
      onsite token revoke 3fa2b1c09d77
    """


@token.command()
@click.option("--account", "email", required=True, help="Address of the account it acts for.")
@click.option("--name", required=True, help="What it is for, for the list.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="Default: all.")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Ends after so many days; default: never."
)
def new(email: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token and print it, this once.

    Several --scope options add up; without any the token may do whatever its account may.

    \b
    Example:
      TOKEN=$(onsite token new --account lea@example.com --name crm --scope tickets:read)
    """
    now = clock.system()
    ends = now + timedelta(days=days) if days else None
    with writing() as session:
        account = accounts.find_account(session, email=email)
        if account is None:
            raise click.ClickException(f"There is no account with the address {email}.")
        _token, secret = accounts.issue_token(
            session, account=account, name=name, scopes=scopes or SCOPES, now=now, expires_at=ends
        )
    click.echo(secret)


@token.command("list")
def show() -> None:
    """List every token: its prefix, account, name, scopes, last use and state.

    \b
    Example:
      onsite token list
    """
    now = clock.system()
    with writing() as session:
        for each in session.scalars(select(ApiToken).order_by(ApiToken.id)):
            used = f"used {each.last_used_at:%Y-%m-%d}" if each.last_used_at else "never used"
            ended = each.revoked_at or (each.expires_at and each.expires_at <= now)
            parts = (each.prefix, each.account.email, each.name, " ".join(each.scopes), used)
            click.echo("  ".join((*parts, "ended" if ended else "live")))


@token.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """End the token with this PREFIX at once; `onsite token list` shows prefixes.

    \b
    Example:
      onsite token revoke 3fa2b1c09d77
    """
    with writing() as session:
        found = session.scalar(select(ApiToken).where(ApiToken.prefix == prefix))
        if found is None:
            raise click.ClickException(f"There is no token with the prefix {prefix}.")
        accounts.revoke_token(session, token=found, now=clock.system())
    click.echo(f"The token {prefix} is revoked.")


@contextmanager
def writing() -> Iterator[Session]:
    """Lend a session on the instance's database; what was done is committed at the end."""
    engine = store.open_store(config.load().database)
    try:
        with store.writing(), store.sessions(engine)() as session, session.begin():
            yield session
    finally:
        engine.dispose()
