"""In which order the jobs that were taken out are put back."""

from __future__ import annotations

from routing.engine.kernel.columns import REMOVED
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.draw import draw

# Jobs to which so many sixteenths of the orders go: by chance, dear first, large first, far first,
# near first, short windows first, early first, those that close late first.
ORDERS = (4.0, 6.0, 8.0, 10.0, 11.0, 13.0, 14.5)


@kernel
def sort_removed(tally, removed, key, keys, chance):
    """Put the jobs taken out in the order in which they will be put back."""
    u, column = draw(chance) * 16.0, -1
    for k in range(len(ORDERS)):
        if u >= ORDERS[k]:
            column = k
    for k in range(tally[REMOVED]):
        key[k] = draw(chance) if column < 0 else keys[column, removed[k]] - 1e-9 * draw(chance)
    for k in range(1, tally[REMOVED]):
        this_key, this, w = key[k], removed[k], k - 1
        while w >= 0 and key[w] > this_key:
            key[w + 1], removed[w + 1] = key[w], removed[w]
            w -= 1
        key[w + 1], removed[w + 1] = this_key, this
