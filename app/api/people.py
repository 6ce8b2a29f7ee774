"""Who goes and where to: technicians, sites, customers, territories, skills."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, jsonify, make_response, url_for
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase

from app import clock, placing, security
from app.api.conventions import (
    PageQuery,
    after,
    identifier,
    once,
    page_of,
    seen_version,
    showing,
    tagged,
)
from app.api.tokens import Scope, needs
from app.database import session
from app.security import DESK, Audience
from dispatch import places
from dispatch.customers import Contact, Customer
from dispatch.places import Precision, Site, Territory
from dispatch.tickets import FaultFamily
from dispatch.workforce import Employment, Skill, Technician
from routing.travel.provider import Profile

blueprint = Blueprint("api-people", __name__, description="People and places")


class TerritoryOut(Schema):
    """An area with one time zone."""

    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    zone = fields.String()
    currency = fields.String()


class SkillOut(Schema):
    """Something a technician can do."""

    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    certificate = fields.Boolean()


class FamilyOut(Schema):
    """A kind of trouble with its checklists."""

    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    physical = fields.Boolean()
    checks = fields.List(
        fields.Nested(
            Schema.from_dict(
                {
                    "id": fields.Integer(),
                    "tier": fields.Integer(),
                    "text": fields.String(),
                    "required": fields.Boolean(),
                },
                name="CheckOut",
            )
        )
    )


class HeldSkill(Schema):
    """A skill that a technician has."""

    skill_id = fields.Integer()
    level = fields.Integer()
    valid_from = fields.Date(allow_none=True)
    valid_until = fields.Date(allow_none=True)


class TechnicianOut(Schema):
    """A technician, without home and price."""

    id = fields.Integer()
    version = fields.Integer()
    name = fields.String()
    territory_id = fields.Integer()
    employment = fields.Enum(Employment, by_value=True)
    travel_profile = fields.Enum(Profile, by_value=True)
    active = fields.Boolean()
    language = fields.String()
    skills = fields.List(fields.Nested(HeldSkill))


class CustomerOut(Schema):
    """A customer."""

    id = fields.Integer()
    name = fields.String()
    language = fields.String()
    private = fields.Boolean()


class ContactOut(Schema):
    """A person at a customer."""

    id = fields.Integer()
    name = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    language = fields.String()


class SiteOut(Schema):
    """A customer's place of work."""

    id = fields.Integer()
    version = fields.Integer()
    customer_id = fields.Integer()
    territory_id = fields.Integer()
    name = fields.String()
    address = fields.String()
    postcode = fields.String()
    town = fields.String()
    zone = fields.String()
    latitude = fields.Float()
    longitude = fields.Float()
    precision = fields.Enum(Precision, by_value=True)
    place_unsure = fields.Boolean(
        attribute="is_unsure",
        metadata={
            "description": "The coordinate is provisional: the address waits to be looked up, or for"
            " a person. Visits there are planned roughly, and no window is offered."
        },
    )
    outside_territory = fields.Boolean()
    access_notes = fields.String()
    opening_hours = fields.List(fields.List(fields.Raw()))


class SiteIn(Schema):
    """A new site; its territory follows from where it lies.

    Without a coordinate its address is looked up. A coordinate counts as the caller's own word,
    which no geocoder changes, unless ``precision`` says less.
    """

    customer_id = identifier(required=True)
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    address = fields.String(required=True, validate=validate.Length(min=1, max=400))
    postcode = fields.String(load_default="", validate=validate.Length(max=16))
    town = fields.String(required=True, validate=validate.Length(min=1, max=200))
    latitude = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(min=-90, max=90)
    )
    longitude = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(min=-180, max=180)
    )
    precision = fields.Enum(
        Precision,
        by_value=True,
        load_default=Precision.MANUAL,
        validate=validate.NoneOf([Precision.SYNTHETIC]),
    )
    territory_id = identifier(
        load_default=None,
        allow_none=True,
        metadata={"description": "Without a coordinate: where it probably is."},
    )
    access_notes = fields.String(load_default="", validate=validate.Length(max=4000))

    @validates_schema
    def _expect_both_or_neither(self, new: dict[str, Any], **_more: object) -> None:
        missing = [name for name in ("latitude", "longitude") if new.get(name) is None]
        if len(missing) == 1:
            raise ValidationError("Give both latitude and longitude, or neither.", missing[0])


class SiteChange(Schema):
    """What may be changed of a site."""

    access_notes = fields.String(required=True, validate=validate.Length(max=4000))


