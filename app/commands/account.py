"""``onsite account``: who may sign in; the first administrator is made here."""

from __future__ import annotations

import click
from sqlalchemy import select

from app import clock, create_app, security
from app.commands.token import writing
from app.config import LANGUAGES
from dispatch import accounts
from dispatch.accounts import Account, EmailTaken, RoleName

SHORTEST_PASSWORD = 12


@click.group()
def account() -> None:
    """Make and list accounts, and set passwords.

    There is no account to begin with, and no default password: make the first administrator here;
    more people can be added on the page for accounts.

    \b
    Examples:
      onsite account new lea@example.com --name "Léa Martin" --role admin
      onsite account password lea@example.com
      onsite account list
    """


@account.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in RoleName]),
    help="May be given several times.",
)
@click.option("--tier", type=click.IntRange(1, 3), help="Tier of an agent; default: 1.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), help="Default: what the browser asks for."
)
@click.password_option(help="Asked for when it is not given.")
def new(
    email: str,
    name: str,
    roles: tuple[str, ...],
    tier: int | None,
    language: str | None,
    password: str,
) -> None:
    """Add somebody who may sign in, with a password of at least twelve characters.

    \b
    Example:
      onsite account new jan@example.com --name "Jan Żak" --role agent --tier 2
    """
    hashed = _hashed(password)
    with writing() as session:
        try:
            accounts.create_account(
                session,
                email=email,
                name=name,
                roles=[RoleName(role) for role in roles],
                now=clock.system(),
                tier=tier,
                language=language,
                password_hash=hashed,
            )
        except EmailTaken as taken:
            raise click.ClickException(f"There is an account {email} already.") from taken
    click.echo(f"{name} may sign in as {email}.")


@account.command("list")
def show() -> None:
    """List every account: address, name, roles and tier.

    \b
    Example:
      onsite account list
    """
    with writing() as session:
        for each in session.scalars(select(Account).order_by(Account.email)):
            roles = " ".join(sorted(role.name for role in each.roles))
            tier = f"tier {each.tier}" if each.tier else ""
            click.echo("  ".join(filter(None, (each.email, each.name, roles, tier))))


@account.command()
@click.argument("email")
@click.password_option(help="Asked for when it is not given.")
def password(email: str, password: str) -> None:
    """Give the account a new password; whoever is signed in with the old one is signed out.

    \b
    Example:
      onsite account password jan@example.com
    """
    hashed = _hashed(password)
    with writing() as session:
        found = accounts.find_account(session, email=email)
        person = session.get(security.SignIn, found.id) if found else None
        if person is None:
            raise click.ClickException(f"There is no account with the address {email}.")
        security.replace_password(person, hashed)
    click.echo(f"The password of {email} is changed.")


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(f"A password needs at least {SHORTEST_PASSWORD} characters.")
    with create_app().app_context():
        return security.hashed(password)
