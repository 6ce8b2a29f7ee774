"""``onsite book-stream``: give out windows to one customer after the other, over a pipe.

The protocol ``onsite-booking-lines/1``: one JSON object a line. ``start`` brings the problem and the
windows, ``request`` asks for an offer, ``choice`` says what the customer took, ``finish`` asks for
the plan. Everything is kept in memory.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from routing import interchange
from routing.faults import Malformed
from routing.offers import FIT_S, Ledger, Proposal, Replan
from routing.problem import Job, Window
from routing.solution import Solution
from schedules.standing import StandingEngine

PROTOCOL = "onsite-booking-lines/1"
# Seconds for thinking that are kept back for the last message on a busy machine, and the part of
# the limit that is used at most.
KEPT_S, USED_SHARE = 0.35, 0.85
# Seconds of thinking while nobody has said anything yet.
IDLE_S = 20.0

# Part of the limit of an answer that the engine may take at most.
FIT_SHARE = 0.25

Message = Mapping[str, Any]


class NotUnderstood(Exception):
    """What came is not what the protocol has at this point; its words are for the other side."""


@click.command("book-stream")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of chance.")
def book_stream(seed: int) -> None:
    """Offer arrival windows to customers who come one by one, and keep every promise.

    Talks onsite-booking-lines/1 on standard input and output: one JSON object a line. Only windows
    are offered for which there is a whole plan that the judge has accepted, those with the shortest
    extra road first. Between two customers the plan is made better in a process of its own.

    \b
    Exit status:
      0  the plan was given
      1  the other side did not keep to the protocol; the last line says how

    \b
    Example:
      echo '{"type":"finish"}' | onsite book-stream
    """
    with StandingEngine(seed=seed) as engine:
        try:
            for answer in Talk(engine).answers(sys.stdin):
                _say(answer)
        except NotUnderstood as error:
            _say({"type": "error", "text": str(error)})
            raise SystemExit(1) from error


def _say(message: Message) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


class Talk:
    """One conversation, from ``start`` to ``finish``."""

    def __init__(self, replan: Replan) -> None:
        self._replan = replan
        self._question: dict[str, Any] = {}
        self._ledger: Ledger | None = None
        self._windows: dict[str, Window] = {}
        self._think_s = 0.0
        self._asked: _Asked | None = None

    def answers(self, lines: Iterable[str]) -> Iterator[Message]:
        """An answer for each line, until the plan was given. Raises NotUnderstood."""
        known: Mapping[str, Callable[[Message], Message]] = {
            "start": self._start,
            "request": self._request,
            "choice": self._choice,
            "finish": self._finish,
        }
        for line in lines:
            if not line.strip():
                continue
            message = _parsed(line)
            if message.get("type") not in known:
                raise NotUnderstood(f"the type {message.get('type')!r} is not known")
            try:
                yield known[message["type"]](message)
            except Malformed as malformed:
                raise NotUnderstood(f"{message['type']}: {malformed}") from malformed
            if message["type"] == "finish":
                return

    def _start(self, message: Message) -> Message:
        if _text(message, "protocol") != PROTOCOL:
            raise NotUnderstood(f"start: the protocol must be {PROTOCOL}")
        self._question = _object(message, "problem")
        self._windows = _windows(message)
        limit_s = _seconds(message, "think_limit_s")
        self._think_s = max(0.0, min(USED_SHARE * limit_s, limit_s - KEPT_S))
        problem = interchange.problem_of(self._question)
        if problem.jobs:
            raise NotUnderstood("start: the problem must have no visits yet")
        self._ledger = Ledger(
            problem,
            plan=Solution(problem=problem.name),
            replan=self._replan,
            fit_s=min(FIT_S, FIT_SHARE * _seconds(message, "answer_limit_s")),
        )
        return {"type": "ready"}

    def _request(self, message: Message) -> Message:
        ledger = self._opened()
        job = self._job(_object(message, "visit"))
        if job.id in ledger.problem.job_by_id:
            raise NotUnderstood(f"request: the visit {job.id} was promised before")
        found = ledger.offer(job, windows=tuple(self._windows.values()))
        name_of = {window: name for name, window in self._windows.items()}
        offered = {name_of[proposal.window]: proposal for proposal in found}
        self._asked = _Asked(number=message.get("n"), job=job, offered=offered)
        return {"type": "offer", "n": message.get("n"), "slots": list(offered)}

    def _choice(self, message: Message) -> Message:
        ledger, asked = self._opened(), self._asked
        if asked is None or message.get("n") != asked.number:
            raise NotUnderstood("choice: it must answer the last offer")
        came = time.monotonic()
        taken, self._asked = message.get("slot"), None
        if taken is not None:
            if taken not in asked.offered:
                raise NotUnderstood(f"choice: {taken!r} was not offered")
            ledger.promise(asked.job, proposal=asked.offered[taken])
        ledger.think(seconds=IDLE_S)
        time.sleep(max(0.0, came + self._think_s - time.monotonic()))
        ledger.improve()
        return {"type": "ready", "n": message.get("n")}

    def _finish(self, _message: Message) -> Message:
        ledger = self._opened()
        ledger.improve()
        return {"type": "plan", "plan": interchange.document_of(ledger.plan)}

    def _opened(self) -> Ledger:
        if self._ledger is None:
            raise NotUnderstood("the first message must be start")
        return self._ledger

    def _job(self, visit: dict[str, Any]) -> Job:
        """The visit as the problem would read it."""
        [job] = interchange.problem_of({**self._question, "visits": [visit]}).jobs
        return job


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request that waits for the customer's choice."""

    number: object
    job: Job
    offered: Mapping[str, Proposal]


def _parsed(line: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise NotUnderstood(f"this is no JSON: {error}") from error
    if not isinstance(message, dict):
        raise NotUnderstood("a message must be an object")
    return message


def _windows(message: Message) -> dict[str, Window]:
    rows = message.get("slots")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotUnderstood("start: the windows must be a list of objects")
    found = {}
    for row in rows:
        name, opens, closes = _text(row, "id"), _seconds(row, "start"), _seconds(row, "end")
        if closes < opens:
            raise NotUnderstood(f"start: {name} ends before it starts")
        found[name] = Window(opens=opens, closes=closes)
    if len(set(found.values())) < len(rows):
        raise NotUnderstood("start: each window must have its own id and times")
    return found


def _object(message: Message, key: str) -> dict[str, Any]:
    value = message.get(key)
    if not isinstance(value, dict):
        raise NotUnderstood(f"{key} must be an object")
    return value


def _text(message: Message, key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str):
        raise NotUnderstood(f"{key} must be a text")
    return value


def _seconds(message: Message, key: str) -> float:
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotUnderstood(f"{key} must be a number of seconds")
    return value