def _listed(kind: type[Any], query: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
    wanted = select(kind).where(kind.id > after(query.get("cursor"))).order_by(kind.id)
    rows = session().scalars(wanted.limit(query["limit"] + 1)).all()
    page, headers = page_of(rows, limit=query["limit"])
    return page, 200, headers


def _list_of(path: str, *, kind: type[DeclarativeBase], schema: type[Schema], says: str) -> None:
    """Register ``GET path`` as the list of one kind of row, by cursor."""

    class All(MethodView):
        @needs(Scope.PEOPLE_READ, *DESK)
        @blueprint.arguments(PageQuery, location="query")
        @blueprint.response(200, schema(many=True))
        def get(self, query: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
            return _listed(kind, query)

    All.__name__ = All.__qualname__ = f"All{kind.__name__}"
    All.__doc__ = All.get.__doc__ = says
    blueprint.route(path)(All)


_list_of("/territories", kind=Territory, schema=TerritoryOut, says="List territories.")
_list_of("/skills", kind=Skill, schema=SkillOut, says="List skills and certificates.")
_list_of("/families", kind=FaultFamily, schema=FamilyOut, says="List fault families.")
_list_of("/technicians", kind=Technician, schema=TechnicianOut, says="List technicians.")
_list_of("/customers", kind=Customer, schema=CustomerOut, says="List customers.")


@blueprint.route("/technicians/<int:technician_id>")
class OneTechnician(MethodView):
    """One technician."""

    @needs(Scope.PEOPLE_READ, *DESK)
    @blueprint.response(200, TechnicianOut)
    def get(self, technician_id: int) -> Response:
        """Read a technician."""
        technician = session().get(Technician, technician_id) or abort(404)
        answer = make_response(jsonify(TechnicianOut().dump(technician)))
        return tagged(answer, version=technician.version)


@blueprint.route("/customers/<int:customer_id>/contacts")
class Contacts(MethodView):
    """People at a customer."""

    @needs(Scope.PEOPLE_READ, *DESK)
    @blueprint.response(200, ContactOut(many=True))
    def get(self, customer_id: int) -> object:
        """List the contacts of a customer."""
        return session().scalars(select(Contact).where(Contact.customer_id == customer_id)).all()


@blueprint.route("/sites")
class Sites(MethodView):
    """All sites."""

    @needs(Scope.PEOPLE_READ, *DESK)
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, SiteOut(many=True))
    def get(self, query: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """List sites."""
        return _listed(Site, query)

    @needs(Scope.PEOPLE_WRITE, Audience.DISPATCHER, Audience.LEAD)
    @once
    @blueprint.arguments(SiteIn)
    @blueprint.response(201, SiteOut)
    def post(self, new: dict[str, Any]) -> tuple[Site, int, dict[str, str]]:
        """Add a site; without a coordinate it waits for one."""
        site = _added(new)
        session().flush()
        return site, 201, {"Location": url_for("api-people.OneSite", site_id=site.id)}


@blueprint.route("/sites/<int:site_id>")
class OneSite(MethodView):
    """One site."""

    @needs(Scope.PEOPLE_READ, *DESK)
    @blueprint.response(200, SiteOut)
    def get(self, site_id: int) -> Response:
        """Read a site."""
        return _shown(session().get(Site, site_id) or abort(404))

    @needs(Scope.PEOPLE_WRITE, Audience.DISPATCHER, Audience.LEAD)
    @blueprint.arguments(SiteChange)
    @blueprint.response(200, SiteOut)
    def patch(self, change: dict[str, Any], site_id: int) -> Response:
        """Change the access notes; needs If-Match."""
        site = session().get(Site, site_id) or abort(404)
        with showing(lambda: SiteOut().dump(session().get_one(Site, site_id))):
            places.edit_site(
                session(),
                site=site,
                by=security.account(),
                expected_version=seen_version(),
                now=clock.now(),
                **change,
            )
        session().commit()
        return _shown(site)


def _added(new: dict[str, Any]) -> Site:
    customer = session().get(Customer, new.pop("customer_id")) or abort(422)
    territory_id = new.pop("territory_id")
    by_whom: dict[str, Any] = {"by": security.account(), "now": clock.now()}
    if new["latitude"] is not None:
        return places.add_site(session(), customer=customer, **by_whom, **new)
    territory = None
    if territory_id is not None:
        territory = session().get(Territory, territory_id) or abort(422)
    told = {name: new[name] for name in ("name", "address", "postcode", "town", "access_notes")}
    return placing.add_waiting_site(customer=customer, territory=territory, **by_whom, **told)


def _shown(site: Site) -> Response:
    return tagged(make_response(jsonify(SiteOut().dump(site))), version=site.version)
