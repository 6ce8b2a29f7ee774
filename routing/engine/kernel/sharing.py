"""Prices that routes have together: fair shares of work, and familiar faces.

Ticks of work by person are counted from how long routes last; those too far from the middle of
their group have a price, and so has each lead after the first of jobs that would like the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel.columns import (
    GROUP_END,
    HOLDER,
    LASTS,
    LEAN,
    LENGTH,
    PAST,
    RANKED,
    SLOPE,
    WORKED,
)
from routing.engine.kernel.compiling import kernel


class Sharing(NamedTuple):
    """Arrays of what routes cost together; only ``staff`` changes, see ``columns``.

    ``people`` are ``(v, k)`` numbers in ``staff``, the lead first, -1 for nobody. ``fair`` are the
    price of a tick of excess and the ticks that are tolerated. ``sets`` are ``(s, k)`` jobs that
    would like one face, -1 for none, ``split`` the price of each face more, and ``sets_of`` ``(n,
    k)`` the sets of each job.
    """

    people: NDArray[np.int64]
    staff: NDArray[np.int64]
    fair: NDArray[np.float64]
    sets: NDArray[np.int64]
    split: NDArray[np.float64]
    sets_of: NDArray[np.int64]


@kernel
def in_common(desk, seat, load, sharing):
    """Price of what routes have together, worked out anew, with the guess for each route."""
    price = 0.0
    if sharing.fair[0] != 0.0:
        count_work(desk, load, sharing)
        price = unfair(sharing)
        lean(load, sharing)
    for s in range(sharing.sets.shape[0]):
        price += sharing.split[s] * max(0, faces(s, seat, sharing) - 1)
    return price


@kernel
def count_work(desk, load, sharing):
    """Work out how much everybody works."""
    for p in range(sharing.staff.shape[0]):
        sharing.staff[p, WORKED] = sharing.staff[p, PAST]
    for v in range(desk.shape[0]):
        if desk[v, LENGTH] > 0:
            add_work(v, int(load[v, LASTS]), sharing)


@kernel
def add_work(v, more, sharing):
    """Let the people of vehicle v work so many ticks more."""
    for k in range(sharing.people.shape[1]):
        if sharing.people[v, k] >= 0:
            sharing.staff[sharing.people[v, k], WORKED] += more


@kernel
def unfair(sharing):
    """Price of work that is too far from the middle of each group; ranks everybody."""
    staff, first, total = sharing.staff, 0, 0.0
    while first < staff.shape[0]:
        end = staff[first, GROUP_END]
        # Nearly sorted from last time.
        for k in range(first + 1, end):
            this, w = staff[k, RANKED], k - 1
            while w >= first and staff[staff[w, RANKED], WORKED] > staff[this, WORKED]:
                staff[w + 1, RANKED] = staff[w, RANKED]
                w -= 1
            staff[w + 1, RANKED] = this
        middle = middle_of(first, end, staff)
        for p in range(first, end):
            total += max(0.0, abs(staff[p, WORKED] - middle) - sharing.fair[1])
        first = end
    return sharing.fair[0] * total


@kernel
def middle_of(first, end, staff):
    """Median work of a group that is ranked."""
    upper = first + (end - first) // 2
    lower = upper if (end - first) % 2 == 1 else upper - 1
    return (staff[staff[lower, RANKED], WORKED] + staff[staff[upper, RANKED], WORKED]) / 2


@kernel
def lean(load, sharing):
    """Guess what a tick more of each route adds to the price; call after ``unfair``."""
    staff, tolerated, first = sharing.staff, sharing.fair[1], 0
    while first < staff.shape[0]:
        end = staff[first, GROUP_END]
        middle, balance = middle_of(first, end, staff), 0
        for p in range(first, end):
            off = staff[p, WORKED] - middle
            staff[p, LEAN] = 2 * (off >= tolerated) - 2 * (off < -tolerated)
            balance -= staff[p, LEAN] // 2
        # Who stands in the middle moves it towards those above, away from those below.
        upper = staff[first + (end - first) // 2, RANKED]
        if (end - first) % 2 == 1:
            staff[upper, LEAN] += 2 * balance
        else:
            lower = staff[first + (end - first) // 2 - 1, RANKED]
            staff[lower, LEAN] += balance
            staff[upper, LEAN] += balance
        first = end
    for v in range(load.shape[0]):
        load[v, SLOPE] = 0.0
        for k in range(sharing.people.shape[1]):
            if sharing.people[v, k] >= 0:
                load[v, SLOPE] += sharing.fair[0] / 2 * staff[sharing.people[v, k], LEAN]


@kernel
def unfair_with(v, lasts, load, sharing):
    """`unfair` when route v lasts so long, and nothing else has changed since work was counted."""
    more = lasts - int(load[v, LASTS])
    add_work(v, more, sharing)
    price = unfair(sharing)
    add_work(v, -more, sharing)
    return price


@kernel
def faces(s, seat, sharing):
    """How many leads serve the jobs of a set."""
    count = 0
    for k in range(sharing.sets.shape[1]):
        count += is_first(s, k, seat, sharing)
    return count


@kernel
def is_first(s, k, seat, sharing):
    """Whether the lead of job k of a set serves none before it; False for absent ones."""
    j = sharing.sets[s, k]
    if j < 0 or seat[j, HOLDER] < 0:
        return False
    own = sharing.people[seat[j, HOLDER], 0]
    for z in range(k):
        other = seat[sharing.sets[s, z], HOLDER]
        if other >= 0 and sharing.people[other, 0] == own:
            return False
    return True


@kernel
def new_faces(j, v, seat, sharing):
    """What absent job j in vehicle v adds to the price of faces."""
    price = 0.0
    for z in range(sharing.sets_of.shape[1]):
        s = sharing.sets_of[j, z]
        if s < 0:
            break
        others, known = 0, 0
        for k in range(sharing.sets.shape[1]):
            i = sharing.sets[s, k]
            if i >= 0 and i != j and seat[i, HOLDER] >= 0:
                others += 1
                known += sharing.people[seat[i, HOLDER], 0] == sharing.people[v, 0]
        if others > 0 and known == 0:
            price += sharing.split[s]
    return price
