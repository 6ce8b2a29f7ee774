"""Shortest ways over a road graph in compiled code: one search answers one place against many.

The queue is an array of buckets, one for each tenth of a second, used in a circle (R. B. Dial,
"Algorithm 360: shortest-path forest with topological ordering", CACM 12, 1969). A state that gets
cheaper is put into another bucket, and passed over where it lay before.

What a way takes is one int64: cost and time (tenths of a second) and length (tenths of a metre) side
by side, so that one addition adds all three and nothing else need be carried along. Cost and time
have 20 bits, 29 hours; length has 24, 1,677 km. Nothing farther is searched. A place hangs on
*anchors*: states on which it lies, with what is left of them. Everything works the same forwards,
from one origin to many, and backwards, from many to one destination, on the turned graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

COST_SHIFT, TIME_SHIFT = 44, 24
COST_MOST = (1 << 19) - 1
TIME_MOST, LENGTH_MOST = (1 << 20) - 1, (1 << 24) - 1
# A search goes no farther: half of what the bits hold, so that an edge more does not spill over.
FARTHEST = np.int64(COST_MOST)
# A state that has not been reached.
FAR = np.int64(2**63 - 1)


def packed(
    cost: NDArray[np.int32], time: NDArray[np.int32], length: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Side by side in one number; see the module's text for the units."""
    high = cost.astype(np.int64) << COST_SHIFT
    return np.asarray(high | (time.astype(np.int64) << TIME_SHIFT) | length.astype(np.int64))


def unpacked(takes: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Time and length."""
    time = (takes >> TIME_SHIFT) & TIME_MOST
    return time.astype(np.int32), (takes & LENGTH_MOST).astype(np.int32)


def _compiled(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - numba's dispatcher
    """Compile, and keep the machine code beside the module or in the user's cache if it can be."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that can be written
        return numba.njit(nogil=True)(function)


@_compiled
def search(first, edges, seeds, seed_takes, wanted, awaited, bucket, reached, pool):
    """Fill ``reached (s,)`` from the seeds until all ``awaited`` states that are ``wanted`` are done.

    The edges of state ``i`` are ``first[i]:first[i + 1]`` in ``edges (e, 2)``: where they lead, and
    what turn and arc together take. Of two ways of equal cost the quicker counts, then the shorter.
    ``bucket`` has a power of two of places, more than the dearest edge costs; ``pool`` has room for
    every edge and seed: a state, and in the upper half the entry that lies below it in its bucket.
    """
    mask = np.uint32(len(bucket) - 1)  # unsigned: numba then looks for no negative index
    bucket[:] = -1
    reached[:] = FAR
    free = np.uint32(0)
    queued = 0
    now = FARTHEST
    for k in range(len(seeds)):
        cost = seed_takes[k] >> COST_SHIFT
        if cost < reached[seeds[k]] >> COST_SHIFT:
            reached[seeds[k]] = seed_takes[k]
            place = np.uint32(cost) & mask
            pool[free] = (np.int64(bucket[place]) << 32) | np.int64(seeds[k])
            bucket[place] = free
            free += np.uint32(1)
            queued += 1
            now = min(now, cost)
    while queued > 0 and awaited > 0 and now < FARTHEST:
        place = np.uint32(now) & mask
        entry = bucket[place]
        if entry < 0:
            now += 1
            continue
        bucket[place] = -1  # every arc costs something: nothing is put here meanwhile
        while entry >= 0:
            state = np.uint32(pool[np.uint32(entry)])
            entry = np.int32(pool[np.uint32(entry)] >> 32)
            queued -= 1
            here = reached[state]
            if here >> COST_SHIFT != now:  # it has become cheaper, and was seen before
                continue
            awaited -= wanted[state]
            for edge in range(np.uint32(first[state]), np.uint32(first[state + np.uint32(1)])):
                head = np.uint32(edges[edge, 0])
                there = here + edges[edge, 1]
                known = reached[head]
                if there >= known:
                    continue
                reached[head] = there
                cost = there >> COST_SHIFT
                if cost < known >> COST_SHIFT:  # of equal cost, but quicker: it lies there already
                    place = np.uint32(cost) & mask
                    pool[free] = (np.int64(bucket[place]) << 32) | np.int64(head)
                    bucket[place] = free
                    free += np.uint32(1)
                    queued += 1


@_compiled
def read(  # one anchor after the other
    first_back,
    tails,
    turns,
    wholes,
    reached,
    leaving,
    leaving_takes,
    arriving,
    arriving_takes,
    spans,
    answers,
    last,
):
    """What it takes to each of ``m`` places, into ``answers (m,)``; FAR where there is no way.

    ``tails`` and ``turns (e,)``: the state before a state, and what the turn takes. ``wholes (s,)``:
    what an arc takes altogether. ``leaving`` and ``arriving (k,)`` are anchors: a state, and what
    the part of it takes that lies between the place and the rest of the way; those of place ``i``
    are ``spans[i]:spans[i + 1]``. ``last (m, 2)`` gets the state before (-1 when there is no turn in
    between) and the anchor.
    """
    for place in range(len(answers)):
        answers[place] = FAR
        for k in range(spans[place], spans[place + 1]):
            state = arriving[k]
            for own in range(len(leaving)):
                if leaving[own] != state:
                    continue
                # On one arc and ahead: straight on, no junction between.
                both = leaving_takes[own] + arriving_takes[k]
                ahead = (both & LENGTH_MOST) >= (wholes[state] & LENGTH_MOST)
                if ahead and both >= wholes[state] and both - wholes[state] < answers[place]:
                    answers[place] = both - wholes[state]
                    last[place, 0] = -1
                    last[place, 1] = k
            for joint in range(first_back[state], first_back[state + 1]):
                before = tails[joint]
                if reached[before] == FAR:
                    continue
                way = reached[before] + turns[joint] + arriving_takes[k]
                if way < answers[place]:
                    answers[place] = way
                    last[place, 0] = before
                    last[place, 1] = k


@_compiled
def trace(first_back, tails, takes, reached, seeds, seed_takes, state, states):
    """Walk back from a state to the seed it was reached from; the number of ``states`` filled.

    ``takes (e,)``: what an edge into a state takes, turn and arc together.
    """
    count = 0
    while count < len(states):
        states[count] = state
        count += 1
        for k in range(len(seeds)):
            if seeds[k] == state and seed_takes[k] == reached[state]:
                return count
        for joint in range(first_back[state], first_back[state + 1]):
            before = tails[joint]
            known = reached[before]
            if known != FAR and known + takes[joint] == reached[state]:
                state = before
                break
    return count
