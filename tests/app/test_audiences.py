"""Every route with every role: only the declared audience comes in, and every route is declared.

AUDIENCES is the table of who may open what, written down a second time on purpose: a new route
must be added here by somebody who thought about it.
"""

from __future__ import annotations

import re

import pytest
from werkzeug.routing import IntegerConverter

from app.security import Audience, audiences_of
from dispatch.accounts import RoleName
from tests import build

ANYONE, TOKEN = {Audience.ANYONE}, {Audience.TOKEN}
SIGNED_IN, ADMIN = {Audience.SIGNED_IN}, {Audience.ADMIN}
DISPATCHERS = {Audience.DISPATCHER, Audience.LEAD}
SUPPORT = {Audience.AGENT, Audience.LEAD}
DESK = SUPPORT | {Audience.DISPATCHER}
TECHNICIANS = {Audience.TECHNICIAN}

# A pattern of endpoint and method → who may open them; the first that fits counts.
AUDIENCES = (
    (r"static .*", ANYONE),
    (r"health\..*", ANYONE),
    (r"demo\.demo_door .*", ANYONE),
    (r"sign_in\.(form|enter|speak) .*", ANYONE),
    (r"sign_in\..*", SIGNED_IN),
    (r"desk\.(accounts|new_account|create_account|account|change_roles|deactivate) .*", ADMIN),
    (r"desk\.settings_page .*", ADMIN),
    (r"desk\.(outbox|notice|resend) .*", DISPATCHERS),
    (r"desk\.(addresses|address|pin_address|undo_pin|ask_again) .*", DISPATCHERS),
    (r"desk\.travel_times .*", DISPATCHERS),
    (r"desk\.(reports|accept_report|set_report_aside) .*", DISPATCHERS),
    (r"desk\.(new_technician|add_technician|set_skill|add_shift|report_absence) .*", DISPATCHERS),
    (r"desk\.set_travel_profile .*", DISPATCHERS),
    (r"desk\.(record_checks|record_attempt|review|escalate|hand_back|classify|take) .*", SUPPORT),
    (r"desk\.(answer|ask|wait|go_on|resolve|close|merge) .*", SUPPORT),
    (r"desk\..*", DESK),
    (r"board\.(today|day|day_ways|round_file|run_state|run_events) .*", DISPATCHERS),
    (r"board\..*", {Audience.DISPATCHER}),
    (r"field\..*", TECHNICIANS),
    (r"maps\..*", DESK | TECHNICIANS),
    (r"portal\..*", {Audience.LINK}),
    (r"api-docs\..*", ANYONE),
    (r"api-(tickets|booking)\..*", DESK | TOKEN),
    (r"api-visits\.HandPlaced .*", {Audience.DISPATCHER} | TOKEN),
    (r"api-visits\..*", DESK | TOKEN),
    (r"api-plans\.OneRound .*", {Audience.DISPATCHER} | TECHNICIANS | TOKEN),
    (r"api-plans\..*", {Audience.DISPATCHER} | TOKEN),
    (r"api-field\..* POST", TECHNICIANS | TOKEN),
    (r"api-field\..* GET", DESK | TOKEN),
    (r"api-people\..* (POST|PATCH)", DISPATCHERS | TOKEN),
    (r"api-people\..* GET", DESK | TOKEN),
)


def expected(endpoint, method):
    route = f"{endpoint} {method}"
    return next((who for pattern, who in AUDIENCES if re.fullmatch(pattern, route)), None)


def routes(app):
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def address(app, rule):
    """An address of the rule: every number is 1, every word is x or the first allowed."""
    values = {name: sample(converter) for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=None)


def sample(converter):
    if isinstance(converter, IntegerConverter):
        return 1
    return min(getattr(converter, "items", {"x"}))


@pytest.fixture
def app(make_app):
    return make_app(demo=True)


def test_every_route_is_open_to_those_of_the_table(app):
    declared = {
        (rule.endpoint, method): audiences_of(app, endpoint=rule.endpoint, method=method)
        for rule, method in routes(app)
    }
    wrong = {
        route: sorted(audiences or ())
        for route, audiences in declared.items()
        if audiences is None or set(audiences) != expected(*route)
    }

    assert wrong == {}


def test_a_route_without_audience_is_open_to_nobody(app, rows, sign_in):
    app.add_url_rule("/forgotten", endpoint="forgotten", view_func=lambda: "secret")
    admin = build.account(rows, roles=[RoleName.ADMIN])
    rows.commit()

    answer = sign_in(admin).get("/forgotten")

    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.fixture(params=[None, *RoleName], ids=lambda role: role or "nobody")
def visitor(request, app, rows, sign_in):
    """Nobody, or somebody with one role; and a browser in which they are signed in."""
    if request.param is None:
        return None, app.test_client()
    made = build.account(rows, roles=[request.param])
    rows.commit()
    return request.param, sign_in(made)


def test_nobody_else_comes_in(app, visitor):
    role, client = visitor
    refusals = {401, 302} if role is None else {403}
    closed = [route for route in routes(app) if not may_open(app, *route, role)]

    statuses = {
        f"{method} {rule.rule}": client.open(address(app, rule), method=method).status_code
        for rule, method in closed
    }

    assert {route: status for route, status in statuses.items() if status not in refusals} == {}


def test_every_answer_carries_the_headers(app, visitor):
    _role, client = visitor
    every = routes(app)

    bare = [
        f"{method} {rule.rule}"
        for rule, method in every
        if not protected(client.open(address(app, rule), method=method))
    ]

    assert bare == []


def may_open(app, rule, method, role):
    audiences = audiences_of(app, endpoint=rule.endpoint, method=method)
    if audiences & {Audience.ANYONE, Audience.LINK}:
        return True
    if role is None:
        return False
    return role is RoleName.ADMIN or Audience.SIGNED_IN in audiences or role.value in audiences


def protected(answer):
    policy = answer.headers.get("Content-Security-Policy", "")
    nosniff = answer.headers.get("X-Content-Type-Options")
    answer.close()
    return "unsafe" not in policy and "default-src 'none'" in policy and nosniff == "nosniff"
