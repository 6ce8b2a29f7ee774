"""Names for the columns of the kernel's arrays. Times are ticks, prices are the trial's number.

Every route is a row of stops: stop 0 is where it begins, 1 to ``length`` are the jobs, the next one
is where it ends. With b breaks a stop has b + 1 states: so many of the breaks, in the order of
their windows, lie behind.
"""

from __future__ import annotations

# Ticks a second: lengths are rounded up to whole ticks, windows inwards.
TICKS = 1000
# An earliest moment that never comes; the latest moment that is always missed is its opposite.
FAR = 1 << 40

# rows[v, p, :]: the stop's job and node, then for each state the earliest departure from it, then
# for each state the latest moment to be ready there so that the rest of the route holds.
JOB, NODE, EARLY = 0, 1, 2

# crew[v, :]: which lengths and windows, which roads, which line of prices, which of prices of
# starts, and of vehicles that are the same to the search the same kind; number of breaks; earliest
# departure and latest return; nodes; limits; who it is; the number of the first depot, which is that
# of a job behind all others, the same for all vehicles; number of slices of traffic, 0 for none.
(
    HAND, ROAD, LINE, TARIFF, KIND, BREAKS, START, END, FIRST, LAST, MOST_JOBS, MOST_TIME, PERSON,
    DEPOTS, SLICES, SLICE,
) = range(16)  # fmt: skip
# Then for each slice: until when it holds, and the ticks that pass in it for WHOLE ticks of free flow.
MOST_SLICES, WHOLE = 10, 1 << 16
UNTIL, PACE, SLICE_WIDTH = range(3)
PAUSE = SLICE + MOST_SLICES * SLICE_WIDTH
# Then for each break: earliest and latest start, length, when the route must leave at the earliest,
# and be back at the latest, to go without it.
OPENS, CLOSES, LONG, EXCUSED_FROM, EXCUSED_UNTIL, PAUSE_WIDTH = range(6)

# hands[h, j, :]: length of the work, time to get in; until when it may be pushed by others, 0 for a
# job without bonds of time; number of windows, then opening and close of each. A searcher whose jobs hang together has its own, with windows narrowed to the starts that
# are bound; the second half of its rows keeps the windows as they were.
WORK, SETUP, TIED, WINDOWS, WINDOW = range(5)

# spans[v, p, :]: least duration, earliest and latest beginning of the route up to this stop, and of
# the route from it on (Vidal et al. 2013).
HEAD_TIME, HEAD_FROM, HEAD_BY, TAIL_TIME, TAIL_FROM, TAIL_BY, SPAN_WIDTH = range(7)

# pay[v, :]: price of a tick of duration, of overtime; when overtime begins; of a used route; price
# of a unit of the first and of the second road table, in free flow; of a tick that traffic adds.
PER_TICK, PER_OVERTIME, OVERTIME_FROM, USED, TOLL, SECOND_TOLL, PER_JAM, PAY_STEPS = range(8)
# Then price steps of overtime and soft limits, (from, price) each.
STEPS = 3
SOFT_TIME, SOFT_TRAVEL, SOFT_METRES, SOFT_JOBS, SOFT_END = range(5)
SOFTS = 5
# Then the price of each break that is taken.
MOST_BREAKS = 3
PAY_WIDTH = PAY_STEPS + 2 * STEPS + 2 * SOFTS + MOST_BREAKS

# tally: counters of one searcher.
(
    REMOVED, TOUCHED, SERVED, ROUTES, IDLE, STAMP, WIDEN, STEPS_DONE, WAITING, FIRST_WAITING,
    MOVING, TALLY_WIDTH,
) = range(12)  # fmt: skip

# desk[v, :]: number of stops; whether this searcher may change the route, and whether it differs
# from the best plan's; in which step it was ruined; how many of its first stops stay as they are.
# Lists that happen to be as long as there are vehicles: idle ones, where each stands in that list,
# routes touched in a step with their former lengths, kinds that were tried. Whether the route is
# closed to the job in hand. Routes that wait for their times to be worked out, whether this one
# does, and routes whose times have changed in this step, with the step in which that was noted, and
# whether their price is due.
(
    LENGTH, MINE, FROZEN, STALE, RUINED, IDLES, IDLE_AT, TOUCHES, FORMER, TRIED, BARRED, WAITS,
    IS_WAITING, MOVES, MOVED, DUE, DESK_WIDTH,
) = range(17)  # fmt: skip

