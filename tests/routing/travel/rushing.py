"""Straight lines through a town whose hours differ, and a note of every question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from routing.travel.crowfly import CrowFly
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import (
    ALL_DAY,
    MOTORISED,
    Capabilities,
    DayPart,
    Point,
    Profile,
)

Table = NDArray[np.int32]


class Rushing:
    """What an hour makes of a table of seconds, by the part's name; ``lost`` parts are estimated."""

    name = "rushing"

    def __init__(
        self, hours: Mapping[str, Callable[[Table], Table]], *, lost: Collection[str] = ()
    ) -> None:
        self.hours, self.lost = hours, lost
        self.asked: list[tuple[Profile, str]] = []

    @property
    def capabilities(self) -> Capabilities:
        able = CrowFly().capabilities
        parts = dict.fromkeys(MOTORISED, frozenset(self.hours))
        return replace(able, day_parts=parts, may_cache_days=7)

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        self.asked.append((profile, day_part.name))
        table = CrowFly().matrix(origins, destinations=destinations, profile=profile)
        held_up = self.hours.get(day_part.name, lambda usual: usual)(table.seconds)
        is_lost = day_part.name in self.lost
        return replace(
            table,
            seconds=np.rint(held_up).astype(np.int32),
            estimated=np.full(table.shape, is_lost) & (table.metres > 0),
            source=f"{self.name}-guess" if is_lost else self.name,
        )


def times(factor: float) -> Callable[[Table], Table]:
    """Every way takes so many times as long."""
    return lambda usual: np.rint(usual * factor).astype(np.int32)


def later(seconds: int) -> Callable[[Table], Table]:
    """Every way takes so many seconds more: short ones suffer most."""
    return lambda usual: np.where(usual > 0, usual + seconds, 0).astype(np.int32)
