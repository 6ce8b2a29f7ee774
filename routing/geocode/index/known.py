"""The addresses that an index knows, and how people spoil them: to measure how many are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from routing.geocode.abbreviations import short_forms
from routing.geocode.gather import Point
from routing.geocode.index.store import Store
from routing.geocode.rows import Kind

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# A word that is cut short keeps at least its first letter; only whole words are replaced.
_SHORTEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An address of the index: its street's name, its number, the rest, and where it is."""

    street: str
    number: str
    rest: str
    at: Point
    solid: bool = False

    def written(self, street: str) -> str:
        """As one line with another spelling of the street; Japanese stands without spaces."""
        if self.solid:
            return f"{self.rest}{street}{self.number}"
        return ", ".join(part for part in (f"{street} {self.number}", self.rest) if part)


def known_addresses(index: Path) -> list[Known]:
    """Every door of an index, in a fixed order; one query a street. Raises IndexWrong."""
    store = Store(index)
    known = []
    for row in store.every():
        solid = row.kind is Kind.BLOCKS
        code = row.postcodes[0] if row.postcodes else ""
        rest = row.province + row.town if solid else f"{code} {row.town}".strip()
        known += [
            Known(
                street=row.names[0], number=house.number.label, rest=rest, at=house.at, solid=solid
            )
            for house in store.houses(row.id)
        ]
    store.close()
    return known


def spoil(known: Known, drawn: Random) -> str:
    """The address with one short form, or else one slip, in the street's name."""
    shorter = [] if known.solid else short_forms(known.street)
    if shorter and drawn.random() < 0.5:
        return known.written(drawn.choice(shorter))
    return known.written(slip(known.street, drawn))


def slip(name: str, drawn: Random) -> str:
    """One letter swapped with the next, left out, doubled or mistaken."""
    letters = [place for place, sign in enumerate(name) if sign.isalpha()]
    if len(letters) < _SHORTEST:
        return name
    place = drawn.choice(letters)
    before, sign, after = name[:place], name[place], name[place + 1 :]
    return drawn.choice(_slips(before, sign, after, drawn))


def _slips(before: str, sign: str, after: str, drawn: Random) -> Sequence[str]:
    # Who writes Japanese mistakes a character for another of the address, not for a Latin letter.
    other = drawn.choice(_LETTERS if sign.isascii() else (before + after) or _LETTERS)
    each = [before + after, before + sign + sign + after, before + other + after]
    if after[:1].isalpha() and after[0] != sign:
        each.append(before + after[0] + sign + after[1:])
    return each
