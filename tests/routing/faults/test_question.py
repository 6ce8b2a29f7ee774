"""Every mistake in a problem is named with its place and advice, and none is a traceback."""

from __future__ import annotations

import json

import pytest

from routing.check import report
from routing.faults import Malformed
from routing.interchange import read_problem, write_faults
from tests.routing.faults.town import (
    LONG,
    MISSING,
    NONSENSE,
    PERSON,
    SHIFT,
    VISIT,
    changed,
    paths,
    town,
)

MATRIX = {"type": "matrix", "seconds": [[0]]}
CIRCLE = [
    {"type": "precedence", "visits": ["v1", "v2"]},
    {"type": "precedence", "visits": ["v2", "v3"]},
    {"type": "precedence", "visits": ["v3", "v1"]},
]

SLICE = "travel.traffic.slices[0]"
ROUND = [[60 * abs(i - j) for j in range(13)] for i in range(13)]


def jam(**keys):
    """Travel by a table, with one slice of traffic."""
    slices = [{"start": 0, **keys}]
    return {"type": "matrix", "seconds": ROUND, "traffic": {"slices": slices}}


# The path, what is put there, the code and the place of a fault that must be found.
CHANGES = [
    (("format",), "onsite-plan/1", "wrong-format", "format"),
    (("format",), 1, "wrong-type", "format"),
    (("name",), LONG, "text-too-long", "name"),
    (("name",), "half a pair \ud83d", "not-utf-8", "name"),
    (("provenance",), {"a": float("nan")}, "not-finite", "provenance.a"),
    (("x-free",), [float("inf")], "not-finite", "x-free[0]"),
    (("visit",), [], "unknown-key", "visit"),
    (("k" * 10**6,), 1, "unknown-key", "k" * 40 + "…"),
    (("visits",), MISSING, "missing-key", "visits"),
    (("visits",), None, "wrong-type", "visits"),
    (("visits",), {}, "wrong-type", "visits"),
    (("visits", 3), "v4", "wrong-type", "visits[3]"),
    ((*VISIT, "id"), MISSING, "missing-key", "visits[0].id"),
    ((*VISIT, "id"), "", "bad-id", "visits[0].id"),
    ((*VISIT, "id"), LONG, "text-too-long", "visits[0].id"),
    ((*VISIT, "id"), "x" * 201, "bad-id", "visits[0].id"),
    ((*VISIT, "id"), "v2", "id-twice", "visits[1].id"),
    ((*VISIT, "id"), ["v1"], "wrong-type", "visits[0].id"),
    ((*VISIT, "location"), "nowhere", "unknown-id", "visits[0].location"),
    ((*VISIT, "location"), LONG, "text-too-long", "visits[0].location"),
    ((*VISIT, "duration_s"), MISSING, "missing-key", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), -1, "negative", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), True, "wrong-type", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), "600", "wrong-type", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), None, "wrong-type", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), float("nan"), "not-finite", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), float("-inf"), "not-finite", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), 10**12 + 1, "number-too-large", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), 10**39, "number-too-large", "visits[0].duration_s"),
    ((*VISIT, "duration_s"), 10**400, "not-finite", "visits[0].duration_s"),
    ((*VISIT, "windows"), [], "empty-list", "visits[0].windows"),
    ((*VISIT, "windows"), [[9, 8]], "window-reversed", "visits[0].windows[0]"),
    ((*VISIT, "windows"), [[1, 2], [3]], "wrong-type", "visits[0].windows[1]"),
    ((*VISIT, "windows"), [[1, None]], "wrong-type", "visits[0].windows[0][1]"),
    ((*VISIT, "windows"), [1, 2], "wrong-type", "visits[0].windows[0]"),
    ((*VISIT, "promise"), [5, 4], "window-reversed", "visits[0].promise"),
    ((*VISIT, "finish_inside"), 1, "wrong-type", "visits[0].finish_inside"),
    ((*VISIT, "crew_size"), 0, "out-of-range", "visits[0].crew_size"),
    ((*VISIT, "priority"), 1.5, "wrong-type", "visits[0].priority"),
    ((*VISIT, "tags"), ["a", 1], "wrong-type", "visits[0].tags[1]"),
    ((*VISIT, "parts"), {"router": -1}, "negative", "visits[0].parts.router"),
    ((*VISIT, "parts"), {LONG: 1}, "text-too-long", "visits[0].parts." + "x" * 40 + "…"),
    ((*VISIT, "equipment"), {"crane": 1}, "unknown-id", "visits[0].equipment.crane"),
    ((*VISIT, "skills"), [{}], "not-one", "visits[0].skills[0]"),
    ((*VISIT, "skills"), [{"skill": "a", "none_of": ["b"]}], "not-one", "visits[0].skills[0]"),
    ((*VISIT, "skills"), [{"any_of": []}], "empty-list", "visits[0].skills[0].any_of"),
    ((*VISIT, "wishes"), [{"cost": 1}], "not-one", "visits[0].wishes[0]"),
    ((*VISIT, "deadlines"), [{"of": "work", "at": 1}], "unknown-type", "visits[0].deadlines[0].of"),
    (
        (*VISIT, "delay_steps"),
        [{"from": 2, "cost": 1}, {"from": 1, "cost": 1}],
        "out-of-order",
        "visits[0].delay_steps[1].from",
    ),
    (
        (*VISIT, "allowed_technicians"),
        ["nobody"],
        "unknown-id",
        "visits[0].allowed_technicians",
    ),
    ((*VISIT, "pin"), {"technician": "nobody"}, "unknown-id", "visits[0].pin.technician"),
    ((*VISIT, "pin"), {"shift": "mon"}, "missing-key", "visits[0].pin.technician"),
    ((*VISIT, "pin", "shift"), "tue", "unknown-id", "visits[0].pin.shift"),
    ((*VISIT, "pin"), {"position": 0}, "out-of-range", "visits[0].pin.position"),
    ((*PERSON, "id"), "bob", "id-twice", "technicians[2].id"),
    ((*PERSON, "shifts"), [], "empty-list", "technicians[0].shifts"),
    ((*PERSON, "shifts"), MISSING, "missing-key", "technicians[0].shifts"),
    (
        (*PERSON, "start_location"),
        MISSING,
        "missing-key",
        "technicians[0].shifts[0].start_location",
    ),
    ((*PERSON, "start_location"), "moon", "unknown-id", "technicians[0].start_location"),
    ((*PERSON, "travel_factor"), 0, "out-of-range", "technicians[0].travel_factor"),
    ((*PERSON, "skills"), {"gas": "good"}, "wrong-type", "technicians[0].skills.gas"),
    ((*PERSON, "skills"), {"gas": {"levle": 1}}, "unknown-key", "technicians[0].skills.gas.levle"),
    ((*PERSON, "cost"), {"per_m": -1}, "negative", "technicians[0].cost.per_m"),
    (
        (*PERSON, "cost"),
        {"overtime_steps": [{"after_s": 1}]},
        "missing-key",
        "technicians[0].cost.overtime_steps[0].per_s",
    ),
    ((*SHIFT, "end"), 28799, "shift-reversed", "technicians[0].shifts[0]"),
    ((*SHIFT, "max_visits"), -1, "negative", "technicians[0].shifts[0].max_visits"),
    (
        (*SHIFT, "soft_limits", 0, "limit"),
        "max_joy",
        "unknown-type",
        "technicians[0].shifts[0].soft_limits[0].limit",
    ),
    (
        (*SHIFT, "breaks", 0, "window"),
        [2, 1],
        "window-reversed",
        "technicians[0].shifts[0].breaks[0].window",
    ),
    (
        (*SHIFT, "breaks"),
        [{"id": "tea", "duration_s": 1}] * 2,
        "id-twice",
        "technicians[0].shifts[0].breaks[1].id",
    ),
    (
        (*PERSON, "shifts"),
        [{"start": 0, "end": 1}, {"start": 2, "end": 3}],
        "missing-key",
        "technicians[0].shifts[0].id",
    ),
    (("locations", 0, "x"), MISSING, "missing-key", "locations[0].x"),
    (("locations", 0, "setup_s"), -1, "negative", "locations[0].setup_s"),
    (("travel", "type"), "balloon", "unknown-type", "travel.type"),
    (("travel",), MATRIX, "not-square", "travel.seconds"),
    (("travel",), {"type": "matrix"}, "missing-key", "travel.seconds"),
    (
        ("travel",),
        {"type": "matrix", "seconds": [[-1] * 13] * 13},
        "negative",
        "travel.seconds[12][12]",
    ),
    (("travel",), {"type": "haversine"}, "missing-key", "travel.metres_per_second"),
    (("travel", "round_units"), "up", "unknown-type", "travel.round_units"),
    (("travel", "traffic"), {"slices": []}, "empty-list", "travel.traffic.slices"),
    (
        ("travel", "traffic"),
        {"slices": [{"start": 0, "factor": 0}]},
        "out-of-range",
        "travel.traffic.slices[0].factor",
    ),
    (
        ("travel", "traffic"),
        {"slices": [{"start": 5, "factor": 1}, {"start": 5, "factor": 1}]},
        "out-of-order",
        "travel.traffic.slices[1].start",
    ),
    (
        ("travel", "traffic"),
        {"slices": [{"start": 86400, "factor": 1}], "repeat_s": 86400},
        "out-of-range",
        "travel.traffic.slices[0].start",
    ),
    (("travel", "traffic"), {"slices": [{"start": 5}]}, "missing-key", f"{SLICE}.factor"),
    (
        ("travel", "traffic"),
        {"slices": [{"start": 5, "seconds": [[0]]}]},
        "unknown-key",
        f"{SLICE}.seconds",
    ),
    (("travel",), jam(factor=2, seconds=ROUND), "unknown-key", f"{SLICE}.seconds"),
    (("travel",), jam(seconds=[[0]]), "not-square", f"{SLICE}.seconds"),
    (("travel",), jam(seconds=[["far"] * 13] * 13), "wrong-type", f"{SLICE}.seconds[0][0]"),
    (("travel",), jam(seconds=[[0] * 13] * 13), "out-of-range", f"{SLICE}.seconds[0][1]"),
    (("travel",), jam(seconds=[[None] * 13] * 13), "out-of-range", f"{SLICE}.seconds[0][1]"),
    (("depots", 0, "location"), "moon", "unknown-id", "depots[0].location"),
    (("depots", 0, "supplies"), "all", "wrong-type", "depots[0].supplies"),
    (("equipment", 0, "count"), 0.5, "wrong-type", "equipment[0].count"),
    (("relations",), CIRCLE, "circle", "relations[2]"),
    (
        ("relations",),
        [{"type": "gap", "visits": ["v1", "v2", "v3"]}],
        "wrong-number",
        "relations[0].visits",
    ),
    (
        ("relations",),
        [{"type": "gap", "visits": ["v1", "v99"]}],
        "unknown-id",
        "relations[0].visits[1]",
    ),
    (
        ("relations",),
        [{"type": "all_or_none", "visits": ["v1", "v1"]}],
        "repeated",
        "relations[0].visits",
    ),
    (
        ("relations",),
        [{"type": "marriage", "visits": ["v1", "v2"]}],
        "unknown-type",
        "relations[0].type",
    ),
    (("relations", 0, "cost"), 5, "key-of-another-type", "relations[0].cost"),
    (("objective",), MISSING, "missing-key", "objective"),
    (("objective",), {"levels": []}, "empty-list", "objective.levels"),
    (("objective",), {"levels": [[]]}, "empty-level", "objective.levels[0]"),
    (
        ("objective",),
        {"levels": [[{"metric": "joy"}]]},
        "unknown-metric",
        "objective.levels[0][0].metric",
    ),
    (
        ("objective",),
        {"levels": [[{"metric": "cost", "priority": 1}]]},
        "no-priority",
        "objective.levels[0][0].priority",
    ),
    (("incumbent", "routes", 0, "stops"), MISSING, "missing-key", "incumbent.routes[0].stops"),
    (("change_cost",), {"max_changes": 1.5}, "wrong-type", "change_cost.max_changes"),
    (("fairness",), {"tolerance": 1}, "unknown-key", "fairness.tolerance"),
]


