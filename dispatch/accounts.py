"""Who may sign in, with which roles and at which tier, and which machines hold a token.

Passwords are hashed by the web floor; this floor stores the hash and knows no algorithm.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.base import Base


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
