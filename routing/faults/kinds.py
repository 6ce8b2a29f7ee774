"""What single values may be: texts, numbers, windows, lists of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from routing.faults.notes import Notes, joined, shown

# Beyond any instant (30,000 years of seconds), distance or price, and still exact in a float.
LARGEST = 10**12
LONGEST_TEXT = 10_000
LONGEST_ID = 200


def text(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not isinstance(value, str):
        return notes.add(
            "wrong-type", place, f"{shown(value)} is not a text", advice='Write it as "...".'
        )
    return _writable(notes, value, place)


def identity(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not text(notes, value, place):
        return False
    if 0 < len(value) <= LONGEST_ID:
        return True
    return notes.add(
        "bad-id",
        place,
        f"the id has {len(value)} characters",
        advice=f"Ids have 1 to {LONGEST_ID} characters; long texts belong into name.",
    )


def number(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(value, bool) or not isinstance(value, int | float):
        return notes.add(
            "wrong-type",
            place,
            f"{shown(value)} is not a number",
            advice="Write a number without quotes; true and false are none.",
        )
    if isinstance(value, float) and not math.isfinite(value):
        return notes.not_finite(value, place)
    if abs(value) <= LARGEST:
        return True
    return notes.add(
        "number-too-large",
        place,
        f"{shown(value)} is beyond 10^12",
        advice="Use seconds, metres and money in the units of the format.",
    )


def amount(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    return number(notes, value, place) and _not_negative(notes, value, place)


def whole(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(value, float) and math.isfinite(value):
        return notes.add(
            "wrong-type",
            place,
            f"{shown(value)} is not a whole number",
            advice="Write it without a decimal point.",
        )
    return amount(notes, value, place)


def from_one(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not whole(notes, value, place):
        return False
    if value > 0:
        return True
    return notes.add("out-of-range", place, "counting starts at 1", advice="Write 1 or more.")


def factor(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not amount(notes, value, place):
        return False
    if value > 0:
        return True
    return notes.add(
        "out-of-range", place, "a factor of 0 stops time", advice="Write a number above 0."
    )


def flag(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, bool) or notes.add(
        "wrong-type", place, f"{shown(value)} is neither true nor false", advice="Write one."
    )


def listing(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, list) or notes.add(
        "wrong-type", place, f"{shown(value)} is not a list", advice="Write [...] here."
    )


def filled(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not listing(notes, value, place):
        return False
    return bool(value) or notes.add(
        "empty-list", place, "the list is empty", advice="Put at least one entry into it."
    )


def mapping(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict) or notes.add(
        "wrong-type", place, f"{shown(value)} is not an object", advice="Write {...} here."
    )


def free(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    return mapping(notes, value, place) and notes.free(value, place)


def texts(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not listing(notes, value, place):
        return False
    return every(text(notes, item, f"{place}[{n}]") for n, item in enumerate(value))


def numbers(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not listing(notes, value, place):
        return False
    return every(number(notes, item, f"{place}[{n}]") for n, item in enumerate(value))


def names(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    """An object whose keys are names of our own, not of the format."""
    if not mapping(notes, value, place):
        return False
    notes.doubled(value, place)
    return every(_writable(notes, name, joined(place, name)) for name in value)


def amounts(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not names(notes, value, place):
        return False
    return every(amount(notes, item, joined(place, name)) for name, item in value.items())


def window(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not isinstance(value, list) or len(value) != 2:
        return notes.add(
            "wrong-type",
            place,
            f"{shown(value)} is not a window",
            advice="Write [opens, closes], two numbers.",
        )
    sound = [number(notes, end, f"{place}[{n}]") for n, end in enumerate(value)]
    if not all(sound):
        return False
    opens, closes = value
    return opens <= closes or notes.add(
        "window-reversed",
        place,
        f"it closes at {shown(closes)}, before it opens at {shown(opens)}",
        advice="Write the earlier instant first; a window over midnight closes on the next day.",
    )


def windows(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if not filled(notes, value, place):
        return False
    return every(window(notes, item, f"{place}[{n}]") for n, item in enumerate(value))


def supplies(notes: Notes, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(value, bool):
        return True
    if isinstance(value, list):
        return texts(notes, value, place)
    return notes.add(
        "wrong-type",
        place,
        f"{shown(value)} says nothing about supplies",
        advice="Write true (all), false (none) or a list of tools and parts.",
    )


def every(verdicts: Iterable[bool]) -> bool:
    """Whether all is well; looks at everything, so that every fault is noted."""
    return all(list(verdicts))


def _not_negative(notes: Notes, value: float, place: str) -> bool:
    return value >= 0 or notes.add(
        "negative", place, f"{shown(value)} is negative", advice="Write 0 or more."
    )


def _writable(notes: Notes, value: str, place: str) -> bool:
    """Short enough, and possible to write as UTF-8 again (half a surrogate pair is not)."""
    if len(value) > LONGEST_TEXT:
        return notes.add(
            "text-too-long",
            place,
            f"the text has {len(value)} characters",
            advice=f"Texts have at most {LONGEST_TEXT}.",
        )
    if value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value):
        return True
    return notes.add(
        "not-utf-8",
        place,
        "the text holds half a surrogate pair",
        advice="Write the whole character.",
    )
