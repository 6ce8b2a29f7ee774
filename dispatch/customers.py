"""Whom we serve: customers and the people we talk to there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import Base, expect_version


class Customer(Base):
    """A firm, an office or a household that has trouble now and then."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    language: Mapped[str] = mapped_column(String(8))
    private: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    contacts: Mapped[list[Contact]] = relationship(back_populates="customer")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class Contact(Base):
    """A person at a customer; their language decides what mails and pages speak."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    reading: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    language: Mapped[str] = mapped_column(String(8))

    customer: Mapped[Customer] = relationship(back_populates="contacts")


def add_customer(
    session: Session,
    *,
    name: str,
    language: str,
    now: datetime,
    private: bool = False,
    notes: str = "",
    by: Account | None = None,
) -> Customer:
    """Add a firm, an office or a household."""
    customer = Customer(
        name=name.strip(), language=language, private=private, notes=notes, created_at=now
    )
    session.add(customer)
    session.flush()
    _tell(session, "customer-added", customer=customer, now=now, by=by)
    return customer


def edit_customer(
    session: Session,
    *,
    customer: Customer,
    now: datetime,
    name: str | None = None,
    language: str | None = None,
    notes: str | None = None,
    expected_version: int | None = None,
    by: Account | None = None,
) -> None:
    """Change what is given and leave the rest. Raises StaleVersion."""
    expect_version(customer, expected=expected_version)
    customer.name = customer.name if name is None else name.strip()
    customer.language = language or customer.language
    customer.notes = customer.notes if notes is None else notes
    session.flush()
    _tell(session, "customer-edited", customer=customer, now=now, by=by)


def add_contact(
    session: Session,
    *,
    customer: Customer,
    name: str,
    language: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    reading: str | None = None,
) -> Contact:
    """Add a person to talk to; who names no language speaks the customer's."""
    contact = Contact(
        customer=customer,
        name=name.strip(),
        reading=reading,
        email=email.strip().lower() if email else None,
        phone=phone.strip() if phone else None,
        language=language or customer.language,
    )
    session.add(contact)
    session.flush()
    return contact


def search_customers(session: Session, *, text: str, limit: int = 20) -> Sequence[Customer]:
    """Customers by a piece of their name or of a contact's name, address or number; one query.

    Case does not matter, in any alphabet. Of a number only digits count, without leading zeros, so
    that the caller's display and our book may write it differently.
    """
    piece = text.strip().lower()
    found = [
        func.lower(column).contains(piece, autoescape=True)
        for column in (Customer.name, Contact.name, Contact.reading, Contact.email)
    ]
    digits = "".join(letter for letter in piece if letter.isdigit()).lstrip("0")
    if len(digits) >= 4:
        found.append(Contact.phone.contains(digits, autoescape=True))
    matching = select(Customer.id).outerjoin(Customer.contacts).where(or_(*found)).scalar_subquery()
    return session.scalars(
        select(Customer).where(Customer.id.in_(matching)).order_by(Customer.name).limit(limit)
    ).all()


def contacts_by_phone(session: Session, *, phone: str) -> Sequence[Contact]:
    """Contacts with exactly this number: who is calling."""
    return session.scalars(select(Contact).where(Contact.phone == phone.strip())).all()


def _tell(
    session: Session, kind: str, *, customer: Customer, now: datetime, by: Account | None
) -> None:
    journal.record(session, kind, thing="customer", thing_id=customer.id, now=now, by=by)
