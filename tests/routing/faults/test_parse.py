"""Bytes that are no problem at all."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from routing.check import report
from tests.routing.faults.town import LONG, town


def deep(levels):
    return b'{"x-deep": ' + b"[" * levels + b"]" * levels + b"}"


def doubled():
    return json.dumps(town()).replace('"name": "town"', '"name": "a", "name": "b"').encode()


# The bytes, the code and the place of a fault that must be among those found.
BYTES = [
    ("empty", b"", "not-json", "problem"),
    ("spaces", b"  \n ", "not-json", "problem"),
    ("words", b"once upon a time", "not-json", "problem"),
    ("cut off", json.dumps(town()).encode()[:-20], "not-json", "problem"),
    ("two documents", b"{} {}", "not-json", "problem"),
    ("picture", b"\x89PNG\r\n\x1a\n\x00\xff", "not-utf-8", "problem"),
    ("zeros", b"\x00" * 64, "not-json", "problem"),
    ("latin", '{"name": "Żółć"}'.encode("iso-8859-2"), "not-utf-8", "problem"),
    ("utf-16", json.dumps(town()).encode("utf-16"), "not-utf-8", "problem"),
    ("byte order mark", b"\xef\xbb\xbf{}", "not-json", "problem"),
    ("list", b"[]", "wrong-type", "problem"),
    ("null", b"null", "wrong-type", "problem"),
    ("number", b"7", "wrong-type", "problem"),
    ("text", json.dumps(LONG).encode(), "wrong-type", "problem"),
    ("empty object", b"{}", "missing-key", "format"),
    ("a hundred thousand brackets", b"[" * 10**5, "too-deep", "problem"),
    ("a deep free key", deep(500), "too-deep", "x-deep"),
    ("doubled key", doubled(), "key-twice", "name"),
    ("a million digits", b'{"format": ' + b"9" * 10**6 + b"}", "wrong-type", "format"),
]


@pytest.mark.parametrize(
    ("data", "code", "place"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES]
)
def test_what_is_no_problem_at_all_is_named(data, code, place):
    found = report(data)

    assert found.status == 2
    assert (code, place) in {(fault.code, fault.place) for fault in found.faults}
    assert all(fault.message and fault.advice for fault in found.faults)


def test_a_huge_text_does_not_cost_much_memory():
    data = json.dumps(town(name=LONG)).encode()
    tracemalloc.start()

    report(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * len(LONG)
