"""From bytes to a JSON document, whatever the bytes are."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from routing.faults.notes import Doubled, Malformed, Notes

# Digits of an integer that are read as such; the format ends at 13, Python refuses 4,301.
LONGEST_INTEGER = 40


def parse(data: bytes | str, *, root: str) -> Any:  # noqa: ANN401 - any JSON
    """The document. ``root`` is what messages call it: problem or plan.

    NaN, infinities and numbers without end are read as floats that are not finite, keys that
    appear twice as ``Doubled``: both are faults of the places where they stand. Raises
    ``Malformed`` when the data is no JSON at all.
    """
    notes = Notes(root=root)
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text, parse_int=_integer, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        notes.add(
            "not-utf-8",
            "",
            f"byte {error.start} is not UTF-8",
            advice="Save the file as UTF-8 text; it may be compressed or in another encoding.",
        )
    except json.JSONDecodeError as error:
        notes.add(
            "not-json",
            "",
            f"line {error.lineno}, column {error.colno}: {error.msg}",
            advice="Write one JSON object, nothing before or after it.",
        )
    except RecursionError:
        notes.too_deep("")
    raise Malformed(tuple(notes.faults))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = Doubled(found)
    times = Counter(key for key, _ in pairs)
    doubled.twice = tuple(key for key, count in times.items() if count > 1)
    return doubled
