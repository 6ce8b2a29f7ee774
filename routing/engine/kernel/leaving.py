"""Jobs that leave a route because others did: their groups, and what depots were there for."""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BOND,
    BY_WAY,
    HOLDER,
    LENGTH,
    OTHER,
    PLACE,
    PLAIN,
    REMOVED,
    TO_END,
    TOUCHED,
    TOUCHES,
    WAS,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.following import follow, wait
from routing.engine.kernel.reloading import LEAVES, clear_depots, pull
from routing.engine.kernel.repricing import reprice
from routing.engine.kernel.ruin import becomes_idle, remember, take_out
from routing.engine.kernel.times import refresh


@kernel
def leave_with(
    mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs, old_times,
    removed, crew, pay, hands, ticks, roads, who, jobs, need, room, node, bond_at, bond, tariff_at,
    tariff, drive, most_road, book,
):  # fmt: skip
    """Take out whoever cannot stay without those taken out, and depots without their jobs; then
    work out what changes for all others.

    Gives what that adds to the price, and whether some route cannot do without what it lost.
    """
    change, odd, linked = 0.0, False, bond_at.shape[0] > 1
    # Jobs that leave a depot may have mates, whose depots then are for nothing.
    for turn in range(2):
        if linked:
            more, lost = take_mates(
                mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs,
                old_times, removed, crew, pay, hands, ticks, roads, who, jobs, need, node, bond_at,
                bond, tariff_at, tariff, drive, most_road, book,
            )  # fmt: skip
            change, odd = change + more, odd or lost
        if node.shape[0] > jobs.shape[0] and (linked or turn == 0):
            more, lost = clear_depots(
                LEAVES * (1 - turn), mode, states, chance, rows, tolls, desk, load, seat, spans,
                tally, removed, crew, pay, hands, ticks, roads, who, jobs, need, room, node,
                bond_at, bond, tariff_at, tariff, drive, most_road, book,
            )  # fmt: skip
            change, odd = change + more, odd or lost
    if linked:
        for k in range(tally[TOUCHED]):
            wait(desk[k, TOUCHES], desk, tally)
        more, possible = follow(
            True, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands,
            ticks, bond_at, bond, tariff_at, tariff, drive, roads, most_road, book,
        )  # fmt: skip
        change, odd = change + more, odd or not possible
    return change, odd


@kernel
def take_mates(
    mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs, old_times,
    removed, crew, pay, hands, ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at,
    tariff, drive, most_road, book,
):  # fmt: skip
    """Take the groups out of which jobs were taken. Gives what that adds to the price, and whether
    some route cannot do without what it lost.
    """
    change, odd, k = 0.0, False, 0
    while k < tally[REMOVED]:
        for b in range(bond_at[removed[k]], bond_at[removed[k] + 1]):
            mate = bond[b, OTHER]
            if bond[b, BOND] > TO_END or seat[mate, HOLDER] < 0:
                continue
            remember(seat[mate, HOLDER], rows, desk, load, tally, old_jobs, old_times)
            more, lost = take_out(
                mate, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed,
                crew, pay, hands, ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at,
                tariff, drive, most_road, book,
            )  # fmt: skip
            change, odd = change + more, odd or lost
        k += 1
    return change, odd


@kernel
def put_back(
    j, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed, crew, pay,
    hands, ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at, tariff, drive, most_road,
    book,
):  # fmt: skip
    """Take a job out that was put in in vain, with the depot that came with it."""
    was, v, p = seat[j, WAS], seat[j, HOLDER], seat[j, PLACE]
    take_out(
        j, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed, crew, pay,
        hands, ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at, tariff, drive,
        most_road, book,
    )  # fmt: skip
    tally[REMOVED] -= 1
    seat[j, WAS] = was
    if seat[j, BY_WAY]:
        pull(v, p - 1, rows, tolls, desk, roads, pay)
        refresh(v, 1, desk[v, LENGTH], rows, desk, seat, crew, hands, ticks, states)
        if desk[v, LENGTH] == 0:
            becomes_idle(v, tally, desk)
        if mode != PLAIN:
            reprice(
                v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
                tariff, drive, roads, most_road, book,
            )  # fmt: skip
    follow(
        True, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands, ticks,
        bond_at, bond, tariff_at, tariff, drive, roads, most_road, book,
    )  # fmt: skip
