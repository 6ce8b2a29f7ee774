"""Runs, plans and rounds: what was asked of the planner, what it answered, who drives what."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, abort, url_for
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from app import clock, security
from app.api.conventions import PageQuery, after, identifier, in_query, once, page_of
from app.api.tokens import Scope, needs
from app.context import settings
from app.database import session
from app.planner import ask
from app.security import Audience
from dispatch.places import Territory
from dispatch.planning import rounds, runs
from dispatch.planning.plans import Origin, Plan, PlanState
from dispatch.planning.runs import PlanRun, RunKind, RunState
from dispatch.workforce import Technician

blueprint = Blueprint("api-plans", __name__, description="Plans and rounds")


class RunIn(Schema):
    """A day to be planned."""

    territory_id = identifier(required=True)
    day = fields.Date(required=True)
    limit_seconds = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=3600)
    )


class RunOut(Schema):
    """An asked-for search."""

    id = fields.Integer()
    territory_id = fields.Integer()
    day = fields.Date()
    kind = fields.Enum(RunKind, by_value=True)
    state = fields.Enum(RunState, by_value=True)
    limit_seconds = fields.Integer()
    asked_at = fields.AwareDateTime(format="iso")
    started_at = fields.AwareDateTime(format="iso", allow_none=True)
    ended_at = fields.AwareDateTime(format="iso", allow_none=True)
    progress = fields.Dict()
    fault_code = fields.String(allow_none=True)


class UnservedOut(Schema):
    """A visit left out, with the true reason."""

    visit_id = fields.Integer()
    reason = fields.String()
    details = fields.Dict()


class PlanOut(Schema):
    """A judged answer for one territory and day."""

    id = fields.Integer()
    territory_id = fields.Integer()
    day = fields.Date()
    run_id = fields.Integer(allow_none=True)
    state = fields.Enum(PlanState, by_value=True)
    origin = fields.Enum(Origin, by_value=True)
    proof = fields.String()
    objective = fields.List(fields.Float())
    metrics = fields.Dict()
    travel = fields.Dict()
    made_at = fields.AwareDateTime(format="iso")
    published_at = fields.AwareDateTime(format="iso", allow_none=True)
    unserved = fields.List(fields.Nested(UnservedOut))


class PlanQuery(PageQuery):
    """Which plans to list."""

    territory_id = in_query()
    day = fields.Date()
    state = fields.Enum(PlanState, by_value=True)


class RoundQuery(Schema):
    """Which day's rounds to list."""

    territory_id = in_query(required=True)
    day = fields.Date(required=True)


class CompanionOut(Schema):
    """Somebody who goes to the same visit."""

    technician_id = fields.Integer()
    name = fields.String()
    leads = fields.Boolean()
    state = fields.String()


class StopOut(Schema):
    """One visit in a round."""

    visit_id = fields.Integer(attribute="visit.id")
    ticket_id = fields.Integer(attribute="visit.ticket_id")
    visit_version = fields.Integer(attribute="visit.version")
    position = fields.Integer()
    leads = fields.Boolean()
    others = fields.List(fields.Nested(CompanionOut))
    state = fields.String()
    arrives_at = fields.AwareDateTime(format="iso")
    starts_at = fields.AwareDateTime(format="iso")
    ends_at = fields.AwareDateTime(format="iso")
    travel_seconds = fields.Integer()
    travel_metres = fields.Integer()
    summary = fields.String(attribute="visit.summary")
    site = fields.String(attribute="visit.site")
    address = fields.String(attribute="visit.address")
    town = fields.String(attribute="visit.town")
    latitude = fields.Float(attribute="visit.latitude")
    longitude = fields.Float(attribute="visit.longitude")
    promise_opens_at = fields.AwareDateTime(attribute="visit.promise.opens_at", format="iso")
    promise_closes_at = fields.AwareDateTime(attribute="visit.promise.closes_at", format="iso")


class RoundOut(Schema):
    """What one technician drives in a day."""

    technician_id = fields.Integer()
    technician = fields.String()
    work_minutes = fields.Integer()
    travel_minutes = fields.Integer()
    stops = fields.List(fields.Nested(StopOut))


def _run(run_id: int) -> PlanRun:
    run = session().get(PlanRun, run_id)
    return run if run is not None else abort(404)


