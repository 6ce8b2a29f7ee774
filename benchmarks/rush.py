"""``python -m benchmarks.rush``: late arrivals in a week whose ways take the time of the hour.

A made-up town with suburbs; in the rush ways in town take twice as long, ways between suburbs hardly
longer. Technicians drove there for weeks, so their legs, each a little quicker or slower by chance, have
taught straight lines what hours do. Each day is planned twice by the product's own search, on the same
lesson: once with the tables of the hours, once without. Both plans are then driven in their order, each
way at the hour at which it is driven. An arrival is late a minute after the visit's window.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from time import perf_counter
from typing import TypeVar
from zoneinfo import ZoneInfo

import click
import numpy as np

from app.commands.bench import machine
from dispatch.planning.briefs import roads as brief_roads
from routing import interchange
from routing.check import judge
from routing.problem import (
    Job,
    Location,
    MatrixTravel,
    Problem,
    Shift,
    Technician,
    Term,
    Window,
)
from routing.roads import Roads
from routing.solution import Solution
from routing.timing import TimedRoute
from routing.travel.crowfly import CrowFly, straight_metres
from routing.travel.dayparts import PARTS, part_of
from routing.travel.learn import BANDS_M, Corrected, Factor, Leg, Lesson, expected_s, learn
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import ALL_DAY, Capabilities, DayPart, Point, Profile, Provider
from schedules import child

HOUR = 3600
ZONE = ZoneInfo("Europe/Warsaw")
MONDAY = date(2026, 3, 23)  # the Sunday of this week has 23 hours
CENTRE = Point(52.23, 21.01)
VISITS, TECHNICIANS = 22, 3
WORK = (7, 19)  # o'clock
# Degrees that places lie away from the centre: in town, and in suburbs.
NEAR, FAR = 0.025, 0.13
# Seconds for one of straight lines, of ways in town and of longer ones, by the part of the day.
HELD_UP = {
    "morning-rush": (2.0, 1.25),
    "late-morning": (1.2, 1.05),
    "afternoon": (1.2, 1.05),
    "evening-rush": (2.0, 1.3),
    "early": (1.1, 1.0),
    "weekend-midday": (1.3, 1.0),
}
IN_TOWN_M = 6_000
# Weeks of legs before, and by how much the logarithm of each is off by chance.
TAUGHT, NOISE = 900, 0.15
# Minutes of windows, as offers have them, and of visits.
WIDE, SHORTEST, LONGEST = 60, 15, 40
# Customers are told minutes: who comes so many seconds after the window is late.
LATE_S = 60
# Seconds after which a search that counts its steps is ended.
PATIENCE_S = 300.0
# Places of the question that is measured, and what it asks for.
PLACES, COST = 200, Term(metric="cost")
T = TypeVar("T")


class Streets:
    """What ways really take."""

    name = "streets"
    capabilities = Capabilities(day_parts={Profile.CAR: frozenset(PARTS)})

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        table = CrowFly().matrix(origins, destinations=destinations, profile=profile)
        short, long = HELD_UP.get(day_part.name, (1.0, 1.0))
        metres = straight_metres(origins, destinations=destinations)
        seconds = table.seconds * np.where(metres < IN_TOWN_M, short, long)
        return replace(table, seconds=np.rint(seconds).astype(np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A day's plan as it went: how many visits were reached, how many late, by how much in all."""

    arrivals: int
    late: int
    late_s: float
    unserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Days planned with the tables of their hours, and the same days planned without."""

    with_hours: tuple[Driven, ...]
    without: tuple[Driven, ...]

    @property
    def fewer(self) -> float:
        """The share of late arrivals that the hours save."""
        return 1 - _late(self.with_hours) / _late(self.without)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a question costs: slices with a table, best seconds, and bytes of its JSON."""

    tables: int
    made_s: float
    written_s: float
    read_s: float
    size: int


