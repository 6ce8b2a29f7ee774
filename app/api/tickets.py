"""Tickets: the trouble, what each tier tried, and the way to a visit."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Response, abort, jsonify, make_response, url_for
from flask.views import MethodView
from flask_smorest import Blueprint
from sqlalchemy import select

from app import clock, security
from app.api.conventions import (
    after,
    once,
    page_of,
    seen_version,
    showing,
    tagged,
)
from app.api.ticket_schemas import (
    AttemptIn,
    AttemptOut,
    EscalationIn,
    MessageIn,
    MessageOut,
    Reprioritise,
    ResolutionIn,
    ReviewIn,
    TicketIn,
    TicketOut,
    TicketQuery,
    TicketWhole,
    VisitIn,
)
from app.api.tokens import Scope, needs
from app.api.visits import VisitOut
from app.database import session
from app.security import DESK
from dispatch import field, tickets, visits
from dispatch.customers import Contact, Customer
from dispatch.places import Asset, Site
from dispatch.tickets import (
    Check,
    Direction,
    FaultFamily,
    Ticket,
)

Row = TypeVar("Row", Customer, Contact, Site, Asset, FaultFamily, Check)

blueprint = Blueprint("api-tickets", __name__, description="Troubles and remote support")


def found(ticket_id: int) -> Ticket:
    """The ticket, or 404."""
    ticket = session().get(Ticket, ticket_id)
    return ticket if ticket is not None else abort(404)


def known(kind: type[Row], number: int) -> Row:
    """The row that a request names, or 422 when there is none."""
    row = session().get(kind, number)
    return row if row is not None else abort(422)


def perhaps(kind: type[Row], number: int | None) -> Row | None:
    """The row that a request names, if it names one; 422 when there is none."""
    return None if number is None else known(kind, number)


@blueprint.route("/tickets")
class Tickets(MethodView):
    """All tickets."""

    @needs(Scope.TICKETS_READ, *DESK)
    @blueprint.arguments(TicketQuery, location="query")
    @blueprint.response(200, TicketOut(many=True))
    def get(self, query: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """List tickets, oldest first."""
        wanted = select(Ticket).where(Ticket.id > after(query.get("cursor"))).order_by(Ticket.id)
        if "state" in query:
            wanted = wanted.where(Ticket.state == query["state"])
        if "customer_id" in query:
            wanted = wanted.where(Ticket.customer_id == query["customer_id"])
        rows = session().scalars(wanted.limit(query["limit"] + 1)).all()
        page, headers = page_of(rows, limit=query["limit"])
        return page, 200, headers

    @needs(Scope.TICKETS_WRITE, *DESK)
    @once
    @blueprint.arguments(TicketIn)
    @blueprint.response(201, TicketOut)
    def post(self, new: dict[str, Any]) -> tuple[Ticket, int, dict[str, str]]:
        """Open a ticket."""
        ticket = tickets.open_ticket(
            session(),
            customer=known(Customer, new["customer_id"]),
            contact=perhaps(Contact, new["contact_id"]),
            site=perhaps(Site, new["site_id"]),
            asset=perhaps(Asset, new["asset_id"]),
            family=perhaps(FaultFamily, new["family_id"]),
            kind=new["kind"],
            channel=new["channel"],
            priority=new["priority"],
            subject=new["subject"],
            description=new["description"],
            language=new["language"],
            by=security.account(),
            now=clock.now(),
        )
        session().flush()
        return ticket, 201, {"Location": url_for("api-tickets.OneTicket", ticket_id=ticket.id)}


@blueprint.route("/tickets/<int:ticket_id>")
class OneTicket(MethodView):
    """One ticket."""

    @needs(Scope.TICKETS_READ, *DESK)
    @blueprint.response(200, TicketWhole)
    def get(self, ticket_id: int) -> Response:
        """Read a ticket with its attempts and clocks."""
        return _shown(found(ticket_id))

    @needs(Scope.TICKETS_WRITE, *DESK)
    @blueprint.arguments(Reprioritise)
    @blueprint.response(200, TicketWhole)
    def patch(self, change: dict[str, Any], ticket_id: int) -> Response:
        """Change the priority; needs If-Match."""
        ticket = found(ticket_id)
        with showing(lambda: TicketWhole().dump(found(ticket_id))):
            visits.reprioritise(
                session(),
                ticket=ticket,
                priority=change["priority"],
                reason=change["reason"],
                by=security.account(),
                expected_version=seen_version(),
                now=clock.now(),
            )
        session().commit()
        return _shown(ticket)


@blueprint.route("/tickets/<int:ticket_id>/messages")
class Messages(MethodView):
    """Words to and from the customer, and notes."""

    @needs(Scope.TICKETS_READ, *DESK)
    @blueprint.response(200, MessageOut(many=True))
    def get(self, ticket_id: int) -> object:
        """List the correspondence that this account may read."""
        ticket = found(ticket_id)
        return list(tickets.readable(ticket, by=security.account()))

    @needs(Scope.TICKETS_WRITE, *DESK)
    @once
    @blueprint.arguments(MessageIn)
    @blueprint.response(201, MessageOut)
    def post(self, new: dict[str, Any], ticket_id: int) -> tickets.Message:
        """Answer the customer, or keep what the customer said or a note of ours."""
        ticket, by, now = found(ticket_id), security.account(), clock.now()
        if new["direction"] is Direction.TO_CUSTOMER:
            words = {"body": new["body"], "channel": new["channel"]}
            message = tickets.answer(session(), ticket=ticket, by=by, now=now, **words)
        else:
            message = tickets.add_message(session(), ticket=ticket, by=by, now=now, **new)
        session().flush()
        return message


@blueprint.route("/tickets/<int:ticket_id>/attempts")
class Attempts(MethodView):
    """What was tried."""

    @needs(Scope.TICKETS_WRITE, *DESK)
    @once
    @blueprint.arguments(AttemptIn)
    @blueprint.response(201, AttemptOut)
    def post(self, new: dict[str, Any], ticket_id: int) -> tickets.Attempt:
        """Record an attempt."""
        attempt = tickets.record_attempt(
            session(),
            ticket=found(ticket_id),
            check=perhaps(Check, new.pop("check_id")),
            by=security.account(),
            now=clock.now(),
            **new,
        )
        session().flush()
        return attempt


@blueprint.route("/tickets/<int:ticket_id>/reviews")
class Reviews(MethodView):
    """What a tier thinks of the one before."""

    @needs(Scope.TICKETS_WRITE, *DESK)
    @once
    @blueprint.arguments(ReviewIn)
    @blueprint.response(201, TicketWhole)
    def post(self, new: dict[str, Any], ticket_id: int) -> Ticket:
        """Review the attempts of the lower tier."""
        ticket = found(ticket_id)
        tickets.review(session(), ticket=ticket, by=security.account(), now=clock.now(), **new)
        session().flush()
        return ticket


@blueprint.route("/tickets/<int:ticket_id>/escalations")
class Escalations(MethodView):
    """Changes of tier."""

    @needs(Scope.TICKETS_WRITE, *DESK)
    @once
    @blueprint.arguments(EscalationIn)
    @blueprint.response(201, TicketWhole)
    def post(self, new: dict[str, Any], ticket_id: int) -> Ticket:
        """Send a ticket to a higher tier."""
        ticket = found(ticket_id)
        tickets.escalate(session(), ticket=ticket, by=security.account(), now=clock.now(), **new)
        session().flush()
        return ticket


@blueprint.route("/tickets/<int:ticket_id>/resolution")
class Resolution(MethodView):
    """The end of the trouble."""

    @needs(Scope.TICKETS_WRITE, *DESK)
    @once
    @blueprint.arguments(ResolutionIn)
    @blueprint.response(201, TicketWhole)
    def post(self, new: dict[str, Any], ticket_id: int) -> Ticket:
        """Resolve a ticket."""
        ticket = found(ticket_id)
        tickets.resolve(session(), ticket=ticket, by=security.account(), now=clock.now(), **new)
        session().flush()
        return ticket


@blueprint.route("/tickets/<int:ticket_id>/gate")
class Gate(MethodView):
    """Whether a visit is justified."""

    @needs(Scope.TICKETS_READ, *DESK)
    def get(self, ticket_id: int) -> Response:
        """Say what the gate sees and what is missing."""
        gate = visits.gate(session(), ticket=found(ticket_id), now=clock.now(), share_of=_share_of)
        return jsonify(
            {
                "passed": not gate.missing,
                "missing": list(gate.missing),
                "likely_remote_fixable": gate.likely_remote_fixable,
            }
        )


@blueprint.route("/tickets/<int:ticket_id>/visits")
class TicketVisits(MethodView):
    """Visits asked for."""

    @needs(Scope.VISITS_WRITE, *DESK)
    @once
    @blueprint.arguments(VisitIn)
    @blueprint.response(201, VisitOut)
    def post(self, new: dict[str, Any], ticket_id: int) -> visits.Visit:
        """Request a visit; the gate refuses one that is not justified and says what is missing."""
        visit = visits.request_visit(
            session(),
            ticket=found(ticket_id),
            force_reason=new.pop("force_reason"),
            price_accepted=new.pop("price_accepted"),
            needs=visits.Needs(**new),
            share_of=_share_of,
            by=security.account(),
            now=clock.now(),
        )
        session().flush()
        return visit


def _share_of(family_id: int) -> float | None:
    return field.remote_fixable_share(session(), family_id=family_id)


def _shown(ticket: Ticket) -> Response:
    answer = make_response(jsonify(TicketWhole().dump(ticket)))
    return tagged(answer, version=ticket.version)
