"""Takes jobs out of a plan and gives routes back as they were.

A ruin draws a job and cuts a string of stops out of each route near it. Routes that are about to
change are copied first; to undo is to copy them back and work their times out again.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    FIRST,
    IDLE,
    JOB,
    LAST,
    LINE,
    NODE,
    REMOVED,
    ROUTES,
    SECOND_TOLL,
    SERVED,
    TOLL,
    TOUCHED,
    USED,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.times import refresh

# Part of the strings that keep a piece in their middle, and how likely that piece grows.
SPLIT = 0.5
# Absent jobs near the ruin that are tried again with those taken out.
ABSENT = 30


@inlined
def toll(v, a, b, roads, metres, pay):
    """Price of the leg from node a to node b for vehicle v."""
    price = pay[v, TOLL] * roads[a, b]
    if pay[v, SECOND_TOLL] != 0.0:
        price += pay[v, SECOND_TOLL] * metres[a, b]
    return price


@inlined
def remember(v, rows, length, extra, tally, touched, old_length, old_extra, old_jobs):
    """Copy the jobs of route v, once a step."""
    count = tally[TOUCHED]
    known = False
    for i in range(count):
        if touched[i] == v:
            known = True
    if not known:
        touched[count] = v
        tally[TOUCHED] = count + 1
        old_length[count] = length[v]
        old_extra[count] = extra[v]
        for p in range(1, length[v] + 1):
            old_jobs[count, p] = rows[v, p, JOB]


@inlined
def becomes_idle(v, tally, idle, idle_at):
    """Route v has lost its last job."""
    idle[tally[IDLE]] = v
    idle_at[v] = tally[IDLE]
    tally[IDLE] += 1
    tally[ROUTES] -= 1


@inlined
def becomes_used(v, tally, idle, idle_at):
    """Route v gets its first job."""
    tally[IDLE] -= 1
    other = idle[tally[IDLE]]
    idle[idle_at[v]] = other
    idle_at[other] = idle_at[v]
    idle_at[v] = -1
    tally[ROUTES] += 1


@kernel
def cut_string(
    v, c, longest, it, chance, rows, tolls, length, load, holder, position, tally, removed, seen,
    crew, pay, hands, seconds, roads, metres, who, worth, need, states,
):  # fmt: skip
    """Take a string of stops around job c out of route v. Gives what that adds to the price."""
    jobs = length[v]
    wanted = min(jobs, int(draw(chance) * min(float(jobs), longest) + 1.0))
    kept = 0
    if 1 < wanted < jobs and draw(chance) < SPLIT:
        kept = 1
        while wanted + kept < jobs and draw(chance) < SPLIT:
            kept += 1
    span, at = wanted + kept, position[c]
    low, high = max(1, at - span + 1), min(at, jobs - span + 1)
    first = low + int(draw(chance) * (high - low + 1))
    keep_from, keep_to = first + span, first + span
    if kept > 0:
        keep_from = first + int(draw(chance) * wanted)
        keep_to = keep_from + kept
    price, write = 0.0, first
    for p in range(first - 1, first + span):
        price -= tolls[v, p]
    line = crew[v, LINE]
    for p in range(first, first + span):
        j = rows[v, p, JOB]
        if keep_from <= p < keep_to:
            rows[v, write, JOB], rows[v, write, NODE] = j, rows[v, p, NODE]
            tolls[v, write - 1] = toll(
                v, rows[v, write - 1, NODE], rows[v, write, NODE], roads, metres, pay
            )
            price += tolls[v, write - 1]
            write += 1
        else:
            removed[tally[REMOVED]] = j
            tally[REMOVED] += 1
            holder[j] = -1
            seen[j] = it
            price += worth[j] - who[line, j]
            for d in range(need.shape[1]):
                load[v, d] -= need[j, d]
    gone = first + span - write
    width = rows.shape[2]
    for p in range(first + span, jobs + 2):
        for column in range(width):
            rows[v, p - gone, column] = rows[v, p, column]
        tolls[v, p - gone] = tolls[v, p]
    tolls[v, write - 1] = toll(
        v, rows[v, write - 1, NODE], rows[v, write, NODE], roads, metres, pay
    )
    length[v] = jobs - gone
    tally[SERVED] -= gone
    if length[v] == 0:
        price -= pay[v, USED]
        tolls[v, 0] = 0.0
    else:
        price += tolls[v, write - 1]
    refresh(v, first, write - 1, rows, length, crew, hands, seconds, holder, position, states)
    return price


@kernel
def gather(it, seed, absent, near, holder, ours, seen, removed, tally):
    """Let absent jobs near those taken out be tried again with them."""
    own = tally[REMOVED]
    if absent > 0:
        for k in range(own):
            for z in range(near.shape[1]):
                j = near[removed[k], z]
                if holder[j] < 0 and seen[j] != it and ours[j]:
                    seen[j] = it
                    if tally[REMOVED] < own + ABSENT:
                        removed[tally[REMOVED]] = j
                        tally[REMOVED] += 1
    if holder[seed] < 0 and seen[seed] != it:
        seen[seed] = it
        removed[tally[REMOVED]] = seed
        tally[REMOVED] += 1


@kernel
def undo(
    rows, tolls, length, load, extra, holder, position, tally, touched, old_length, old_extra,
    old_jobs, removed, idle, idle_at, crew, pay, hands, seconds, roads, metres, need, node, states,
):  # fmt: skip
    """Give every touched route back as it was."""
    for k in range(tally[REMOVED]):
        holder[removed[k]] = -1
    for k in range(tally[TOUCHED]):
        v = touched[k]
        jobs, now = old_length[k], length[v]
        if now == 0 and jobs > 0:
            becomes_used(v, tally, idle, idle_at)
        if now > 0 and jobs == 0:
            becomes_idle(v, tally, idle, idle_at)
        tally[SERVED] += jobs - now
        extra[v] = old_extra[k]
        lay_row(
            v, jobs, old_jobs[k], rows, tolls, length, load, crew, pay, roads, metres, need, node
        )
        refresh(v, 1, jobs, rows, length, crew, hands, seconds, holder, position, states)


@kernel
def lay_row(v, jobs, order, rows, tolls, length, load, crew, pay, roads, metres, need, node):
    """Let route v have the jobs ``order[1..jobs]``; its times are worked out elsewhere."""
    length[v] = jobs
    for d in range(need.shape[1]):
        load[v, d] = 0.0
    here = crew[v, FIRST]
    rows[v, 0, JOB], rows[v, 0, NODE] = -1, here
    for p in range(1, jobs + 1):
        j = order[p]
        rows[v, p, JOB], rows[v, p, NODE] = j, node[j]
        tolls[v, p - 1] = toll(v, here, node[j], roads, metres, pay)
        here = node[j]
        for d in range(need.shape[1]):
            load[v, d] += need[j, d]
    rows[v, jobs + 1, JOB], rows[v, jobs + 1, NODE] = -1, crew[v, LAST]
    tolls[v, jobs] = toll(v, here, crew[v, LAST], roads, metres, pay) if jobs > 0 else 0.0
