"""Which geocoder the settings name, and where its data lies; knows no request."""

from __future__ import annotations

import re
from pathlib import Path

from app.config import Settings
from routing.geocode.index import Places

# As in ONSITE_ROADS: the name becomes a folder.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def index_path(settings: Settings, name: str | None = None) -> Path:
    """The index of an import; without a name of the one in use. Raises ValueError for no name."""
    name = settings.roads if name is None else name
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: use letters, digits, - and _")
    return settings.instance / "roads" / name / "places.db"


def open_index(settings: Settings, name: str | None = None) -> Places:
    """The embedded geocoder. Raises IndexWrong, and ValueError for no name."""
    return Places(index_path(settings, name))
