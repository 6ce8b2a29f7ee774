from __future__ import annotations

from routing.solution import Unserved
from tests.routing import build

CODES = {"E_DUPLICATE", "E_BOTH", "E_MISSING", "E_MANDATORY"}
LEFT_OUT = Unserved(job="till")


def found(*routes, unserved=(), **keys):
    question = build.problem(build.job(**keys))
    return build.broken(question, build.solution(*routes, unserved=unserved)) & CODES


def test_a_job_is_planned_or_listed():
    assert found(build.route(build.visit())) == set()
    assert found(unserved=(LEFT_OUT,)) == set()
    assert found() == {"E_MISSING"}


def test_nobody_comes_twice():
    assert found(build.route(build.visit(), build.visit())) == {"E_DUPLICATE"}
    assert found(unserved=(LEFT_OUT, LEFT_OUT)) == {"E_DUPLICATE"}


def test_a_planned_job_is_not_listed_as_unserved():
    assert found(build.route(build.visit()), unserved=(LEFT_OUT,)) == {"E_BOTH"}


def test_a_mandatory_job_is_served():
    assert found(build.route(build.visit()), mandatory=True) == set()
    assert found(unserved=(LEFT_OUT,), mandatory=True) == {"E_MANDATORY"}