# seat[j, :]: the vehicle that holds the job, -1 for none, and at which stop; in which step it was
# last taken out; whether this searcher may serve it. Of jobs with bonds of time: the start to which
# it is bound, FREE for none, before the step, and in the best plan; how late it may be; how early
# and how late its own route alone would let it be; whether it must keep its start; the start by
# which its route was priced; in which step its group was last tried; a start in the making; and
# whether it was put in by way of a depot.
(
    HOLDER, PLACE, SEEN, OURS, BOUND, WAS, BEST_BOUND, BOUND_BY, OWN_FROM, OWN_BY, RIGID, PRICED,
    TRIED_IN, TRYING, BY_WAY, SEAT_WIDTH,
) = range(16)  # fmt: skip
FREE = -FAR

# bonds[k, :], those of job j from bond_at[j] up to bond_at[j + 1]: the other job, how they hang
# together, and for bonds of time the least and the most ticks.
OTHER, BOND, LEAST, MOST, BOND_WIDTH = range(5)
# Served together or not at all; so many ticks from start to start, from the end of this job to the
# start of the other, from the end of the other to the start of this; never or always the same
# person. Those up to TO_END hold a group together.
TOGETHER, FROM_START, FROM_END, TO_END, OTHER_PERSON, SAME_PERSON = range(6)

# spots[side, k, :]: a place for one of a pair, and from when to when it could begin there. The last
# side has room for lists: members of a group, and pairs of places.
SPOT_VEHICLE, SPOT_PLACE, SPOT_FROM, SPOT_BY, SPOT_WIDTH = range(5)
MEMBER, PAIR_ONE, PAIR_OTHER, PAIR_START = range(4)
# Jobs that a group may have.
MOST_MEMBERS = 16

# load[v, :]: the price of times; where prices are simulated, the ticks that the route lasts; the
# guess what a tick more of it adds to what routes cost together; then the load in each dimension.
# old_times[k, :]: the first two of a touched route as they were.
TIMES, LASTS, SLOPE, LOADS = range(4)

# staff[p, :]: people, group by group: ticks of work in past weeks, and with this plan; where their
# group ends; people by work, within each group; half ticks of excess that a tick more of work adds.
PAST, WORKED, GROUP_END, RANKED, LEAN, STAFF_WIDTH = range(6)

# cost: the price now, of the best plan met, and the part of the first that routes have together.
NOW, BEST, IN_COMMON, COST_WIDTH = range(4)

# jobs[j, :]: what leaving it out costs, and whether it must be served.
WORTH, MUST = 0, 1

# room[v + k, :]: what happens to a load at depot k: nothing, it counts from 0 again, or from there on
# it is never too much.
AS_IT_WAS, ANEW, SUPPLIED = range(3)
# tariff_at[line * jobs + job, :]: first piece of the price of its starts, the one behind the last, and
# for which former start and for which wished hour a route may wait, -FAR where it has none.
PIECE, PIECES, LEAST_PIECE, LEAST_PIECES, AIM, WISH, TARIFF_WIDTH = range(7)

# ticks[d, f, a, b] and roads[d, a, b]: legs out of a node by its row, and into a node by its row,
# so that all legs of one job lie together. Roads have the second table behind the first.
OUT, IN, SECOND_OUT, SECOND_IN = range(4)

# book[p, :]: working space for one route: the state that is chosen, the start, the job, the start
# without waiting, then for each state the earliest departure, then for each state the state before.
# At stop 0 the start is how long the route lasts.
PATH, BEGUN, ORDER, SOONEST, BOOK = 0, 1, 2, 3, 4

# How prices depend on times: not at all; by durations of routes without breaks; by more; and by what
# other routes do.
PLAIN, TIMED, SIMULATED, SHARED = range(4)
