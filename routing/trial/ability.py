"""Skills with certificates: during which starts a crew may do a job."""

from __future__ import annotations

import math
from collections.abc import Sequence

from routing.problem import Job, Requirement, Technician

# A closed interval of instants.
Span = tuple[float, float]
ALWAYS: tuple[Span, ...] = ((-math.inf, math.inf),)


def valid_spans(job: Job, crew: Sequence[Technician], *, length: float) -> tuple[Span, ...]:
    """Starts of work of this length at which the crew meets every requirement of the job."""
    spans = ALWAYS
    for needed in job.skills:
        spans = intersect(spans, _spans_of(needed, crew, length))
        if not spans:
            return ()
    return spans


def _spans_of(needed: Requirement, crew: Sequence[Technician], length: float) -> tuple[Span, ...]:
    """A certificate counts when it holds during the whole work.

    One that would have to be absent counts as held for good: that is stricter than the rule.
    """
    each = [spans for one in crew if (spans := _held(needed, one, length))]
    if needed.excluded:
        return () if each else ALWAYS
    if len(each) < needed.count:
        return ()
    if needed.count == 0:
        return ALWAYS
    if needed.count == 1:
        return _union([span for spans in each for span in spans])
    if len(each) == needed.count or all(spans == ALWAYS for spans in each):
        common = ALWAYS
        for spans in each[: needed.count]:
            common = intersect(common, spans)
        return common
    lasting = [spans for spans in each if spans == ALWAYS]
    return ALWAYS if len(lasting) >= needed.count else ()


def _held(needed: Requirement, technician: Technician, length: float) -> tuple[Span, ...]:
    found: list[Span] = []
    for name in needed.names:
        skill = technician.skills.get(name)
        if skill is None:
            if needed.level <= 0:
                return ALWAYS  # level 0 asks for nothing, and everybody has that
            continue
        if skill.level < needed.level:
            continue
        first = -math.inf if skill.valid_from is None else skill.valid_from
        last = math.inf if skill.valid_until is None else skill.valid_until - length
        if first <= last:
            found.append((first, last))
    return _union(found)


def intersect(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """Instants in both, as intervals in order."""
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return tuple(sorted(span for span in both if span[0] <= span[1]))


def _union(spans: Sequence[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(closes, merged[-1][1])
        else:
            merged.append((opens, closes))
    return tuple(merged)
