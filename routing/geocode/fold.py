"""Makes two spellings of one name equal: folding, short forms, and what a word weighs.

FTS5's own folding leaves ł, ø, ß and œ alone (SQLite 3.40), so both sides are folded here first.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from routing.geocode.abbreviations import (
    ALSO,
    CANONICAL,
    GLUED,
    GLUED_WITH_STOP,
    SMALL_WORDS,
    STREET_WORDS,
    TITLES,
)

# Letters that no decomposition leads to plain ones.
_LETTERS = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "œ": "oe", "æ": "ae", "þ": "th", "\u0131": "i", "ħ": "h",
})  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_DIGRAPHS = re.compile("ae|oe|ue")
# Apostrophes part words (d'Orsay), full stops stay for a moment: they tell that a word was cut.
_WORD = re.compile(r"[^\W_]+\.?")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_SHORTEST_GLUED = 5


def fold(text: str) -> str:
    """Small letters without marks: NFKC, casefold (ß becomes ss), ł to l, œ to oe, no accents."""
    return _without_marks(unicodedata.normalize("NFKC", text).casefold())


def fold_umlauts(text: str) -> str:
    """The same with ä, ö, ü written ae, oe, ue, as Germans do without such keys."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    return _without_marks(composed.translate(_UMLAUTS))


def without_digraphs(word: str) -> str:
    """The word with ae, oe, ue as a, o, u: what folding makes of ä, ö, ü."""
    return _DIGRAPHS.sub(lambda found: found[0][0], word)


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """The canonical words of a name: folded, short forms led to one spelling.

    ``Bd. Saint-Michel`` and ``boulevard St Michel`` are both ("bd", "st", "michel").
    """
    return tuple(canonical(word) for word in _WORD.findall(fold(text)))


@lru_cache(maxsize=20_000)
def forms(name: str) -> tuple[tuple[str, ...], ...]:
    """The ways to spell one name as canonical words: one, or two where it has umlauts."""
    plain, spelled = (
        words(name),
        tuple(canonical(word) for word in _WORD.findall(fold_umlauts(name))),
    )
    return (plain,) if plain == spelled else (plain, spelled)


def canonical(word: str) -> str:
    """One spelling for a folded word; a full stop at its end tells that it was cut short."""
    bare = word.removesuffix(".")
    if bare in CANONICAL:
        return CANONICAL[bare]
    endings = GLUED | GLUED_WITH_STOP if word.endswith(".") else GLUED
    for ending, whole in endings.items():
        if len(bare) >= _SHORTEST_GLUED and bare.endswith(ending):
            return bare.removesuffix(ending) + whole
    return bare


def readings(word: str) -> tuple[str, ...]:
    """A canonical word of a question, and what else it may mean."""
    return tuple(dict.fromkeys((word, without_digraphs(word), *ALSO.get(word, ()))))


def weight(word: str) -> float:
    """How much a canonical word tells which street is meant, from 0.1 to 1.

    Starting values: the order matters (names, numbers, short words, kinds and titles, small words).
    """
    if word in SMALL_WORDS:
        return 0.1
    if word in STREET_WORDS or word in TITLES:
        return 0.25
    if word.isdigit():
        return 0.8
    return 1.0 if len(word) > 2 else 0.4


def is_japanese(text: str) -> bool:
    """Whether the text has kana or ideographs, which stand without spaces."""
    return _CJK.search(text) is not None


def bigrams(text: str) -> str:
    """Pairs of neighbouring characters, separated by spaces; one character stays alone.

    A trigram index misses words of two characters, of which Japanese is full.
    """
    solid = re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    if len(solid) < 2:
        return solid
    return " ".join(a + b for a, b in pairwise(solid))


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(sign for sign in decomposed if not _is_mark(sign))
    return unicodedata.normalize("NFC", kept)


def _is_mark(sign: str) -> bool:
    # The voicing marks of kana are letters' parts there: が is not か.
    return unicodedata.combining(sign) != 0 and sign not in "\u3099\u309a"
