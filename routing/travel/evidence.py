"""How well travel times are predicted, before and after learning: predicted against actual.

Each leg is predicted by a lesson that was drawn from others only (five folds), so that what is shown
is what the next leg will meet, and not how well the past is known by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routing.travel.learn import Leg, learn, mean_error

FOLDS = 5
# Points that a plot can show.
MOST_POINTS = 400


def evidence(legs: Sequence[Leg], *, expected: Sequence[float], provider: str) -> dict[str, Any]:
    """As JSON: ``legs``, mean errors ``before`` and ``after``, and ``points`` for a plot.

    A point is seconds expected, seconds predicted after learning, seconds it took; points are
    spread evenly over all legs. Costs five lessons.
    """
    predicted = _predicted(legs, expected=expected, provider=provider)
    taken = [leg.taken_s for leg in legs]
    step = max(1, -(-len(legs) // MOST_POINTS))
    points = list(zip(expected, predicted, taken, strict=True))[::step]
    return {
        "legs": len(legs),
        "before": round(mean_error(expected, taken), 4),
        "after": round(mean_error(predicted, taken), 4),
        "points": [[round(number) for number in point] for point in points],
    }


def _predicted(legs: Sequence[Leg], *, expected: Sequence[float], provider: str) -> list[float]:
    predicted = list(expected)
    for fold in range(FOLDS):
        others = [index for index in range(len(legs)) if index % FOLDS != fold]
        lesson = learn(
            [legs[i] for i in others], expected=[expected[i] for i in others], provider=provider
        )
        for index in range(fold, len(legs), FOLDS):
            predicted[index] = expected[index] * lesson.factor(legs[index])
    return predicted
