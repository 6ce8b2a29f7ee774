from __future__ import annotations

from routing.problem import Window
from routing.rules import promises
from tests.routing import build

PROMISE = Window(opens=30000, closes=37200)


def test_a_promise_that_is_kept_is_fine():
    question = build.problem(build.job(promise=PROMISE))

    assert build.broken_on(promises, question, build.route(build.visit(start=37200))) == []


def test_a_hard_promise_is_kept_neither_early_nor_late():
    question = build.problem(build.job(promise=PROMISE))
    early = build.route(build.visit(start=29999))
    late = build.route(build.visit(start=37201))

    assert build.broken_on(promises, question, early) == ["E_PROMISE"]
    assert build.broken_on(promises, question, late) == ["E_PROMISE"]


def test_a_lost_promise_may_be_late_but_not_early():
    question = build.problem(build.job(promise=PROMISE, promise_hard=False))
    early = build.route(build.visit(start=29999))
    late = build.route(build.visit(start=40000))

    assert build.broken_on(promises, question, early) == ["E_PROMISE"]
    assert build.broken_on(promises, question, late) == []
