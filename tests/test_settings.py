"""README's table of settings is the one that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from app import config

README = Path(__file__).parent.parent / "README.md"
SECTION = re.compile(r"<!-- settings:[^\n]*-->\n(.*?)<!-- end of settings -->", re.DOTALL)


def expected_table() -> str:
    """The table as README must show it; pytest prints it when it does not."""
    rows = [
        f"| `{one.variable}` | {shown(one.default)} | {one.allowed or one.kind} | {one.doc} |"
        for one in config.described()
    ]
    return "\n".join(["| setting | default | values | meaning |", "|---|---|---|---|", *rows])


def shown(default: str) -> str:
    return f"`{default}`" if default else ""


def test_the_readme_shows_every_setting_with_its_default_and_meaning():
    section = SECTION.search(README.read_text(encoding="utf-8"))

    assert section is not None
    assert section[1].strip() == expected_table()


def test_no_setting_is_undocumented():
    undocumented = [one.name for one in config.described() if len(one.doc) < len("a sentence")]

    assert undocumented == []