@click.command()
@click.option("--seed", default=1, show_default=True, help="Of the first week.")
@click.option("--weeks", default=1, show_default=True, help="Number of weeks.")
@click.option("--steps", default=200, show_default=True, help="Of each search.")
def main(seed: int, weeks: int, steps: int) -> None:
    """Drive weeks of plans with and without tables of hours; prints a table in Markdown."""
    found = [driven_week(seed=seed + number, steps=steps) for number in range(weeks)]
    click.echo("| planned | arrivals | late | minutes late, each | left out |")
    click.echo("|---|---:|---:|---:|---:|")
    click.echo(_line("without hours", [day for week in found for day in week.without]))
    click.echo(_line("with the tables of hours", [day for w in found for day in w.with_hours]))
    click.echo(f"\nFewer late arrivals: {', '.join(f'{week.fewer:.0%}' for week in found)}\n")
    lesson = taught(Random(seed))
    for each in (replace(lesson, parts={}, cells={}), at_most(lesson)):
        cost = measured(each)
        click.echo(
            f"A question about {PLACES} places with {cost.tables} tables of hours: made in"
            f" {cost.made_s:.2f} s, written in {cost.written_s:.2f} s, read and checked in"
            f" {cost.read_s:.2f} s, {cost.size:,} bytes."
        )
    command = ["python", "-m", "benchmarks.rush", "--weeks", str(weeks), "--steps", str(steps)]
    click.echo("\n" + "\n\n".join(machine.described(command, peers=["ortools"])))


def driven_week(*, seed: int, steps: int) -> Week:
    """Seven days, planned in so many steps of the search and driven; the same for the same seed."""
    rng = Random(seed)
    lesson = taught(rng)
    usual = replace(lesson, parts={}, cells={})
    days = [_Day(rng, day=MONDAY + timedelta(days=number)) for number in range(7)]
    return Week(
        with_hours=tuple(day.driven(lesson, steps=steps) for day in days),
        without=tuple(day.driven(usual, steps=steps) for day in days),
    )


def taught(rng: Random) -> Lesson:
    """What the legs of some weeks teach, driven at any hour of work."""
    legs = []
    for number in range(TAUGHT):
        ends = [_place(rng), _place(rng)]
        left = datetime.combine(MONDAY, time(7, 30), tzinfo=ZONE) + timedelta(
            days=number % 7, minutes=rng.randrange(600)
        )
        part = part_of(left)
        true = Streets().matrix(ends[:1], destinations=ends[1:], day_part=part).seconds[0, 0]
        seconds = float(true) * rng.lognormvariate(0, NOISE)
        legs.append(Leg(*ends, seconds, part.name))
    return learn(legs, expected=expected_s(legs, provider=CrowFly()), provider="crowfly")


def at_most(lesson: Lesson) -> Lesson:
    """A lesson after which every part of the day needs a table of its own."""
    cells = {
        (name, band): Factor(1.1 + band / 10 + number / 100, 0)
        for number, name in enumerate(PARTS)
        for band in range(len(BANDS_M))
    }
    return replace(lesson, parts=dict.fromkeys(PARTS, Factor(1.2, 0)), cells=cells)


def measured(lesson: Lesson) -> Cost:
    """What a question about many places costs that is made with this lesson; best of five."""
    rng = Random(0)
    roads = Corrected(CrowFly(), lesson=lesson)
    points = [_place(rng) for _ in range(PLACES)]
    made_s, travel = _best(lambda: _ways(points, travel=roads, day=MONDAY, hours=(8, 17)))
    places = tuple(Location(id=f"place-{n}") for n in range(PLACES))
    problem = Problem(
        locations=places, travel=travel, technicians=(), jobs=(), objective=((COST,),)
    )
    written_s, text = _best(lambda: interchange.write_problem(problem))
    read_s, _ = _best(lambda: interchange.read_problem(text))
    slices = travel.traffic.slices if travel.traffic else ()
    return Cost(
        tables=sum(piece.seconds is not None for piece in slices),
        made_s=made_s,
        written_s=written_s,
        read_s=read_s,
        size=len(text.encode()),
    )


def _best(act: Callable[[], T]) -> tuple[float, T]:
    """The least seconds of five runs, and what the last one gave."""
    seconds = []
    for _ in range(5):
        begun = perf_counter()
        found = act()
        seconds.append(perf_counter() - begun)
    return min(seconds), found


def _ways(
    points: Sequence[Point], *, travel: Provider, day: date, hours: tuple[float, float]
) -> MatrixTravel:
    """Ways as a brief makes them, for people who work between two hours."""
    midnight = datetime.combine(day, time(0), tzinfo=ZONE)
    begin, end = (midnight + timedelta(seconds=_at(hour, day=day)) for hour in hours)
    return brief_roads.ways(
        points, travel=travel, profiles=[Profile.CAR], opens_at=midnight, during=(begin, end)
    ).travel


