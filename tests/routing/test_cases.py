"""Every case of the format: small problems and plans with the finding worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from routing.check import document, report

CASES = json.loads((Path(__file__).parent / "instances" / "interchange-cases.json").read_bytes())[
    "cases"
]
SOUND = [case for case in CASES if "malformed" not in case]
MALFORMED = [case for case in CASES if "malformed" in case]


def by_name(case):
    return case["name"]


def judged(case):
    return report(json.dumps(case["problem"]).encode(), json.dumps(case["plan"]).encode())


@pytest.mark.parametrize("case", SOUND, ids=by_name)
def test_the_judge_finds_what_was_worked_out_by_hand(case):
    expected = case.get("metrics", {})

    found = document(judged(case).finding)

    assert {error["code"] for error in found["errors"]} == set(case["codes"])
    assert found["objective"] == pytest.approx(case.get("objective", found["objective"]), abs=1e-6)
    assert {name: found["metrics"][name] for name in expected} == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("case", MALFORMED, ids=by_name)
def test_a_malformed_case_is_refused_with_a_fault(case):
    found = judged(case)

    assert found.status == 2
    assert found.faults
