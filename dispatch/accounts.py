"""Who may sign in, with which roles and at which tier, and which machines hold a token.

Passwords are hashed by the web floor; this floor stores the hash and knows no algorithm.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.base import Base, DispatchError, Forbidden

BRAND = "onsite"  # so that scanners of leaked secrets can recognise a token of ours
FRESH = timedelta(minutes=1)  # last use is noted at most once in this time


class RoleName(StrEnum):
    """What an account may be; one account may be several."""

    AGENT = "agent"
    LEAD = "lead"
    DISPATCHER = "dispatcher"
    TECHNICIAN = "technician"
    ADMIN = "admin"


account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base):
    """A role by name; rows are made by the first migration."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")
    permissions: Mapped[list[Any] | None]


class Account(Base):
    """A person who signs in. Customers have none: they come by signed links."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("tier IS NULL OR tier BETWEEN 1 AND 3", name="tier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str | None] = mapped_column(String(8))
    tier: Mapped[int | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    failed_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(secondary=account_role, lazy="selectin")

    def has(self, role: RoleName) -> bool:
        """Whether the account has ``role``; an admin has every one."""
        names = {held.name for held in self.roles}
        return role.value in names or RoleName.ADMIN.value in names

    def may_decide(self, *roles: RoleName) -> bool:
        """Whether the account has any of ``roles``."""
        return any(self.has(role) for role in roles)


class ApiToken(Base):
    """A machine's key: the prefix finds it, the digest proves it, scopes bound it."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class EmailTaken(DispatchError):
    """Another account has this address."""

    code: ClassVar[str] = "email-taken"


class LastAdmin(DispatchError):
    """Nobody would be left who may administer."""

    code: ClassVar[str] = "last-admin"


def need_role(by: Account | None, *roles: RoleName) -> None:
    """Raise Forbidden unless the account has one of ``roles``; the system (None) may do all."""
    if by is not None and not by.may_decide(*roles):
        raise Forbidden(account_id=by.id, needs=[role.value for role in roles])


def find_account(session: Session, *, email: str) -> Account | None:
    """The account with this address, whatever the case of its letters."""
    return session.scalar(select(Account).where(Account.email == _plain(email)))


def create_account(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[RoleName],
    now: datetime,
    tier: int | None = None,
    language: str | None = None,
    password_hash: str | None = None,
) -> Account:
    """Add somebody who may sign in; an agent without ``tier`` is of tier 1. Raises EmailTaken."""
    if find_account(session, email=email) is not None:
        raise EmailTaken(email=_plain(email))
    wanted = set(roles)
    if tier is None and RoleName.AGENT in wanted:
        tier = 1
    account = Account(
        email=_plain(email),
        name=name,
        roles=_roles(session, wanted),
        tier=tier,
        language=language,
        password=password_hash,
        fs_uniquifier=secrets.token_hex(32),
        active=True,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def set_roles(
    session: Session, *, account: Account, roles: Iterable[RoleName], tier: int | None = None
) -> None:
    """Replace what the account may be. Raises LastAdmin."""
    wanted = set(roles)
    if RoleName.ADMIN not in wanted:
        _keep_an_admin(session, without=account)
    if RoleName.AGENT in wanted:
        account.tier = tier or account.tier or 1
    else:
        account.tier = None
    account.roles = _roles(session, wanted)


def deactivate(session: Session, *, account: Account, now: datetime) -> None:
    """End the account: its sessions and its tokens end with it. Raises LastAdmin."""
    _keep_an_admin(session, without=account)
    account.active = False
    account.fs_uniquifier = secrets.token_hex(32)
    held = select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    for token in session.scalars(held):
        token.revoked_at = now


def issue_token(
    session: Session,
    *,
    account: Account,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a key for a machine; the secret is returned this once and never stored."""
    prefix = secrets.token_hex(6)
    secret = f"{BRAND}_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        account=account,
        name=name,
        prefix=prefix,
        digest=_digest(secret),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token, secret


def token_of(session: Session, *, secret: str, now: datetime) -> ApiToken | None:
    """The live token that ``secret`` proves, its use noted; none when it proves nothing."""
    brand, _, rest = secret.partition("_")
    prefix, _, _ = rest.partition("_")
    if brand != BRAND:
        return None
    token = session.scalar(select(ApiToken).where(ApiToken.prefix == prefix))
    if token is None or not hmac.compare_digest(token.digest, _digest(secret)):
        return None
    ended = token.revoked_at is not None or (
        token.expires_at is not None and token.expires_at <= now
    )
    if ended or not token.account.active:
        return None
    if token.last_used_at is None or now - token.last_used_at >= FRESH:
        token.last_used_at = now
    return token


def revoke_token(session: Session, *, token: ApiToken, now: datetime) -> None:
    """End a token at once; ending it again changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = now
        session.flush()


def _plain(email: str) -> str:
    return email.strip().lower()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _roles(session: Session, names: Iterable[RoleName]) -> list[Role]:
    """The rows of these roles; one that is not there yet is made."""
    wanted = sorted(name.value for name in names)
    found = {row.name: row for row in session.scalars(select(Role).where(Role.name.in_(wanted)))}
    return [found.get(name) or Role(name=name, permissions=None) for name in wanted]


def _keep_an_admin(session: Session, *, without: Account) -> None:
    admins = (
        select(func.count())
        .select_from(Account)
        .join(Account.roles)
        .where(Role.name == RoleName.ADMIN.value, Account.active, Account.id != without.id)
    )
    is_admin = any(role.name == RoleName.ADMIN.value for role in without.roles)
    if is_admin and without.active and not session.scalar(admins):
        raise LastAdmin(account_id=without.id)
