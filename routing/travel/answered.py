"""What a routing engine said, as a table without holes: no road, no answer, no sense.

Engines leave a cell empty where they know no way. Such a cell becomes twice the crow's flight and
is marked, so that nobody takes it for a road and everybody can still be planned.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.travel.crowfly import CrowFly, straight_metres
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import Point, Profile, TravelBusy

# A way that an engine does not know is this many times as long as the crow's flight.
NO_WAY = 2
# Nearest road to a place in metres; what lies farther away is not on this map.
SNAP_M = 500.0
# Longest believable cell: a year in seconds, and the earth around in metres, are both below it.
MOST = 10**8


def cells(said: object, *, rows: int, columns: int, scale: float = 1.0) -> NDArray[np.float64]:
    """``(rows, columns)`` numbers of a JSON table, NaN where it has null.

    Raises TravelBusy when it has another shape, or holds anything but sensible numbers: an engine
    that speaks nonsense is out of order.
    """
    try:
        table = np.array(said, dtype=np.float64) * scale
    except (TypeError, ValueError):
        raise TravelBusy("a table that holds no numbers") from None
    if table.shape != (rows, columns):
        raise TravelBusy("a table of the wrong shape")
    known = table[~np.isnan(table)]
    if not ((known >= 0) & (known <= MOST)).all():
        raise TravelBusy("a table with impossible numbers")
    return table


def without_holes(
    *,
    seconds: NDArray[np.float64],
    metres: NDArray[np.float64],
    origins: Sequence[Point],
    destinations: Sequence[Point],
    profile: Profile,
    source: str,
    graph_version: str,
) -> TravelMatrix:
    """``(n, m)`` numbers with NaN as a table; rounded here and nowhere else.

    Two places at one point are no leg, whatever the engine says.
    """
    same = straight_metres(origins, destinations=destinations) == 0
    empty = (np.isnan(seconds) | np.isnan(metres)) & ~same
    straight = CrowFly().matrix(origins, destinations=destinations, profile=profile)
    return TravelMatrix(
        seconds=_whole(seconds, empty, straight.seconds * NO_WAY, same),
        metres=_whole(metres, empty, straight.metres * NO_WAY, same),
        estimated=empty,
        source=source,
        graph_version=graph_version,
    )


def _whole(
    table: NDArray[np.float64],
    empty: NDArray[np.bool_],
    instead: NDArray[np.int32],
    same: NDArray[np.bool_],
) -> NDArray[np.int32]:
    filled = np.where(empty, instead, np.where(same, 0.0, table))
    return np.rint(filled).astype(np.int32)
