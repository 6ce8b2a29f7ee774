"""Closed intervals of instants in which something may begin, as pairs in order."""

from __future__ import annotations

import math
from collections.abc import Sequence

Span = tuple[float, float]
Spans = tuple[Span, ...]
ALWAYS: Spans = ((-math.inf, math.inf),)
NEVER: Spans = ()


def intersect(left: Sequence[Span], right: Sequence[Span]) -> Spans:
    """Instants in both."""
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return tuple(sorted(span for span in both if span[0] <= span[1]))


def unite(spans: Sequence[Span]) -> Spans:
    """Instants in any."""
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(closes, merged[-1][1])
        else:
            merged.append((opens, closes))
    return tuple(merged)
