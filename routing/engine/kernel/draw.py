"""Random numbers: xorshift with 64 bits, one state a searcher, so that runs repeat."""

from __future__ import annotations

import numpy as np

from routing.engine.kernel.compiling import inlined


@inlined
def draw(chance):
    """A number in [0, 1)."""
    x = chance[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    chance[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)
