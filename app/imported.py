"""Where everything lies that was made from extracts of the map, and what a good name for it is.

One import is one folder, ``roads/NAME`` in the instance folder: the road graph, the index of
addresses, and data sets of OSRM by profile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# The name becomes a folder.
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
SAYS = "letters, digits, - and _, at most 64 of them"
FOLDER, GRAPH, INDEX, GROUND, MAP = "roads", "graph.npz", "places.db", "ground.json", "map.pmtiles"


def is_name(text: str) -> bool:
    """Whether an import may be called so."""
    return re.fullmatch(NAME, text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What one extract gave, or may give. Raises ValueError for a name that is none."""

    instance: Path
    name: str

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise ValueError(f"{self.name!r} is no name: use {SAYS}")

    @property
    def folder(self) -> Path:
        return self.instance / FOLDER / self.name

    @property
    def graph(self) -> Path:
        """The road graph."""
        return self.folder / GRAPH

    @property
    def index(self) -> Path:
        """The index of addresses."""
        return self.folder / INDEX

    @property
    def ground(self) -> Path:
        """Main roads and names of towns, on which maps stand."""
        return self.folder / GROUND

    @property
    def base_map(self) -> Path:
        """Vector tiles for the whole area."""
        return self.folder / MAP

    def osrm(self, profile: str) -> Path:
        """The folder of OSRM's data set for a travel profile."""
        return self.folder / "osrm" / str(profile)


def graphs(instance: Path) -> list[Path]:
    """All road graphs of an instance, by name."""
    return sorted((instance / FOLDER).glob(f"*/{GRAPH}"))
