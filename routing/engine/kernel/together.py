"""Puts a group of jobs into a plan, all of them or none.

Of a pair with a bond of time the places of both are listed with the hours in which either could
begin there; pairs of places that meet are tried, cheapest first. Others of the group follow one by
one, within what those before leave to them.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BOND,
    BREAKS,
    EARLY,
    FAR,
    FREE,
    FROZEN,
    HAND,
    HOLDER,
    IN,
    KIND,
    LENGTH,
    LINE,
    MEMBER,
    MINE,
    MUST,
    NODE,
    OTHER,
    OURS,
    OUT,
    PAIR_ONE,
    PAIR_OTHER,
    PAIR_START,
    ROAD,
    SHARED,
    SIMULATED,
    SPOT_BY,
    SPOT_FROM,
    SPOT_PLACE,
    SPOT_VEHICLE,
    STAMP,
    STEPS_DONE,
    TO_END,
    TOGETHER,
    TRIED,
    TRIED_IN,
    WIDEN,
    WINDOW,
    WINDOWS,
    WORTH,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.depots import lasts_with, may_load
from routing.engine.kernel.draw import draw
from routing.engine.kernel.groups import (
    bar,
    between,
    bind,
    first_start,
    is_timed,
    may_pair,
    narrow,
    narrow_to_partners,
    room_of_start,
    unbar,
)
from routing.engine.kernel.leaving import put_back
from routing.engine.kernel.putting import put_linked
from routing.engine.kernel.recreate import (
    beside,
    everywhere,
    has_room,
    in_idle,
    lowered,
    simulated,
    timed,
    weigh,
)
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.times import earliest

# Pairs of places that are tried before a group stays out.
TRIES = 3
# Part of the pairs that begin later than they could.
LATER = 0.2


@kernel
def put_group(
    j, lavish, blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
    old_jobs, old_times, removed, places, values, spots, spot_values, crew, pay, hands, ticks,
    roads, who, jobs, need, room, node, candidates, bond_at, bond, tariff_at, tariff, drive,
    most_road, book, sharing,
):  # fmt: skip
    """Put job j and all absent jobs of its group in, once a step. Gives what that adds to the price.

    Nothing changes when one of them has no place, or when all together cost more than they are
    worth.
    """
    it = tally[STEPS_DONE]
    if seat[j, HOLDER] >= 0 or seat[j, TRIED_IN] == it:
        return 0.0
    count, limit = list_members(j, lavish, it, seat, jobs, spots, bond_at, bond, chance)
    if count == 0:
        return 0.0
    pairs = 0
    if count > 1 and is_between(spots[2, 0, MEMBER], spots[2, 1, MEMBER], bond_at, bond):
        for side in range(2):
            list_spots(
                spots[2, side, MEMBER], side, limit, mode, states, rows, tolls, desk, load, seat,
                spans, tally, spots, spot_values, crew, pay, hands, ticks, roads, who, need, room,
                node, bond_at, bond, tariff_at, tariff,
            )  # fmt: skip
        pairs = list_pairs(limit, spots, spot_values, crew, hands, bond_at, bond, chance)
        if pairs == 0:
            return 0.0
    for attempt in range(max(1, pairs)):
        change, paid, done = 0.0, 0.0, 0
        for m in range(count):
            job = spots[2, m, MEMBER]
            pair = attempt if pairs > 0 and m == 0 else -1
            more = put_member(
                job, pair, limit - paid, blink, full, mode, states, chance, rows, tolls, desk, load,
                seat, spans, tally, old_jobs, old_times, removed, places, values, spots, crew, pay,
                hands, ticks, roads, who, jobs, need, room, node, candidates, bond_at, bond,
                tariff_at, tariff, drive, most_road, book, sharing,
            )  # fmt: skip
            if more >= NEVER:
                break
            change, paid, done = change + more, paid + more + jobs[job, WORTH], done + 1
        if done == count:
            return change
        for m in range(done - 1, -1, -1):
            put_back(
                spots[2, m, MEMBER], mode, states, chance, rows, tolls, desk, load, seat, spans,
                tally, removed, crew, pay, hands, ticks, roads, who, jobs, need, node, bond_at,
                bond, tariff_at, tariff, drive, most_road, book,
            )  # fmt: skip
        if mode == SHARED and done > 0:
            in_common(desk, seat, load, sharing)
        if tally[WIDEN]:
            break
    return 0.0


@kernel
def list_members(j, lavish, it, seat, jobs, spots, bond_at, bond, chance):
    """Note job j and the absent jobs of its group, two with a bond of time first.

    Gives how many they are, none when another searcher has some of them, and what they may cost.
    """
    spots[2, 0, MEMBER] = j
    seat[j, TRIED_IN] = it
    count, limit, ours = 1, jobs[j, WORTH], seat[j, OURS] > 0
    must = jobs[j, MUST] > 0
    for k in range(bond_at[j], bond_at[j + 1]):
        other = bond[k, OTHER]
        if bond[k, BOND] > TO_END or seat[other, HOLDER] >= 0 or seat[other, TRIED_IN] == it:
            continue
        seat[other, TRIED_IN] = it
        spots[2, count, MEMBER] = other
        if bond[k, BOND] != TOGETHER and not is_between(
            spots[2, 0, MEMBER], spots[2, 1, MEMBER], bond_at, bond
        ):
            spots[2, 1, MEMBER], spots[2, count, MEMBER] = other, spots[2, 1, MEMBER]
        count += 1
        limit += jobs[other, WORTH]
        must = must or jobs[other, MUST] > 0
        ours = ours and seat[other, OURS] > 0
    if not ours:
        return 0, 0.0
    if count > 1 and draw(chance) < 0.5:
        spots[2, 0, MEMBER], spots[2, 1, MEMBER] = spots[2, 1, MEMBER], spots[2, 0, MEMBER]
    return count, limit if must else limit * lavish


@kernel
def is_between(one, other, bond_at, bond):
    """Whether a bond of time is between two jobs."""
    for k in range(bond_at[one], bond_at[one + 1]):
        if bond[k, OTHER] == other and TOGETHER < bond[k, BOND] <= TO_END:
            return True
    return False


@inlined
def note_spot(price, v, p, since, by, side, found, spots, spot_values):
    """Keep the place among the cheapest of this side, in order. Gives how many there are."""
    found = min(found + 1, spots.shape[1] - 1)
    k = found - 1
    while k > 0 and spot_values[side, k - 1] > price:
        spot_values[side, k] = spot_values[side, k - 1]
        for column in range(spots.shape[2]):
            spots[side, k, column] = spots[side, k - 1, column]
        k -= 1
    spot_values[side, k] = price
    spots[side, k, SPOT_VEHICLE], spots[side, k, SPOT_PLACE] = v, p
    spots[side, k, SPOT_FROM], spots[side, k, SPOT_BY] = since, by
    return found


@kernel
def list_spots(
    j, side, limit, mode, states, rows, tolls, desk, load, seat, spans, tally, spots, spot_values,
    crew, pay, hands, ticks, roads, who, need, room, node, bond_at, bond, tariff_at, tariff,
):  # fmt: skip
    """List the cheapest places for job j with the hours in which it could begin there.

    Of idle vehicles of one kind two are looked at: a pair may need both. The list ends with a
    price of NEVER.
    """
    most = spots.shape[1] - 1
    narrow_to_partners(j, bond_at, bond, seat, crew, hands)
    bar(j, bond_at, bond, seat, desk, crew)
    tally[STAMP] += 2
    found, stamp = 0, tally[STAMP]
    for v in range(desk.shape[0]):
        if not desk[v, MINE]:
            continue
        kind = crew[v, KIND]
        if desk[v, LENGTH] == 0:
            if desk[kind, TRIED] == stamp:
                continue
            desk[kind, TRIED] = stamp if desk[kind, TRIED] == stamp - 1 else stamp - 1
        line, h, f = who[crew[v, LINE], j], crew[v, HAND], crew[v, ROAD]
        roomy = has_room(v, j, desk, load, room, need, crew)
        if line >= limit or not (roomy or may_load(v, desk, crew, node)):
            continue
        closes = hands[h, j, WINDOW + 2 * hands[h, j, WINDOWS] - 1]
        for p in range(desk[v, FROZEN], desk[v, LENGTH] + 1):
            if crew[v, BREAKS] == 0 and rows[v, p, EARLY] > closes:
                break
            price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
            if price >= limit or (found == most and price >= spot_values[side, most - 1]):
                continue
            price = timed(
                v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node,
                states, tariff_at, tariff,
            )  # fmt: skip
            if price >= limit or (found == most and price >= spot_values[side, most - 1]):
                continue
            if not roomy and not lasts_with(v, p, -1, j, rows, desk, load, crew, need, room):
                continue
            there = ticks[IN, f, node[j], rows[v, p, NODE]]
            on = ticks[OUT, f, node[j], rows[v, p + 1, NODE]]
            since, by = room_of_start(v, p, j, there, on, rows, crew, hands, states)
            found = note_spot(price, v, p, since, by, side, found, spots, spot_values)
    spot_values[side, found] = NEVER
    unbar(desk)
    bind(j, FREE, seat, hands)


@kernel
def list_pairs(limit, spots, spot_values, crew, hands, bond_at, bond, chance):
    """List the cheapest pairs of places at which the first two members can meet. Gives how many."""
    one, other, pairs = spots[2, 0, MEMBER], spots[2, 1, MEMBER], 0
    for x in range(spots.shape[1]):
        if spot_values[0, x] >= NEVER:
            break
        for y in range(spots.shape[1]):
            total = spot_values[0, x] + spot_values[1, y]
            if total >= limit or (pairs == TRIES and total >= spot_values[2, TRIES - 1]):
                break
            v, w = spots[0, x, SPOT_VEHICLE], spots[1, y, SPOT_VEHICLE]
            if not may_pair(one, other, v, w, bond_at, bond, crew):
                continue
            least, most = between(one, other, crew[v, HAND], crew[w, HAND], bond_at, bond, hands)
            start = max(spots[0, x, SPOT_FROM], spots[1, y, SPOT_FROM] - most)
            start = earliest(hands, crew[v, HAND], one, start)
            last = min(spots[0, x, SPOT_BY], spots[1, y, SPOT_BY] - least)
            if start > last or start + least > spots[1, y, SPOT_BY]:
                continue
            if draw(chance) < LATER:
                start += int(draw(chance) * (last - start))
            pairs = min(pairs + 1, TRIES)
            k = pairs - 1
            while k > 0 and spot_values[2, k - 1] > total:
                spot_values[2, k] = spot_values[2, k - 1]
                for column in range(PAIR_ONE, spots.shape[2]):
                    spots[2, k, column] = spots[2, k - 1, column]
                k -= 1
            spot_values[2, k] = total
            spots[2, k, PAIR_ONE], spots[2, k, PAIR_OTHER] = x, y
            spots[2, k, PAIR_START] = start
    return pairs


@kernel
def seek_member(
    j, limit, blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
    places, values, crew, pay, hands, ticks, roads, who, need, room, node, candidates, bond_at,
    bond, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """List the cheapest places for a member, the one that is best by its exact price first where
    prices depend on times. Gives how many there are.
    """
    bar(j, bond_at, bond, seat, desk, crew)
    found = 0
    if not full:
        found = beside(
            j, blink, limit, mode, states, chance, rows, tolls, desk, load, seat, spans, places,
            values, crew, pay, hands, ticks, roads, who, need, room, node, candidates, tariff_at,
            tariff, book,
        )  # fmt: skip
    found = in_idle(
        j, lowered(limit, found, mode, values), mode, states, chance, found, rows, tolls, desk,
        load, spans, tally, places, values, crew, pay, hands, ticks, roads, who, need, room, node,
        tariff_at, tariff, book,
    )  # fmt: skip
    if full or found == 0:
        found = everywhere(
            j, blink, lowered(limit, found, mode, values), mode, states, chance, found, rows,
            tolls, desk, load, spans, places, values, crew, pay, hands, ticks, roads, who, need,
            room, node, tariff_at, tariff, book,
        )  # fmt: skip
    unbar(desk)
    if found > 0 and mode >= SIMULATED:
        times = simulated(
            j, limit, found, mode, states, rows, tolls, desk, load, seat, places, values, crew,
            pay, hands, ticks, roads, who, node, tariff_at, tariff, drive, most_road, book,
            sharing,
        )  # fmt: skip
        found = 1 if times < NEVER else 0
    return found


@kernel
def put_member(
    j, pair, limit, blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
    old_jobs, old_times, removed, places, values, spots, crew, pay, hands, ticks, roads, who, jobs,
    need, room, node, candidates, bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """Put one member in, where the listed pair says or where it costs least, beside those that are
    served. Gives what that adds to the price, NEVER when there is no place below the limit.
    """
    bound = is_timed(j, bond_at, bond)
    if bound:
        narrow_to_partners(j, bond_at, bond, seat, crew, hands)
    found = 0
    if pair >= 0:
        x = spots[2, pair, PAIR_ONE]
        places[0, 0], places[0, 1] = spots[0, x, SPOT_VEHICLE], spots[0, x, SPOT_PLACE]
        places[0, 2] = -1
        h = crew[places[0, 0], HAND]
        narrow(j, spots[2, pair, PAIR_START], spots[0, x, SPOT_BY], h, hands)
        found = 1
    else:
        found = seek_member(
            j, limit, blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans,
            tally, places, values, crew, pay, hands, ticks, roads, who, need, room, node,
            candidates, bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
        )  # fmt: skip
    rigid = bound and found > 0 and crew[places[0, 0], BREAKS] > 0
    if rigid:
        v, p = places[0, 0], places[0, 1]
        there = ticks[IN, crew[v, ROAD], node[j], rows[v, p, NODE]]
        on = ticks[OUT, crew[v, ROAD], node[j], rows[v, p + 1, NODE]]
        start = FAR
        if places[0, 2] < 0:
            start = first_start(v, p, j, there, on, rows, crew, hands, states)
        found = 1 if start < FAR else 0
        bind(j, start if found else FREE, seat, hands)
    if found > 0 and (rigid or pair >= 0):
        v, p = places[0, 0], places[0, 1]
        price = weigh(v, p, j, who[crew[v, LINE], j], rows, tolls, desk, pay, roads, node)
        price = timed(
            v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states,
            tariff_at, tariff,
        )  # fmt: skip
        values[0], found = price, 1 if price < (NEVER if mode >= SIMULATED else limit) else 0
    more = NEVER
    if found > 0:
        more = put_linked(
            j, limit, found, mode, states, chance, rows, tolls, desk, load, seat, spans, tally,
            old_jobs, old_times, removed, places, values, crew, pay, hands, ticks, roads, who,
            jobs, need, node, bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
        )  # fmt: skip
    if more >= NEVER and bound:
        bind(j, FREE, seat, hands)
    return more
