"""Where work happens: sites, how to get in, and the devices that stand there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, errors, geocoding, placing, security
from app.database import db, reads_first, session
from app.desk.hours import read_hours, told_hours
from app.desk.pages import blueprint
from app.forms import Form, fields_of
from app.security import DESK, open_to
from app.words import choices
from dispatch import geocoding as trade
from dispatch import places
from dispatch.base import DispatchError
from dispatch.customers import Contact, Customer
from dispatch.places import Asset, Precision, Site, Territory
from dispatch.tickets import Ticket
from routing.geocode.answer import Answer, GeocoderBusy, GeocoderRefused

SHOWN_TICKETS = 20


@blueprint.get("/customers/<int:customer_id>/sites/new")
@open_to(*DESK)
def new_site(customer_id: int) -> str:
    """Show the form for a new site."""
    return _form(db.get_or_404(Customer, customer_id))


@blueprint.post("/customers/<int:customer_id>/sites/new")
@open_to(*DESK)
def add_site(customer_id: int) -> ResponseReturnValue:
    """Add a place of work; its territory, and with it its zone, follow from where it lies.

    Without a coordinate its address is asked for: of the index at once, of a service in turn.
    """
    found = db.get_or_404(Customer, customer_id)
    errors.retry_with(lambda sentence, refusal: _form(found, sentence, refusal))
    form = Form(request.form)
    told: dict[str, Any] = {
        "name": form.text("name", longest=200),
        "address": form.text("address", longest=400),
        "postcode": form.text("postcode", longest=16, required=False),
        "town": form.text("town", longest=200),
        "access_notes": form.text("access_notes", longest=4000, required=False),
        "arrival_minutes": form.number("arrival_minutes", least=0, most=240, default=0),
        "contact": form.maybe_row(Contact, "contact_id"),
        "opening_hours": read_hours(form),
    }
    placed = form.said("latitude") or form.said("longitude")
    made = _placed(found, form, told) if placed else _unplaced(found, form, told)
    session().commit()
    if made.outside_territory:
        name = made.territory.name
        flash(
            _("It lies outside every territory; the nearest, %(name)s, has it.", name=name), "warn"
        )
    flash(_("%(name)s is a site now.", name=made.name), "done")
    if made.is_unsure:
        flash(_("Where exactly it is, is not known yet; no window is offered until then."), "warn")
    return redirect(url_for("desk.site", site_id=made.id))


def _placed(customer: Customer, form: Form, told: dict[str, Any]) -> Site:
    latitude = form.decimal("latitude", least=-90, most=90)
    longitude = form.decimal("longitude", least=-180, most=180)
    precision = form.code(Precision, "precision")
    form.check()
    return places.add_site(
        session(),
        customer=customer,
        latitude=latitude,
        longitude=longitude,
        precision=precision,
        now=clock.now(),
        by=security.account(),
        **told,
    )


def _unplaced(customer: Customer, form: Form, told: dict[str, Any]) -> Site:
    territory = form.row(Territory, "territory_id")
    form.check()
    return placing.add_waiting_site(
        customer=customer, territory=territory, now=clock.now(), by=security.account(), **told
    )


@blueprint.post("/customers/<int:customer_id>/sites/find")
@open_to(*DESK)
@reads_first
def find_site(customer_id: int) -> str:
    """Look the address of a new site up, and show the form again with what was found."""
    found = db.get_or_404(Customer, customer_id)
    asked = ", ".join(
        text
        for name in ("address", "postcode", "town")
        if (text := request.form.get(name, "").strip()[:400])
    )
    try:
        answers = geocoding.find(asked) if asked and geocoding.available() else ()
    except GeocoderBusy:
        return _form(found, _("The address service does not answer. Try later, or type them."))
    except GeocoderRefused:
        return _form(found, _("The address service refuses us. Tell an administrator."))
    if not answers:
        return _form(found, _("Nothing was found for this address. Check it, or type them."))
    return _form(found, answers=answers)


@blueprint.get("/sites/<int:site_id>")
@open_to(*DESK)
def site(site_id: int) -> str:
    """Show a site, its devices and how to get in."""
    return _page(site_id)


@blueprint.post("/sites/<int:site_id>")
@open_to(*DESK)
def edit_site(site_id: int) -> ResponseReturnValue:
    """Change how to get in and when."""
    errors.retry_with(lambda sentence, refusal: _page(site_id, sentence, refusal))
    form = Form(request.form)
    notes = form.text("access_notes", longest=4000, required=False)
    arrival_minutes = form.number("arrival_minutes", least=0, most=240, default=0)
    opening_hours = read_hours(form)
    version = form.number("version", least=1, most=10**8)
    form.check()
    places.edit_site(
        session(),
        site=db.get_or_404(Site, site_id),
        access_notes=notes,
        arrival_minutes=arrival_minutes,
        opening_hours=opening_hours,
        expected_version=version,
        now=clock.now(),
        by=security.account(),
    )
    session().commit()
    flash(_("The changes are kept."), "done")
    return redirect(url_for("desk.site", site_id=site_id))


@blueprint.post("/sites/<int:site_id>/assets")
@open_to(*DESK)
def add_asset(site_id: int) -> ResponseReturnValue:
    """Add a device."""
    errors.retry_with(lambda sentence, refusal: _page(site_id, sentence, refusal))
    form = Form(request.form)
    name = form.text("asset_name", longest=200)
    product = form.text("product", longest=200)
    serial = form.text("serial", longest=100, required=False)
    installed_on = form.day("installed_on")
    warranty_until = form.day("warranty_until")
    form.check()
    places.add_asset(
        session(),
        site=db.get_or_404(Site, site_id),
        name=name,
        product=product,
        serial=serial,
        installed_on=installed_on,
        warranty_until=warranty_until,
        now=clock.now(),
    )
    session().commit()
    flash(_("%(name)s stands there now.", name=name), "done")
    return redirect(url_for("desk.site", site_id=site_id))


def _form(
    customer: Customer,
    refused: str = "",
    refusal: DispatchError | None = None,
    answers: tuple[Answer, ...] = (),
) -> str:
    return render_template(
        "desk/site_new.html",
        customer=customer,
        answers=answers,
        sent=request.form.to_dict() | _first(answers),
        geocoder=geocoding.available(),
        contacts=[(contact.id, contact.name) for contact in customer.contacts],
        territories=[
            (territory.id, territory.name)
            for territory in session().scalars(select(Territory).order_by(Territory.name))
        ],
        precisions=[
            choice for choice in choices(Precision) if choice[0] != Precision.SYNTHETIC.value
        ],
        hours=told_hours([]),
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _first(answers: tuple[Answer, ...]) -> dict[str, str]:
    """The best answer as the form's fields."""
    if not answers:
        return {}
    best = answers[0]
    return {
        "latitude": f"{best.latitude:.5f}",
        "longitude": f"{best.longitude:.5f}",
        "precision": best.precision.value,
    }


def _page(site_id: int, refused: str = "", refusal: DispatchError | None = None) -> str:
    found = db.get_or_404(Site, site_id)
    return render_template(
        "desk/site.html",
        site=found,
        asked=trade.request_of(session(), site=found),
        hours=told_hours(found.opening_hours),
        assets=session()
        .scalars(select(Asset).where(Asset.site_id == site_id).order_by(Asset.name))
        .all(),
        tickets=session()
        .scalars(
            select(Ticket)
            .where(Ticket.site_id == site_id)
            .order_by(Ticket.opened_at.desc())
            .limit(SHOWN_TICKETS)
        )
        .all(),
        today=clock.now().astimezone(found.tz).date(),
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )
