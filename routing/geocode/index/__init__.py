"""The embedded geocoder: an index of an extract's addresses in one file, read in milliseconds.

``build_index`` makes it, ``Places`` answers from it; nothing leaves the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from routing.geocode.fold import fold
from routing.geocode.gather import LAST_REGION, Bounds, ExtractWrong, Gathered, gather
from routing.geocode.index import store
from routing.geocode.index.blocks import PROVIDER
from routing.geocode.index.search import Places
from routing.geocode.index.store import IndexWrong
from routing.geocode.rows import Kind, key_of, make_rows

ATTRIBUTION = "© OpenStreetMap contributors"

__all__ = [
    "ATTRIBUTION",
    "PROVIDER",
    "Built",
    "ExtractWrong",
    "IndexWrong",
    "Places",
    "build_index",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What an index holds."""

    streets: int
    doors: int
    blocks: int
    sights: int
    towns: int


def build_index(
    extract: Path, target: Path, *, accept: Callable[[Bounds], None] = lambda _bounds: None
) -> Built:
    """Read an ``.osm.pbf`` and write its index of places to ``target``.

    Written beside and renamed: a failed build leaves the old index. ``accept`` sees how far the
    places reach before anything is written, and may raise. About a second for a town and a minute
    for a small country. Raises ExtractWrong, and OSError when the disk is full.
    """
    found = gather(extract)
    accept(found.bounds)
    rows = make_rows(found)
    store.write(target, rows, facts=_facts(extract, found))
    count = {kind: sum(row.kind is kind for row in rows) for kind in Kind}
    return Built(
        streets=count[Kind.STREET],
        doors=sum(len(row.houses) for row in rows),
        blocks=count[Kind.BLOCKS],
        sights=count[Kind.SIGHT],
        towns=count[Kind.TOWN],
    )


def _facts(extract: Path, found: Gathered) -> dict[str, str]:
    regions = {
        word
        for border in found.borders
        if 0 < border.level <= LAST_REGION
        for name in border.names
        for word in (key_of(name), *fold(name).split())
    }
    with extract.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "attribution": ATTRIBUTION,
        "extract": digest,
        "regions": "\n".join(sorted(regions)),
    }
