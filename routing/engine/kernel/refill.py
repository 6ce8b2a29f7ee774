"""Puts the jobs taken out back, one after the other, those that hang together at once.

In the loop of `recreate` putting is written out: an inlined function would count references to each
array again, which costs a tenth of all steps.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    IN_COMMON,
    LENGTH,
    MUST,
    PLAIN,
    REMOVED,
    SERVED,
    SHARED,
    SIMULATED,
    WIDEN,
    WORTH,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.ordering import sort_removed
from routing.engine.kernel.putting import SPARE, note_times, put
from routing.engine.kernel.recreate import beside, everywhere, in_idle, lowered, simulated
from routing.engine.kernel.reloading import settle_depots
from routing.engine.kernel.ruin import remember
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.together import put_group

# Part of the absent jobs without a place among the candidates for which every place is tried.
EVERYWHERE = 0.05
# Part of the steps in which jobs may cost more than they are worth, and how many times more: alone
# hardly any job pays for a route of its own. Whether all of it pays is decided after the step.
LAVISH, MOST_LAVISH = 0.1, 20.0


@inlined
def how_lavish(chance):
    """How many times what it is worth a job may cost in this step."""
    return 1.0 + MOST_LAVISH * draw(chance) if draw(chance) < LAVISH else 1.0


@kernel
def refill(
    blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, cost, tally, old_jobs,
    old_times, removed, key, places, values, spots, spot_values, crew, pay, hands, ticks, roads,
    who, jobs, need, room, node, candidates, keys, bond_at, bond, tariff_at, tariff, drive,
    most_road, book, sharing,
):  # fmt: skip
    """Put the jobs taken out back, those that pay, and depots where they are best. Gives what that
    adds to the price, with what the ruin has changed of that which routes have in common.
    """
    change = 0.0
    if mode == SHARED:
        change = in_common(desk, seat, load, sharing) - cost[IN_COMMON]
    if bond_at.shape[0] > 1:
        change += recreate_linked(
            blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
            old_jobs, old_times, removed, key, places, values, spots, spot_values, crew, pay,
            hands, ticks, roads, who, jobs, need, room, node, candidates, keys, bond_at, bond,
            tariff_at, tariff, drive, most_road, book, sharing,
        )  # fmt: skip
    else:
        change += recreate(
            blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
            old_jobs, old_times, removed, key, places, values, crew, pay, hands, ticks, roads, who,
            jobs, need, room, node, candidates, keys, tariff_at, tariff, drive, most_road, book,
            sharing,
        )  # fmt: skip
    if node.shape[0] > jobs.shape[0]:
        change += settle_depots(
            mode, states, rows, tolls, desk, load, seat, spans, tally, crew, pay, hands, ticks,
            roads, who, need, room, node, bond_at, bond, tariff_at, tariff, drive, most_road, book,
            sharing,
        )  # fmt: skip
    return change


@kernel
def recreate(
    blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs,
    old_times, removed, key, places, values, crew, pay, hands, ticks, roads, who, jobs, need, room,
    node, candidates, keys, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """Put jobs back one by one. Gives what that adds to the price."""
    change, lavish = 0.0, how_lavish(chance)
    sort_removed(tally, removed, key, keys, chance)
    for k in range(tally[REMOVED]):
        j = removed[k]
        found, times, must = 0, 0.0, jobs[j, MUST] > 0
        limit = jobs[j, WORTH] if must else jobs[j, WORTH] * lavish
        if not full:
            found = beside(
                j, blink, limit, mode, states, chance, rows, tolls, desk, load, seat, spans, places,
                values, crew, pay, hands, ticks, roads, who, need, room, node, candidates,
                tariff_at, tariff, book,
            )  # fmt: skip
        found = in_idle(
            j, lowered(limit, found, mode, values), mode, states, chance, found, rows, tolls, desk,
            load, spans, tally, places, values, crew, pay, hands, ticks, roads, who, need, room,
            node, tariff_at, tariff, book,
        )  # fmt: skip
        if full or (found == 0 and (must or draw(chance) < EVERYWHERE)):
            found = everywhere(
                j, blink, lowered(limit, found, mode, values), mode, states, chance, found, rows,
                tolls, desk, load, spans, places, values, crew, pay, hands, ticks, roads, who,
                need, room, node, tariff_at, tariff, book,
            )  # fmt: skip
        if mode >= SIMULATED:
            times = simulated(
                j, limit, found, mode, states, rows, tolls, desk, load, seat, places, values, crew,
                pay, hands, ticks, roads, who, node, tariff_at, tariff, drive, most_road, book,
                sharing,
            )  # fmt: skip
        if found == 0 or times >= NEVER:
            continue
        v, p, depot = places[0, 0], places[0, 1], places[0, 2]
        if desk[v, LENGTH] >= rows.shape[1] - SPARE:
            tally[WIDEN] = 1
            continue
        remember(v, rows, desk, load, tally, old_jobs, old_times)
        if depot >= 0:
            put(
                depot, v, p, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads,
                need, node, states,
            )  # fmt: skip
            p += 1
        tally[SERVED] += 1
        put(
            j, v, p, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads, need,
            node, states,
        )  # fmt: skip
        change += values[0] - jobs[j, WORTH]
        if mode != PLAIN:
            note_times(
                v, times, mode, rows, desk, load, seat, spans, places, crew, pay, hands, ticks,
                sharing,
            )  # fmt: skip
    return change


@kernel
def recreate_linked(
    blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs,
    old_times, removed, key, places, values, spots, spot_values, crew, pay, hands, ticks, roads,
    who, jobs, need, room, node, candidates, keys, bond_at, bond, tariff_at, tariff, drive,
    most_road, book, sharing,
):  # fmt: skip
    """The same where jobs hang together; who is alone is a group of one."""
    change, lavish = 0.0, how_lavish(chance)
    sort_removed(tally, removed, key, keys, chance)
    for k in range(tally[REMOVED]):
        change += put_group(
            removed[k], lavish, blink, full, mode, states, chance, rows, tolls, desk, load, seat,
            spans, tally, old_jobs, old_times, removed, places, values, spots, spot_values, crew,
            pay, hands, ticks, roads, who, jobs, need, room, node, candidates, bond_at, bond,
            tariff_at, tariff, drive, most_road, book, sharing,
        )  # fmt: skip
    return change
