"""Takes jobs out of a plan and gives routes back as they were.

A ruin draws a job and cuts a string of stops out of each route near it. Routes that are about to
change are copied first; to undo is to copy them back and work their times out again.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BOND,
    BOUND,
    DEPOTS,
    FIRST,
    FORMER,
    FREE,
    FROZEN,
    HOLDER,
    IDLE,
    IDLE_AT,
    IDLES,
    JOB,
    LAST,
    LASTS,
    LENGTH,
    LINE,
    LOADS,
    MINE,
    NODE,
    OTHER,
    OURS,
    OUT,
    PLACE,
    PLAIN,
    REMOVED,
    ROUTES,
    RUINED,
    SECOND_OUT,
    SECOND_TOLL,
    SEEN,
    SERVED,
    STEPS_DONE,
    TIED,
    TIMES,
    TO_END,
    TOLL,
    TOUCHED,
    TOUCHES,
    USED,
    WAS,
    WORTH,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.following import follow, is_rigid, wait
from routing.engine.kernel.groups import bind, is_stuck
from routing.engine.kernel.repricing import reprice
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.times import holds, measure, refresh

# Part of the strings that keep a piece in their middle, and how likely that piece grows.
SPLIT = 0.5
# Absent jobs near the ruin that are tried again with those taken out.
ABSENT = 30


@inlined
def toll(v, a, b, roads, pay):
    """Price of the leg from node a to node b for vehicle v."""
    price = pay[v, TOLL] * roads[OUT, a, b]
    if pay[v, SECOND_TOLL] != 0.0:
        price += pay[v, SECOND_TOLL] * roads[SECOND_OUT, a, b]
    return price


@inlined
def remember(v, rows, desk, load, tally, old_jobs, old_times):
    """Copy the jobs of route v, once a step."""
    count = tally[TOUCHED]
    known = False
    for i in range(count):
        if desk[i, TOUCHES] == v:
            known = True
    if not known:
        desk[count, TOUCHES] = v
        tally[TOUCHED] = count + 1
        desk[count, FORMER] = desk[v, LENGTH]
        old_times[count, TIMES], old_times[count, LASTS] = load[v, TIMES], load[v, LASTS]
        for p in range(1, desk[v, LENGTH] + 1):
            old_jobs[count, p] = rows[v, p, JOB]


@inlined
def becomes_idle(v, tally, desk):
    """Route v has lost its last job."""
    desk[tally[IDLE], IDLES] = v
    desk[v, IDLE_AT] = tally[IDLE]
    tally[IDLE] += 1
    tally[ROUTES] -= 1


@inlined
def becomes_used(v, tally, desk):
    """Route v gets its first job."""
    tally[IDLE] -= 1
    other = desk[tally[IDLE], IDLES]
    desk[desk[v, IDLE_AT], IDLES] = other
    desk[other, IDLE_AT] = desk[v, IDLE_AT]
    desk[v, IDLE_AT] = -1
    tally[ROUTES] += 1


@inlined
def leave_route(j, seat, tally, hands):
    """Job j is absent from now on; to what it was bound is kept for the step to be undone."""
    seat[j, HOLDER], seat[j, SEEN] = -1, tally[STEPS_DONE]
    seat[j, WAS] = seat[j, BOUND]
    if hands[0, j, TIED]:
        bind(j, FREE, seat, hands)


@kernel
def cut_string(
    v, center, longest, chance, rows, tolls, desk, load, seat, tally, removed, crew, pay, hands,
    ticks, roads, who, jobs, need, bond_at, bond, states,
):  # fmt: skip
    """Take a string of stops around a job out of route v, or with ``longest`` 0 that job, come what
    may. Gives what that adds to the price.
    """
    linked = bond_at.shape[0] > 1 and longest > 0.0
    length, frozen = desk[v, LENGTH], desk[v, FROZEN]
    free = length - frozen
    wanted = min(free, int(draw(chance) * min(float(free), longest) + 1.0))
    kept = 0
    if 1 < wanted < free and draw(chance) < SPLIT:
        kept = 1
        while wanted + kept < free and draw(chance) < SPLIT:
            kept += 1
    span, at = wanted + kept, seat[center, PLACE]
    low, high = max(frozen + 1, at - span + 1), min(at, length - span + 1)
    first = low + int(draw(chance) * (high - low + 1))
    keep_from, keep_to = first + span, first + span
    if kept > 0:
        keep_from = first + int(draw(chance) * wanted)
        keep_to = keep_from + kept
    price, write, line = 0.0, first, crew[v, LINE]
    for p in range(first - 1, first + span):
        price -= tolls[v, p]
    for p in range(first, first + span):
        j = rows[v, p, JOB]
        stays = keep_from <= p < keep_to or j >= crew[v, DEPOTS]
        if linked and not stays:
            stays = is_stuck(j, bond_at, bond, seat, desk)
        if stays:
            rows[v, write, JOB], rows[v, write, NODE] = j, rows[v, p, NODE]
            tolls[v, write - 1] = toll(v, rows[v, write - 1, NODE], rows[v, p, NODE], roads, pay)
            price += tolls[v, write - 1]
            write += 1
        else:
            removed[tally[REMOVED]] = j
            tally[REMOVED] += 1
            leave_route(j, seat, tally, hands)
            price += jobs[j, WORTH] - who[line, j]
            for d in range(need.shape[1]):
                load[v, LOADS + d] -= need[j, d]
    gone = first + span - write
    for p in range(first + span, length + 2):
        for column in range(rows.shape[2]):
            rows[v, p - gone, column] = rows[v, p, column]
        tolls[v, p - gone] = tolls[v, p]
    tolls[v, write - 1] = toll(v, rows[v, write - 1, NODE], rows[v, write, NODE], roads, pay)
    desk[v, LENGTH] = length - gone
    tally[SERVED] -= gone
    if desk[v, LENGTH] == 0:
        tolls[v, 0] = 0.0
        price -= pay[v, USED]
    price += tolls[v, write - 1]
    refresh(v, first, write - 1, rows, desk, seat, crew, hands, ticks, states)
    return price


@kernel
def take_out(
    j, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed, crew, pay,
    hands, ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at, tariff, drive, most_road,
    book,
):  # fmt: skip
    """Take job j alone out of its route, which was remembered. Gives what that adds to the price,
    and whether the route cannot do without it.
    """
    v = seat[j, HOLDER]
    change = cut_string(
        v, j, 0.0, chance, rows, tolls, desk, load, seat, tally, removed, crew, pay, hands, ticks,
        roads, who, jobs, need, bond_at, bond, states,
    )  # fmt: skip
    odd = False
    if desk[v, LENGTH] == 0:
        becomes_idle(v, tally, desk)
    else:
        odd = not holds(v, rows, crew, states)
    if mode != PLAIN:
        change += reprice(
            v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
            tariff, drive, roads, most_road, book,
        )  # fmt: skip
        odd = odd or load[v, TIMES] >= NEVER
    wait(v, desk, tally)
    return change, odd


@kernel
def ruin(
    mean_removed, longest_string, mode, states, chance, rows, tolls, desk, load, seat, spans,
    tally, old_jobs, old_times, removed, seeds, crew, pay, hands, ticks, roads, who, jobs, need,
    node, near, bond_at, bond, tariff_at, tariff, drive, most_road, book,
):  # fmt: skip
    """Cut strings around one job out of the routes near it, and take out who cannot stay without.

    Gives what that adds to the price, the job, and whether some route cannot do without what it
    lost: roads need not keep the triangle inequality.
    """
    change, odd, hit, it = 0.0, False, 0, tally[STEPS_DONE]
    longest = min(longest_string, tally[SERVED] / max(1, tally[ROUTES]))
    strings = int(draw(chance) * (4.0 * mean_removed / (1.0 + longest) - 1.0) + 1.0)
    seed = seeds[int(draw(chance) * seeds.shape[0])]
    for z in range(-1, near.shape[1]):
        if hit >= strings:
            break
        center = seed if z < 0 else near[seed, z]
        v = seat[center, HOLDER]
        if v < 0 or desk[v, RUINED] == it or not desk[v, MINE]:
            continue
        if seat[center, PLACE] <= desk[v, FROZEN]:
            continue
        desk[v, RUINED] = it
        hit += 1
        remember(v, rows, desk, load, tally, old_jobs, old_times)
        change += cut_string(
            v, center, longest, chance, rows, tolls, desk, load, seat, tally, removed, crew, pay,
            hands, ticks, roads, who, jobs, need, bond_at, bond, states,
        )  # fmt: skip
        if desk[v, LENGTH] == 0:
            becomes_idle(v, tally, desk)
        elif not holds(v, rows, crew, states):
            odd = True
        if mode != PLAIN:
            change += reprice(
                v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
                tariff, drive, roads, most_road, book,
            )  # fmt: skip
            odd = odd or load[v, TIMES] >= NEVER
    return change, seed, odd


@kernel
def gather(seed, absent, near, seat, removed, tally, bond_at, bond):
    """Let absent jobs near those taken out be tried again with them, and all of their groups."""
    own, it = tally[REMOVED], tally[STEPS_DONE]
    if absent > 0:
        for k in range(own):
            for z in range(near.shape[1]):
                j = near[removed[k], z]
                if seat[j, HOLDER] >= 0 or seat[j, SEEN] == it or not seat[j, OURS]:
                    continue
                # Whoever is seen is among those removed: the step may be undone.
                if tally[REMOVED] < own + ABSENT:
                    seat[j, SEEN] = it
                    removed[tally[REMOVED]] = j
                    tally[REMOVED] += 1
    if seat[seed, HOLDER] < 0 and seat[seed, SEEN] != it:
        seat[seed, SEEN] = it
        removed[tally[REMOVED]] = seed
        tally[REMOVED] += 1
    k = own
    while bond_at.shape[0] > 1 and k < tally[REMOVED]:
        seat[removed[k], WAS] = seat[removed[k], BOUND]
        k += 1
    k = 0
    while bond_at.shape[0] > 1 and k < tally[REMOVED]:
        for b in range(bond_at[removed[k]], bond_at[removed[k] + 1]):
            mate = bond[b, OTHER]
            if bond[b, BOND] <= TO_END and seat[mate, HOLDER] < 0 and seat[mate, SEEN] != it:
                seat[mate, SEEN], seat[mate, WAS] = it, seat[mate, BOUND]
                removed[tally[REMOVED]] = mate
                tally[REMOVED] += 1
        k += 1


@kernel
def undo(
    mode, rows, tolls, desk, load, seat, spans, tally, old_jobs, old_times, removed, crew, pay,
    hands, ticks, roads, need, node, bond_at, bond, tariff_at, tariff, drive, most_road, book,
    states,
):  # fmt: skip
    """Give every touched route back as it was."""
    for k in range(tally[REMOVED]):
        j = removed[k]
        seat[j, HOLDER] = -1
        if hands[0, j, TIED]:
            bind(j, seat[j, WAS], seat, hands)
    for k in range(tally[TOUCHED]):
        v = desk[k, TOUCHES]
        length, now, served = desk[k, FORMER], desk[v, LENGTH], jobs_in(v, rows, desk, crew, node)
        if now == 0 and length > 0:
            becomes_used(v, tally, desk)
        if now > 0 and length == 0:
            becomes_idle(v, tally, desk)
        lay_row(v, length, old_jobs[k], rows, tolls, desk, load, crew, pay, roads, need, node)
        tally[SERVED] += jobs_in(v, rows, desk, crew, node) - served
        refresh(v, 1, length, rows, desk, seat, crew, hands, ticks, states)
        load[v, TIMES], load[v, LASTS] = old_times[k, TIMES], old_times[k, LASTS]
        if spans.shape[1] > 1 and length > 0:
            measure(v, rows, spans, desk, crew, hands, ticks)
    if bond_at.shape[0] > 1:
        for k in range(tally[REMOVED]):
            j = removed[k]
            if seat[j, HOLDER] >= 0 and hands[0, j, TIED] and not is_rigid(j, seat, crew):
                bind(j, FREE, seat, hands)
        for k in range(tally[TOUCHED]):
            wait(desk[k, TOUCHES], desk, tally)
        follow(
            True, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands, ticks,
            bond_at, bond, tariff_at, tariff, drive, roads, most_road, book,
        )  # fmt: skip


@kernel
def jobs_in(v, rows, desk, crew, node):
    """Number of stops of route v that are jobs."""
    count = desk[v, LENGTH]
    if crew[v, DEPOTS] < node.shape[0]:
        for p in range(1, desk[v, LENGTH] + 1):
            if rows[v, p, JOB] >= crew[v, DEPOTS]:
                count -= 1
    return count


@kernel
def lay_row(v, length, order, rows, tolls, desk, load, crew, pay, roads, need, node):
    """Let route v have the jobs ``order[1..length]``; its times are worked out elsewhere."""
    desk[v, LENGTH] = length
    for column in range(load.shape[1]):
        load[v, column] = 0.0
    here = crew[v, FIRST]
    rows[v, 0, JOB], rows[v, 0, NODE] = -1, here
    for p in range(1, length + 1):
        j = order[p]
        rows[v, p, JOB], rows[v, p, NODE] = j, node[j]
        tolls[v, p - 1] = toll(v, here, node[j], roads, pay)
        here = node[j]
        for d in range(need.shape[1]):
            load[v, LOADS + d] += need[j, d]
    rows[v, length + 1, JOB], rows[v, length + 1, NODE] = -1, crew[v, LAST]
    tolls[v, length] = toll(v, here, crew[v, LAST], roads, pay) if length > 0 else 0.0
