from __future__ import annotations

from routing.rules import releases
from tests.routing import build


def test_work_waits_until_it_is_possible():
    question = build.problem(build.job(release=36000), build.job("other"))
    released = build.route(build.visit(start=36000), build.visit("other", start=50000))
    too_soon = build.route(build.visit(start=35999))

    assert build.broken_on(releases, question, released) == []
    assert build.broken_on(releases, question, too_soon) == ["E_RELEASE"]
