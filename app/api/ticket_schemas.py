"""What tickets look like on the wire, both ways."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.conventions import PageQuery, identifier, in_query
from app.api.visits import NeedsIn
from dispatch import tickets
from dispatch.tickets import (
    AttemptResult,
    Channel,
    Direction,
    Priority,
    TicketKind,
    TicketState,
    Verdict,
)


class ClockOut(Schema):
    """What was promised by when."""

    kind = fields.Enum(tickets.ClockKind, by_value=True)
    due_at = fields.AwareDateTime(format="iso", allow_none=True)
    met_at = fields.AwareDateTime(format="iso", allow_none=True)
    missed_at = fields.AwareDateTime(format="iso", allow_none=True)


class AttemptOut(Schema):
    """One try at a tier."""

    id = fields.Integer()
    tier = fields.Integer()
    channel = fields.Enum(Channel, by_value=True)
    check_id = fields.Integer(allow_none=True)
    what = fields.String()
    result = fields.Enum(AttemptResult, by_value=True)
    reason = fields.String()
    minutes = fields.Integer()
    billable = fields.Boolean()
    at = fields.AwareDateTime(format="iso")


class AttemptIn(Schema):
    """A try to be recorded."""

    tier = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=3))
    channel = fields.Enum(Channel, by_value=True, required=True)
    check_id = identifier(load_default=None, allow_none=True)
    what = fields.String(required=True, validate=validate.Length(min=1, max=400))
    result = fields.Enum(AttemptResult, by_value=True, required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=400))
    minutes = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(min=0, max=24 * 60)
    )
    billable = fields.Boolean(load_default=False)


class TicketOut(Schema):
    """A ticket as lists and pages of machines see it."""

    id = fields.Integer()
    version = fields.Integer()
    state = fields.Enum(TicketState, by_value=True)
    tier = fields.Integer()
    kind = fields.Enum(TicketKind, by_value=True)
    channel = fields.Enum(Channel, by_value=True)
    priority = fields.Enum(Priority, by_value=True)
    subject = fields.String()
    description = fields.String()
    language = fields.String()
    customer_id = fields.Integer()
    contact_id = fields.Integer(allow_none=True)
    site_id = fields.Integer(allow_none=True)
    asset_id = fields.Integer(allow_none=True)
    family_id = fields.Integer(allow_none=True)
    agreement_id = fields.Integer(allow_none=True)
    opened_at = fields.AwareDateTime(format="iso")
    answered_at = fields.AwareDateTime(format="iso", allow_none=True)
    resolved_at = fields.AwareDateTime(format="iso", allow_none=True)
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    cause = fields.String(allow_none=True)
    remedy = fields.String(allow_none=True)


class TicketWhole(TicketOut):
    """A ticket with what was tried and what was promised."""

    attempts = fields.List(fields.Nested(AttemptOut))
    clocks = fields.List(fields.Nested(ClockOut))


class MessageOut(Schema):
    """A word to or from the customer, or a note."""

    id = fields.Integer()
    direction = fields.Enum(Direction, by_value=True)
    channel = fields.Enum(Channel, by_value=True)
    min_tier = fields.Integer()
    body = fields.String()
    at = fields.AwareDateTime(format="iso")


class MessageIn(Schema):
    """A word or a note to be kept; ``min_tier`` is the lowest tier that may read a note."""

    direction = fields.Enum(Direction, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    min_tier = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=3))
    body = fields.String(required=True, validate=validate.Length(min=1, max=20_000))


class TicketIn(Schema):
    """A new trouble."""

    customer_id = identifier(required=True)
    contact_id = identifier(load_default=None, allow_none=True)
    site_id = identifier(load_default=None, allow_none=True)
    asset_id = identifier(load_default=None, allow_none=True)
    family_id = identifier(load_default=None, allow_none=True)
    kind = fields.Enum(TicketKind, by_value=True, load_default=TicketKind.FAULT)
    channel = fields.Enum(Channel, by_value=True, required=True)
    priority = fields.Enum(Priority, by_value=True, load_default=Priority.NORMAL)
    subject = fields.String(required=True, validate=validate.Length(min=1, max=200))
    description = fields.String(load_default="", validate=validate.Length(max=20_000))
    language = fields.String(load_default="en", validate=validate.OneOf(("en", "fr", "pl", "ja")))


class TicketQuery(PageQuery):
    """Which tickets to list."""

    state = fields.Enum(TicketState, by_value=True)
    customer_id = in_query()


class Reprioritise(Schema):
    """A new priority, and why."""

    priority = fields.Enum(Priority, by_value=True, required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=400))


class ReviewIn(Schema):
    """What this tier thinks of the attempts before it."""

    verdict = fields.Enum(Verdict, by_value=True, required=True)
    gaps = fields.String(load_default="", validate=validate.Length(max=4000))


class EscalationIn(Schema):
    """Up to another tier, with one summary sentence."""

    to_tier = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=3))
    summary = fields.String(required=True, validate=validate.Length(min=1, max=4000))


class ResolutionIn(Schema):
    """What it was and what helped."""

    cause = fields.String(required=True, validate=validate.Length(min=1, max=4000))
    remedy = fields.String(required=True, validate=validate.Length(min=1, max=4000))


class VisitIn(NeedsIn):
    """A visit asked for: what it needs, and why it may be forced past the gate."""

    force_reason = fields.String(load_default="", validate=validate.Length(max=400))
    price_accepted = fields.Boolean(load_default=False)
