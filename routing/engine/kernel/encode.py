"""A trial's problem as the arrays of the kernel.

Lengths become whole ticks, rounded up, and windows are rounded inwards; so what fits here also fits
exactly. What the kernel cannot say is named by ``beyond``; such problems are searched otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.tariffs import tariffs
from routing.problem import Break, SoftLimitKind
from routing.roads import NO_ROAD
from routing.rules.draft import Amount, Vehicle
from routing.rules.spans import Spans
from routing.trial.pricing import Price
from routing.trial.tables import Tables
from routing.trial.trial import Trial

# Rounding noise of sums, in ticks.
NOISE = 1e-3
# A leg that must not be driven, in ticks: longer than any shift.
NO_LEG = 1 << 30
# Unlimited amounts.
ENDLESS = 1e15
# Neighbours of a job: those that a ruin may reach, and those beside which it may be put.
NEAR, BESIDE = 99, 32
# Part of the unavoidable wait that counts as road when neighbours are ranked.
WAIT_SHARE = 0.2

SOFT_COLUMNS = {
    SoftLimitKind.DURATION: (c.SOFT_TIME, c.TICKS),
    SoftLimitKind.TRAVEL: (c.SOFT_TRAVEL, c.TICKS),
    SoftLimitKind.DISTANCE: (c.SOFT_METRES, 1),
    SoftLimitKind.VISITS: (c.SOFT_JOBS, 1),
    SoftLimitKind.LAST_END: (c.SOFT_END, c.TICKS),
}

_Number = TypeVar("_Number", bound=np.generic)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """The read-only arrays of the kernel; see ``columns``. ``n`` jobs, ``v`` vehicles, ``m`` nodes.

    ``seconds`` are ``(f, m, m)`` ticks with setup, ``seconds_in`` the same transposed. ``roads`` and
    ``metres`` are ``(m, m)``, priced by ``pay``. ``who`` is ``(lines, n)``, ``worth`` ``(n,)``.
    """

    mode: int
    states: int
    crew: Ints
    pay: Floats
    hands: Ints
    seconds: NDArray[np.int32]
    seconds_in: NDArray[np.int32]
    roads: NDArray[np.float32]
    roads_in: NDArray[np.float32]
    metres: NDArray[np.float32]
    metres_in: NDArray[np.float32]
    who: NDArray[np.float32]
    worth: Floats
    must: NDArray[np.bool_]
    need: Floats
    room: Floats
    node: Ints
    near: NDArray[np.int32]
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    keys: Floats
    tariff_at: Ints
    tariff: Floats
    drive: NDArray[np.int32]
    most_road: Floats
    scale: float

    @property
    def jobs(self) -> int:
        return len(self.node)

    @property
    def vehicles(self) -> int:
        return len(self.crew)


def beyond(tables: Tables) -> list[str]:
    """What of this problem the kernel cannot say; nothing when it can say all of it."""
    draft = tables.draft
    found = {
        "traffic": tables.problem.travel.traffic is not None,
        "places of breaks": any(
            place is not None for vehicle in tables.vehicles for place in vehicle.break_places
        ),
        "many breaks": any(len(vehicle.breaks) > c.MOST_BREAKS for vehicle in tables.vehicles),
        "positions": bool(draft.positions),
        "machines": any(draft.machines.values()),
        "relations": bool(
            draft.meetings or draft.aparts or draft.all_or_none or draft.same_people
            or draft.other_people
        ),
        "crews": bool(draft.exclusive),
        "rests": any(
            tables.vehicles[one].latest + seconds > tables.vehicles[then].shift.start
            for (one, then), seconds in draft.rests.items()
        ),
        "changes": draft.most_changes is not None,
        "tags": bool(draft.counts),
        "depots": bool(draft.stocked and tables.problem.depots),
        "nobody": not tables.jobs or not tables.vehicles,
    }  # fmt: skip
    return [name for name, is_there in found.items() if is_there]


class Encoding:
    """Numbers of one trial on the way to a `Question`."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._tables: Tables = trial.tables
        self._vehicles = trial.tables.vehicles
        self._jobs = range(len(trial.tables.jobs))
        self._nodes()

    def question(self) -> Question:
        trial = self._trial
        crew, hands = self._crew(), self._hands()
        crew[:, c.HAND] = self._hand
        seconds = self._seconds(setup=True)
        pay = self._pay()
        roads, metres = self._roads(pay)
        lines, who = self._who()
        crew[:, c.LINE] = lines
        worth = np.array([trial.worth(job) for job in self._jobs])
        must = np.array([bool(trial.urgency(job)) for job in self._jobs])
        need, room = self._stock()
        kinds = [(crew[v].tobytes(), pay[v].tobytes(), room[v].tobytes()) for v in range(len(crew))]
        crew[:, c.KIND] = _numbers(kinds)
        tariff_at, tariff = tariffs(trial, hand_of=crew[:, c.HAND])
        drive, most_road = self._road_limits()
        near, before, after, scale = self._neighbours(hands, seconds, roads, pay, who)
        mode = self._mode(crew, pay, tariff, most_road)
        return Question(
            mode=mode,
            states=1 + int(crew[:, c.BREAKS].max(initial=0)),
            crew=crew, pay=pay, hands=hands,
            seconds=seconds, seconds_in=_turned(seconds),
            roads=roads, roads_in=_turned(roads), metres=metres, metres_in=_turned(metres),
            who=who, worth=worth, must=must, need=need, room=room,
            node=self._job_nodes, near=near, before=before, after=after,
            keys=self._keys(hands, seconds, crew, worth, need),
            tariff_at=tariff_at, tariff=tariff, drive=drive, most_road=most_road,
            scale=scale,
        )  # fmt: skip

    # --- places and roads ---

    def _nodes(self) -> None:
        """Nodes are places of jobs first, then of begins, then of ends; -1 is an open one."""
        tables, where = self._tables, list[int]()
        known: dict[tuple[str, int], int] = {}

        def node(kind: str, place: int | None) -> int:
            key = kind, -1 if place is None else place
            if key not in known:
                known[key] = len(where)
                where.append(key[1])
            return known[key]

        self._job_nodes = np.array([node("job", tables.places[j]) for j in self._jobs])
        self._first = [node("begin", vehicle.begin) for vehicle in self._vehicles]
        self._last = [node("end", vehicle.finish) for vehicle in self._vehicles]
        self._where = np.array(where)
        self._is_job = np.array([kind == "job" for kind, _ in known])

    def _between(self, table: Floats) -> Floats:
        """A table of locations by node; nothing to and from an open end."""
        grown = np.zeros((len(table) + 1, len(table) + 1))
        grown[:-1, :-1] = np.minimum(table, NO_ROAD)
        chosen: Floats = grown[np.ix_(self._where, self._where)]
        return chosen

    def _seconds(self, *, setup: bool) -> NDArray[np.int32]:
        legs, tables = self._between(self._tables.seconds), self._tables
        moved = (self._where[:, None] != self._where[None, :]) & (self._where[:, None] >= 0)
        ready = np.where(self._is_job, np.array([*tables.setups, 0.0])[self._where], 0.0)
        kinds = dict.fromkeys(self._road_kind(vehicle) for vehicle in self._vehicles)
        found = np.empty((len(kinds), *legs.shape), dtype=np.int32)
        for f, (factor, longest) in enumerate(kinds):
            times = legs * factor
            banned = (legs >= NO_ROAD) | (times > longest + 1e-6)
            if setup:
                times = times + np.where(moved, ready[None, :], 0.0)
            ticks = np.ceil(times * c.TICKS - NOISE)
            found[f] = np.where(banned, NO_LEG, np.minimum(ticks, NO_LEG))
        return found

    @staticmethod
    def _road_kind(vehicle: Vehicle) -> tuple[float, float]:
        longest = vehicle.shift.max_leg_s
        return vehicle.travel_factor, math.inf if longest is None else longest

    def _roads(self, pay: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Tables that ``pay`` prices, in seconds and metres; the second only where one will not do.

        A table in which each cell means the same to everybody saves half of the look-ups.
        """
        seconds, metres = (self._between(t) for t in (self._tables.seconds, self._tables.metres))
        seconds[seconds >= NO_ROAD] = 0
        metres[metres >= NO_ROAD] = 0
        per_s, per_m = pay[:, c.TOLL].copy(), pay[:, c.SECOND_TOLL].copy()
        pay[:, c.SECOND_TOLL] = 0
        only = np.zeros((1, 1), dtype=np.float32)
        if self._limits_road():
            only = metres.astype(np.float32)
        if not per_m.any():
            return seconds.astype(np.float32), only
        if not per_s.any():
            pay[:, c.TOLL] = per_m
            return metres.astype(np.float32), only
        share = per_s + per_m
        if np.allclose(per_s / share, per_s[0] / share[0], rtol=1e-12):
            pay[:, c.TOLL] = share / share[0]
            return (per_s[0] * seconds + per_m[0] * metres).astype(np.float32), only
        pay[:, c.TOLL], pay[:, c.SECOND_TOLL] = per_s, per_m
        return seconds.astype(np.float32), metres.astype(np.float32)

    # --- people ---

    def _crew(self) -> Ints:
        wide = c.PAUSE + c.PAUSE_WIDTH * max((len(v.breaks) for v in self._vehicles), default=0)
        crew = np.zeros((len(self._vehicles), wide), dtype=np.int64)
        kinds = {
            kind: f for f, kind in enumerate(dict.fromkeys(map(self._road_kind, self._vehicles)))
        }
        limits = self._tables.draft.limits
        for v, vehicle in enumerate(self._vehicles):
            row = crew[v]
            row[c.ROAD], row[c.BREAKS] = kinds[self._road_kind(vehicle)], len(vehicle.breaks)
            row[c.START], row[c.END] = _up(vehicle.shift.start), _down(vehicle.latest)
            row[c.FIRST], row[c.LAST] = self._first[v], self._last[v]
            row[c.MOST_JOBS] = int(limits.get((v, Amount.VISITS), ENDLESS))
            row[c.MOST_TIME] = _down(limits.get((v, Amount.DURATION_S), math.inf))
            for b, pause in enumerate(sorted(vehicle.breaks, key=_opening)):
                at = c.PAUSE + b * c.PAUSE_WIDTH
                long = math.ceil(pause.duration_s * c.TICKS - NOISE)
                if pause.window is None:
                    opens, closes = row[c.START], row[c.END] - long
                    excused_from, excused_until = c.FAR, -c.FAR
                else:
                    opens, closes = _up(pause.window.opens), _down(pause.window.closes)
                    # A clear hundredth of a second, as in the trial.
                    excused_from = opens + c.TICKS // 50
                    excused_until = closes + long - c.TICKS // 50
                row[at : at + c.PAUSE_WIDTH] = opens, closes, long, excused_from, excused_until
        return crew

    def _hands(self) -> Ints:
        """Lengths and windows; vehicles for which they are the same share them."""
        tables = self._tables
        alike = np.array(tables.draft.alike)
        firsts = np.unique(alike)
        spans: dict[Spans, int] = {}
        rows = [[spans.setdefault(one, len(spans)) for one in tables.spans[v]] for v in firsts]
        numbers = np.array(rows, dtype=np.int64).reshape(len(firsts), len(self._jobs))
        lengths = np.array([tables.lengths[v] for v in firsts]).reshape(numbers.shape)
        allowed = numbers != spans.get((), -1)
        # Who may not go has the windows of somebody who may, so that few rows differ.
        some, usual = allowed.argmax(axis=0), np.arange(len(self._jobs))
        numbers = np.where(allowed, numbers, numbers[some, usual][None, :])
        lengths = np.where(allowed, lengths, lengths[some, usual][None, :])
        kinds = _numbers(
            [(n.tobytes(), m.tobytes()) for n, m in zip(numbers, lengths, strict=True)]
        )
        self._first_rank = np.searchsorted(firsts, alike)
        self._allowed, self._hand = allowed, kinds[self._first_rank]
        windows = [_ticks(span) for span in spans]
        most = max((len(one) for one in windows), default=1)
        table = np.zeros((len(windows), 1 + 2 * max(1, most)), dtype=np.int64)
        for row, one in zip(table, windows, strict=True):
            row[0] = len(one)
            row[1 : 1 + 2 * len(one)] = [edge for window in one for edge in window]
        _, chosen = np.unique(kinds, return_index=True)
        hands = np.empty((len(chosen), len(self._jobs), 1 + table.shape[1]), dtype=np.int64)
        for h, v in enumerate(chosen):
            hands[h, :, c.WORK] = np.ceil(lengths[v] * c.TICKS - NOISE)
            hands[h, :, c.WINDOWS :] = table[numbers[v]]
        return hands

    def _who(self) -> tuple[Ints, NDArray[np.float32]]:
        """The line of each vehicle, and prices by line and job; infinite where it must not go."""
        prices, scalar, tables = self._trial.prices, self._trial.prices.scalar, self._tables
        firsts = np.unique(tables.draft.alike)
        known: dict[object, float] = {}

        def number(price: Price) -> float:
            if price not in known:
                known[price] = scalar(price)
            return known[price]

        plain = np.array(
            [[number(prices.who(int(v), job=job)) for job in self._jobs] for v in firsts]
        ).reshape(len(firsts), len(self._jobs))
        plain = np.where(self._allowed, plain, np.inf)
        lines: list[int] = []
        rows: list[NDArray[np.float32]] = []
        keys: dict[Hashable, int] = {}
        for v, vehicle in enumerate(self._vehicles):
            road, first = prices.road(vehicle.index), int(self._first_rank[v])
            extra = scalar(road.visit), scalar(road.busy[0]) - scalar(road.wait)
            if (first, extra) not in keys:
                keys[first, extra] = len(rows)
                lengths = np.array(tables.lengths[vehicle.index])
                rows.append((plain[first] + extra[0] + extra[1] * lengths).astype(np.float32))
            lines.append(keys[first, extra])
        same = _numbers([row.tobytes() for row in rows])
        _, chosen = np.unique(same, return_index=True)
        return same[np.array(lines)], np.array([rows[r] for r in chosen])

    # --- prices and limits ---

    def _pay(self) -> Floats:
        pay = np.zeros((len(self._vehicles), c.PAY_WIDTH))
        scalar, weights = self._trial.prices.scalar, self._trial.prices.weights
        money, soft = scalar(weights("route_cost")), scalar(weights("soft_limit_cost"))
        softs = c.PAY_STEPS + 2 * c.STEPS
        for row, vehicle in zip(pay, self._vehicles, strict=True):
            road = self._trial.prices.road(vehicle.index)
            wait = scalar(road.wait)
            row[c.PER_TICK] = (scalar(road.duration) + wait) / c.TICKS
            row[c.TOLL] = (scalar(road.travel) - wait) * vehicle.travel_factor
            row[c.SECOND_TOLL] = scalar(road.distance)
            row[c.USED] = scalar(road.used)
            row[c.PER_OVERTIME] = scalar(road.overtime) / c.TICKS
            row[c.OVERTIME_FROM] = vehicle.shift.end * c.TICKS
            steps = [step for one in vehicle.crew for step in one.cost.overtime_steps]
            row[c.PAY_STEPS : softs : 2] = ENDLESS
            for k, step in enumerate(sorted(steps, key=lambda step: step.after_s)[: c.STEPS]):
                at = c.PAY_STEPS + 2 * k
                row[at : at + 2] = step.after_s * c.TICKS, step.per_s * money / c.TICKS
            for limit in vehicle.shift.soft_limits:
                column, unit = SOFT_COLUMNS[limit.limit]
                at = softs + 2 * column
                row[at : at + 2] = limit.value * unit, limit.price * soft / unit
            for b, pause in enumerate(sorted(vehicle.breaks, key=_opening)):
                per_s = scalar(road.busy[2]) - wait + (0 if pause.paid else scalar(road.unpaid))
                row[softs + 2 * c.SOFTS + b] = per_s * pause.duration_s
        return pay

    def _mode(self, crew: Ints, pay: Floats, tariff: Floats, most_road: Floats) -> int:
        beyond_tolls = pay.copy()
        beyond_tolls[:, [c.TOLL, c.SECOND_TOLL, c.USED, c.OVERTIME_FROM, c.PER_TICK]] = 0
        beyond_tolls[:, c.PAY_STEPS : c.PAY_STEPS + 2 * (c.STEPS + c.SOFTS) : 2] = 0
        timed = bool(pay[:, c.PER_TICK].any()) or bool((crew[:, c.MOST_TIME] < c.FAR // 2).any())
        several = self._several_windows or bool(crew[:, c.BREAKS].any())
        if len(tariff) or len(most_road) > 1 or beyond_tolls.any() or (timed and several):
            return c.SIMULATED
        return c.TIMED if timed else c.PLAIN

    def _limits_road(self) -> bool:
        kinds = {kind for _, kind in self._tables.draft.limits}
        softs = {limit.limit for v in self._vehicles for limit in v.shift.soft_limits}
        return bool(
            kinds & {Amount.TRAVEL_S, Amount.DISTANCE_M}
            or softs & {SoftLimitKind.TRAVEL, SoftLimitKind.DISTANCE}
        )

    def _road_limits(self) -> tuple[NDArray[np.int32], Floats]:
        if not self._limits_road():
            return np.zeros((1, 1, 1), dtype=np.int32), np.zeros((1, 2))
        limits = self._tables.draft.limits
        most = [
            [
                limits.get((v.index, Amount.TRAVEL_S), ENDLESS) * c.TICKS + 1,
                limits.get((v.index, Amount.DISTANCE_M), ENDLESS),
            ]
            for v in self._vehicles
        ]
        # Of one vehicle alone a second row says that there are limits at all.
        return self._seconds(setup=False), np.array([*most, [ENDLESS, ENDLESS]])

    def _stock(self) -> tuple[Floats, Floats]:
        """What jobs need and vehicles have room for: capacity, parts, jobs of a tag."""
        jobs, vehicles = self._tables.jobs, self._vehicles
        needs: list[list[float]] = []
        rooms: list[list[float]] = []
        for name in sorted({name for job in jobs for name in job.demand}):
            if any(name in v.capacity for v in vehicles):
                needs.append([job.demand.get(name, 0) for job in jobs])
                rooms.append([v.capacity.get(name, ENDLESS) for v in vehicles])
        for name in sorted({name for job in jobs for name in job.parts}):
            needs.append([job.parts.get(name, 0) for job in jobs])
            rooms.append([v.parts.get(name, 0) for v in vehicles])
        counts = self._tables.draft.counts
        for tag in sorted({name for _, name in counts}):
            own = {v: row for (v, name), row in counts.items() if name == tag}
            tagged = next(iter(own.values()))[0]
            needs.append([float(job in tagged) for job in self._jobs])
            rooms.append([own[v.index][1] if v.index in own else ENDLESS for v in vehicles])
        need = np.array(needs, dtype=np.float64).reshape(len(needs), len(jobs)).T
        room = np.array(rooms, dtype=np.float64).reshape(len(rooms), len(vehicles)).T
        return np.ascontiguousarray(need), np.ascontiguousarray(room)

    # --- neighbours and orders ---

    def _hulls(self, hands: Ints) -> tuple[Ints, Ints, Ints]:
        """First opening and last close of each job in any hands, and its shortest work."""
        last = c.WINDOW + 2 * hands[:, :, c.WINDOWS] - 1
        closes = np.take_along_axis(hands, last[:, :, None], axis=2)[:, :, 0]
        first = min(v.shift.start for v in self._vehicles) * c.TICKS
        end = max(v.latest for v in self._vehicles) * c.TICKS
        opens = np.clip(hands[:, :, c.WINDOW].min(axis=0), first, end)
        return opens, np.clip(closes.max(axis=0), first, end), hands[:, :, c.WORK].min(axis=0)

    @property
    def _several_windows(self) -> bool:
        return any(len(spans) > 1 for row in self._tables.spans for spans in row)

    def _neighbours(
        self, hands: Ints, seconds: NDArray[np.int32], roads: NDArray[np.float32], pay: Floats,
        who: NDArray[np.float32],
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], float]:  # fmt: skip
        """``near``, ``before``, ``after``, best first, and the price of a short leg."""
        count = len(self._jobs)
        opens, closes, work = self._hulls(hands)
        can = np.isfinite(who).astype(np.float32)
        # Without lines that serve all there are pairs that nobody can put on one route.
        apart = (can.T @ can) == 0 if not can.all() else None
        legs = seconds[0][np.ix_(self._job_nodes, self._job_nodes)].astype(np.float64)
        np.fill_diagonal(legs, 1e12)
        wait = np.maximum(0, opens[None, :] - (closes + work)[:, None] - legs)
        late = (opens + work)[:, None] + legs - closes[None, :]
        follows = legs + WAIT_SHARE * wait + np.where(late > 0, 1e12 + late, 0.0)
        np.fill_diagonal(follows, 1e16)
        if apart is not None:
            follows[apart] += 1e14
        price = pay[:, c.TOLL].mean() * roads[np.ix_(self._job_nodes, self._job_nodes)]
        price = price + pay[:, c.PER_TICK].mean() * legs
        np.fill_diagonal(price, np.inf)
        few = np.sort(price, axis=1)[:, : min(3, count - 1)] if count > 1 else np.ones((1, 1))
        near = _nearest(np.minimum(legs, legs.T), NEAR)
        scale = max(1e-6, float(few[np.isfinite(few)].mean())) if count > 1 else 1.0
        return near, _nearest(follows.T, BESIDE), _nearest(follows, BESIDE), scale

    def _keys(
        self, hands: Ints, seconds: NDArray[np.int32], crew: Ints, worth: Floats, need: Floats
    ) -> Floats:
        opens, closes, _ = self._hulls(hands)
        begins = seconds[0][np.unique(crew[:, c.FIRST])][:, self._job_nodes].min(axis=0)
        size = need.sum(axis=1) if need.size else np.zeros(len(self._jobs))
        keys = [-worth, -size, -1.0 * begins, begins, closes - opens, opens, -closes]
        return np.array(keys, dtype=np.float64)


def _turned(table: NDArray[_Number]) -> NDArray[_Number]:
    return np.ascontiguousarray(np.swapaxes(table, -1, -2))


def _nearest(score: Floats, most: int) -> NDArray[np.int32]:
    """For each row the columns with the lowest score, best first, itself aside."""
    most = min(most, len(score) - 1)
    if most < 1:
        return np.zeros((len(score), 0), dtype=np.int32)
    some = np.argpartition(score, most - 1, axis=1)[:, :most]
    order = np.argsort(np.take_along_axis(score, some, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(some, order, axis=1).astype(np.int32))


def _numbers(keys: Sequence[Hashable]) -> Ints:
    """Equal numbers, from 0, for equal keys."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)


def _opening(pause: Break) -> float:
    return -math.inf if pause.window is None else pause.window.opens


def _up(instant: float) -> int:
    return max(-c.FAR // 2, math.ceil(max(instant, -1e9) * c.TICKS - NOISE))


def _down(instant: float) -> int:
    return min(c.FAR // 2, math.floor(min(instant, 1e9) * c.TICKS + NOISE))


def _ticks(spans: Spans) -> list[tuple[int, int]]:
    return [(min(_up(a), _down(b)), _down(b)) for a, b in spans]
