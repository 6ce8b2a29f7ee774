"""Where invented people live and work: towns, and the country between them."""

from __future__ import annotations

from random import Random

# Share of the sites that lie in towns; as in the trade, most customers live near each other.
IN_TOWN = 0.6
# A town for so many sites, but never fewer towns than that.
SITES_A_TOWN, FEWEST_TOWNS = 40, 4
# Spread of a town as a share of the region's side.
TOWN = 0.04

Point = tuple[float, float]


def scattered(rng: Random, *, count: int, side: float) -> list[Point]:
    """Points of a square region, in hundredths of a unit, some in towns."""
    towns = [(rng.random(), rng.random()) for _ in range(max(FEWEST_TOWNS, count // SITES_A_TOWN))]
    points = []
    for _ in range(count):
        x, y = rng.random(), rng.random()
        if rng.random() < IN_TOWN:
            middle = rng.choice(towns)
            x, y = (_inside(rng.gauss(at, TOWN)) for at in middle)
        points.append((round(x * side, 2), round(y * side, 2)))
    return points


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))
