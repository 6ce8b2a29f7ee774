"""How true travel times are: predicted against actual, before and after what was learned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import current_app, render_template
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import formats, travel
from app.database import session
from app.desk.pages import blueprint
from app.security import Audience, open_to
from dispatch import legs
from routing.travel.dayparts import WEEKEND, WORKING_DAY
from routing.travel.learn import BANDS_M, Factor, Lesson
from routing.travel.provider import DayPart

READERS = (Audience.DISPATCHER, Audience.LEAD)
# Who tells travel times, in words.
PROVIDERS = {
    "osrm": _l("OSRM server"),
    "graph": _l("imported roads"),
    "valhalla": _l("Valhalla server"),
    "crowfly": _l("straight lines"),
}
# Pixels of the plot's square, and of the room for its numbers at the left and below.
SIDE, EDGE = 440, 46
# Minutes between lines of the plot; the first that gives at most six.
STEPS = (5, 10, 15, 20, 30, 60)
MOST_LINES = 6
# Legs beyond this share of all are left out of the picture, or one would squeeze the rest.
SHOWN = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Dots in pixels of the drawing, and its lines with their minutes; ``left_out`` lie beyond."""

    before: tuple[tuple[float, float], ...]
    after: tuple[tuple[float, float], ...]
    lines: tuple[tuple[float, int], ...]
    left_out: int


@blueprint.get("/travel-times")
@open_to(*READERS)
def travel_times() -> str:
    """Show how well travel times are predicted, and what was learned."""
    name = travel.raw_of(current_app).name
    taught = legs.latest(session(), provider=name)
    return render_template(
        "desk/travel_times.html",
        providers=[PROVIDERS[each] for each in name.split(",")],
        taught=taught,
        plot=plot(taught.evidence["points"]) if taught else None,
        bands=list(_bands(taught.lesson)) if taught else [],
        hours=list(_hours(taught.lesson)) if taught else [],
        side=SIDE,
        edge=EDGE,
    )


def plot(points: Sequence[Sequence[int]]) -> Plot:
    """Points (expected, predicted, taken) in seconds as dots: taken to the right, others upwards."""
    ends = sorted(max(point) / 60 for point in points)
    far = ends[math.ceil(SHOWN * len(ends)) - 1] if ends else 1.0
    step = next((each for each in STEPS if far / each <= MOST_LINES), STEPS[-1])
    most = step * math.ceil(far / step)

    def dot(across: float, up: float) -> tuple[float, float]:
        return round(across / 60 / most * SIDE, 1), round(SIDE - up / 60 / most * SIDE, 1)

    shown = [point for point in points if max(point) / 60 <= most]
    return Plot(
        before=tuple(dot(taken, expected) for expected, _predicted, taken in shown),
        after=tuple(dot(taken, predicted) for _expected, predicted, taken in shown),
        lines=tuple(
            (round(minute / most * SIDE, 1), minute) for minute in range(0, most + 1, step)
        ),
        left_out=len(points) - len(shown),
    )


def _bands(lesson: Lesson) -> Iterator[tuple[str, Factor]]:
    for number, factor in enumerate(lesson.bands):
        begin = formats.distance(BANDS_M[number])
        if number + 1 == len(BANDS_M):
            yield _("from %(distance)s", distance=begin), factor
        else:
            end = formats.distance(BANDS_M[number + 1])
            yield _("%(begin)s to %(end)s", begin=begin, end=end), factor


def _hours(lesson: Lesson) -> Iterator[tuple[LazyString, str, Factor]]:
    """Kind of day, hours and factor of each part that legs tell of."""
    for kind, parts in ((_l("working day"), WORKING_DAY), (_l("weekend"), WEEKEND)):
        for part in parts:
            if part.name in lesson.parts:
                yield kind, _clock(part), lesson.parts[part.name]


def _clock(part: DayPart) -> str:
    begin, end = (divmod(minute, 60) for minute in (part.begins_minute, part.ends_minute))
    return f"{begin[0]:02}:{begin[1]:02} \N{EN DASH} {end[0]:02}:{end[1]:02}"
