"""Every code of the trade has a word, and every fact of a ticket's story a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import words
from app.desk.facts import FACTS

DISPATCH = Path(__file__).parent.parent.parent / "dispatch"
TONES = {"calm", "busy", "wait", "warn", "bad", "good"}
FACT = re.compile(r"(ticket|tier|clock|attempt|message|customer|owner|agreement)-[a-z-]+[ed]n?")
# Facts of a ticket that its story tells by a row of their own: messages, attempts, visits.
ROWS = {
    "attempt-recorded",
    "customer-answered",
    "customer-asked",
    "message-added",
    "ticket-answered",
    "ticket-escalated",
    "ticket-handed-back",
    "ticket-sent-to-field",
    "tier-reviewed",
    "visit-requested",
}


@pytest.mark.parametrize("kind", words.WORDS, ids=lambda kind: kind.__name__)
def test_every_member_has_a_word(kind):
    assert set(words.WORDS[kind]) == set(kind)


@pytest.mark.parametrize("kind", words.TONES, ids=lambda kind: kind.__name__)
def test_a_tone_is_one_that_the_pages_know(kind):
    assert set(words.TONES[kind].values()) <= TONES


def test_a_code_without_a_tone_is_calm():
    assert words.tone(next(iter(words.WORDS))("new")) == "warn"


def test_every_fact_about_a_ticket_is_told():
    told = set(FACTS) | ROWS

    assert {kind for kind in recorded_in("tickets") if FACT.fullmatch(kind)} - told == set()


def test_no_sentence_tells_a_fact_that_nobody_records():
    assert set(FACTS) - recorded_in(".") == set()


def recorded_in(folder):
    """Kinds of the facts that the modules of a folder record."""
    texts = [path.read_text(encoding="utf-8") for path in (DISPATCH / folder).rglob("*.py")]
    return {kind for text in texts for kind in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text)}
