"""Instants and lengths as whole ticks: what fits in them fits exactly."""

from __future__ import annotations

import math

from routing.engine.kernel.columns import FAR, TICKS
from routing.rules.spans import Spans, unite

# Rounding noise of sums, in ticks.
NOISE = 1e-3
# Seconds beyond which an instant is any time.
ANY_S = 1e9


def up(instant: float) -> int:
    """The first tick at or after an instant."""
    return max(-FAR // 2, math.ceil(max(instant, -ANY_S) * TICKS - NOISE))


def down(instant: float) -> int:
    """The last tick at or before an instant."""
    return min(FAR // 2, math.floor(min(instant, ANY_S) * TICKS + NOISE))


def windows(spans: Spans) -> list[tuple[int, int]]:
    """Spans rounded inwards, none within another; one of less than a tick keeps one."""
    whole = [(min(up(a), down(b)), down(b)) for a, b in spans]
    return [(int(opens), int(closes)) for opens, closes in unite(whole)]