def test_the_town_itself_has_no_fault():
    assert report(json.dumps(town()).encode()).faults == ()


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    CHANGES,
    ids=[f"{row[2]} at {row[3]}" for row in CHANGES],
)
def test_a_fault_is_named_with_its_place(path, value, code, place):
    found = report(changed(path, value))

    assert found.status == 2
    assert (code, place) in {(fault.code, fault.place) for fault in found.faults}
    assert all(fault.message and fault.advice for fault in found.faults)
    assert max(len(fault.place + fault.message + fault.advice) for fault in found.faults) < 1000


def test_all_faults_are_reported_together():
    problem = town(format="x", depots=7)
    problem["visits"][0]["duration_s"] = -1
    problem["visits"][5]["location"] = "moon"
    problem["technicians"][1]["shifts"][0]["end"] = 0
    del problem["objective"]

    found = report(json.dumps(problem).encode())

    assert [(fault.code, fault.place) for fault in found.faults] == [
        ("wrong-type", "depots"),
        ("missing-key", "objective"),
        ("wrong-format", "format"),
        ("negative", "visits[0].duration_s"),
        ("shift-reversed", "technicians[1].shifts[0]"),
        ("unknown-id", "visits[5].location"),
    ]


def test_a_mistyped_key_is_told_what_was_meant():
    found = report(changed((*VISIT, "window"), [[1, 2]]))

    assert "windows" in found.faults[0].advice


