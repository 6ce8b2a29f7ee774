"""Jobs that hang together: what the bonds of a group leave to each of its jobs.

Invariants: a served job with a bond of time begins at ``seat[j, BOUND]``, the earliest start that
its own route and those of its partners allow, and it could begin up to ``seat[j, BOUND_BY]`` with
all other routes as they are; its windows in this searcher's ``hands`` begin at that start. Those of
an absent job are as they were. A job that is rigid keeps the start that it was given: on routes
with breaks, where the earliest start depends on when the break is taken, and where a partner is
another searcher's.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BARRED,
    BOND,
    BOUND,
    BOUND_BY,
    BREAKS,
    EARLY,
    FAR,
    FREE,
    FROM_END,
    FROM_START,
    FROZEN,
    HAND,
    HOLDER,
    JOB,
    LEAST,
    MINE,
    MOST,
    OTHER,
    OTHER_PERSON,
    OWN_BY,
    OWN_FROM,
    PERSON,
    PLACE,
    RIGID,
    SAME_PERSON,
    TO_END,
    TOGETHER,
    WINDOW,
    WINDOWS,
    WORK,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.flow import after, before
from routing.engine.kernel.times import across, earliest, getting_in, latest


@kernel
def bind(j, start, seat, hands):
    """Let job j begin at this instant and at no other; FREE gives its windows back."""
    seat[j, BOUND] = seat[j, BOUND_BY] = start
    seat[j, OWN_FROM], seat[j, OWN_BY] = -FAR, FAR
    half = hands.shape[0] // 2
    for h in range(half):
        if start == FREE:
            for column in range(WINDOWS, hands.shape[2]):
                hands[h, j, column] = hands[half + h, j, column]
        else:
            hands[h, j, WINDOWS] = 1
            hands[h, j, WINDOW] = hands[h, j, WINDOW + 1] = start


@kernel
def bind_again(seat, hands, starts):
    """Bind the jobs that have a start in ``starts``, and free all others."""
    for j in range(seat.shape[0]):
        bind(j, starts[j], seat, hands)
        seat[j, RIGID] = 0


@kernel
def narrow(j, low, high, h, hands):
    """Leave of the windows of job j in hands h what lies between two instants."""
    half, count = hands.shape[0] // 2, 0
    for w in range(hands[half + h, j, WINDOWS]):
        opens = max(low, hands[half + h, j, WINDOW + 2 * w])
        closes = min(high, hands[half + h, j, WINDOW + 2 * w + 1])
        if opens <= closes:
            hands[h, j, WINDOW + 2 * count], hands[h, j, WINDOW + 2 * count + 1] = opens, closes
            count += 1
    if count == 0:  # a window that is never open
        count, hands[h, j, WINDOW], hands[h, j, WINDOW + 1] = 1, FAR, -FAR
    hands[h, j, WINDOWS] = count


@kernel
def left_by_partners(j, h, bond_at, bond, seat, crew, hands):
    """From when to when job j could start in hands h, beside the partners that are served."""
    low, high = -FAR, FAR
    for k in range(bond_at[j], bond_at[j + 1]):
        other, kind = bond[k, OTHER], bond[k, BOND]
        v = seat[other, HOLDER]
        if v < 0 or kind == TOGETHER or kind > TO_END:
            continue
        start, by = seat[other, BOUND], seat[other, BOUND_BY]
        least, most = bond[k, LEAST], bond[k, MOST]
        if kind == TO_END:
            work = hands[crew[v, HAND], other, WORK]
            low, high = max(low, start + work + least), min(high, by + work + most)
        else:
            after = hands[h, j, WORK] if kind == FROM_END else 0
            low, high = max(low, start - most - after), min(high, by - least - after)
    return low, high


@kernel
def narrow_to_partners(j, bond_at, bond, seat, crew, hands):
    """Narrow the windows of an absent job to what its partners leave to it."""
    for h in range(hands.shape[0] // 2):
        low, high = left_by_partners(j, h, bond_at, bond, seat, crew, hands)
        narrow(j, low, high, h, hands)


@kernel
def is_timed(j, bond_at, bond):
    """Whether a bond says anything about the start of job j."""
    for k in range(bond_at[j], bond_at[j + 1]):
        if TOGETHER < bond[k, BOND] <= TO_END:
            return True
    return False


@kernel
def is_stuck(j, bond_at, bond, seat, desk):
    """Whether a member of its group is another searcher's, or frozen, so that it must stay."""
    for k in range(bond_at[j], bond_at[j + 1]):
        v = seat[bond[k, OTHER], HOLDER]
        stays = v >= 0 and (not desk[v, MINE] or seat[bond[k, OTHER], PLACE] <= desk[v, FROZEN])
        if stays and bond[k, BOND] <= TO_END:
            return True
    return False


