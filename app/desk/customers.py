"""Whom we serve: customers and the people we talk to there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import clock, errors, i18n, security
from app.database import db, session
from app.desk.pages import blueprint
from app.desk.paging import PAGE, after, page
from app.forms import Form, fields_of
from app.security import DESK, open_to
from dispatch import agreements
from dispatch import customers as trade
from dispatch.agreements import Agreement, AgreementKind, WalletEntry
from dispatch.base import DispatchError
from dispatch.customers import Customer
from dispatch.places import Site
from dispatch.tickets import Ticket

SHOWN_TICKETS = 20
SHOWN_ENTRIES = 12


@blueprint.get("/customers")
@open_to(*DESK)
def customers() -> str:
    """Find a customer by name, contact or number; without a search, the newest first."""
    wanted = request.args.get("search", "").strip()
    if wanted:
        shown = page(trade.search_customers(session(), text=wanted, limit=PAGE), cursor="")
    else:
        query = select(Customer).order_by(Customer.id.desc()).limit(PAGE + 1)
        if (last := after()) is not None:
            query = query.where(Customer.id < last)
        rows = session().scalars(query).all()
        shown = page(rows, cursor=str(rows[PAGE - 1].id) if len(rows) > PAGE else "")
    return render_template(
        "desk/customers.html", shown=shown, search=wanted, sites=_sites_of(shown.rows)
    )


@blueprint.get("/customers/new")
@open_to(*DESK)
def new_customer() -> str:
    """Show the form for a new customer."""
    return _form()


@blueprint.post("/customers/new")
@open_to(*DESK)
def add_customer() -> ResponseReturnValue:
    """Add a customer."""
    errors.retry_with(_form)
    form = Form(request.form)
    name = form.text("name", longest=200)
    notes = form.text("notes", longest=4000, required=False)
    form.check()
    made = trade.add_customer(
        session(),
        name=name,
        language=_language(form),
        private=form.yes("private"),
        notes=notes,
        now=clock.now(),
        by=security.account(),
    )
    session().commit()
    flash(_("%(name)s is a customer now. Add a contact and a site.", name=made.name), "done")
    return redirect(url_for("desk.customer", customer_id=made.id))


@blueprint.get("/customers/<int:customer_id>")
@open_to(*DESK)
def customer(customer_id: int) -> str:
    """Show everything we know about a customer."""
    return _page(customer_id)


@blueprint.post("/customers/<int:customer_id>")
@open_to(*DESK)
def edit_customer(customer_id: int) -> ResponseReturnValue:
    """Change name, language and notes."""
    errors.retry_with(lambda sentence, refusal: _page(customer_id, sentence, refusal))
    form = Form(request.form)
    name = form.text("name", longest=200)
    notes = form.text("notes", longest=4000, required=False)
    version = form.number("version", least=1, most=10**8)
    form.check()
    trade.edit_customer(
        session(),
        customer=db.get_or_404(Customer, customer_id),
        name=name,
        language=_language(form),
        notes=notes,
        expected_version=version,
        now=clock.now(),
        by=security.account(),
    )
    session().commit()
    flash(_("The changes are kept."), "done")
    return redirect(url_for("desk.customer", customer_id=customer_id))


@blueprint.post("/customers/<int:customer_id>/contacts")
@open_to(*DESK)
def add_contact(customer_id: int) -> ResponseReturnValue:
    """Add a person to talk to."""
    errors.retry_with(lambda sentence, refusal: _page(customer_id, sentence, refusal))
    form = Form(request.form)
    name = form.text("contact_name", longest=200)
    reading = form.text("reading", longest=200, required=False)
    email = form.email("email", required=False)
    phone = form.text("phone", longest=32, required=False)
    form.check()
    trade.add_contact(
        session(),
        customer=db.get_or_404(Customer, customer_id),
        name=name,
        reading=reading or None,
        email=email,
        phone=phone or None,
        language=_language(form),
    )
    session().commit()
    flash(_("%(name)s is a contact now.", name=name), "done")
    return redirect(url_for("desk.customer", customer_id=customer_id))


def _language(form: Form) -> str:
    spoken = form.said("language")
    return spoken if spoken in i18n.NAMES else i18n.language()


def _sites_of(found: object) -> dict[int, list[str]]:
    """Towns in which each customer has sites; one query."""
    ids = [row.id for row in found] if isinstance(found, list | tuple) else []
    towns: dict[int, list[str]] = {}
    for customer_id, town in session().execute(
        select(Site.customer_id, Site.town).where(Site.customer_id.in_(ids)).distinct()
    ):
        towns.setdefault(customer_id, []).append(town)
    return towns


def _form(refused: str = "", refusal: DispatchError | None = None) -> str:
    return render_template(
        "desk/customer_new.html",
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _page(customer_id: int, refused: str = "", refusal: DispatchError | None = None) -> str:
    found = db.get_or_404(Customer, customer_id)
    held = (
        session()
        .scalars(
            select(Agreement)
            .where(Agreement.customer_id == customer_id)
            .options(selectinload(Agreement.levels))
            .order_by(Agreement.starts_on)
        )
        .all()
    )
    return render_template(
        "desk/customer.html",
        customer=found,
        sites=session()
        .scalars(select(Site).where(Site.customer_id == customer_id).order_by(Site.name))
        .all(),
        agreements=[(each, _balance(each)) for each in held],
        entries=_entries(held),
        tickets=session()
        .scalars(
            select(Ticket)
            .where(Ticket.customer_id == customer_id)
            .order_by(Ticket.opened_at.desc())
            .limit(SHOWN_TICKETS)
        )
        .all(),
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _entries(held: Sequence[Agreement]) -> Mapping[int, Sequence[WalletEntry]]:
    """The latest movements of each wallet, the newest first."""
    return {
        each.id: session()
        .scalars(
            select(WalletEntry)
            .where(WalletEntry.agreement_id == each.id)
            .order_by(WalletEntry.at.desc(), WalletEntry.id.desc())
            .limit(SHOWN_ENTRIES)
        )
        .all()
        for each in held
        if each.kind is AgreementKind.PREPAID
    }


def _balance(agreement: Agreement) -> int | None:
    """Prepaid minutes that are left; none where nothing is prepaid."""
    if agreement.kind is not AgreementKind.PREPAID:
        return None
    return agreements.balance(session(), agreement_id=agreement.id)