def _at(hour: float, *, day: date) -> int:
    """Seconds after midnight at which the clock on the wall shows an hour."""
    wall = datetime.combine(day, time(int(hour), round(hour % 1 * 60)), tzinfo=ZONE)
    return round(wall.timestamp() - datetime.combine(day, time(0), tzinfo=ZONE).timestamp())


class _Day:
    """Visits of a day, in windows of an hour, and who works."""

    def __init__(self, rng: Random, *, day: date) -> None:
        self.day = day
        self.points = [_place(rng) for _ in range(TECHNICIANS + VISITS)]
        names = [f"place-{n}" for n in range(len(self.points))]
        begin, end = (_at(hour, day=day) for hour in WORK)
        self.question = Problem(
            locations=tuple(Location(id=name) for name in names),
            travel=MatrixTravel(seconds=()),
            technicians=tuple(
                Technician(
                    id=f"technician-{n}",
                    shifts=(Shift(start=begin, end=end, start_location=home, end_location=home),),
                )
                for n, home in enumerate(names[:TECHNICIANS])
            ),
            jobs=tuple(
                Job(
                    id=f"visit-{n}",
                    location=place,
                    duration_s=rng.randrange(SHORTEST, LONGEST, 5) * 60,
                    windows=(self._window(rng),),
                )
                for n, place in enumerate(names[TECHNICIANS:])
            ),
            objective=((Term(metric="unserved"),), (Term(metric="travel_s"),)),
        )

    def driven(self, lesson: Lesson, *, steps: int) -> Driven:
        """Plan on what was learned, then drive on the streets."""
        planned = self._on(Corrected(CrowFly(), lesson=lesson))
        plan = child.solve(planned, limit_s=PATIENCE_S, iterations=steps).solution
        return _driven(plan, planned=planned, real=self._on(Streets()))

    def _on(self, roads: Provider) -> Problem:
        """The day's question with these ways, made as a brief makes them."""
        travel = _ways(self.points, travel=roads, day=self.day, hours=WORK)
        return replace(self.question, travel=travel)

    def _window(self, rng: Random) -> Window:
        opens = _at(7.5, day=self.day) + rng.randrange(0, 10 * 60, 30) * 60
        return Window(opens=opens, closes=opens + WIDE * 60)


def _place(rng: Random) -> Point:
    """Two of three in town, the others in suburbs."""
    spread = NEAR if rng.random() < 2 / 3 else FAR
    return Point(
        CENTRE.lat + rng.uniform(-spread, spread), CENTRE.lon + 1.6 * rng.uniform(-spread, spread)
    ).rounded()


def _driven(plan: Solution, *, planned: Problem, real: Problem) -> Driven:
    """Each round leaves when it was planned to and keeps its order; work waits for its window."""
    routes = judge(plan, problem=planned).timetable.routes
    late = [seconds for route in routes for seconds in _lateness(route, real=real)]
    return Driven(
        arrivals=len(late),
        late=sum(seconds > LATE_S for seconds in late),
        late_s=sum(seconds for seconds in late if seconds > LATE_S),
        unserved=len(plan.unserved),
    )


def _lateness(route: TimedRoute, *, real: Problem) -> Iterator[float]:
    """Seconds by which each visit is reached after its window; 0 in time."""
    roads, number = Roads(real), real.location_index
    places = [route.shift.start_location, *(stop.thing.location for stop in route.stops)]
    ways = itertools.pairwise(number[place] for place in places if place is not None)
    now = route.depart
    for (here, there), stop in zip(ways, route.stops, strict=True):
        assert isinstance(stop.thing, Job)
        (window,) = stop.thing.windows
        arrival = roads.arrival(here, there, leave=now)
        yield max(0, arrival - window.closes)
        now = max(arrival, window.opens) + stop.length_s


def _late(days: Sequence[Driven]) -> int:
    return sum(day.late for day in days)


def _line(name: str, days: Sequence[Driven]) -> str:
    late = _late(days)
    minutes = sum(day.late_s for day in days) / 60 / late if late else 0
    return (
        f"| {name} | {sum(day.arrivals for day in days)} | {late} | {minutes:.1f}"
        f" | {sum(day.unserved for day in days)} |"
    )


if __name__ == "__main__":
    main()
