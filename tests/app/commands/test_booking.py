"""``onsite book-stream`` as a simulator talks to it: over pipes, one line after the other."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random

import pytest

from app.commands.booking import NotUnderstood, Talk
from routing import interchange
from routing.check import judge
from routing.offers import Still
from tests.routing.offers import streams

BOOK_STREAM = [sys.executable, "-m", "app", "book-stream"]
CUSTOMERS = 16
SLOTS = [
    {"id": f"w{n}", "start": window.opens, "end": window.closes}
    for n, window in enumerate(streams.WINDOWS)
]
START = {
    "type": "start",
    "protocol": "onsite-booking-lines/1",
    "problem": streams.document(Random(7), customers=CUSTOMERS),
    "slots": SLOTS,
    "answer_limit_s": 2.0,
    "think_limit_s": 0.4,
}
FINISH = {"type": "finish"}


def visit(n=0, **keys):
    return {"id": f"visit-{n}", "location": f"home-{n}", "duration_s": 1800, **keys}


def request(n=0, **keys):
    return {"type": "request", "n": n, "visit": visit(n, **keys)}


def choice(n=0, name="w0"):
    return {"type": "choice", "n": n, "visit": f"visit-{n}", "slot": name}


def told(*messages):
    """The answers of a talk without an engine."""
    return list(Talk(Still()).answers(json.dumps(message) for message in messages))


def promised_problem(taken):
    """The problem with every accepted visit in the window that was taken."""
    window_of = {row["id"]: [row["start"], row["end"]] for row in SLOTS}
    visits = [visit(n, windows=[window_of[name]], mandatory=True) for n, name in taken.items()]
    return interchange.problem_of({**START["problem"], "visits": visits})


class Simulator:
    """The other side of the pipes."""

    def __init__(self):
        self._child = subprocess.Popen(
            BOOK_STREAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def say(self, message):
        self._child.stdin.write(json.dumps(message) + "\n")
        self._child.stdin.flush()
        return json.loads(self._child.stdout.readline())

    def end(self):
        """What else was said, and the exit status."""
        rest, _ = self._child.communicate(timeout=60)
        return rest, self._child.returncode


@pytest.mark.slow
def test_a_stream_is_talked_through_and_the_plan_holds_exactly_what_was_accepted():
    simulator, rng, taken = Simulator(), Random(1), {}

    assert simulator.say(START) == {"type": "ready"}
    for n in range(CUSTOMERS):
        offer = simulator.say(request(n))
        name = rng.choice([*offer["slots"], None])
        assert simulator.say(choice(n, name)) == {"type": "ready", "n": n}
        taken |= {} if name is None else {n: name}
    plan = simulator.say(FINISH)["plan"]

    assert simulator.end() == ("", 0)
    problem = promised_problem(taken)
    assert judge(interchange.solution_of(plan, problem=problem), problem=problem).feasible


@pytest.mark.slow
def test_what_breaks_the_protocol_is_answered_by_an_error_and_nothing_else():
    simulator = Simulator()

    assert simulator.say(FINISH)["type"] == "error"
    assert simulator.end() == ("", 1)


def test_a_customer_who_leaves_takes_nothing():
    answers = told(START, request(), choice(name=None), FINISH)

    assert answers[-1]["plan"].get("routes", []) == []


def test_a_customer_may_call_again_after_leaving():
    answers = told(START, request(), choice(name=None), request(), choice(), FINISH)

    assert [stop["visit"] for stop in answers[-1]["plan"]["routes"][0]["stops"]] == ["visit-0"]


def test_at_least_three_windows_are_offered_while_the_days_are_empty():
    assert len(told(START, request())[-1]["slots"]) >= 3


def test_a_skill_that_nobody_has_is_offered_nothing():
    assert told(START, request(skills=[{"skill": "gas"}]))[-1]["slots"] == []


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([request()], "the first message must be start"),
        ([START | {"protocol": "onsite-booking-lines/9"}], "the protocol must be"),
        ([START | {"slots": "monday"}], "must be a list"),
        ([START | {"slots": [SLOTS[0], SLOTS[0]]}], "its own id"),
        ([START | {"slots": [SLOTS[0] | {"end": 0}]}], "ends before it starts"),
        ([START | {"think_limit_s": None}], "number of seconds"),
        ([START | {"problem": {}}], "start: "),
        ([START | {"problem": START["problem"] | {"visits": [visit()]}}], "no visits yet"),
        ([START, {"type": "hello"}], "'hello'"),
        ([START, ["request"]], "must be an object"),
        ([START, choice()], "the last offer"),
        ([START, request(), choice(1)], "the last offer"),
        ([START, request(), choice(name="w9")], "was not offered"),
        ([START, request(location="nowhere")], "nowhere"),
        ([START, request(), choice(), request()], "promised before"),
    ],
)
def test_a_message_that_does_not_fit_says_what_is_wrong(messages, words):
    with pytest.raises(NotUnderstood, match=words):
        told(*messages)


def test_a_line_that_is_no_json_says_so():
    with pytest.raises(NotUnderstood, match="no JSON"):
        list(Talk(Still()).answers(["{"]))
