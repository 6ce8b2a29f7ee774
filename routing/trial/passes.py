"""Passes over a sheet, line by line: earliest starts forward, latest departures backward.

Most lines have one span of starts, no aim and no break; what no order of a line has is looked for
once and then left out of both passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.trial.fleet import Floats, Ints
from routing.trial.instants import NOISE_S


class Span(NamedTuple):
    """Starts of a line by order; ``until`` is the end, with the noise of sums."""

    opens: Floats
    closes: Floats
    until: Floats


class Rest(NamedTuple):
    """A break before a line: no seconds, at any time, in orders that take it elsewhere."""

    opens: Floats
    closes: Floats
    until: Floats
    length: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lines:
    """A sheet line by line; the way home is one more line, which has only road and rests.

    ``resting`` are the orders with a break there, None where there are none.
    """

    road: Sequence[Floats]
    setup: Floats
    length: Floats
    solid: NDArray[np.bool_]
    spans: Sequence[Sequence[Span]]
    floor: Sequence[Floats | None]
    rests: Sequence[Sequence[Rest]]
    resting: Sequence[NDArray[np.bool_] | None]


def spans_of(opens: Floats, closes: Floats) -> list[list[Span]]:
    """``(spans, lines, orders)`` by line; spans that no order has are left out."""
    until = closes + NOISE_S
    used = np.any(opens < np.inf, axis=2).T.tolist()
    return [
        [Span(opens[n, line], closes[n, line], until[n, line]) for n, has in enumerate(own) if has]
        for line, own in enumerate(used)
    ]


def rests_of(
    taken: Ints, lines: int, *, opens: Floats, closes: Floats, length: Floats
) -> tuple[list[list[Rest]], list[NDArray[np.bool_] | None]]:
    """Breaks by line, where ``taken`` says so, ``(breaks, orders)``; and the orders with any."""
    here = taken == np.arange(lines + 1)[:, None, None]
    used = np.any(here, axis=2).tolist()
    opens, closes = np.where(here, opens, -np.inf), np.where(here, closes, np.inf)
    length, until = np.where(here, length, 0.0), closes + NOISE_S
    rests = [
        [
            Rest(opens[line, n], closes[line, n], until[line, n], length[line, n])
            for n, has in enumerate(own)
            if has
        ]
        for line, own in enumerate(used)
    ]
    resting = [np.any(here[line], axis=0) if any(own) else None for line, own in enumerate(used)]
    return rests, resting


def forward(lines: Lines, depart: Floats) -> tuple[Floats, Floats]:
    """The earliest starts from these departures, ``(lines, orders)``, and the returns."""
    leave, starts = depart, np.empty(lines.setup.shape)
    for line, spans in enumerate(lines.spans):
        ready = _reached(lines, leave, line) + lines.setup[line]
        floor = lines.floor[line]
        if floor is not None:
            ready = np.maximum(ready, floor)
        start = np.full(len(ready), np.inf)
        for span in reversed(spans):
            start = np.where(ready <= span.until, np.maximum(span.opens, ready), start)
        starts[line] = start
        leave = start + lines.length[line]
    return starts, _reached(lines, leave, len(lines.spans))


def _reached(lines: Lines, leave: Floats, line: int) -> Floats:
    """When the place of a line is reached and the breaks before it are over.

    Driving goes on whenever no break is taken, so it is over after all seconds of road and of
    breaks, or with the last break.
    """
    total = leave + lines.road[line]
    if not lines.rests[line]:
        return total
    free = leave
    for rest in lines.rests[line]:
        start = np.maximum(free, rest.opens)
        free = np.where(start > rest.until, np.inf, start + rest.length)
        total = total + rest.length
    return np.maximum(free, total)


def latest_depart(lines: Lines, *, depart: Floats, starts: Floats, back: Floats) -> Floats:
    """The latest departure that delays neither the return nor any solid start of a schedule."""
    limit = back
    for line in range(len(lines.spans) - 1, -1, -1):
        start, length = starts[line], lines.length[line]
        latest = _latest_leave(lines, limit, line + 1, sure=start + length) - length
        found = start
        for span in lines.spans[line]:
            last = np.maximum(found, np.minimum(latest, span.closes))
            found = np.where(span.opens <= latest, last, found)
        limit = np.where(lines.solid[line], start, found) - lines.setup[line]
    return _latest_leave(lines, limit, 0, sure=depart)


def _latest_leave(lines: Lines, limit: Floats, line: int, *, sure: Floats) -> Floats:
    """Latest instant to leave and be ready by ``limit``, with the breaks before the line taken."""
    plain = limit - lines.road[line]
    resting = lines.resting[line]
    if resting is None:
        return plain
    bound, total = limit, plain
    possible = np.ones(len(limit), dtype=np.bool_)
    for rest in reversed(lines.rests[line]):
        bound = np.minimum(rest.closes, bound - rest.length)
        possible &= rest.opens <= bound + NOISE_S
        total = total - rest.length
    leave = np.maximum(sure, np.where(possible, np.minimum(bound, total), sure))
    return np.where(resting, leave, plain)


def latest_ready(lines: Lines, last: Floats) -> Floats:
    """When each place must be reached, and at last home, so that everything can be kept.

    ``(lines + 1, orders)``; breaks aside, with the noise of sums.
    """
    met = np.empty((len(lines.spans) + 1, len(last)))
    met[-1] = last
    for line in range(len(lines.spans) - 1, -1, -1):
        bound = met[line + 1] - lines.road[line + 1] - lines.length[line] + NOISE_S
        start = np.full(len(last), -np.inf)
        for span in lines.spans[line]:
            start = np.where(span.opens <= bound, np.minimum(span.closes, bound), start)
        met[line] = start - lines.setup[line]
    return met
