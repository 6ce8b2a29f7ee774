"""Opening a ticket while somebody is on the phone: first who, then what.

In two steps that work without scripts: find the customer by name or number, then fill in one form
that knows the customer's contacts, sites and devices.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, errors, formats, i18n, security
from app.database import db, row_id, session
from app.desk.pages import blueprint
from app.forms import Form, fields_of
from app.security import DESK, SUPPORT, open_to
from app.words import choices
from dispatch import customers, tickets
from dispatch.base import DispatchError
from dispatch.customers import Contact, Customer
from dispatch.places import Asset, Site
from dispatch.tickets import Channel, FaultFamily, Priority, TicketKind

FOUND = 20


@blueprint.get("/tickets/new")
@open_to(*DESK)
def new_ticket() -> str:
    """Find the customer, or show the form when the customer is known."""
    customer_id = request.args.get("customer_id", type=row_id)
    if customer_id is not None:
        return _form(db.get_or_404(Customer, customer_id))
    search = request.args.get("search", "").strip()
    found = customers.search_customers(session(), text=search, limit=FOUND) if search else []
    return render_template("desk/ticket_who.html", search=search, customers=found)


@blueprint.post("/tickets/new")
@open_to(*DESK)
def open_ticket() -> ResponseReturnValue:
    """Open the ticket."""
    form = Form(request.form)
    customer = form.row(Customer, "customer_id")
    form.check()
    errors.retry_with(lambda sentence, refusal: _form(customer, sentence, refusal))
    subject = form.text("subject", longest=200)
    description = form.text("description", longest=10_000, required=False)
    kind = form.code(TicketKind, "kind")
    channel = form.code(Channel, "channel")
    priority = form.code(Priority, "priority")
    contact = form.maybe_row(Contact, "contact_id")
    site = form.maybe_row(Site, "site_id")
    asset = form.maybe_row(Asset, "asset_id")
    family = form.maybe_row(FaultFamily, "family_id")
    language = form.said("language")
    form.check()
    made = tickets.open_ticket(
        session(),
        customer=customer,
        contact=contact,
        site=site or (asset.site if asset else None),
        asset=asset,
        family=family,
        kind=kind,
        channel=channel,
        priority=priority,
        subject=subject,
        description=description,
        language=language if language in i18n.NAMES else customer.language,
        danger=form.yes("danger"),
        by=security.account(),
        now=clock.now(),
    )
    session().commit()
    flash(_("Ticket %(number)s is open.", number=made.id), "done")
    return redirect(url_for("desk.ticket", ticket_id=made.id))


def _form(customer: Customer, refused: str = "", refusal: DispatchError | None = None) -> str:
    sites = (
        session()
        .scalars(select(Site).where(Site.customer_id == customer.id).order_by(Site.name))
        .all()
    )
    assets = (
        session()
        .scalars(
            select(Asset)
            .join(Asset.site)
            .where(Site.customer_id == customer.id)
            .order_by(Asset.name)
        )
        .all()
    )
    families = session().scalars(select(FaultFamily).order_by(FaultFamily.name)).all()
    return render_template(
        "desk/ticket_new.html",
        customer=customer,
        contacts=[
            (each.id, _with(each.name, formats.phone(each.phone or "")))
            for each in customer.contacts
        ],
        sites=[(each.id, _with(each.name, each.town)) for each in sites],
        assets=[(each.id, _with(each.name, each.site.name)) for each in assets],
        families=[(each.id, each.name) for each in families],
        kinds=choices(TicketKind),
        channels=choices(Channel),
        priorities=choices(Priority),
        only_site=sites[0].id if len(sites) == 1 else "",
        may_work=security.has(*SUPPORT),
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _with(name: str, more: str | None) -> str:
    return f"{name} · {more}" if more else name
