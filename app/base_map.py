"""What lies under our maps besides our own ground: nothing, a file of ours, or a server's tiles.

Nothing leaves the machine unless a setting asks for it. In demo mode, where every place is made up,
the tiles of OpenStreetMap are taken; their policy allows that for viewing, with attribution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

# As published at https://operations.osmfoundation.org/policies/tiles/.
OSM_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
OSM_CREDIT = "© OpenStreetMap contributors https://www.openstreetmap.org/copyright"
# Version 3 of https://github.com/protomaps/PMTiles: the header, where it says what a tile is, and
# the number of a vector tile.
PMTILES_MAGIC, PMTILES_HEADER, TILE_KIND, VECTOR = b"PMTiles\x03", 127, 99, 1
PARTS = ("{z}", "{x}", "{y}")
TILE_URL = r"https?://[^\s/{}?#@]+/\S+"
_CREDIT = re.compile(r"\s*(?P<text>.*?)(?:\s+(?P<url>https?://\S+)|$)")


class Kind(StrEnum):
    """What lies under the maps."""

    NONE = "none"
    PMTILES = "pmtiles"
    TILES = "tiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Whose data a map shows; ``url`` is empty where there is nothing to lead to."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseMap:
    """The base that was chosen. ``file`` is only read for PMTILES, ``tile_url`` for TILES."""

    kind: Kind
    file: Path
    tile_url: str = ""
    credits: tuple[Credit, ...] = ()

    @property
    def origin(self) -> str:
        """Where browsers fetch pictures besides from us; empty for nowhere."""
        if self.kind is not Kind.TILES:
            return ""
        parts = urlsplit(self.tile_url)
        return f"{parts.scheme}://{parts.netloc}"

    def fault(self) -> str:
        """Why the file cannot be shown, as a sentence; empty when all is well."""
        if self.kind is not Kind.PMTILES:
            return ""
        try:
            with self.file.open("rb") as file:
                head = file.read(PMTILES_HEADER)
        except OSError as wrong:
            return (
                f"ONSITE_MAP is pmtiles, but {self.file} cannot be read ({wrong.strerror});"
                " onsite roads tiles makes one, or ONSITE_MAP_PMTILES names another."
            )
        if len(head) < PMTILES_HEADER or not head.startswith(PMTILES_MAGIC):
            return f"ONSITE_MAP is pmtiles, but {self.file} is no pmtiles archive of version 3."
        if head[TILE_KIND] != VECTOR:
            return f"ONSITE_MAP is pmtiles, but {self.file} holds no vector tiles."
        return ""


def chosen(*, named: str, file: Path, tile_url: str, attribution: str, demo: bool) -> BaseMap:
    """The base that settings name; ``named`` is empty where they leave it to us."""
    if not named:
        return (
            BaseMap(kind=Kind.TILES, file=file, tile_url=OSM_TILES, credits=credited(OSM_CREDIT))
            if demo
            else BaseMap(kind=Kind.NONE, file=file)
        )
    kind = Kind(named)
    # Files for this are made of OpenStreetMap's data, as ours are, unless somebody says otherwise.
    said = attribution or (OSM_CREDIT if kind is Kind.PMTILES else "")
    return BaseMap(kind=kind, file=file, tile_url=tile_url, credits=credited(said))


def credited(attribution: str) -> tuple[Credit, ...]:
    """Read an attribution: each address becomes the link of the words before it."""
    found = (
        Credit(text=match["text"] or match["url"], url=match["url"] or "")
        for match in _CREDIT.finditer(attribution)
    )
    return tuple(each for each in found if each.text)


def disagreements(*, named: str, pmtiles: str, tile_url: str, attribution: str) -> Iterator[str]:
    """Find settings that do not go together, a sentence for each."""
    if tile_url and named != Kind.TILES:
        yield "ONSITE_MAP_TILE_URL is set, but ONSITE_MAP is not tiles; set both."
    if pmtiles and named != Kind.PMTILES:
        yield "ONSITE_MAP_PMTILES is set, but ONSITE_MAP is not pmtiles; set both."
    if named != Kind.TILES:
        return
    if not tile_url:
        yield "ONSITE_MAP is tiles, so ONSITE_MAP_TILE_URL must say where they are."
    elif not all(part in tile_url for part in PARTS):
        yield "ONSITE_MAP_TILE_URL needs {z}, {x} and {y}, where a tile's numbers go."
    if not attribution:
        yield (
            "ONSITE_MAP is tiles, so ONSITE_MAP_ATTRIBUTION must say whose they are; who gives"
            " them away asks for it."
        )
