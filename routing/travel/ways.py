"""Answers questions on one network: searches from anchors to anchors, forwards or backwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.travel import searching
from routing.travel.extract import PRECISION
from routing.travel.network import Network
from routing.travel.provider import Point
from routing.travel.snapping import REMEMBERED, Foot, Lines

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


class Direction(NamedTuple):
    """The graph seen one way: edges ahead of a state, and those into it with and without its arc."""

    first: Int32
    edges: Int64
    first_back: Int32
    tails: Int32
    turns: Int64
    takes_back: Int64


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Where ``n`` places hang: states ``(k,)``, what their part takes, ``spans (n + 1,)``."""

    states: Int32
    takes: Int64
    spans: Int64

    def of(self, place: int) -> tuple[Int32, Int64]:
        """The anchors of one place."""
        span = slice(self.spans[place], self.spans[place + 1])
        return self.states[span], self.takes[span]


class Found(NamedTuple):
    """A way: its states in order, copies among them, and what it takes, packed."""

    states: list[int]
    takes: np.int64


class Ways:
    """A network made ready for searching; building it takes some tenths of a second for a city."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.lines = Lines(network)
        self._wholes = searching.packed(network.cost, network.time, network.length)
        self._ahead, self._back = _directions(network, self._wholes)
        dearest = int((self._ahead.edges[:, 1] >> searching.COST_SHIFT).max(initial=0))
        dearest = max(dearest, int((self._back.edges[:, 1] >> searching.COST_SHIFT).max(initial=0)))
        self._buckets = 1 << (dearest + 1).bit_length()
        self._copies = _copies(network)
        self._pieces = _by_piece(network)
        self._idle: list[_Search] = []
        self._hung: dict[tuple[Foot, bool], tuple[list[int], list[float]]] = {}

    def table(self, origins: Sequence[list[Foot]], destinations: Sequence[list[Foot]]) -> Int64:
        """``(n, m)`` packed; FAR where there is no way.

        It searches from the side with fewer places: one new place costs one search each way.
        """
        leaving = self._anchors(origins, to_end=True)
        arriving = self._anchors(destinations, to_end=False)
        if len(destinations) < len(origins):
            return np.ascontiguousarray(self._table(self._back, arriving, leaving).T)
        return self._table(self._ahead, leaving, arriving)

    def way(self, origin: list[Foot], destination: list[Foot]) -> Found | None:
        """The way from place to place with the states that it uses; None when there is none."""
        leaving = self._anchors([origin], to_end=True)
        arriving = self._anchors([destination], to_end=False)
        with self._search(self._ahead, arriving) as search:
            answers, last = search.run(*leaving.of(0))
            if answers[0] == searching.FAR:
                return None
            before, anchor = (int(each) for each in last[0])
            states = search.trace(before, *leaving.of(0)) if before >= 0 else []
        return Found(states=[*states, int(arriving.states[anchor])], takes=answers[0])

    def from_state(self, state: int) -> Int64:
        """``(s,)`` what it takes, packed, from the end of a state to the end of every other."""
        everywhere = Anchors(
            states=np.arange(len(self.network), dtype=np.int32),
            takes=np.zeros(len(self.network), dtype=np.int64),
            spans=np.arange(len(self.network) + 1),
        )
        begin = np.array([state], dtype=np.int32)
        with self._search(self._ahead, everywhere) as search:
            search.run(begin, np.zeros(1, dtype=np.int64))
            return search.reached()

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
        kept = along > (-1.0 if low is None else low)
        kept &= along < (np.inf if high is None else high)
        lat, lon = network.lat[span][kept] / PRECISION, network.lon[span][kept] / PRECISION
        points = [Point(*each) for each in zip(lat.tolist(), lon.tolist(), strict=True)]
        return points[::-1] if back else points

    def _table(self, ahead: Direction, leaving: Anchors, arriving: Anchors) -> Int64:
        table = np.empty((len(leaving.spans) - 1, len(arriving.spans) - 1), dtype=np.int64)
        with self._search(ahead, arriving) as search:
            for place in range(len(table)):
                table[place], _ = search.run(*leaving.of(place))
        return table

    @contextmanager
    def _search(self, ahead: Direction, arriving: Anchors) -> Iterator[_Search]:
        """Lend the memory of a search; threads that search at once have one each."""
        try:
            search = self._idle.pop()
        except IndexError:
            search = _Search(self._wholes, edges=len(ahead.edges), buckets=self._buckets)
        search.expect(arriving, ahead=ahead)
        try:
            yield search
        finally:
            search.forget()
            self._idle.append(search)

    def _anchors(self, places: Sequence[list[Foot]], *, to_end: bool) -> Anchors:
        """States on which places lie, with what lies between them and the end, or the beginning.

        Whoever comes may come along a copy; whoever leaves has no road behind that would matter.
        """
        states: list[int] = []
        shares: list[float] = []
        spans = [0]
        if len(self._hung) > REMEMBERED:
            self._hung = {}
        for feet in places:
            for foot in feet:
                own = self._hung.get((foot, to_end))
                if own is None:
                    own = self._hung[foot, to_end] = self._hang(foot, to_end=to_end)
                states += own[0]
                shares += own[1]
            spans.append(len(states))
        chosen = np.array(states, dtype=np.int32)
        return Anchors(
            states=chosen,
            takes=self._parts(chosen, np.array(shares), to_end=to_end),
            spans=np.array(spans, dtype=np.int64),
        )

    def _hang(self, foot: Foot, *, to_end: bool) -> tuple[list[int], list[float]]:
        """The states on which a foot lies, and which share of each lies before it."""
        states: list[int] = []
        shares: list[float] = []
        whole = self.lines.metres[foot.piece]
        share = float(foot.along_m / whole) if whole > 0 else 0.0
        for state in self._pieces.get(foot.piece, ()):
            copies = () if to_end else self._copies.get(state, ())
            states += [state, *copies]
            turned = 1.0 - share if self.network.backward[state] else share
            shares += [turned] * (1 + len(copies))
        return states, shares

    def _parts(self, states: Int32, shares: NDArray[np.float64], *, to_end: bool) -> Int64:
        network = self.network
        parts = []
        for whole in (network.cost[states], network.time[states], network.length[states]):
            done = np.rint(whole * shares).astype(np.int32)
            parts.append(whole - done if to_end else done)
        return searching.packed(*parts)


class _Search:
    """Searches from one place after the other to the same places, in memory that is used again."""

    def __init__(self, wholes: Int64, *, edges: int, buckets: int) -> None:
        self._wholes = wholes
        self._bucket = np.empty(buckets, dtype=np.int32)
        self._reached = np.empty(len(wholes), dtype=np.int64)
        self._pool = np.empty(edges + len(wholes), dtype=np.int64)
        self._wanted = np.zeros(len(wholes), dtype=np.int32)

    def expect(self, arriving: Anchors, *, ahead: Direction) -> None:
        """Say which places are asked for: a search is over when all turns into them were seen."""
        self._ahead = ahead
        self._arriving = arriving
        self._before = np.unique(_before(ahead, np.unique(arriving.states)))
        self._wanted[self._before] = 1

    def forget(self) -> None:
        """Make ready for other places."""
        self._wanted[self._before] = 0

    def run(self, seeds: Int32, seed_takes: Int64) -> tuple[Int64, Int64]:
        """What it takes to each place, ``(m,)`` packed, and the last state and anchor, ``(m, 2)``."""
        ahead, arriving = self._ahead, self._arriving
        searching.search(
            *(ahead.first, ahead.edges, seeds, seed_takes, self._wanted),
            *(len(self._before), self._bucket, self._reached, self._pool),
        )
        answers = np.empty(len(arriving.spans) - 1, dtype=np.int64)
        last = np.full((len(answers), 2), -1, dtype=np.int64)
        searching.read(
            *(ahead.first_back, ahead.tails, ahead.turns, self._wholes, self._reached),
            *(seeds, seed_takes, arriving.states, arriving.takes, arriving.spans, answers, last),
        )
        return answers, last

    def reached(self) -> Int64:
        """``(s,)`` what the last search knows of every state."""
        return self._reached.copy()

    def trace(self, state: int, seeds: Int32, seed_takes: Int64) -> list[int]:
        """The states from a seed to this one, which the last search has reached."""
        ahead = self._ahead
        states = np.empty(len(self._wholes), dtype=np.int64)
        count = searching.trace(
            *(ahead.first_back, ahead.tails, ahead.takes_back, self._reached),
            *(seeds, seed_takes, state, states),
        )
        return [int(each) for each in states[:count][::-1]]


def _directions(network: Network, wholes: Int64) -> tuple[Direction, Direction]:
    count = len(network)
    tails = np.repeat(np.arange(count, dtype=np.int32), np.diff(network.first))
    heads = network.heads
    turns = searching.packed(network.turn_cost, network.turn_time, np.zeros_like(heads))
    order = np.argsort(heads, kind="stable")
    last = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(heads, minlength=count), out=last[1:])
    ahead, back = turns + wholes[heads], turns + wholes[tails]
    into, turns_into = tails[order], turns[order]
    return (
        Direction(
            network.first, np.column_stack((heads, ahead)), last, into, turns_into, ahead[order]
        ),
        Direction(last, np.column_stack((into, back[order])), network.first, heads, turns, back),
    )


def _before(ahead: Direction, states: Int32) -> Int32:
    """States from which one turns into one of these."""
    first = ahead.first_back[states]
    size = (ahead.first_back[states + 1] - first).astype(np.int64)
    shift = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    return np.asarray(ahead.tails[np.repeat(first, size) + shift])


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
