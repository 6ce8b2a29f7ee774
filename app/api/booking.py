"""Offers, holds and appointments: windows that can be kept, reserved, then promised."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, jsonify, make_response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from app import clock, offers, security
from app.api import visits
from app.api.conventions import once, only_once, repeated
from app.api.tokens import Scope, needs
from app.database import session
from app.security import DESK
from dispatch import booking
from dispatch.promises import Appointment, AppointmentState, Hold, HoldState

blueprint = Blueprint("api-booking", __name__, description="Windows, holds and promises")


class OfferOut(Schema):
    """A window that the present plan can keep."""

    opens_at = fields.AwareDateTime(format="iso")
    closes_at = fields.AwareDateTime(format="iso")
    extra_seconds = fields.Integer()
    grade = fields.Enum(booking.Grade, by_value=True)
    preferred = fields.Boolean()


class WindowIn(Schema):
    """The window that the customer takes."""

    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)


class HoldOut(Schema):
    """A window reserved until it expires."""

    id = fields.Integer()
    visit_id = fields.Integer()
    state = fields.Enum(HoldState, by_value=True)
    opens_at = fields.AwareDateTime(format="iso")
    closes_at = fields.AwareDateTime(format="iso")
    expires_at = fields.AwareDateTime(format="iso")


class AppointmentOut(Schema):
    """A numbered promise."""

    id = fields.Integer()
    visit_id = fields.Integer()
    number = fields.Integer()
    state = fields.Enum(AppointmentState, by_value=True)
    opens_at = fields.AwareDateTime(format="iso")
    closes_at = fields.AwareDateTime(format="iso")
    confirmed_at = fields.AwareDateTime(format="iso")


class ReasonIn(Schema):
    """Why."""

    reason = fields.String(load_default="", validate=validate.Length(max=400))


def _hold(hold_id: int) -> Hold:
    hold = session().get(Hold, hold_id)
    return hold if hold is not None else abort(404)


@blueprint.route("/visits/<int:visit_id>/offers")
class Offers(MethodView):
    """What can be kept."""

    @needs(Scope.BOOKING, *DESK)
    @blueprint.response(200, OfferOut(many=True))
    def get(self, visit_id: int) -> object:
        """List windows that the present plan can keep, best first."""
        return list(offers.windows_for(visits.found(visit_id)))


@blueprint.route("/visits/<int:visit_id>/holds")
class Holds(MethodView):
    """What is reserved. It thinks before it writes."""

    reads_first = True

    @needs(Scope.BOOKING, *DESK)
    @blueprint.arguments(WindowIn)
    @blueprint.response(201, HoldOut)
    def post(self, window: dict[str, Any], visit_id: int) -> Response:
        """Reserve a window for some minutes; 409 with other windows when it is taken."""
        if earlier := repeated():
            return earlier
        return offers.take(
            visits.found(visit_id).id,
            **window,
            keep=lambda proposal: only_once(
                lambda: _held(offers.hold(proposal, by=security.account()))
            ),
        )


def _held(hold: Hold) -> Response:
    return make_response(jsonify(HoldOut().dump(hold)), 201)


@blueprint.route("/holds/<int:hold_id>")
class OneHold(MethodView):
    """One reservation."""

    @needs(Scope.BOOKING, *DESK)
    @blueprint.response(200, HoldOut)
    def get(self, hold_id: int) -> Hold:
        """Read a hold."""
        return _hold(hold_id)

    @needs(Scope.BOOKING, *DESK)
    @blueprint.response(200, HoldOut)
    def delete(self, hold_id: int) -> Hold:
        """Give a window back."""
        hold = _hold(hold_id)
        booking.let_go(session(), hold=hold, now=clock.now())
        session().commit()
        return hold


@blueprint.route("/holds/<int:hold_id>/confirmation")
class Confirmation(MethodView):
    """The promise."""

    @needs(Scope.BOOKING, *DESK)
    @once
    @blueprint.response(201, AppointmentOut)
    def post(self, hold_id: int) -> Appointment:
        """Turn a hold into a promise."""
        appointment = booking.confirm(
            session(), hold=_hold(hold_id), by=security.account(), now=clock.now()
        )
        session().flush()
        return appointment


@blueprint.route("/visits/<int:visit_id>/appointments")
class Appointments(MethodView):
    """Every promise of a visit."""

    @needs(Scope.BOOKING, *DESK)
    @blueprint.response(200, AppointmentOut(many=True))
    def get(self, visit_id: int) -> object:
        """List the promises of a visit, first to last."""
        return (
            session()
            .scalars(
                select(Appointment)
                .where(Appointment.visit_id == visits.found(visit_id).id)
                .order_by(Appointment.number)
            )
            .all()
        )


@blueprint.route("/visits/<int:visit_id>/appointments/cancellation")
class AppointmentCancellation(MethodView):
    """A promise taken back."""

    @needs(Scope.BOOKING, *DESK)
    @once
    @blueprint.arguments(ReasonIn)
    @blueprint.response(201, AppointmentOut)
    def post(self, new: dict[str, Any], visit_id: int) -> Appointment:
        """Cancel the promise in force; the visit stays to be booked anew."""
        standing = booking.live_appointment(session(), visit_id=visits.found(visit_id).id)
        return booking.cancel_appointment(
            session(),
            appointment=standing or abort(404),
            reason=new["reason"],
            by=security.account(),
            now=clock.now(),
        )
