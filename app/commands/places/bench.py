"""Measures the embedded geocoder on an extract of anybody's."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median, quantiles

from routing.geocode.answer import Verdict, apart, judge
from routing.geocode.index import Built, ExtractWrong, Places, build_index
from routing.geocode.index.known import known_addresses, spoil

NEAR_M = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Shares from 0 to 1. ``wrong``: answers that would have been taken and lie elsewhere."""

    built: Built
    build_s: float
    known: int
    asked: int
    share: float
    accepted: float
    wrong: int
    median_ms: float
    p95_ms: float
    misses: tuple[str, ...]


def measure(extract: Path, *, count: int, drawn: Random) -> Measured:
    """Index an extract, spoil ``count`` of its addresses and ask. Raises ExtractWrong, OSError."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "places.db"
        began = time.perf_counter()
        built = build_index(extract, target)
        build_s = time.perf_counter() - began
        known = known_addresses(target)
        if not known:
            raise ExtractWrong(f"{extract} has no addresses to measure with; take another one.")
        chosen = (
            drawn.sample(known, count) if count <= len(known) else drawn.choices(known, k=count)
        )
        places = Places(target)
        places.find(chosen[0].written(chosen[0].street))  # what is loaded once is not measured
        seconds, misses, accepted, wrong = [], [], 0, 0
        for one in chosen:
            question = spoil(one, drawn)
            began = time.perf_counter()
            answers = places.find(question)
            seconds.append(time.perf_counter() - began)
            best = answers[0] if answers else None
            near = best is not None and apart((best.latitude, best.longitude), one.at) <= NEAR_M
            taken = judge(answers) is Verdict.ACCEPTED
            accepted += taken
            wrong += taken and not near
            if not near:
                got = f"{best.label} ({best.confidence})" if best else "nothing"
                misses.append(f"{one.written(one.street)}, asked as {question}: {got}")
        places.close()
    return Measured(
        built=built,
        build_s=build_s,
        known=len(known),
        asked=count,
        share=1 - len(misses) / count,
        accepted=accepted / count,
        wrong=wrong,
        median_ms=1000 * median(seconds),
        p95_ms=1000 * (quantiles(seconds, n=20)[-1] if count > 1 else seconds[0]),
        misses=tuple(misses),
    )