@kernel
def bar(j, bond_at, bond, seat, desk, crew):
    """Close the routes to job j on which the people of its bonds do not allow it."""
    for k in range(bond_at[j], bond_at[j + 1]):
        kind, holder = bond[k, BOND], seat[bond[k, OTHER], HOLDER]
        if holder < 0 or kind < OTHER_PERSON:
            continue
        for v in range(desk.shape[0]):
            same = crew[v, PERSON] == crew[holder, PERSON]
            if desk[v, MINE] and same == (kind == OTHER_PERSON):
                desk[v, MINE], desk[v, BARRED] = 0, 1


@kernel
def unbar(desk):
    """Open again what `bar` closed."""
    for v in range(desk.shape[0]):
        if desk[v, BARRED]:
            desk[v, MINE], desk[v, BARRED] = 1, 0


@kernel
def may_pair(one, other, v, w, bond_at, bond, crew):
    """Whether these two vehicles may serve these two jobs."""
    same = crew[v, PERSON] == crew[w, PERSON]
    for k in range(bond_at[one], bond_at[one + 1]):
        if bond[k, OTHER] == other:
            kind = bond[k, BOND]
            if (kind == OTHER_PERSON and same) or (kind == SAME_PERSON and not same):
                return False
            if v == w and kind == FROM_START and bond[k, LEAST] <= 0 <= bond[k, MOST]:
                return False
    return True


@kernel
def between(one, other, h, g, bond_at, bond, hands):
    """Least and most ticks from the start of one job in hands h to that of another in hands g."""
    least, most = -FAR, FAR
    for k in range(bond_at[one], bond_at[one + 1]):
        kind = bond[k, BOND]
        if bond[k, OTHER] != other or kind == TOGETHER or kind > TO_END:
            continue
        low, high = bond[k, LEAST], bond[k, MOST]
        if kind == FROM_END:
            low, high = low + hands[h, one, WORK], high + hands[h, one, WORK]
        elif kind == TO_END:
            work = hands[g, other, WORK]
            low, high = -high - work, -low - work
        least, most = max(least, low), min(most, high)
    return least, most


@kernel
def room_of_start(v, p, j, there, on, rows, crew, hands, states):
    """From when to when job j could start between stops p and p + 1; roughly, around breaks."""
    h, late, breaks = crew[v, HAND], EARLY + states, crew[v, BREAKS]
    if breaks == 0:
        bound = rows[v, p + 1, late]
        setup, setup_on = (
            getting_in(hands, h, j, there),
            getting_in(hands, h, rows[v, p + 1, JOB], on),
        )
        by = before(crew, v, bound, on, setup_on) - hands[h, j, WORK]
        return (
            earliest(hands, h, j, after(crew, v, rows[v, p, EARLY], there, setup)),
            latest(hands, h, j, by) if bound > -FAR else -FAR,
        )
    first, bound = FAR, -FAR
    setup = getting_in(hands, h, j, there)
    for s in range(breaks + 1):
        for r in range(s, breaks + 1):
            first = min(first, across(crew, v, s, r, rows[v, p, EARLY + s], there, setup))
        bound = max(bound, rows[v, p + 1, late + s])
    if first >= FAR or bound <= -FAR:
        return FAR, -FAR
    by = before(crew, v, bound, on, getting_in(hands, h, rows[v, p + 1, JOB], on))
    return earliest(hands, h, j, first), latest(hands, h, j, by - hands[h, j, WORK])


@kernel
def first_start(v, p, j, there, on, rows, crew, hands, states):
    """The first start of job j between stops p and p + 1 that the rest of the route allows."""
    h, late, breaks = crew[v, HAND], EARLY + states, crew[v, BREAKS]
    setup, setup_on = getting_in(hands, h, j, there), getting_in(hands, h, rows[v, p + 1, JOB], on)
    best = FAR
    for s in range(breaks + 1):
        for r in range(s, breaks + 1):
            ready = after(crew, v, rows[v, p, EARLY], there, setup)
            if breaks > 0:
                ready = across(crew, v, s, r, rows[v, p, EARLY + s], there, setup)
            if ready >= FAR:
                break
            start = earliest(hands, h, j, ready)
            if start >= best:
                continue
            done = start + hands[h, j, WORK]
            if breaks == 0:
                if after(crew, v, done, on, setup_on) <= rows[v, p + 1, late]:
                    best = start
                continue
            for q in range(r, breaks + 1):
                if across(crew, v, r, q, done, on, setup_on) <= rows[v, p + 1, late + q]:
                    best = start
                    break
    return best


@kernel
def reach(k, work, work_of_other, bond):
    """Least and most ticks from the start of the job of bond k to that of the other one."""
    least, most, kind = bond[k, LEAST], bond[k, MOST], bond[k, BOND]
    if kind == FROM_END:
        return least + work, most + work
    if kind == TO_END:
        return -most - work_of_other, -least - work_of_other
    return least, most
