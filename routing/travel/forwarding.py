"""A provider that stands before another one: what it does not change, the other answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from routing.travel.matrix import TravelMatrix
from routing.travel.provider import (
    ALL_DAY,
    Capabilities,
    DayPart,
    Health,
    Path,
    Point,
    Profile,
    Provider,
)


class Forwarding(ABC):
    """Whoever inherits says who is asked, and changes what it wants to."""

    @property
    @abstractmethod
    def asked(self) -> Provider:
        """Who is asked now."""

    @property
    def name(self) -> str:
        return self.asked.name

    @property
    def capabilities(self) -> Capabilities:
        return self.asked.capabilities

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """The other's table."""
        return self.asked.matrix(
            origins, destinations=destinations, profile=profile, day_part=day_part
        )

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """The other's way."""
        return self.asked.path(points, profile=profile, day_part=day_part)

    def health(self) -> Health:
        """The other's."""
        return self.asked.health()
