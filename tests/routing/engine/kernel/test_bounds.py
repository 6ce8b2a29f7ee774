"""No index of the kernel is out of range: compiled code would damage memory in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.routing.engine.kernel.sayable import MANY

ROOT = Path(__file__).parents[4]
# Not imported: it changes numba for its own process.
BOUNDS = "tests.routing.engine.kernel.bounds"


def run(**settings):
    """Output and errors of the program ``bounds`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", BOUNDS],
        env=os.environ | settings | {"PYTHONPATH": str(ROOT)},  # noqa: TID251 - for its child
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.stderr


@pytest.mark.slow
def test_the_source_stays_within_its_arrays_when_it_runs_as_python():
    said, errors = run(NUMBA_DISABLE_JIT="1")

    assert errors == ""
    assert said.count("routes") > 10


@pytest.mark.slow
@pytest.mark.skipif(
    MANY == 1, reason="compiling all of the kernel anew takes a minute; ONSITE_MANY"
)
def test_compiled_code_stays_within_its_arrays():
    said, errors = run(NUMBA_BOUNDSCHECK="1")

    assert errors == ""
    assert said.count("routes") > 10
