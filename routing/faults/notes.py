"""Taking notes of faults while a document is looked through."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# A document that nests deeper than this is not ours, and would exhaust the stack of whoever
# copies, prints or compares it.
DEEPEST = 100
# Looking for the key that was meant costs a millisecond; nobody reads a hundred suggestions.
SUGGESTIONS = 50
LONGEST_SUGGESTION = 60
# Characters of a value or name that a message repeats.
SHOWN = 40
# Integers beyond this are described, not written out.
LARGEST_SHOWN = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a file, where, and what to do. ``code`` is stable, kebab-case."""

    code: str
    place: str
    message: str
    advice: str


class Malformed(ValueError):
    """The file does not follow the format; ``faults`` are all that were found."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.message}" for fault in faults[:5]))
        self.faults = faults


class Sound(dict[str, Any]):
    """The keys of one object that hold what they should; ``given`` are all that stood there."""

    given: Collection[str] = ()


class Doubled(dict[str, Any]):
    """An object of a file in which keys appeared twice."""

    twice: tuple[str, ...] = ()


Check = Callable[["Notes", Any, str], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """How one key is looked at; the check notes its own faults and says whether all is well."""

    check: Check
    required: bool
    null: bool


def need(check: Check, *, null: bool = False) -> Field:
    return Field(check, required=True, null=null)


def may(check: Check, *, null: bool = False) -> Field:
    return Field(check, required=False, null=null)


Shape = Mapping[str, Field]


class Notes:
    """The faults found so far in one file; ``root`` is what the whole of it is called."""

    def __init__(self, *, root: str) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self._suggested = 0

    def add(self, code: str, place: str, message: str, *, advice: str) -> bool:
        """Notes a fault. Returns False, so that a check can end with it."""
        self.faults.append(
            Fault(code=code, place=place or self.root, message=message, advice=advice)
        )
        return False

    def shaped(self, value: Any, shape: Shape, place: str) -> Sound | None:  # noqa: ANN401 - any JSON
        """The sound keys of an object; None when it is no object at all."""
        if not isinstance(value, dict):
            self.add(
                "wrong-type", place, f"{shown(value)} is not an object", advice="Write {...} here."
            )
            return None
        self.doubled(value, place)
        sound = Sound()
        sound.given = value.keys()
        for key, content in value.items():
            if key.startswith("x-"):
                self.free(content, joined(place, key))
            elif key not in shape:
                self._unknown(key, shape, place)
            elif self._sound(content, shape[key], joined(place, key)):
                sound[key] = content
        for key, field in shape.items():
            if field.required and key not in value:
                self.add(
                    "missing-key",
                    joined(place, key),
                    f"the key {key} is missing",
                    advice=f"Add {key}; without it the {place or self.root} means nothing.",
                )
        return sound

    def each(
        self, items: list[Any] | None, shape: Shape, place: str
    ) -> Iterator[tuple[str, Sound]]:
        """Place and sound keys of each object in a list."""
        for number, item in enumerate(items or ()):
            here = f"{place}[{number}]"
            sound = self.shaped(item, shape, here)
            if sound is not None:
                yield here, sound

    def doubled(self, value: dict[str, Any], place: str) -> None:
        if isinstance(value, Doubled):
            for key in value.twice:
                self.add(
                    "key-twice",
                    joined(place, key),
                    f"the key {shown(key)} appears twice in one object",
                    advice="Keep one of them; readers disagree about which one counts.",
                )

    def free(self, value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
        """What is nobody's business must still be JSON: finite, not too deep, keys once."""
        rest = [(value, place, 0)]
        before = len(self.faults)
        while rest:
            here, at, depth = rest.pop()
            if depth > DEEPEST:
                self.too_deep(place)
                break
            if isinstance(here, dict):
                self.doubled(here, at)
                rest += [(content, joined(at, key), depth + 1) for key, content in here.items()]
            elif isinstance(here, list):
                rest += [(content, f"{at}[{n}]", depth + 1) for n, content in enumerate(here)]
            elif isinstance(here, float) and not math.isfinite(here):
                self.not_finite(here, at)
        return len(self.faults) == before

    def too_deep(self, place: str) -> bool:
        return self.add(
            "too-deep",
            place,
            f"lists and objects are nested more than {DEEPEST} deep",
            advice="Write it flatter.",
        )

    def not_finite(self, value: float, place: str) -> bool:
        return self.add(
            "not-finite",
            place,
            f"{value} is not a finite number",
            advice="Write a number, or leave the key out where it has a default.",
        )

    def _sound(self, content: Any, field: Field, place: str) -> bool:  # noqa: ANN401 - any JSON
        if content is None and field.null:
            return True
        return field.check(self, content, place)

    def _unknown(self, key: str, shape: Shape, place: str) -> None:
        near: list[str] = []
        if len(key) <= LONGEST_SUGGESTION and self._suggested < SUGGESTIONS:
            self._suggested += 1
            near = difflib.get_close_matches(key, shape, n=1)
        meant = f"Did you mean {near[0]}? " if near else ""
        self.add(
            "unknown-key",
            joined(place, key),
            f"the key {shown(key)} is unknown",
            advice=f"{meant}Keys that begin with x- are free.",
        )


def joined(place: str, key: str) -> str:
    short = key if len(key) <= SHOWN else f"{key[:SHOWN]}…"
    short = short.encode("utf-8", "backslashreplace").decode()
    return f"{place}.{short}" if place else short


def shown(value: object) -> str:
    """A value in a few characters, whatever it is."""
    if isinstance(value, str):
        return repr(value) if len(value) <= SHOWN else f"a text of {len(value)} characters"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) > LARGEST_SHOWN:
        return "a very large number"
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else repr(value)
