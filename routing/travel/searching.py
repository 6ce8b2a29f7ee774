"""Shortest ways over a road graph in compiled code: one search answers one place against many.

The queue is an array of buckets, one for each tenth of a second, used in a circle (R. B. Dial,
"Algorithm 360: shortest-path forest with topological ordering", CACM 12, 1969). A bucket heads a
doubly linked list through two arrays over the states, so a state that gets cheaper is unhooked and
put elsewhere: no heap and no memory taken during a search.

All costs, times (tenths of a second) and lengths (tenths of a metre) are int32. A place hangs on
*anchors*: states on which it lies, with what is left of them. Everything works the same forwards,
from one origin to many, and backwards, from many to one destination, on the turned graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

# A state that has not been reached.
FAR = np.int32(2**31 - 1)


def _compiled(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - numba's dispatcher
    """Compile, and keep the machine code beside the module or in the user's cache if it can be."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that can be written
        return numba.njit(nogil=True)(function)


@_compiled
def search(first, edges, wholes, seeds, wanted, awaited, bucket, reached, trail):
    """Fill ``reached`` from the seeds until all ``awaited`` states that are ``wanted`` are settled.

    ``edges (e, 3)``: head, cost, time, of turn and arc together. ``wholes (s, 3)``: cost, time,
    length of an arc. ``seeds (k, 4)``: state, cost, time, length. ``bucket`` has a power of two of places, more than the dearest edge costs.
    ``reached (s, 3)`` gets cost, time, length at a state; ``trail (s, 4)`` the state before, the
    edge to it, and the links of the queue.
    """
    mask = len(bucket) - 1
    bucket[:] = -1
    for state in range(len(reached)):
        reached[state, 0] = FAR
    queued = 0
    now = FAR
    for k in range(len(seeds)):
        state, cost = seeds[k, 0], seeds[k, 1]
        if cost >= reached[state, 0]:
            continue
        if reached[state, 0] == FAR:
            queued += 1
        else:
            _unhook(bucket, trail, state, reached[state, 0] & mask)
        reached[state, 0], reached[state, 1], reached[state, 2] = cost, seeds[k, 2], seeds[k, 3]
        trail[state, 0] = -1
        trail[state, 1] = -1
        _hook(bucket, trail, state, cost & mask)
        now = min(now, cost)
    while queued > 0 and awaited > 0:
        state = bucket[now & mask]
        if state < 0:
            now += 1
            continue
        _unhook(bucket, trail, state, now & mask)
        queued -= 1
        awaited -= wanted[state]
        came = trail[state, 0]
        if came >= 0:
            reached[state, 1] = reached[came, 1] + edges[trail[state, 1], 2]
            reached[state, 2] = reached[came, 2] + wholes[state, 2]
        for edge in range(first[state], first[state + 1]):
            head = edges[edge, 0]
            cost = now + edges[edge, 1]
            known = reached[head, 0]
            if cost < known:
                if known == FAR:
                    queued += 1
                else:
                    _unhook(bucket, trail, head, known & mask)
                reached[head, 0] = cost
                trail[head, 0] = state
                trail[head, 1] = edge
                _hook(bucket, trail, head, cost & mask)


@_compiled
def _hook(bucket, trail, state, place):
    follower = bucket[place]
    trail[state, 2] = follower
    trail[state, 3] = -1
    if follower >= 0:
        trail[follower, 3] = state
    bucket[place] = state


@_compiled
def _unhook(bucket, trail, state, place):
    after, before = trail[state, 2], trail[state, 3]
    if before >= 0:
        trail[before, 2] = after
    else:
        bucket[place] = after
    if after >= 0:
        trail[after, 3] = before


@_compiled
def read(first_back, joints, wholes, reached, leaving, arriving, spans, answers):
    """What it takes to each of ``m`` places: cost, time and length into ``answers (m, 5)``.

    ``joints (e, 3)``: the state before a state, cost and time of the turn. ``wholes (s, 3)``: what
    an arc takes altogether. ``leaving`` and ``arriving (k, 4)`` are anchors: a state, and the cost,
    time and length of the part of it that lies between the place and the rest of the way; those of
    place ``i`` are ``spans[i]:spans[i + 1]``. The cost is FAR where there is no way. The last two of
    an answer are the state before (-1 when there is no turn in between) and the anchor.
    """
    for place in range(len(answers)):
        answers[place, 0] = FAR
        for k in range(spans[place], spans[place + 1]):
            state = arriving[k, 0]
            for own in range(len(leaving)):
                # On one arc and ahead: straight on, no junction between.
                if leaving[own, 0] != state or leaving[own, 3] + arriving[k, 3] < wholes[state, 2]:
                    continue
                cost = max(0, leaving[own, 1] + arriving[k, 1] - wholes[state, 0])
                if cost < answers[place, 0]:
                    answers[place, 0] = cost
                    answers[place, 1] = max(0, leaving[own, 2] + arriving[k, 2] - wholes[state, 1])
                    answers[place, 2] = leaving[own, 3] + arriving[k, 3] - wholes[state, 2]
                    answers[place, 3] = -1
                    answers[place, 4] = k
            for joint in range(first_back[state], first_back[state + 1]):
                before = joints[joint, 0]
                if reached[before, 0] == FAR:
                    continue
                cost = reached[before, 0] + joints[joint, 1] + arriving[k, 1]
                if cost < answers[place, 0]:
                    answers[place, 0] = cost
                    answers[place, 1] = reached[before, 1] + joints[joint, 2] + arriving[k, 2]
                    answers[place, 2] = reached[before, 2] + arriving[k, 3]
                    answers[place, 3] = before
                    answers[place, 4] = k
