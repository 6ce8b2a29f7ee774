"""Visits: what must be done on site, who does it and when."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, jsonify, make_response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, post_load, validate
from sqlalchemy import select

from app import clock, security, terms, travel
from app.api.conventions import (
    PageQuery,
    after,
    identifier,
    in_query,
    once,
    page_of,
    seen_version,
    showing,
    tagged,
)
from app.api.tokens import Scope, needs
from app.context import settings
from app.database import session, thought_over
from app.security import DESK, Audience
from dispatch import visits
from dispatch.planning import plans
from dispatch.planning.plans import Assignment
from dispatch.tickets import Priority
from dispatch.visits import CrewRole, NeededPart, NeededSkill, Visit, VisitState
from dispatch.workforce import Technician

blueprint = Blueprint("api-visits", __name__, description="Visits and who does them")


class SkillNeed(Schema):
    """A skill at a level; the same ``any_of_group`` marks alternatives."""

    skill_id = identifier(required=True)
    level = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=3))
    any_of_group = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=20)
    )
    role = fields.Enum(CrewRole, by_value=True, load_default=CrewRole.LEAD)

    @post_load
    def _build(self, data: dict[str, Any], **_kwargs: object) -> NeededSkill:
        return NeededSkill(**data)


class PartNeed(Schema):
    """Pieces of a part."""

    part_id = identifier(required=True)
    pieces = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=999))

    @post_load
    def _build(self, data: dict[str, Any], **_kwargs: object) -> NeededPart:
        return NeededPart(**data)


class NeedsIn(Schema):
    """What a visit must bring."""

    summary = fields.String(required=True, validate=validate.Length(min=1, max=200))
    work_minutes = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=1440)
    )
    crew_size = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=6))
    instructions = fields.String(load_default="", validate=validate.Length(max=20_000))
    skills = fields.List(fields.Nested(SkillNeed), load_default=list)
    parts = fields.List(fields.Nested(PartNeed), load_default=list)

    @post_load
    def _freeze(self, data: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        return data | {"skills": tuple(data["skills"]), "parts": tuple(data["parts"])}


class VisitOut(Schema):
    """A visit as machines see it."""

    id = fields.Integer()
    version = fields.Integer()
    ticket_id = fields.Integer()
    site_id = fields.Integer()
    territory_id = fields.Integer()
    predecessor_id = fields.Integer(allow_none=True)
    state = fields.Enum(VisitState, by_value=True)
    priority = fields.Enum(Priority, by_value=True)
    summary = fields.String()
    instructions = fields.String()
    work_minutes = fields.Integer()
    crew_size = fields.Integer()
    release_at = fields.AwareDateTime(format="iso", allow_none=True)
    due_at = fields.AwareDateTime(format="iso", allow_none=True)
    blocked_reason = fields.String()
    forced_reason = fields.String()
    requested_at = fields.AwareDateTime(format="iso")
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)


class VisitQuery(PageQuery):
    """Which visits to list."""

    state = fields.Enum(VisitState, by_value=True)
    territory_id = in_query()
    ticket_id = in_query()


class CancelIn(Schema):
    """Why a visit is called off."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=400))


class AssignmentOut(Schema):
    """Where a visit stands in a round."""

    visit_id = fields.Integer()
    technician_id = fields.Integer()
    role = fields.Enum(CrewRole, by_value=True)
    day = fields.Date()
    position = fields.Integer()
    version = fields.Integer()
    arrives_at = fields.AwareDateTime(format="iso")
    starts_at = fields.AwareDateTime(format="iso")
    ends_at = fields.AwareDateTime(format="iso")


class MoveIn(Schema):
    """Put a visit into a round by hand; a broken rule needs a reason, which is kept."""

    technician_id = identifier(required=True)
    helper_ids = fields.List(identifier(), load_default=None, allow_none=True)
    day = fields.Date(required=True)
    starts_at = fields.AwareDateTime(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=400))


def found(visit_id: int) -> Visit:
    """The visit, or 404."""
    visit = session().get(Visit, visit_id)
    return visit if visit is not None else abort(404)


