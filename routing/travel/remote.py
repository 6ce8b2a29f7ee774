"""A routing engine on a server: large tables in pieces, and what it leaves out is estimated.

Whoever inherits says how one piece is asked. Points go to the addresses that were set, and to no
others (routing/travel/wire.py).
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.travel.answered import without_holes
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import ALL_DAY, Capabilities, DayPart, Point, Profile
from routing.travel.tiles import tiled

# A server's data may be prepared anew without a word to us: rows are asked again after so long.
KEPT_DAYS = 7
# Both engines that we know are built from its maps.
ATTRIBUTION = "© OpenStreetMap contributors"


class Piece(NamedTuple):
    """``(n, m)`` seconds and metres of one question, NaN where there is no way."""

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]


class Remote(ABC):
    """``version`` stands for the roads behind the addresses: no protocol tells which they are."""

    name: ClassVar[str]

    def __init__(self, *, version: str, patience_s: float) -> None:
        """``patience_s`` are the seconds that one question may take. Asks nobody yet."""
        self._version, self._patience_s = version, patience_s

    @property
    def graph_version(self) -> str:
        """Rows that were asked under another are out of date."""
        return self._version

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What can be asked of it now."""

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """Seconds and metres; what the server knows no way to is estimated. Raises TravelError."""
        able = self.capabilities
        part = able.known(day_part, profile=profile)
        seconds, metres = tiled(
            origins,
            destinations,
            most=able.max_elements,
            ask=partial(self._piece, profile=profile, part=part),
        )
        return without_holes(
            seconds=seconds,
            metres=metres,
            origins=origins,
            destinations=destinations,
            profile=profile,
            source=self.name,
            graph_version=self._version,
        )

    @abstractmethod
    def _piece(
        self,
        origins: Sequence[Point],
        destinations: Sequence[Point],
        *,
        profile: Profile,
        part: DayPart,
    ) -> Piece:
        """A table that is small enough for one question, at a part that is known apart."""


def version_of(addresses: str) -> str:
    """A version of roads of which nothing but the addresses is known."""
    return hashlib.sha256(addresses.encode()).hexdigest()[:12]
