"""Works the times of routes out whose jobs wait for each other.

Routes wait in a list until their times are worked out; what changes there makes the routes of the
partners wait. Starts are the earliest that all bonds allow, and bounds the latest: the first and
the last schedule of a temporal network (Dechter et al. 1991), which has no circles as long as the
routes can be driven at all. Routes with breaks keep their starts and are worked out elsewhere.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BOND,
    BOUND,
    BOUND_BY,
    BREAKS,
    DUE,
    EARLY,
    END,
    FAR,
    FIRST_WAITING,
    FREE,
    HAND,
    HOLDER,
    IS_WAITING,
    JOB,
    LENGTH,
    MINE,
    MOVED,
    MOVES,
    MOVING,
    NODE,
    OTHER,
    OUT,
    OWN_BY,
    OWN_FROM,
    PLAIN,
    PRICED,
    RIGID,
    ROAD,
    START,
    STEPS_DONE,
    TIED,
    TIMES,
    TO_END,
    TOGETHER,
    TRYING,
    WAITING,
    WAITS,
    WORK,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.flow import after, before
from routing.engine.kernel.groups import narrow, reach
from routing.engine.kernel.repricing import reprice
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.times import earliest, getting_in, latest

# Times that each route that moves may be worked out on average before a circle is suspected, where
# a job was put in on trial, and where the plan is known to be possible.
TRIAL, SURE = 3, 1000
# Turns in which the starts of one group must be found.
TURNS = 30


@kernel
def wait(v, desk, tally):
    """Let the times of route v be worked out."""
    if not desk[v, IS_WAITING]:
        desk[(tally[FIRST_WAITING] + tally[WAITING]) % desk.shape[0], WAITS] = v
        desk[v, IS_WAITING] = 1
        tally[WAITING] += 1


@kernel
def note_moved(v, desk, tally):
    """Remember that the times of route v are not those before the step, nor those it was priced by."""
    desk[v, DUE] = 1
    if desk[v, MOVED] != tally[STEPS_DONE]:
        desk[v, MOVED] = tally[STEPS_DONE]
        desk[tally[MOVING], MOVES] = v
        tally[MOVING] += 1


@kernel
def is_rigid(j, seat, crew):
    """Whether a served job keeps its start whatever the others do."""
    return seat[j, RIGID] > 0 or crew[seat[j, HOLDER], BREAKS] > 0


@kernel
def let_mates_follow(j, seat, desk, tally, bond_at, bond):
    """Let the starts of the partners of a rigid job be worked out anew."""
    for k in range(bond_at[j], bond_at[j + 1]):
        mate = bond[k, OTHER]
        if bond[k, BOND] <= TO_END and seat[mate, HOLDER] >= 0:
            seat[mate, OWN_FROM], seat[mate, OWN_BY] = -FAR, FAR
            wait(seat[mate, HOLDER], desk, tally)


@inlined
def member(n, j, bond_at, bond):
    """The job of bond n of job j when it is of the same group; job j itself for the one before."""
    if n < bond_at[j]:
        return j
    return bond[n, OTHER] if bond[n, BOND] <= TO_END else -1


@kernel
def start_at_first(j, seat, desk, tally, crew, hands, bond_at, bond):
    """Work the earliest starts of the group of job j out; False when there are none."""
    half = hands.shape[0] // 2
    for n in range(bond_at[j] - 1, bond_at[j + 1]):
        m = member(n, j, bond_at, bond)
        if m >= 0 and seat[m, HOLDER] >= 0:
            seat[m, TRYING] = seat[m, BOUND] if is_rigid(m, seat, crew) else seat[m, OWN_FROM]
    moved, turns = True, 0
    while moved:
        moved, turns = False, turns + 1
        if turns > TURNS:
            return False
        for n in range(bond_at[j] - 1, bond_at[j + 1]):
            m = member(n, j, bond_at, bond)
            if m < 0 or seat[m, HOLDER] < 0:
                continue
            h = crew[seat[m, HOLDER], HAND]
            for k in range(bond_at[m], bond_at[m + 1]):
                o = bond[k, OTHER]
                if seat[o, HOLDER] < 0 or not TOGETHER < bond[k, BOND] <= TO_END:
                    continue
                g = crew[seat[o, HOLDER], HAND]
                least, _ = reach(k, hands[h, m, WORK], hands[g, o, WORK], bond)
                if seat[m, TRYING] + least > seat[o, TRYING]:
                    start = earliest(hands, half + g, o, seat[m, TRYING] + least)
                    if start >= FAR or is_rigid(o, seat, crew):
                        return False
                    moved = moved or start > seat[o, TRYING]
                    seat[o, TRYING] = start
    for n in range(bond_at[j] - 1, bond_at[j + 1]):
        m = member(n, j, bond_at, bond)
        if (
            m >= 0
            and seat[m, HOLDER] >= 0
            and hands[0, m, TIED]
            and seat[m, BOUND] != seat[m, TRYING]
        ):
            seat[m, BOUND] = seat[m, TRYING]
            if m != j:
                wait(seat[m, HOLDER], desk, tally)
    return True


@kernel
def start_at_last(j, seat, desk, tally, crew, hands, bond_at, bond):
    """Work the latest starts of the group of job j out, as far as others are known."""
    half = hands.shape[0] // 2
    for n in range(bond_at[j] - 1, bond_at[j + 1]):
        m = member(n, j, bond_at, bond)
        if m >= 0 and seat[m, HOLDER] >= 0:
            seat[m, TRYING] = seat[m, BOUND]
            if not is_rigid(m, seat, crew):
                # Nobody pushes it to where it is dear: what that costs shows only afterwards.
                seat[m, TRYING] = min(seat[m, OWN_BY], max(seat[m, BOUND], hands[0, m, TIED]))
    moved, turns = True, 0
    while moved and turns < TURNS:
        moved, turns = False, turns + 1
        for n in range(bond_at[j] - 1, bond_at[j + 1]):
            m = member(n, j, bond_at, bond)
            if m < 0 or seat[m, HOLDER] < 0:
                continue
            h = crew[seat[m, HOLDER], HAND]
            for k in range(bond_at[m], bond_at[m + 1]):
                o = bond[k, OTHER]
                if seat[o, HOLDER] < 0 or not TOGETHER < bond[k, BOND] <= TO_END:
                    continue
                g = crew[seat[o, HOLDER], HAND]
                _, most = reach(k, hands[h, m, WORK], hands[g, o, WORK], bond)
                if seat[m, TRYING] + most < seat[o, TRYING]:
                    start = latest(hands, half + g, o, seat[m, TRYING] + most)
                    start = max(start, seat[o, BOUND])
                    if not is_rigid(o, seat, crew) and start < seat[o, TRYING]:
                        seat[o, TRYING], moved = start, True
    for n in range(bond_at[j] - 1, bond_at[j + 1]):
        m = member(n, j, bond_at, bond)
        if (
            m >= 0
            and seat[m, HOLDER] >= 0
            and hands[0, m, TIED]
            and seat[m, BOUND_BY] != seat[m, TRYING]
        ):
            seat[m, BOUND_BY] = seat[m, TRYING]
            if m != j:
                wait(seat[m, HOLDER], desk, tally)


@kernel
def drive_early(v, sure, rows, desk, seat, tally, crew, hands, ticks, bond_at, bond):
    """Work the departures of route v out; False when a job comes too late."""
    h, f, half = crew[v, HAND], crew[v, ROAD], hands.shape[0] // 2
    rows[v, 0, EARLY] = crew[v, START]
    for p in range(1, desk[v, LENGTH] + 1):
        j = rows[v, p, JOB]
        leg = ticks[OUT, f, rows[v, p - 1, NODE], rows[v, p, NODE]]
        ready = after(crew, v, rows[v, p - 1, EARLY], leg, getting_in(hands, h, j, leg))
        start = earliest(hands, half + h, j, ready)
        if start >= FAR:
            return False
        if hands[h, j, TIED]:
            if seat[j, OWN_FROM] != start or seat[j, BOUND] == FREE:
                seat[j, OWN_FROM] = start
                if not start_at_first(j, seat, desk, tally, crew, hands, bond_at, bond):
                    return False
            start = max(start, seat[j, BOUND])
            narrow(j, start, FAR, h, hands)
        if rows[v, p, EARLY] != start + hands[h, j, WORK]:
            rows[v, p, EARLY] = start + hands[h, j, WORK]
            if not sure:
                note_moved(v, desk, tally)
    last = desk[v, LENGTH]
    leg = ticks[OUT, f, rows[v, last, NODE], rows[v, last + 1, NODE]]
    return after(crew, v, rows[v, last, EARLY], leg, 0) <= crew[v, END]


@kernel
def drive_late(v, rows, desk, seat, tally, crew, hands, ticks, states, bond_at, bond):
    """Work the latest readiness at the stops of route v out, as far as others are known."""
    h, f, half, late = crew[v, HAND], crew[v, ROAD], hands.shape[0] // 2, EARLY + states
    length = desk[v, LENGTH]
    rows[v, length + 1, late] = crew[v, END]
    for p in range(length, 0, -1):
        j = rows[v, p, JOB]
        leg = ticks[OUT, f, rows[v, p, NODE], rows[v, p + 1, NODE]]
        setup = getting_in(hands, h, rows[v, p + 1, JOB], leg)
        leave = before(crew, v, rows[v, p + 1, late], leg, setup)
        start = latest(hands, half + h, j, leave - hands[h, j, WORK])
        if hands[h, j, TIED]:
            seat[j, OWN_BY] = start
            start_at_last(j, seat, desk, tally, crew, hands, bond_at, bond)
            start = seat[j, BOUND_BY]
        rows[v, p, late] = start
    leg = ticks[OUT, f, rows[v, 0, NODE], rows[v, 1, NODE]]
    setup = getting_in(hands, h, rows[v, 1, JOB], leg)
    rows[v, 0, late] = before(crew, v, rows[v, 1, late], leg, setup)


@kernel
def follow(
    sure, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands, ticks,
    bond_at, bond, tariff_at, tariff, drive, roads, most_road, book,
):  # fmt: skip
    """Work the times of all routes out that wait, and of all that depend on them.

    Where jobs were only put in, starts only grow and go on from where they are. ``sure`` says that
    the plan is known to be possible and that starts may be earlier, too: then all are worked out
    anew. Gives the growth of the price, and whether all routes can be driven; when not, the times
    are of no use until the plan has changed again.
    """
    for k in range(tally[WAITING]):
        note_moved(desk[(tally[FIRST_WAITING] + k) % desk.shape[0], WAITS], desk, tally)
    if sure:
        forget_starts(rows, desk, seat, tally, crew, hands)
    possible, turns = True, 0
    while tally[WAITING] > 0 and possible:
        v = next_waiting(desk, tally)
        turns += 1
        if crew[v, BREAKS] == 0 and desk[v, LENGTH] > 0 and desk[v, MINE]:
            possible = turns <= TRIAL * tally[MOVING] or (sure and turns <= SURE * desk.shape[0])
            possible = possible and drive_early(
                v, sure, rows, desk, seat, tally, crew, hands, ticks, bond_at, bond
            )
    if possible and sure:
        note_all_moved(rows, desk, seat, tally, crew, hands)
    for k in range(tally[MOVING]):
        if possible and desk[desk[k, MOVES], DUE]:
            wait(desk[k, MOVES], desk, tally)
    turns = 0
    while tally[WAITING] > 0:
        v = next_waiting(desk, tally)
        turns += 1
        if possible and crew[v, BREAKS] == 0 and desk[v, LENGTH] > 0 and desk[v, MINE]:
            possible = turns <= SURE * desk.shape[0]
            drive_late(v, rows, desk, seat, tally, crew, hands, ticks, states, bond_at, bond)
    if not possible:
        return 0.0, False
    change = 0.0
    for k in range(tally[MOVING]):
        v = desk[k, MOVES]
        if desk[v, DUE] and mode != PLAIN:
            change += reprice(
                v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
                tariff, drive, roads, most_road, book,
            )  # fmt: skip
            possible = possible and load[v, TIMES] < NEVER
        if desk[v, DUE]:
            desk[v, DUE] = 0
            for p in range(1, desk[v, LENGTH] + 1):
                seat[rows[v, p, JOB], PRICED] = seat[rows[v, p, JOB], BOUND]
    return change, possible


@kernel
def forget_starts(rows, desk, seat, tally, crew, hands):
    """Let all starts be worked out anew, from below, and all bounds from above."""
    for v in range(desk.shape[0]):
        if crew[v, BREAKS] > 0 or not desk[v, MINE]:
            continue
        for p in range(1, desk[v, LENGTH] + 1):
            j = rows[v, p, JOB]
            if hands[0, j, TIED]:
                wait(v, desk, tally)
                seat[j, OWN_FROM], seat[j, OWN_BY] = -FAR, FAR
                if not is_rigid(j, seat, crew):
                    seat[j, BOUND] = seat[j, BOUND_BY] = FREE


@kernel
def note_all_moved(rows, desk, seat, tally, crew, hands):
    """Note the routes with other starts than those by which they were priced, and let all with
    bonds wait for their bounds.
    """
    for v in range(desk.shape[0]):
        if crew[v, BREAKS] > 0 or not desk[v, MINE]:
            continue
        for p in range(1, desk[v, LENGTH] + 1):
            j = rows[v, p, JOB]
            if hands[0, j, TIED]:
                wait(v, desk, tally)
                if seat[j, BOUND] != seat[j, PRICED]:
                    note_moved(v, desk, tally)


@kernel
def next_waiting(desk, tally):
    """Take the first route off those that wait."""
    v = desk[tally[FIRST_WAITING], WAITS]
    tally[FIRST_WAITING] = (tally[FIRST_WAITING] + 1) % desk.shape[0]
    tally[WAITING] -= 1
    desk[v, IS_WAITING] = 0
    return v
