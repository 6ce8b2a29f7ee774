"""Answers questions on one network: searches from anchors to anchors, forwards or backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.travel import searching
from routing.travel.network import Network
from routing.travel.provider import Point
from routing.travel.snapping import Foot, Lines

Int32 = NDArray[np.int32]


class Direction(NamedTuple):
    """The graph seen one way: edges ahead of a state, and the turns into it."""

    first: Int32
    edges: Int32
    first_back: Int32
    joints: Int32


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Where places hang: ``(k, 4)`` state and cost, time, length; ``spans (n + 1,)`` by place."""

    rows: Int32
    spans: NDArray[np.int64]

    def of(self, place: int) -> Int32:
        """The anchors of one place."""
        return self.rows[self.spans[place] : self.spans[place + 1]]


class Found(NamedTuple):
    """A way: its states in order (with their copies), and cost, time, length in tenths."""

    states: list[int]
    answer: Int32


class Ways:
    """A network made ready for searching; building it takes a tenth of a second for a city."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.lines = Lines(network)
        self.wholes = np.column_stack((network.cost, network.time, network.length))
        self._ahead, self._back = _directions(network, self.wholes)
        dearest = int(self._ahead.edges[:, 1].max(initial=0))
        dearest = max(dearest, int(self._back.edges[:, 1].max(initial=0)))
        self._buckets = 1 << (dearest + 1).bit_length()
        self._copies = _copies(network)
        self._pieces = _by_piece(network)

    def table(self, origins: Sequence[list[Foot]], destinations: Sequence[list[Foot]]) -> Int32:
        """``(n, m, 3)`` cost, time, length; cost FAR where there is no way.

        It searches from the side with fewer places: one new place costs one search each way.
        """
        leaving = self._anchors(origins, to_end=True)
        arriving = self._anchors(destinations, to_end=False)
        if len(destinations) < len(origins):
            turned = self._table(self._back, leaving=arriving, arriving=leaving)
            return np.ascontiguousarray(turned.transpose(1, 0, 2))
        return self._table(self._ahead, leaving=leaving, arriving=arriving)

    def way(self, origin: list[Foot], destination: list[Foot]) -> Found | None:
        """The way from place to place with the states that it uses; None when there is none."""
        leaving = self._anchors([origin], to_end=True)
        arriving = self._anchors([destination], to_end=False)
        room = self._room()
        answer = self._search(self._ahead, leaving.rows, arriving, room)[0]
        if answer[0] == searching.FAR:
            return None
        states = [int(arriving.rows[answer[4], 0])]
        before = int(answer[3])
        while before >= 0:
            states.append(before)
            before = int(room.trail[before, 0])
        return Found(states=states[::-1], answer=answer[:3])

    def line(self, found: Found, origin: list[Foot], destination: list[Foot]) -> list[Point]:
        """The points of a way, from the foot of its origin to the foot of its destination."""
        pieces = [int(each) for each in self.network.piece[found.states]]
        begin = next(foot for foot in origin if foot.piece == pieces[0])
        end = next(foot for foot in destination if foot.piece == pieces[-1])
        points = [begin.point]
        for step, state in enumerate(found.states):
            after = begin.along_m if step == 0 else None
            until = end.along_m if step == len(found.states) - 1 else None
            points += self._inner(state, after=after, until=until)
        return [*points, end.point]

    def _inner(self, state: int, *, after: float | None, until: float | None) -> list[Point]:
        """The drawn points of an arc, in the direction of travel, between two marks along it."""
        network = self.network
        piece, back = int(network.piece[state]), bool(network.backward[state])
        span = slice(network.begins[piece], network.begins[piece + 1])
        along = self.lines.along[span]
        low, high = (until, after) if back else (after, until)
        kept = (along > (-1.0 if low is None else low)) & (
            along < (np.inf if high is None else high)
        )
        lat, lon = network.lat[span][kept] / 1e7, network.lon[span][kept] / 1e7
        points = [Point(*each) for each in zip(lat.tolist(), lon.tolist(), strict=True)]
        return points[::-1] if back else points

    def _table(self, ahead: Direction, *, leaving: Anchors, arriving: Anchors) -> Int32:
        room = self._room()
        table = np.empty((len(leaving.spans) - 1, len(arriving.spans) - 1, 3), dtype=np.int32)
        for place in range(len(table)):
            answers = self._search(ahead, leaving.of(place), arriving, room)
            table[place] = answers[:, :3]
        return table

    def _search(self, ahead: Direction, seeds: Int32, arriving: Anchors, room: Room) -> Int32:
        """``(m, 5)``, as ``searching.read`` fills it."""
        if room.asked is not arriving:
            room.expect(arriving, ahead=ahead)
        wholes = self.wholes
        searching.search(
            *(ahead.first, ahead.edges, wholes, seeds, room.wanted, room.awaited),
            *(room.bucket, room.reached, room.trail),
        )
        answers = np.empty((len(arriving.spans) - 1, 5), dtype=np.int32)
        searching.read(
            *(ahead.first_back, ahead.joints, wholes, room.reached, seeds),
            *(arriving.rows, arriving.spans, answers),
        )
        return answers

    def _anchors(self, places: Sequence[list[Foot]], *, to_end: bool) -> Anchors:
        """States on which places lie, with what lies between them and the end, or the beginning.

        Whoever comes may come along a copy; whoever leaves has no road behind that would matter.
        """
        rows: list[tuple[int, int, int, int]] = []
        spans = [0]
        for feet in places:
            for foot in feet:
                for state in self._pieces.get(foot.piece, ()):
                    part = self._part(state, foot, to_end=to_end)
                    rows.append((state, *part))
                    if not to_end:
                        rows += [(copy, *part) for copy in self._copies.get(state, ())]
            spans.append(len(rows))
        table = np.array(rows, dtype=np.int32).reshape(len(rows), 4)
        return Anchors(rows=table, spans=np.array(spans, dtype=np.int64))

    def _part(self, state: int, foot: Foot, *, to_end: bool) -> tuple[int, int, int]:
        whole = float(self.lines.metres[foot.piece])
        share = foot.along_m / whole if whole > 0 else 0.0
        share = 1.0 - share if self.network.backward[state] else share
        cost, time, length = (int(each) for each in self.wholes[state])
        done = round(share * cost), round(share * time), round(share * length)
        return (cost - done[0], time - done[1], length - done[2]) if to_end else done

    def _room(self) -> Room:
        return Room(states=len(self.network), buckets=self._buckets)


class Room:
    """The memory of one search, used again by the next."""

    def __init__(self, *, states: int, buckets: int) -> None:
        self.bucket = np.empty(buckets, dtype=np.int32)
        self.reached = np.zeros((states, 3), dtype=np.int32)
        self.trail = np.empty((states, 4), dtype=np.int32)
        self.wanted = np.zeros(states, dtype=np.int32)
        self.awaited = 0
        self.asked: Anchors | None = None

    def expect(self, arriving: Anchors, *, ahead: Direction) -> None:
        """A search is over when all turns into the places have been seen."""
        self.wanted[:] = 0
        for state in np.unique(arriving.rows[:, 0]):
            joints = ahead.joints[ahead.first_back[state] : ahead.first_back[state + 1]]
            self.wanted[joints[:, 0]] = 1
        self.awaited = max(1, int(self.wanted.sum()))
        self.asked = arriving


def _directions(network: Network, wholes: Int32) -> tuple[Direction, Direction]:
    count = len(network)
    tails = np.repeat(np.arange(count, dtype=np.int32), np.diff(network.first))
    heads, turn, time = network.heads, network.turn_cost, network.turn_time
    order = np.argsort(heads, kind="stable")
    last = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(heads, minlength=count), out=last[1:])
    ahead = np.column_stack((heads, turn + wholes[heads, 0], time + wholes[heads, 1]))
    back = np.column_stack((tails, turn + wholes[tails, 0], time + wholes[tails, 1]))[order]
    into = np.column_stack((tails, turn, time))[order]
    out = np.column_stack((heads, turn, time))
    to32 = [np.ascontiguousarray(each, dtype=np.int32) for each in (ahead, back, into, out)]
    return (
        Direction(network.first, to32[0], last, to32[2]),
        Direction(last, to32[1], network.first, to32[3]),
    )


def _copies(network: Network) -> dict[int, list[int]]:
    copies: dict[int, list[int]] = {}
    for state in np.nonzero(network.copy_of != np.arange(len(network)))[0].tolist():
        copies.setdefault(int(network.copy_of[state]), []).append(state)
    return copies


def _by_piece(network: Network) -> dict[int, list[int]]:
    """The states on which one may begin, by their piece."""
    found: dict[int, list[int]] = {}
    for state in np.nonzero(network.start)[0].tolist():
        found.setdefault(int(network.piece[state]), []).append(state)
    return found
