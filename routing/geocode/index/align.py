"""How well a row answers a question: which words it explains, and what stays unexplained.

A row's score is text times place: how like its name is what was written, times how well town and
postcode agree. Omitted words cost little (people leave out titles and first names), other words
cost much: an unrelated street must not score. Starting values throughout.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from routing.geocode.fold import forms, weight
from routing.geocode.index.question import Question, Token
from routing.geocode.index.store import Found
from routing.geocode.rows import Kind, key_of

# Two words less alike than this are different words; one slip in four letters is 0.75.
ALIKE = 0.7
# A slip counts twice: a word that is nearly right is often another word.
_SHARPER = 2
# Kinds, titles and all but the last telling word, first names mostly, may be left out.
_LEFT_OUT = 0.15
_BEGINNING = 0.9
# A name that is less like the question than this is not looked at further: no town mends that.
_LEAST = 0.35
_SLIP_IN_SMALL = 0.5
# From this weight on a word tells which street is meant.
_TELLING = 0.8
# Places that disagree, and words that nobody explains.
OTHER_POSTCODE, UNKNOWN_POSTCODE, SECOND_NAME, OTHER_TOWN = 0.85, 0.97, 0.96, 0.45
_UNEXPLAINED = 0.8
# Who writes one name means the town before the street and the shop: only ties are decided.
PRIOR = {Kind.TOWN: 1.0, Kind.STREET: 0.99, Kind.BLOCKS: 0.99, Kind.SIGHT: 0.97}
_LONGEST_RUN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What of a question a row explains. ``text`` and ``place`` from 0 to 1."""

    row: Found
    text: float
    place: float
    number_at: int | None
    unexplained: float

    @property
    def score(self) -> float:
        """All in one, without the house number."""
        return self.text * self.place * PRIOR[self.row.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """How like a name the used tokens are."""

    alike: float
    used: frozenset[int]


def align(
    question: Question, row: Found, *, towns: Collection[str], regions: Collection[str]
) -> Match:
    """Compare a question with one row. O(words of both)."""
    text = max(
        (_compare(question.tokens, form) for name in row.names for form in forms(name)),
        key=lambda one: (one.alike, len(one.used)),
    )
    if text.alike < _LEAST:
        return Match(row=row, text=0.0, place=0.0, number_at=None, unexplained=0.0)
    left = [place for place in range(len(question.tokens)) if place not in text.used]
    number_at = _number_of(question, left, text.used) if row.kind is not Kind.TOWN else None
    left = [place for place in left if place != number_at]
    where = _towns_of(question.tokens, left, row)
    rest = [place for place in left if place not in where.used]
    strange = [place for place in rest if not _is_region(question.tokens[place], regions)]
    unexplained = sum(
        question.tokens[place].weight
        for place in strange
        if question.tokens[place].number is None or row.kind is Kind.TOWN
    )
    agreement = where.alike if where.used else 1.0
    agreement *= _postcode_agrees(question.postcode, row, found_town=bool(where.used))
    if any(question.tokens[place].text in towns for place in strange):
        agreement *= OTHER_TOWN
    return Match(
        row=row,
        text=text.alike / (1 + _UNEXPLAINED * unexplained),
        place=agreement,
        number_at=number_at,
        unexplained=unexplained,
    )


def _compare(tokens: Sequence[Token], name: Sequence[str]) -> _Text:
    """Word by word, or as one long word, whichever is more alike."""
    one_by_one = _by_words(tokens, name)
    if one_by_one.alike == 1.0:
        return one_by_one
    grown = _grown_together(tokens, "".join(name))
    return max(one_by_one, grown, key=lambda one: one.alike)


def _by_words(tokens: Sequence[Token], name: Sequence[str]) -> _Text:
    """Each word of the name with the token most like it; the same word before one like it."""
    matched: dict[int, tuple[float, int]] = {}
    free = set(range(len(tokens)))
    for place, word in enumerate(name):
        same = next((each for each in sorted(free) if word in tokens[each].readings), None)
        if same is not None:
            matched[place] = (1.0, same)
            free.discard(same)
    for place, word in enumerate(name):
        if place not in matched and free:
            alike, least = max((alike_words(tokens[each], word), -each) for each in free)
            if alike:
                matched[place] = (alike, -least)
                free.discard(-least)
    heads = [place for place, word in enumerate(name) if weight(word) >= _TELLING]
    whole = got = 0.0
    for place, word in enumerate(name):
        alike = matched[place][0] if place in matched else 0.0
        left_out = place not in matched and place not in heads[-1:]
        whole += weight(word) * (_LEFT_OUT if left_out and heads else 1.0)
        got += weight(word) * alike
    used = frozenset(token for _alike, token in matched.values())
    return _Text(alike=got / whole if whole else 0.0, used=used)


def _grown_together(tokens: Sequence[Token], name: str) -> _Text:
    """The run of neighbouring tokens that, written as one word, is most like the name."""
    best = _Text(alike=0.0, used=frozenset())
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + _LONGEST_RUN, len(tokens)) + 1):
            run = "".join(token.text for token in tokens[first:last])
            if abs(len(run) - len(name)) > 0.3 * len(name) + 1:
                continue
            alike = _sharp(OSA.normalized_similarity(run, name, score_cutoff=ALIKE))
            if alike > best.alike:
                best = _Text(alike=alike, used=frozenset(range(first, last)))
    return best


def alike_words(token: Token, word: str) -> float:
    """From 0 to 1. Numbers, and telling words of up to three letters, are the same or not."""
    if word in token.readings:
        return 1.0
    if token.cut and word.startswith(token.text):
        return _BEGINNING
    if len(word) <= 3 or word.isdigit():
        small = weight(word) < _TELLING and len(token.text) > 1 and token.number is None
        return _SLIP_IN_SMALL if small and OSA.distance(token.text, word) <= 1 else 0.0
    return max(
        _sharp(OSA.normalized_similarity(reading, word, score_cutoff=ALIKE))
        for reading in token.readings
    )


def _sharp(alike: float) -> float:
    return float(alike**_SHARPER)


def _number_of(question: Question, left: Sequence[int], used: Collection[int]) -> int | None:
    """The number nearest to the name, behind it before in front of it."""
    places = [place for place in question.numbers if place in left]
    if not used or not places:
        return places[0] if places else None
    first, last = min(used), max(used)

    def far(place: int) -> int:
        return 2 * (place - last) if place > last else 2 * (first - place) + 1

    return min(places, key=far)


def _towns_of(tokens: Sequence[Token], left: Sequence[int], row: Found) -> _Text:
    """The town that the remaining words name, if it is the row's. Its first name counts most."""
    best = _Text(alike=0.0, used=frozenset())
    rest = [tokens[place] for place in left]
    for rank, name in enumerate(row.towns):
        for form in forms(name):
            text = _compare(rest, form)
            # A town named by chance: one small word of a long name is no name.
            if text.alike < ALIKE:
                continue
            alike = text.alike * (1.0 if rank == 0 else SECOND_NAME)
            if (alike, len(text.used)) > (best.alike, len(best.used)):
                used = frozenset(left[each] for each in text.used)
                best = _Text(alike=alike, used=used)
    return best


def _postcode_agrees(postcode: str, row: Found, *, found_town: bool) -> float:
    if not postcode or not row.postcodes:
        return 1.0
    if postcode in {key_of(code) for code in row.postcodes}:
        return 1.0
    return OTHER_POSTCODE if found_town else OTHER_TOWN


def _is_region(token: Token, regions: Collection[str]) -> bool:
    return token.text in regions
