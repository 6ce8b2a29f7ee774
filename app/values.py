"""What a setting may be, and how what was given for it, text or a value of a file, gets its type."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def setting(
    default: Any,  # noqa: ANN401
    doc: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    choices: tuple[str, ...] = (),
    pattern: str = "",
    hidden: bool = False,
) -> Any:  # noqa: ANN401
    """Describe one setting: what it means, what it may be, and whether its value is a secret."""
    return dataclasses.field(
        default=default,
        metadata={
            "doc": doc,
            "at_least": at_least,
            "at_most": at_most,
            "choices": choices,
            "pattern": pattern,
            "hidden": hidden,
        },
    )


def checked(field: dataclasses.Field[Any], raw: object) -> Any:  # noqa: ANN401
    """Turn what was given into the setting's type. Raises ValueError with half a sentence."""
    value: Any = _READERS[str(field.type)](raw)
    facts = field.metadata
    if facts["choices"] and value not in facts["choices"]:
        raise ValueError(
            f"is {value!r}, but must be one of {', '.join(filter(None, facts['choices']))}"
        )
    if facts["at_least"] is not None and not facts["at_least"] <= value <= facts["at_most"]:
        raise ValueError(
            f"is {value}, but must be between {facts['at_least']} and {facts['at_most']}"
        )
    if facts["pattern"] and value and not re.fullmatch(facts["pattern"], str(value)):
        raise ValueError(f"does not have the form that is needed ({facts['doc']})")
    return value


def _read_bool(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else ""
    if word not in TRUE + FALSE:
        raise ValueError(f"is {raw!r}, but must be yes or no")
    return word in TRUE


def _read_int(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if not isinstance(raw, str) or not re.fullmatch(r"\s*-?[0-9]{1,15}\s*", raw):
        raise ValueError(f"is {raw!r}, but must be a whole number")
    return int(raw)


def _read_str(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"is {raw!r}, but must be text")  # noqa: TRY004
    return raw.strip()


def _read_path(raw: object) -> Path:
    return Path(_read_str(str(raw) if isinstance(raw, Path) else raw)).expanduser()


_READERS = {"bool": _read_bool, "int": _read_int, "str": _read_str, "Path": _read_path}
