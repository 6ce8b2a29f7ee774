"""One word, one meaning: what is stored has its word in the glossary, and no word's rival is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dispatch.tables import Base

ROOT = Path(__file__).parent.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| **")
]
WORDS = {row[0].strip("*").lower() for row in ROWS}
RIVALS = {rival.strip(): row[0] for row in ROWS for rival in row[-1].split(",") if rival.strip()}
SOURCES = [
    path
    for package in ("app", "schedules", "dispatch", "routing")
    for path in sorted((ROOT / package).rglob("*"))
    if path.suffix in {".py", ".html", ".js", ".css"}
    and "node_modules" not in path.parts
    and "dist" not in path.parts
]


def own_words(path: Path) -> str:
    """The text of a file without the words that Python itself, or a protocol, brings in."""
    return re.sub(r"slots=True|__slots__|\"slots?\"", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_the_glossary_explains_every_table(table):
    words = table.replace("_", " ")

    assert words in WORDS or any(
        words.endswith(f" {word}") or words.startswith(f"{word} ") for word in WORDS
    )


@pytest.mark.parametrize("rival", sorted(RIVALS))
def test_nothing_is_named_by_a_word_that_the_glossary_avoids(rival):
    name = re.compile(rf"(?<![a-z]){rival}s?(?![a-z])", re.IGNORECASE)

    guilty = [str(path) for path in SOURCES if name.search(own_words(path))]

    assert guilty == [], f"use {RIVALS[rival]}"


def test_every_word_is_given_in_four_languages():
    incomplete = [row[0] for row in ROWS if not all(row[:5])]

    assert incomplete == []
