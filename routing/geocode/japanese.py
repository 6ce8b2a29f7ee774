"""Japanese addresses: from the large to the small, numbered by blocks, without spaces.

東京都千代田区丸の内1丁目1番5号, 丸の内一丁目1番地の5 and 丸の内1-1-5 are one door: district
(chome) 1, block 1, house 5.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_POSTCODE = re.compile(r"〒?\s*(\d{3}-\d{4})(?!\d)")
_DASH = re.compile("(?<=\\d)[-\u2010-\u2015\u2212\u30fc\uff0d\uff70の](?=\\d)")
# 番 counts blocks, but 一番町 is a name. 条 numbers streets in Sapporo: part of the name.
_KANJI = re.compile("[〇一二三四五六七八九十百]+(?=丁目|番地|番(?!町)|号|条)")
_COUNTED = re.compile(r"(\d+)(?:丁目|番地の|番地|番(?!町))(?=(\d?))")
_NUMBERS = re.compile(r"(\d+(?:-\d+)*)(?!\d|条|線|番町)")
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A block address, read: ``text`` without spaces, small letters; ``numbers`` as they come."""

    text: str
    numbers: tuple[int, ...] = ()
    postcode: str = ""


def read(address: str) -> Blocks:
    """Read an address; what comes after the numbers, usually a building, is passed over."""
    text = unicodedata.normalize("NFKC", address).casefold()
    postcode = ""
    if found := _POSTCODE.search(text):
        postcode = found[1]
        text = text[: found.start()] + text[found.end() :]
    text = counted(re.sub(r"[\s,、]+", "", text))
    numbers = _NUMBERS.search(text)
    if numbers is None:
        return Blocks(text=text, postcode=postcode)
    return Blocks(
        text=text[: numbers.start()],
        numbers=tuple(int(number) for number in numbers[1].split("-")),
        postcode=postcode,
    )


def counted(text: str) -> str:
    """Numerals and counters as digits and hyphens: 一丁目2番3号 becomes 1-2-3."""
    text = _KANJI.sub(lambda found: str(_value(found[0])), text)
    text = _DASH.sub("-", text)
    text = _COUNTED.sub(lambda found: found[1] + ("-" if found[2] else ""), text)
    return re.sub(r"(?<=\d)号", "", text)


def _value(numeral: str) -> int:
    """The number of a kanji numeral below a thousand: 二十三 is 23, 一〇 is 10."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_DIGITS[sign]) for sign in numeral))
    whole, digit = 0, 0
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            whole += (digit or 1) * (100 if sign == "百" else 10)
            digit = 0
    return whole + digit