@blueprint.route("/visits")
class Visits(MethodView):
    """All visits."""

    @needs(Scope.VISITS_READ, *DESK)
    @blueprint.arguments(VisitQuery, location="query")
    @blueprint.response(200, VisitOut(many=True))
    def get(self, query: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """List visits, oldest first."""
        wanted = select(Visit).where(Visit.id > after(query.get("cursor"))).order_by(Visit.id)
        for name in ("state", "territory_id", "ticket_id"):
            if name in query:
                wanted = wanted.where(getattr(Visit, name) == query[name])
        rows = session().scalars(wanted.limit(query["limit"] + 1)).all()
        page, headers = page_of(rows, limit=query["limit"])
        return page, 200, headers


@blueprint.route("/visits/<int:visit_id>")
class OneVisit(MethodView):
    """One visit."""

    @needs(Scope.VISITS_READ, *DESK)
    @blueprint.response(200, VisitOut)
    def get(self, visit_id: int) -> Response:
        """Read a visit."""
        return _shown(found(visit_id))

    @needs(Scope.VISITS_WRITE, *DESK)
    @blueprint.arguments(NeedsIn)
    @blueprint.response(200, VisitOut)
    def put(self, new: dict[str, Any], visit_id: int) -> Response:
        """Say anew what a visit needs; needs If-Match."""
        visit = found(visit_id)
        with showing(lambda: VisitOut().dump(found(visit_id))):
            visits.edit_needs(
                session(),
                visit=visit,
                needs=visits.Needs(**new),
                by=security.account(),
                expected_version=seen_version(),
                now=clock.now(),
            )
        session().commit()
        return _shown(visit)


@blueprint.route("/visits/<int:visit_id>/approval")
class Approval(MethodView):
    """The go-ahead of a requested visit."""

    @needs(Scope.VISITS_WRITE, *DESK)
    @once
    @blueprint.response(201, VisitOut)
    def post(self, visit_id: int) -> Visit:
        """Approve a visit whose price was accepted."""
        visit = found(visit_id)
        visits.approve(session(), visit=visit, by=security.account(), now=clock.now())
        session().flush()
        return visit


@blueprint.route("/visits/<int:visit_id>/cancellation")
class Cancellation(MethodView):
    """The end of a visit that is not wanted any more."""

    @needs(Scope.VISITS_WRITE, *DESK)
    @once
    @blueprint.arguments(CancelIn)
    @blueprint.response(201, VisitOut)
    def post(self, new: dict[str, Any], visit_id: int) -> Visit:
        """Cancel a visit."""
        visit = found(visit_id)
        visits.cancel(
            session(),
            visit=visit,
            reason=new["reason"],
            by=security.account(),
            now=clock.now(),
        )
        session().flush()
        return visit


@blueprint.route("/visits/<int:visit_id>/assignment")
class HandPlaced(MethodView):
    """A dispatcher's hand. It thinks before it writes."""

    reads_first = True

    @needs(Scope.PLANS_READ, Audience.DISPATCHER)
    @blueprint.response(200, AssignmentOut)
    def get(self, visit_id: int) -> Response:
        """Read where the visit stands in the plan in force."""
        rows = plans.assignments_of(session(), visit_id=found(visit_id).id)
        return _placed(rows[0] if rows else abort(404))

    @needs(Scope.PLANS_WRITE, Audience.DISPATCHER)
    @blueprint.arguments(MoveIn)
    @blueprint.response(200, AssignmentOut)
    def put(self, new: dict[str, Any], visit_id: int) -> Response:
        """Put a visit into a technician's round; judged before it is kept.

        If-Match names the version of its present assignment, or 0 when it has none.
        """
        technician = session().get(Technician, new["technician_id"]) or abort(422)
        version = seen_version()
        trial = plans.judge_move(
            session(),
            visit=found(visit_id),
            technician=technician,
            helpers=_helpers(new["helper_ids"]),
            day=new["day"],
            starts_at=new["starts_at"],
            travel=travel.provider(),
            settings=terms.planning(settings()),
            now=clock.now(),
        )
        with showing(lambda: _standing(visit_id)), thought_over():
            assignment = plans.move(
                session(),
                trial=trial,
                reason=new["reason"],
                by=security.account(),
                expected_version=version,
                now=clock.now(),
            )
            session().commit()
        return _placed(assignment)


def _helpers(named: list[int] | None) -> list[Technician] | None:
    """Whoever was named to come along; None leaves it to the planner."""
    if named is None:
        return None
    return [session().get(Technician, each) or abort(422) for each in named]


def _standing(visit_id: int) -> object:
    """Where a visit stands now, or null."""
    rows = plans.assignments_of(session(), visit_id=visit_id)
    return AssignmentOut().dump(rows[0]) if rows else None


def _placed(assignment: Assignment) -> Response:
    answer = make_response(jsonify(AssignmentOut().dump(assignment)))
    return tagged(answer, version=assignment.version)


def _shown(visit: Visit) -> Response:
    answer = make_response(jsonify(VisitOut().dump(visit)))
    return tagged(answer, version=visit.version)
