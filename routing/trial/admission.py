"""Lays a route out so that the others can live with it, if there is a way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from routing.rules.draft import Vehicle
from routing.rules.spans import Span
from routing.trial.laying import Laid
from routing.trial.partners import Partners
from routing.trial.settling import Settler
from routing.trial.tables import Tables

# Times that partners on one route may push each other later: a chain of three, and once to see.
PATIENCE = 4


Settle = Callable[[Vehicle, tuple[int, ...], Mapping[int, Span]], Laid | None]
Lay = Callable[[Mapping[int, Span]], Laid | None]


class _Trial(Protocol):
    tables: Tables
    settler: Settler
    partners: Partners
    routes: list[Laid | None]
    holder: list[int]
    floors: dict[int, float]


def admitted(
    trial: _Trial,
    stops: tuple[int, ...],
    *,
    vehicle: int,
    spans: Mapping[int, Span],
    job: int,
    settle: Settle,
) -> Laid | None:
    """The route with a new job; ``spans`` narrow starts that others count on.

    Where that fails, the hours of jobs that must meet others are chosen again, as far as the others
    allow it; then the new job waits for a machine that is in use.
    """
    crew = trial.tables.vehicles[vehicle]

    def lay(chosen: Mapping[int, Span]) -> Laid | None:
        return settle(crew, stops, chosen)

    for chosen in _choices(trial, stops, lay, spans, job):
        laid = lay(chosen)
        if laid is not None and trial.partners.admit(trial, laid):
            return laid
    return None


def _choices(
    trial: _Trial, stops: tuple[int, ...], lay: Lay, spans: Mapping[int, Span], job: int
) -> Iterator[Mapping[int, Span]]:
    yield spans
    loose = {code: span for code, span in spans.items() if code == job or code not in stops}
    if len(loose) < len(spans):
        yield from _in_step(trial, lay, loose)
    if trial.tables.jobs[job].equipment and job not in spans:
        laid = lay(spans)
        free = None if laid is None else trial.partners.machine_free_from(trial, job, laid)
        if free is not None:
            yield {**spans, job: (free, math.inf)}


def _in_step(trial: _Trial, lay: Lay, spans: dict[int, Span]) -> Iterator[Mapping[int, Span]]:
    """The earliest hours, then later ones as partners on this and other routes want it."""
    for _ in range(PATIENCE):
        yield spans
        laid = lay(spans)
        pushed = {} if laid is None else trial.partners.pushed(trial, laid)
        if not pushed:
            return
        spans = {
            **spans,
            **{code: _later(spans.get(code), start) for code, start in pushed.items()},
        }


def _later(span: Span | None, start: float) -> Span:
    return start, math.inf if span is None else span[1]
