"""Every mistake in a plan is named with its place and advice, and none is a traceback."""

from __future__ import annotations

import json

import pytest

from routing.check import report
from tests.routing.faults.town import NONSENSE, paths, town, with_value

# How a plan begins; the rows go on.
PLAN = b'{"format": "onsite-plan/1", "routes": '


def test_every_single_key_of_a_plan_may_be_anything_too():
    problem = json.dumps(town()).encode()
    plan = {
        "format": "onsite-plan/1",
        "routes": [
            {
                "technician": "łukasz",
                "shift": "mon",
                "depart": 28800,
                "return": 60000,
                "stops": [
                    {"visit": "v1", "arrival": 30000, "start": 30000, "end": 31000},
                    {"type": "break", "break": "lunch", "start": 40000},
                    {"type": "depot", "depot": "store", "start": 45000},
                ],
            }
        ],
        "unserved": [{"visit": "v2", "reason": "no-room", "text": "full"}],
        "objective": [1],
        "about": {"bound": [0], "seed": 1, "seconds": 2},
    }

    statuses = {
        report(problem, with_value(plan, path, value)).status
        for path in paths(plan)
        for value in NONSENSE
    }

    assert statuses <= {0, 1, 2}


@pytest.mark.parametrize(
    ("plan", "code", "place"),
    [
        (b"", "not-json", "plan"),
        (b"[]", "wrong-type", "plan"),
        (b"{}", "missing-key", "routes"),
        (b'{"routes": []}', "wrong-format", "format"),
        (b'{"format": "onsite-plan/1", "routes": [{}]}', "not-one", "routes[0]"),
        (
            PLAN + b'[{"technicians": [], "stops": []}]}',
            "empty-list",
            "routes[0].technicians",
        ),
        (
            PLAN + b'[{"technician": "eve", "stops": []}]}',
            "unknown-id",
            "routes[0]",
        ),
        (
            PLAN + b'[{"technicians": ["bob", "bob"], "stops": []}]}',
            "repeated",
            "routes[0]",
        ),
        (
            PLAN + b'[{"technician": "bob", "shift": "x", "stops": []}]}',
            "unknown-id",
            "routes[0].shift",
        ),
        (
            PLAN + b'[{"technician": "bob", "stops": [{"type": "depot", "visit": "v1"}]}]}',
            "missing-key",
            "routes[0].stops[0].depot",
        ),
        (
            PLAN + b'[{"technician": "bob", "stops": [{"type": "break", "break": "lunch"}]}]}',
            "unknown-id",
            "routes[0].stops[0].break",
        ),
        (
            PLAN + b'[], "unserved": [{"visit": "v99"}]}',
            "unknown-id",
            "unserved[0].visit",
        ),
        (
            PLAN + b'[], "about": {"bound": ["low"]}}',
            "wrong-type",
            "about.bound[0]",
        ),
        (
            PLAN
            + b'[{"technician": "bob", "stops": [{"visit": "v1", "start": 1}, {"visit": "v2"}]}]}',
            "mixed-times",
            "routes[0].stops[1]",
        ),
    ],
)
def test_a_plan_that_cannot_be_judged_is_named(plan, code, place):
    found = report(json.dumps(town()).encode(), plan)

    assert found.status == 2
    assert (code, place) in {(fault.code, fault.place) for fault in found.faults}
