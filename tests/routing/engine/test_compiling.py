"""Compiled code: made by one process at a time, and read by all."""

from __future__ import annotations

from routing.engine.kernel import compiling


def test_somebody_who_compiles_is_seen_by_others():
    with compiling.one_by_one():
        meanwhile = compiling.is_being_compiled()

    assert meanwhile
    assert not compiling.is_being_compiled()
