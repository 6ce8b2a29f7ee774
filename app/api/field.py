"""Deeds and outcomes, as technicians' phones send them; late ones are kept, never refused."""

from __future__ import annotations

from typing import Any

from flask import abort
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, post_load, validate
from sqlalchemy import select

from app import clock, security
from app.api import visits
from app.api.conventions import identifier, once
from app.api.tokens import Scope, needs
from app.database import session
from app.security import DESK, Audience
from dispatch import field
from dispatch.field import (
    Deed,
    DeedKind,
    Outcome,
    OutcomeKind,
    OutcomeReport,
    OutcomeState,
    RemoteFixable,
)
from dispatch.pinning import Position
from dispatch.workforce import Technician

blueprint = Blueprint("api-field", __name__, description="What happens on the round")

CLIENT_ID = validate.Regexp(r"^[0-9A-Za-z-]{8,64}$", error="8 to 64 letters, digits or hyphens.")
TOLD_IN_DEEDS = tuple(kind for kind in DeedKind if kind is not DeedKind.FINISH)


class PositionIn(Schema):
    """Where the phone is, if its owner lets it tell.

    Kept only when somebody arrives more than 150 m from the site's pin, so that a dispatcher can
    put the pin right: the point and its distance, not who came.
    """

    latitude = fields.Float(required=True, validate=validate.Range(min=-90, max=90))
    longitude = fields.Float(required=True, validate=validate.Range(min=-180, max=180))
    accuracy_m = fields.Float(load_default=0.0, validate=validate.Range(min=0))

    @post_load
    def _read(self, told: dict[str, float], **_more: object) -> Position:
        return Position(**told)


class DeedIn(Schema):
    """A step on the round, with the phone's own id and time."""

    client_id = fields.String(required=True, validate=CLIENT_ID)
    kind = fields.Enum(
        DeedKind, by_value=True, required=True, validate=validate.OneOf(TOLD_IN_DEEDS)
    )
    device_at = fields.AwareDateTime(required=True)
    minutes_left = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=1440)
    )
    reason = fields.String(load_default="", validate=validate.Length(max=400))
    position = fields.Nested(PositionIn, load_default=None, allow_none=True)


class DeedOut(Schema):
    """A step that was kept; ``flagged`` says what does not fit."""

    id = fields.Integer()
    client_id = fields.String()
    visit_id = fields.Integer()
    kind = fields.Enum(DeedKind, by_value=True)
    device_at = fields.AwareDateTime(format="iso")
    server_at = fields.AwareDateTime(format="iso")
    flagged = fields.String()


class PartUsed(Schema):
    """Pieces of a part that were fitted."""

    part_id = identifier(required=True)
    pieces = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=999))


class OutcomeIn(Schema):
    """What happened on site."""

    client_id = fields.String(required=True, validate=CLIENT_ID)
    kind = fields.Enum(OutcomeKind, by_value=True, required=True)
    device_at = fields.AwareDateTime(required=True)
    work_minutes = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=1440)
    )
    waited_minutes = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(min=0, max=1440)
    )
    cause = fields.String(load_default="", validate=validate.Length(max=4000))
    remedy = fields.String(load_default="", validate=validate.Length(max=4000))
    environment = fields.String(load_default="", validate=validate.Length(max=4000))
    parts_used = fields.List(fields.Nested(PartUsed), load_default=list)
    next_needs = fields.Dict(keys=fields.String(), load_default=dict)
    remote_fixable = fields.Enum(RemoteFixable, by_value=True, load_default=RemoteFixable.UNSURE)
    remote_step = fields.String(load_default="", validate=validate.Length(max=400))
    signed_by = fields.String(load_default="", validate=validate.Length(max=200))
    unsigned_reason = fields.String(load_default="", validate=validate.Length(max=200))


class OutcomeOut(Schema):
    """A report from the field and what became of it."""

    id = fields.Integer()
    client_id = fields.String()
    visit_id = fields.Integer()
    technician_id = fields.Integer()
    kind = fields.Enum(OutcomeKind, by_value=True)
    state = fields.Enum(OutcomeState, by_value=True)
    review_reason = fields.String()
    cause = fields.String()
    remedy = fields.String()
    environment = fields.String()
    work_minutes = fields.Integer()
    remote_fixable = fields.Enum(RemoteFixable, by_value=True)
    device_at = fields.AwareDateTime(format="iso")
    server_at = fields.AwareDateTime(format="iso")


def _me() -> Technician:
    """The technician who is signed in."""
    technician = session().scalar(
        select(Technician).where(Technician.account_id == security.account().id)
    )
    return technician if technician is not None else abort(403)


@blueprint.route("/visits/<int:visit_id>/deeds")
class Deeds(MethodView):
    """Steps on the round."""

    @needs(Scope.FIELD, Audience.TECHNICIAN)
    @once
    @blueprint.arguments(DeedIn)
    @blueprint.response(201, DeedOut)
    def post(self, new: dict[str, Any], visit_id: int) -> Deed:
        """Record a step; what does not fit is kept and flagged."""
        deed = field.record_deed(
            session(), visit=visits.found(visit_id), technician=_me(), now=clock.now(), **new
        )
        session().flush()
        return deed


@blueprint.route("/visits/<int:visit_id>/outcomes")
class Outcomes(MethodView):
    """Reports from the field."""

    @needs(Scope.VISITS_READ, *DESK)
    @blueprint.response(200, OutcomeOut(many=True))
    def get(self, visit_id: int) -> object:
        """List the reports of a visit."""
        wanted = select(Outcome).where(Outcome.visit_id == visits.found(visit_id).id)
        return session().scalars(wanted.order_by(Outcome.id)).all()

    @needs(Scope.FIELD, Audience.TECHNICIAN)
    @once
    @blueprint.arguments(OutcomeIn)
    @blueprint.response(201, OutcomeOut)
    def post(self, new: dict[str, Any], visit_id: int) -> Outcome:
        """Report what happened; closes the visit, or goes under review."""
        outcome = field.finish(
            session(),
            visit=visits.found(visit_id),
            technician=_me(),
            client_id=new.pop("client_id"),
            device_at=new.pop("device_at"),
            report=OutcomeReport(**new),
            now=clock.now(),
        )
        session().flush()
        return outcome
