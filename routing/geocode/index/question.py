"""An address as somebody wrote it, cut into words, numbers and postcodes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from routing.geocode import numbers
from routing.geocode.abbreviations import CANONICAL, COUNTRIES, UNIT_WORDS
from routing.geocode.fold import canonical, fold, fold_umlauts, readings, weight
from routing.geocode.numbers import Number

_TOKEN = re.compile(
    r"(?P<code>(?<!\w)(?:[a-z]{1,3}-)?(?:\d{2}-\d{3}|\d{4,5}-\d{3}|\d{3}-\d{4})(?![\w-]))"
    r"|(?P<british>(?<!\w)[a-z]{1,2}\d[a-z\d]?\s+\d[a-z]{2}(?!\w))"
    r"|(?P<land>(?<!\w)[a-z]{1,3}-(?=\d{4,5}(?!\w)))"
    r"|(?P<number>(?<!\w)\d+(?:\s?(?:[a-z]|bis|ter|quater))?(?![\w.])"
    r"(?:\s?[-/\u2013]\s?(?:\d+(?:[a-z](?!\w))?|[a-z](?!\w)))?)"
    r"|(?P<word>[^\W_]+\.?)"
    r"|(?P<comma>[,;\n])"
)
# What stands for a door inside the house says nothing about where the house is.
_UNIT_WEIGHT = 0.05
_SHORTEST_KIND = 5
_KINDS = [word for word in CANONICAL if len(word) >= _SHORTEST_KIND]
_LIKE_A_POSTCODE = re.compile(r"\d{4,5}")


@dataclass(slots=True, kw_only=True)
class Token:
    """One word or number of a question. ``readings`` are the words that it may stand for."""

    text: str
    readings: tuple[str, ...]
    weight: float
    number: Number | None = None
    cut: bool = False


@dataclass(slots=True, kw_only=True)
class Question:
    """An address, cut up; ``postcode`` without signs."""

    tokens: list[Token] = field(default_factory=list)
    postcode: str = ""

    @property
    def numbers(self) -> list[int]:
        """Which tokens may be house numbers, by place."""
        return [place for place, token in enumerate(self.tokens) if token.number is not None]


def ask(address: str, *, postcodes: Collection[str]) -> Question:
    """Cut an address up; ``postcodes`` are those that exist here, without signs."""
    plain, spelled = fold(address), fold_umlauts(address)
    question = Question()
    codes: list[tuple[int, str]] = []
    in_unit = False
    others = [found for found in _TOKEN.finditer(spelled) if found["word"]]
    for found in _TOKEN.finditer(plain):
        if found["code"] or found["british"]:
            codes.append((len(question.tokens), re.sub(r"^[a-z]{1,3}-|[^\w]", "", found[0])))
        elif found["number"]:
            if not in_unit:
                question.tokens.append(_number(found[0]))
            in_unit = False
        elif found["word"]:
            other = others[0]["word"] if others else found[0]
            unit = found[0].removesuffix(".") in UNIT_WORDS
            # Bâtiment C: the letter names the unit.
            question.tokens.append(
                _word(found[0], other, unit=unit or (in_unit and len(found[0]) < 3))
            )
            in_unit = unit
        else:
            in_unit = False
        if found["word"] and others:
            others.pop(0)
    _make_light_of_country(question.tokens)
    if codes:
        question.postcode = codes[-1][1]
    else:
        _take_postcode(question, postcodes)
    return question


def _word(text: str, other: str, *, unit: bool) -> Token:
    """A word; ``other`` is it with its umlauts spelled out."""
    word, cut = canonical(text), text.endswith(".")
    each = (*readings(word), *readings(canonical(other)), *_meant_kind(word))
    return Token(
        text=word,
        readings=tuple(dict.fromkeys(each)),
        weight=_UNIT_WEIGHT if unit else weight(word),
        # A cut word that no list leads to a whole one may be the beginning of any.
        cut=cut and word == text.removesuffix(".") and len(word) > 1,
    )


def _make_light_of_country(tokens: list[Token]) -> None:
    """The country's name at the end says nothing within it; alone, or after a street, it may."""
    for token in tokens[:1:-1]:
        if token.text not in COUNTRIES:
            return
        token.weight = _UNIT_WEIGHT


def _meant_kind(word: str) -> tuple[str, ...]:
    """The kind of street or title that a word with one slip stands for: bulevard."""
    if len(word) < _SHORTEST_KIND:
        return ()
    found = process.extractOne(word, _KINDS, scorer=OSA.distance, score_cutoff=1)
    return (CANONICAL[found[0]],) if found else ()


def _number(text: str) -> Token:
    label = re.sub(r"\s+", "", text)
    return Token(text=label, readings=(label,), weight=0.8, number=numbers.read(label))


def _take_postcode(question: Question, postcodes: Collection[str]) -> None:
    """Plain digits are a postcode if there is such a one here, or if nothing else could be."""
    places = [
        place
        for place in question.numbers
        if _LIKE_A_POSTCODE.fullmatch(question.tokens[place].text)
    ]
    known = [place for place in places if question.tokens[place].text in postcodes]
    long = [place for place in places if len(question.tokens[place].text) == 5]
    several = places if len(question.numbers) > 1 else []
    chosen = known or long or several[-1:]
    if chosen:
        question.postcode = question.tokens.pop(chosen[-1]).text
