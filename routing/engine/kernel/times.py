"""Times of one route: earliest and latest moments by state, so that an insertion is tested at once.

Invariants after ``refresh``: with s breaks behind, ``early[p, s]`` is the earliest departure from
stop p and ``late[p, s]`` the latest readiness at it; ``FAR`` and ``-FAR`` mean that this state
cannot be. A job fits between two stops when it can be ready, work, and be at the next stop no later
than ``late`` says, in some states.

Breaks are missed in order: who leaves late enough for one misses those before it, too, and who is
back early enough for one those behind it. Where one ends before another begins, or may be taken at
any time, some routes that could be driven are passed over.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BREAKS,
    CLOSES,
    EARLY,
    END,
    EXCUSED_FROM,
    EXCUSED_UNTIL,
    FAR,
    HAND,
    HEAD_BY,
    HEAD_FROM,
    HEAD_TIME,
    HOLDER,
    JOB,
    LENGTH,
    LONG,
    NODE,
    OPENS,
    OUT,
    PAUSE,
    PAUSE_WIDTH,
    PLACE,
    ROAD,
    SETUP,
    SLICES,
    START,
    TAIL_BY,
    TAIL_FROM,
    TAIL_TIME,
    WINDOW,
    WINDOWS,
    WORK,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.flow import advance, after, before, driven, retreat

# Ticks to which the latest departure through traffic and breaks is found.
NEAR_ENOUGH = 16


@inlined
def earliest(hands, h, j, ready):
    """The first start of a job from ``ready`` on, FAR when all its windows have closed."""
    start = FAR
    for w in range(hands[h, j, WINDOWS] - 1, -1, -1):
        if ready <= hands[h, j, WINDOW + 2 * w + 1]:
            start = max(ready, hands[h, j, WINDOW + 2 * w])
    return start


@inlined
def latest(hands, h, j, bound):
    """The last start of a job up to ``bound``, -FAR when none of its windows has opened."""
    start = -FAR
    for w in range(hands[h, j, WINDOWS]):
        if hands[h, j, WINDOW + 2 * w] <= bound:
            start = min(bound, hands[h, j, WINDOW + 2 * w + 1])
    return start


@inlined
def getting_in(hands, h, j, leg):
    """The part of a leg that is no road: the time to get in, which is none at the same place."""
    setup = 0 if j < 0 else hands[h, j, SETUP]
    return setup if leg >= setup else 0


@kernel
def across(crew, v, taken, then, leave, leg, setup):
    """When who leaves with ``taken`` breaks behind is ready with ``then``; FAR if never.

    Driving stands still in a break; one that begins after the arrival is taken at the new place,
    and only then comes the setup, which is the last part of the leg.
    """
    if leave >= FAR:
        return FAR
    if crew[v, SLICES] > 0:
        return across_traffic(crew, v, taken, then, leave, leg, setup)[0]
    clock, rested, lower = leave, 0, -FAR
    for b in range(taken, then):
        at = PAUSE + b * PAUSE_WIDTH
        begin = max(clock, crew[v, at + OPENS])
        if begin > crew[v, at + CLOSES]:
            return FAR
        clock = begin + crew[v, at + LONG]
        lower = max(lower, crew[v, at + OPENS]) + crew[v, at + LONG]
        rested += crew[v, at + LONG]
    return max(leave + leg + rested, lower + setup)


@kernel
def backwards(crew, v, taken, then, ready, leg, setup):
    """The latest departure for which ``across`` is no later than ``ready``; -FAR if none is."""
    if ready <= -FAR:
        return -FAR
    if crew[v, SLICES] > 0:
        return backwards_through_traffic(crew, v, taken, then, ready, leg, setup)
    bound, rested, lower = FAR, 0, -FAR
    for b in range(taken, then):
        at = PAUSE + b * PAUSE_WIDTH
        bound = min(bound, crew[v, at + CLOSES] - rested)
        if max(lower, crew[v, at + OPENS]) > crew[v, at + CLOSES]:
            return -FAR
        lower = max(lower, crew[v, at + OPENS]) + crew[v, at + LONG]
        rested += crew[v, at + LONG]
    if lower + setup > ready:
        return -FAR
    return min(bound, ready - leg - rested)


@kernel
def across_traffic(crew, v, taken, then, leave, leg, setup):
    """`across` through traffic, and the ticks at the wheel."""
    work, clock, free, wheel = leg - setup, leave, leave, 0
    for b in range(taken, then):
        at = PAUSE + b * PAUSE_WIDTH
        begin = max(free, crew[v, at + OPENS])
        if begin > crew[v, at + CLOSES]:
            return FAR, 0
        free = begin + crew[v, at + LONG]
        if work > 0:
            arrive = advance(crew, v, clock, work)
            if arrive <= begin:
                wheel += arrive - clock
                work, clock = 0, arrive
            else:
                work -= min(work, driven(crew, v, clock, begin))
                wheel += begin - clock
                clock = free
    if work > 0:
        arrive = advance(crew, v, clock, work)
        wheel += arrive - clock
        clock = arrive
    return max(clock, free) + setup, wheel


@kernel
def backwards_through_traffic(crew, v, taken, then, ready, leg, setup):
    """`backwards` through traffic; with breaks on the way found by halving, to NEAR_ENOUGH."""
    if taken == then:
        return retreat(crew, v, ready - setup, leg - setup)
    low, high = crew[v, START], ready - setup
    for b in range(taken, then):
        high = min(high, crew[v, PAUSE + b * PAUSE_WIDTH + CLOSES])
    if across_traffic(crew, v, taken, then, high, leg, setup)[0] <= ready:
        return high
    if across_traffic(crew, v, taken, then, low, leg, setup)[0] > ready:
        return -FAR
    while high - low > NEAR_ENOUGH:
        middle = (low + high) // 2
        if across_traffic(crew, v, taken, then, middle, leg, setup)[0] <= ready:
            low = middle
        else:
            high = middle
    return low


@kernel
def refresh(v, first, last, rows, desk, seat, crew, hands, ticks, states):
    """Work the times of route v out: forward from stop ``first``, backward from stop ``last``."""
    jobs, h, f, breaks = desk[v, LENGTH], crew[v, HAND], crew[v, ROAD], crew[v, BREAKS]
    late = EARLY + states
    begin_row(v, rows, crew)
    for p in range(max(1, first), jobs + 1):
        j = rows[v, p, JOB]
        seat[j, HOLDER], seat[j, PLACE] = v, p
        leg = ticks[OUT, f, rows[v, p - 1, NODE], rows[v, p, NODE]]
        if breaks == 0:
            setup = getting_in(hands, h, j, leg)
            ready = after(crew, v, rows[v, p - 1, EARLY], leg, setup)
            start = earliest(hands, h, j, ready)
            rows[v, p, EARLY] = start + hands[h, j, WORK] if start < FAR else FAR
            continue
        setup = getting_in(hands, h, j, leg)
        for s in range(breaks + 1):
            ready = FAR
            for r in range(s + 1):
                ready = min(ready, across(crew, v, r, s, rows[v, p - 1, EARLY + r], leg, setup))
            start = earliest(hands, h, j, ready) if ready < FAR else FAR
            rows[v, p, EARLY + s] = start + hands[h, j, WORK] if start < FAR else FAR
    end_row(v, rows, desk[v, LENGTH] + 1, crew, states)
    for p in range(min(jobs, last), -1, -1):
        leg = ticks[OUT, f, rows[v, p, NODE], rows[v, p + 1, NODE]]
        setup = getting_in(hands, h, rows[v, p + 1, JOB], leg)
        j = rows[v, p, JOB]
        for s in range(breaks + 1):
            leave = -FAR
            if breaks == 0:
                ready = rows[v, p + 1, late]
                leave = before(crew, v, ready, leg, setup) if ready > -FAR else -FAR
            else:
                for r in range(s, breaks + 1):
                    ready = rows[v, p + 1, late + r]
                    leave = max(leave, backwards(crew, v, s, r, ready, leg, setup))
            if p > 0 and leave > -FAR:
                leave = latest(hands, h, j, leave - hands[h, j, WORK])
            rows[v, p, late + s] = leave


@kernel
def begin_row(v, rows, crew):
    """Departures from where the route begins: breaks are excused when it leaves late enough."""
    leave = crew[v, START]
    rows[v, 0, EARLY] = leave
    for b in range(crew[v, BREAKS]):
        leave = max(leave, crew[v, PAUSE + b * PAUSE_WIDTH + EXCUSED_FROM])
        rows[v, 0, EARLY + b + 1] = leave


@kernel
def end_row(v, rows, end, crew, states):
    """Returns: a break is excused when the route is back early enough."""
    back, breaks = crew[v, END], crew[v, BREAKS]
    rows[v, end, EARLY + states + breaks] = back
    for b in range(breaks - 1, -1, -1):
        back = min(back, crew[v, PAUSE + b * PAUSE_WIDTH + EXCUSED_UNTIL])
        rows[v, end, EARLY + states + b] = back


@inlined
def fits(v, p, j, there, on, rows, crew, hands, states):
    """May job j stand between stops p and p + 1? ``there`` and ``on`` are the legs to and from it."""
    h, late = crew[v, HAND], EARLY + states
    if crew[v, BREAKS] == 0:
        if crew[v, SLICES] > 0:
            setup, setup_on = (
                getting_in(hands, h, j, there),
                getting_in(hands, h, rows[v, p + 1, JOB], on),
            )
            start = earliest(hands, h, j, after(crew, v, rows[v, p, EARLY], there, setup))
            done = start + hands[h, j, WORK]
            return start < FAR and after(crew, v, done, on, setup_on) <= rows[v, p + 1, late]
        start = earliest(hands, h, j, rows[v, p, EARLY] + there)
        return start < FAR and start + hands[h, j, WORK] + on <= rows[v, p + 1, late]
    return fits_with_breaks(v, p, j, there, on, rows, crew, hands, states)


@kernel
def fits_with_breaks(v, p, j, there, on, rows, crew, hands, states):
    """`fits` for a route with breaks, which may be taken on both legs."""
    h, late, breaks = crew[v, HAND], EARLY + states, crew[v, BREAKS]
    setup, setup_on = getting_in(hands, h, j, there), getting_in(hands, h, rows[v, p + 1, JOB], on)
    for s in range(breaks + 1):
        for r in range(s, breaks + 1):
            ready = across(crew, v, s, r, rows[v, p, EARLY + s], there, setup)
            if ready >= FAR:
                break
            start = earliest(hands, h, j, ready)
            if start >= FAR:
                break
            done = start + hands[h, j, WORK]
            for q in range(r, breaks + 1):
                if across(crew, v, r, q, done, on, setup_on) <= rows[v, p + 1, late + q]:
                    return True
    return False


@kernel
def holds(v, rows, crew, states):
    """Whether the route as it stands can be driven; call after `refresh`."""
    late = EARLY + states
    for s in range(crew[v, BREAKS] + 1):
        if rows[v, 0, EARLY + s] <= rows[v, 0, late + s]:
            return True
    return False


@inlined
def joined(time, since, by, leg, more, opens, closes):
    """Two pieces of a route as one: least duration, earliest and latest beginning."""
    lag = time + leg
    wait = max(0, opens - by - lag)
    return time + more + leg + wait, max(opens - lag, since) - wait, min(closes - lag, by)


@kernel
def measure(v, rows, spans, desk, crew, hands, ticks):
    """Work out the durations of all beginnings and ends of route v; breaks are left out."""
    jobs, h, f = desk[v, LENGTH], crew[v, HAND], crew[v, ROAD]
    time, since, by = 0, crew[v, START], crew[v, END]
    spans[v, 0, HEAD_TIME], spans[v, 0, HEAD_FROM], spans[v, 0, HEAD_BY] = time, since, by
    for p in range(1, jobs + 1):
        j = rows[v, p, JOB]
        leg = ticks[OUT, f, rows[v, p - 1, NODE], rows[v, p, NODE]]
        last = WINDOW + 2 * hands[h, j, WINDOWS] - 1
        time, since, by = joined(
            time, since, by, leg, hands[h, j, WORK], hands[h, j, WINDOW], hands[h, j, last]
        )
        spans[v, p, HEAD_TIME], spans[v, p, HEAD_FROM], spans[v, p, HEAD_BY] = time, since, by
    time, since, by = 0, crew[v, START], crew[v, END]
    end = jobs + 1
    spans[v, end, TAIL_TIME], spans[v, end, TAIL_FROM], spans[v, end, TAIL_BY] = time, since, by
    for p in range(jobs, -1, -1):
        leg = ticks[OUT, f, rows[v, p, NODE], rows[v, p + 1, NODE]]
        if p == 0:
            work, opens, closes = 0, crew[v, START], crew[v, END]
        else:
            j = rows[v, p, JOB]
            work, opens = hands[h, j, WORK], hands[h, j, WINDOW]
            closes = hands[h, j, WINDOW + 2 * hands[h, j, WINDOWS] - 1]
        time, since, by = joined(work, opens, closes, leg, time, since, by)
        spans[v, p, TAIL_TIME], spans[v, p, TAIL_FROM], spans[v, p, TAIL_BY] = time, since, by


@inlined
def duration_with(v, p, j, there, on, spans, crew, hands):
    """Least duration of the route with job j between stops p and p + 1; breaks are left out."""
    h = crew[v, HAND]
    last = WINDOW + 2 * hands[h, j, WINDOWS] - 1
    time, since, by = joined(
        spans[v, p, HEAD_TIME], spans[v, p, HEAD_FROM], spans[v, p, HEAD_BY],
        there, hands[h, j, WORK], hands[h, j, WINDOW], hands[h, j, last],
    )  # fmt: skip
    time, _, _ = joined(
        time, since, by, on,
        spans[v, p + 1, TAIL_TIME], spans[v, p + 1, TAIL_FROM], spans[v, p + 1, TAIL_BY],
    )  # fmt: skip
    return time
