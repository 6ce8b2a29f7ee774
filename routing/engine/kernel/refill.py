"""Puts the jobs taken out back, one after the other, those that hang together at once."""

from __future__ import annotations

from routing.engine.kernel.columns import MUST, REMOVED, WORTH
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.ordering import sort_removed
from routing.engine.kernel.putting import put_best, put_linked
from routing.engine.kernel.recreate import beside, everywhere, in_idle, lowered
from routing.engine.kernel.reloading import settle_depots
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.together import put_group

# Part of the absent jobs without a place among the candidates for which every place is tried.
EVERYWHERE = 0.05
# Part of the steps in which jobs may cost more than they are worth, and how many times more: alone
# hardly any job pays for a route of its own. Whether all of it pays is decided after the step.
LAVISH, MOST_LAVISH = 0.1, 20.0


@kernel
def recreate(
    blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs,
    old_times, removed, key, places, values, spots, spot_values, crew, pay, hands, ticks, roads,
    who, jobs, need, room, node, candidates, keys, bond_at, bond, tariff_at, tariff, drive,
    most_road, book, sharing,
):  # fmt: skip
    """Put the jobs taken out back, those that pay. Gives what that adds to the price."""
    change, lavish = 0.0, 1.0
    sort_removed(tally, removed, key, keys, chance)
    if draw(chance) < LAVISH:
        lavish += MOST_LAVISH * draw(chance)
    for k in range(tally[REMOVED]):
        j = removed[k]
        if bond_at.shape[0] > 1 and bond_at[j + 1] > bond_at[j]:
            change += put_group(
                j, lavish, blink, mode, states, chance, rows, tolls, desk, load, seat, spans,
                tally, old_jobs, old_times, removed, places, values, spots, spot_values, crew, pay,
                hands, ticks, roads, who, jobs, need, room, node, bond_at, bond, tariff_at, tariff,
                drive, most_road, book, sharing,
            )  # fmt: skip
            continue
        found, more, must = 0, NEVER, jobs[j, MUST] > 0
        limit = jobs[j, WORTH] if must else jobs[j, WORTH] * lavish
        if not full:
            found = beside(
                j, blink, limit, mode, states, chance, rows, tolls, desk, load, seat, spans,
                places, values, crew, pay, hands, ticks, roads, who, need, room, node, candidates,
                book,
            )  # fmt: skip
        found = in_idle(
            j, lowered(limit, found, mode, values), mode, states, found, rows, tolls, desk, load,
            spans, tally, places, values, crew, pay, hands, ticks, roads, who, need, room, node,
            book,
        )  # fmt: skip
        if full or (found == 0 and (must or draw(chance) < EVERYWHERE)):
            found = everywhere(
                j, blink, lowered(limit, found, mode, values), mode, states, chance, found, rows,
                tolls, desk, load, spans, places, values, crew, pay, hands, ticks, roads, who,
                need, room, node, book,
            )  # fmt: skip
        if found > 0 and bond_at.shape[0] > 1:
            more = put_linked(
                j, limit, found, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
                old_jobs, old_times, removed, places, values, crew, pay, hands, ticks, roads, who,
                jobs, need, node, bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
            )  # fmt: skip
        elif found > 0:
            more = put_best(
                j, limit, found, mode, states, rows, tolls, desk, load, seat, spans, tally,
                old_jobs, old_times, places, values, crew, pay, hands, ticks, roads, who, jobs,
                need, node, tariff_at, tariff, drive, most_road, book, sharing,
            )  # fmt: skip
        if more < NEVER:
            change += more
    if node.shape[0] > jobs.shape[0]:
        change += settle_depots(
            mode, states, rows, tolls, desk, load, seat, spans, tally, crew, pay, hands, ticks,
            roads, who, need, room, node, bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
        )  # fmt: skip
    return change
