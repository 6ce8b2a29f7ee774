"""Finds Japanese block addresses, and other Japanese names, by pairs of characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from routing.geocode import japanese
from routing.geocode.answer import MARGIN, SAME_PLACE_M, Answer, Precision, apart
from routing.geocode.index.align import ALIKE, PRIOR
from routing.geocode.index.store import Found, Store
from routing.geocode.japanese import Blocks
from routing.geocode.numbers import Hit, House
from routing.geocode.rows import Kind

CANDIDATES = 50
PROVIDER = "embedded"
_PREFECTURE = "都道府県"
# What a block without the house, and a district without the block, is worth.
_ONLY_BLOCK, _ONLY_DISTRICT = 0.9, 0.6
_OTHER_DISTRICT = 0.5
_TIED = 0.75


def find_blocks(store: Store, address: str, *, attribution: str) -> Iterator[Answer]:
    """Places for an address in Japanese, best first."""
    asked = japanese.read(address)
    if not asked.text:
        return
    scored = []
    for row in store.by_pairs(asked.text, most=CANDIDATES):
        text = max(_alike(asked.text, name, row) for name in _names(row))
        if text < ALIKE * ALIKE:
            continue
        hit, label = _hit(asked, row, store)
        score = text * hit.share * PRIOR[row.kind]
        if asked.postcode and row.postcodes and asked.postcode not in row.postcodes:
            score *= _OTHER_DISTRICT
        scored.append((score, hit, label))
    scored.sort(key=lambda one: -one[0])
    for score, hit, label in scored:
        tied = any(
            abs(other - score) < MARGIN and apart(hit.at, elsewhere.at) > SAME_PLACE_M
            for other, elsewhere, _label in scored
            if elsewhere is not hit
        )
        yield Answer(
            latitude=round(hit.at[0], 6),
            longitude=round(hit.at[1], 6),
            label=label,
            precision=hit.precision,
            provider=PROVIDER,
            attribution=attribution,
            confidence=round(score * (_TIED if tied else 1.0), 3),
        )


def _names(row: Found) -> Sequence[str]:
    """A district is compared without its number, which is among the numbers asked for."""
    return row.names[1:] if row.kind is Kind.BLOCKS else row.names


def _alike(text: str, name: str, row: Found) -> float:
    """With as much before the name as was written: town, province, both or none."""
    solid = japanese.read(name).text or name
    fronts = {"", row.town, row.province, row.province + row.town}
    best = max(OSA.normalized_similarity(text, front + solid) for front in fronts)
    for front in fronts - {""}:
        whole = front + solid
        # A province that nobody mapped stands before; it is one when it ends like one.
        if text.endswith(whole) and text[: -len(whole)][-1:] in _PREFECTURE:
            best = 1.0
    return float(best * best)


def _hit(asked: Blocks, row: Found, store: Store) -> tuple[Hit, str]:
    """The house, its block, or the district; and the address as one line."""
    front = row.province + (row.town if row.kind is not Kind.TOWN else "")
    if row.kind is not Kind.BLOCKS:
        precision = {
            Kind.TOWN: Precision.LOCALITY,
            Kind.STREET: Precision.STREET,
            Kind.SIGHT: Precision.ROOFTOP,
        }[row.kind]
        # A town with a block that is not known in it is no answer to be taken.
        share = _ONLY_DISTRICT if asked.numbers and row.kind is Kind.TOWN else 1.0
        return Hit(at=row.at, precision=precision, share=share), front + row.names[0]
    rest = list(asked.numbers)
    share = 1.0
    if row.chome and (not rest or rest.pop(0) != row.chome):
        share = _OTHER_DISTRICT
        rest = []
    label = front + row.names[0] + "-".join(str(number) for number in rest)
    if not rest:
        whole = 1.0 if not asked.numbers or len(asked.numbers) == 1 else share
        district = Hit(at=row.at, precision=Precision.LOCALITY, share=whole * share)
        return district, front + row.names[0]
    return _door(rest, store.houses(row.id), row, share=share), label


def _door(rest: Sequence[int], houses: Sequence[House], row: Found, *, share: float) -> Hit:
    wanted = "-".join(str(number) for number in rest[:2])
    block = [house for house in houses if house.number.first == rest[0]]
    for house in block:
        if house.number.label == wanted:
            return Hit(at=house.at, precision=Precision.ROOFTOP, share=share)
    if not block:
        return Hit(at=row.at, precision=Precision.LOCALITY, share=share * _ONLY_DISTRICT)
    middle = (
        sum(house.at[0] for house in block) / len(block),
        sum(house.at[1] for house in block) / len(block),
    )
    asked_house = len(rest) > 1
    return Hit(
        at=middle, precision=Precision.STREET, share=share * (_ONLY_BLOCK if asked_house else 1.0)
    )