def _plan(plan_id: int) -> Plan:
    plan = session().get(Plan, plan_id)
    return plan if plan is not None else abort(404)


@blueprint.route("/runs")
class Runs(MethodView):
    """Searches."""

    @needs(Scope.PLANS_WRITE, Audience.DISPATCHER)
    @once
    @blueprint.arguments(RunIn)
    @blueprint.response(202, RunOut)
    def post(self, new: dict[str, Any]) -> tuple[PlanRun, int, dict[str, str]]:
        """Ask for a plan of a day; read the run to see how far it is."""
        territory = session().get(Territory, new["territory_id"]) or abort(422)
        run = ask(
            territory=territory,
            day=new["day"],
            limit_seconds=new["limit_seconds"] or settings().plan_seconds,
            by=security.account(),
        )
        return run, 202, {"Location": url_for("api-plans.OneRun", run_id=run.id)}


@blueprint.route("/runs/<int:run_id>")
class OneRun(MethodView):
    """One search."""

    @needs(Scope.PLANS_READ, Audience.DISPATCHER)
    @blueprint.response(200, RunOut)
    def get(self, run_id: int) -> PlanRun:
        """Read how far a run is."""
        return _run(run_id)

    @needs(Scope.PLANS_WRITE, Audience.DISPATCHER)
    @blueprint.response(202, RunOut)
    def delete(self, run_id: int) -> PlanRun:
        """Stop a run; the best plan found so far is kept."""
        run = _run(run_id)
        runs.stop(session(), run=run, by=security.account(), now=clock.now())
        session().commit()
        return run


@blueprint.route("/plans")
class Plans(MethodView):
    """Plans."""

    @needs(Scope.PLANS_READ, Audience.DISPATCHER)
    @blueprint.arguments(PlanQuery, location="query")
    @blueprint.response(200, PlanOut(many=True))
    def get(self, query: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """List plans."""
        wanted = select(Plan).where(Plan.id > after(query.get("cursor"))).order_by(Plan.id)
        for name in ("territory_id", "day", "state"):
            if name in query:
                wanted = wanted.where(getattr(Plan, name) == query[name])
        rows = session().scalars(wanted.limit(query["limit"] + 1)).all()
        page, headers = page_of(rows, limit=query["limit"])
        return page, 200, headers


@blueprint.route("/plans/<int:plan_id>")
class OnePlan(MethodView):
    """One plan."""

    @needs(Scope.PLANS_READ, Audience.DISPATCHER)
    @blueprint.response(200, PlanOut)
    def get(self, plan_id: int) -> Plan:
        """Read a plan with what it leaves unserved and why."""
        return _plan(plan_id)


@blueprint.route("/plans/<int:plan_id>/<any(problem, solution):which>")
class PlanDocument(MethodView):
    """The interchange documents behind a plan."""

    @needs(Scope.PLANS_READ, Audience.DISPATCHER)
    def get(self, plan_id: int, which: str) -> Response:
        """Read the question (onsite-problem/1) or the answer (onsite-plan/1)."""
        plan = _plan(plan_id)
        text = plan.problem if which == "problem" else plan.solution
        return Response(text, mimetype="application/json")


@blueprint.route("/rounds")
class Rounds(MethodView):
    """Rounds of a day."""

    @needs(Scope.PLANS_READ, Audience.DISPATCHER)
    @blueprint.arguments(RoundQuery, location="query")
    @blueprint.response(200, RoundOut(many=True))
    def get(self, query: dict[str, Any]) -> object:
        """List the rounds of a territory's day."""
        territory = session().get(Territory, query["territory_id"]) or abort(404)
        return list(rounds.day_of(session(), territory=territory, day=query["day"]).rounds)


@blueprint.route("/rounds/<int:technician_id>/<day>")
class OneRound(MethodView):
    """One round."""

    @needs(Scope.FIELD, Audience.DISPATCHER, Audience.TECHNICIAN)
    @blueprint.response(200, RoundOut)
    def get(self, technician_id: int, day: str) -> object:
        """Read a technician's round; technicians read their own only."""
        technician = session().get(Technician, technician_id) or abort(404)
        mine = technician.account_id == security.account().id
        if not mine and not security.has(Audience.DISPATCHER):
            abort(404)
        try:
            wanted = date.fromisoformat(day)
        except ValueError:
            abort(404)
        return rounds.round_of(session(), technician=technician, day=wanted)
