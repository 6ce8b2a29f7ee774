"""Answers questions from an index: candidates by words, their scores, the door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.geocode import numbers
from routing.geocode.answer import MARGIN, SAME_PLACE_M, Answer, Precision, apart
from routing.geocode.fold import is_japanese, weight
from routing.geocode.index.align import Match, align
from routing.geocode.index.blocks import PROVIDER, find_blocks
from routing.geocode.index.question import Question, Token, ask
from routing.geocode.index.store import Found, Store
from routing.geocode.numbers import Hit
from routing.geocode.rows import Kind

CANDIDATES = 50
MOST = 5
# Worse than this, words that do exist may be slips, too.
_POOR = 0.7
# Words as like as the best of the vocabulary that one mistyped word is tried as.
_SLIPS = 8
_SHORTEST_SLIP, _LONGEST_SLIP = 3, 2
# A town for a question that also names something unknown in it: to be looked at, never taken.
ONLY_TOWN = 0.5
# Two places that answer equally well halve what each is worth of being right.
_TIED = 0.75
_SIGHT_WITH_NUMBER = 0.6
# From here on a name counts as written out right.
_RIGHT = 0.999


class Places:
    """The embedded geocoder: an index of one extract. Safe between threads."""

    name = PROVIDER

    def __init__(self, path: Path) -> None:
        """Open an index. Raises IndexWrong."""
        self._store = Store(path)
        self.attribution = self._store.facts["attribution"]
        self.digest = self._store.facts["extract"]

    def close(self) -> None:
        """Let the file go."""
        self._store.close()

    def find(
        self,
        address: str,
        *,
        language: str = "",  # noqa: ARG002 - names are as they are written on the spot
        country: str | None = None,  # noqa: ARG002 - an extract is one country
    ) -> tuple[Answer, ...]:
        """Up to five places, best first; empty when there is none. Milliseconds."""
        if is_japanese(address):
            return tuple(find_blocks(self._store, address, attribution=self.attribution))[:MOST]
        question = ask(address, postcodes=self._store.postcodes)
        if not question.tokens:
            return ()
        telling = _telling(question)
        # A town with a slip is known by comparing; only a street has to be found first.
        streets = [token for token in telling if not self._store.is_in_town(token.text)]
        strange = [token for token in streets if not self._store.knows(token.text)]
        rows = self._candidates(question, telling, mistyped=strange)
        matches = self._matches(question, rows)
        # A slip may have led to another word that exists: harbour, labour.
        if _best(matches) < _POOR:
            more = self._candidates(question, telling, mistyped=streets or telling)
            matches = self._matches(question, more)
        return tuple(self._answers(question, matches[: 2 * MOST]))[:MOST]

    def _candidates(
        self, question: Question, telling: Sequence[Token], *, mistyped: Sequence[Token] = ()
    ) -> list[Found]:
        """Rows that share a telling word with the question, or one like a ``mistyped`` word."""
        words = {
            reading
            for token in telling
            for reading in token.readings
            if reading == token.text or weight(reading) >= 1
        }
        joined = zip(question.tokens, question.tokens[1:], strict=False)
        words |= {a.text + b.text for a, b in joined if a.number is None and b.number is None}
        words |= {
            word
            for token in mistyped
            if len(token.text) >= _SHORTEST_SLIP
            for reading in token.readings
            if weight(reading) >= 1
            for word in self._store.like(
                reading, slips=1 if len(token.text) <= 5 else _LONGEST_SLIP, most=_SLIPS
            )
            if weight(word) >= 1  # half of all streets are a rue
        }
        # A street's name may be a number and a small word: rue du 4, 3 Maja.
        words |= {token.text for token in question.tokens if token.number and len(telling) < 2}
        starts = [token.text for token in telling if token.cut]
        return self._store.by_words(sorted(words), starts=starts, most=CANDIDATES)

    def _matches(self, question: Question, rows: Iterable[Found]) -> list[Match]:
        towns, regions = self._store.towns, self._store.regions
        matches = [align(question, row, towns=towns, regions=regions) for row in rows]
        kept = [match for match in matches if match.text * match.place > 0.2]
        return sorted(kept, key=lambda match: (-match.score, match.row.id))

    def _answers(self, question: Question, matches: Sequence[Match]) -> list[Answer]:
        scored = [self._scored(question, match) for match in matches]
        scored.sort(key=lambda one: -one.score)
        answers: list[Answer] = []
        for one in scored:
            tied = any(_is_tied(one, other) for other in scored)
            confidence = one.score * (_TIED if tied else 1.0)
            if answers and not _is_tied(one, scored[0]):
                # It is no rival of the first, so it must not look like one.
                confidence = min(confidence, max(0.0, answers[0].confidence - MARGIN))
            answers.append(self._answer(question, one, confidence))
        return answers

    def _scored(self, question: Question, match: Match) -> _Scored:
        """With the house number found, or not."""
        row = match.row
        if row.kind is Kind.TOWN:
            score = match.score
            if match.unexplained:
                score = min(ONLY_TOWN, ONLY_TOWN * match.place)
            hit = Hit(at=row.at, precision=Precision.LOCALITY, share=1.0)
            return _Scored(match=match, score=score, hit=hit)
        if row.kind is Kind.SIGHT:
            # Who writes a number means a street, even if a shop is called after it.
            share = 1.0 if match.number_at is None else _SIGHT_WITH_NUMBER
            hit = Hit(at=row.at, precision=Precision.ROOFTOP, share=share)
        elif match.number_at is None:
            hit = Hit(at=row.at, precision=Precision.STREET, share=1.0)
        else:
            wanted = question.tokens[match.number_at].number
            assert wanted is not None
            hit = numbers.find(wanted, self._store.houses(row.id), street=row.at)
        return _Scored(match=match, score=match.score * hit.share, hit=hit)

    def _answer(self, question: Question, one: _Scored, confidence: float) -> Answer:
        row, number_at = one.match.row, one.match.number_at
        number = ""
        if number_at is not None and row.kind is Kind.STREET:
            number = question.tokens[number_at].text
        return Answer(
            latitude=round(one.hit.at[0], 6),
            longitude=round(one.hit.at[1], 6),
            label=label(row, number),
            precision=one.hit.precision,
            provider=PROVIDER,
            attribution=self.attribution,
            confidence=round(min(1.0, confidence), 3),
        )


def _telling(question: Question) -> list[Token]:
    """The words that tell which place is meant; where there are none, all that are no numbers."""
    return [token for token in question.tokens if token.weight >= 1] or [
        token for token in question.tokens if token.number is None
    ]


def _best(matches: Sequence[Match]) -> float:
    return matches[0].score if matches else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """A match with the place of its door; ``score`` counts how exactly that is known."""

    match: Match
    score: float
    hit: Hit


def label(row: Found, number: str = "") -> str:
    """An address as one line."""
    street = f"{row.names[0]} {number}".strip()
    code = row.postcodes[0] if row.postcodes else ""
    town = "" if row.kind is Kind.TOWN else row.town
    return ", ".join(part for part in (street, f"{code} {town}".strip()) if part)


def _is_tied(one: _Scored, other: _Scored) -> bool:
    """Whether another thing of the same kind, elsewhere, answers as well.

    What is written out right is not tied with what is only like it.
    """
    if one is other or one.match.row.kind is not other.match.row.kind:
        return False
    if abs(one.score - other.score) >= MARGIN or apart(one.hit.at, other.hit.at) <= SAME_PLACE_M:
        return False
    right = [each.match.text >= _RIGHT for each in (one, other)]
    return right[0] == right[1]