def test_every_single_key_may_be_anything_and_nothing_is_a_traceback():
    statuses = {report(changed(path, value)).status for path in paths(town()) for value in NONSENSE}

    assert statuses <= {0, 2}


def test_a_precedence_that_only_leads_to_a_circle_is_not_part_of_it():
    relations = [*CIRCLE, {"type": "precedence", "visits": ["v4", "v1"]}]
    relations.append({"type": "precedence", "visits": ["v3", "v5"]})

    found = report(changed(("relations",), relations))

    assert [fault.place for fault in found.faults] == [f"relations[{n}]" for n in range(3)]


def test_a_long_chain_of_precedences_is_no_circle():
    chain = [{"type": "precedence", "visits": [f"v{n}", f"v{n + 1}"]} for n in range(1, 12)]

    assert report(changed(("relations",), chain * 3)).status == 0


def test_malformed_says_what_is_wrong_first():
    with pytest.raises(Malformed, match="windows") as refusal:
        read_problem(changed((*VISIT, "windows"), []))

    written = json.loads(write_faults(refusal.value.faults))
    assert written["format"] == "onsite-faults/1"
    assert written["faults"][0].keys() == {"code", "place", "message", "advice"}


@pytest.mark.parametrize(
    "path",
    [
        *((*VISIT, key) for key in ("windows", "promise", "release", "territory", "known_from")),
        *((*VISIT, key) for key in ("allowed_technicians", "max_lateness_s", "pin")),
        *((*SHIFT, key) for key in ("first_start", "last_end", "max_visits", "max_leg_s")),
        *((*SHIFT, "breaks", 0, key) for key in ("location", "window")),
        *((key,) for key in ("incumbent", "change_cost", "fairness")),
    ],
    ids=str,
)
def test_null_says_none_where_none_is_possible(path):
    assert report(changed(path, None)).faults == ()


def test_a_table_of_an_hour_is_sound_beside_its_matrix():
    slow = [[3 * cell for cell in row] for row in ROUND]

    assert report(changed(("travel",), jam(seconds=slow))).faults == ()
