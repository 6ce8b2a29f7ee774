"""Problems and solutions as JSON: the formats ``onsite-problem/1`` and ``onsite-plan/1``.

Reading gives equal objects for equal files, whatever their order of keys and spaces. Writing is
canonical: the same object always gives the same bytes, defaults are left out, sets are sorted. The
file calls a job a visit; what begins with ``x-`` is not kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from routing import faults
from routing.faults import Fault, Malformed
from routing.interchange.reading import Document, problem_from, solution_from
from routing.interchange.writing import plain
from routing.problem import Problem
from routing.solution import Solution

PROBLEM_FORMAT = "onsite-problem/1"
SOLUTION_FORMAT = "onsite-plan/1"
FAULTS_FORMAT = "onsite-faults/1"


def read_problem(data: bytes | str) -> Problem:
    """Raises ``Malformed`` with all faults."""
    return problem_of(faults.parse(data, root="problem"))


def read_solution(data: bytes | str, *, problem: Problem) -> Solution:
    """Raises ``Malformed`` with all faults, names that the problem does not know among them."""
    return solution_of(faults.parse(data, root="plan"), problem=problem)


def write_problem(problem: Problem) -> str:
    return _written({"format": PROBLEM_FORMAT, **_fields(problem)})


def write_solution(solution: Solution) -> str:
    return _written(document_of(solution))


def write_faults(found: Sequence[Fault]) -> str:
    """All faults as one document, for machines."""
    return _written({"format": FAULTS_FORMAT, "faults": [plain(fault) for fault in found]})


def document_of(solution: Solution) -> Document:
    """What ``write_solution`` writes, not yet as text."""
    return {"format": SOLUTION_FORMAT, **_fields(solution)}


def problem_of(document: Any) -> Problem:  # noqa: ANN401 - any JSON
    """Raises ``Malformed`` with all faults."""
    found = faults.question_faults(document)
    if found:
        raise Malformed(found)
    return problem_from(document)


def solution_of(document: Any, *, problem: Problem) -> Solution:  # noqa: ANN401 - any JSON
    """Raises ``Malformed`` with all faults."""
    found = faults.answer_faults(document, problem=problem)
    if found:
        raise Malformed(found)
    return solution_from(document)


def _fields(thing: Problem | Solution) -> Document:
    written = plain(thing)
    assert isinstance(written, dict)
    return written


def _written(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"
