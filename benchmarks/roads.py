"""``python -m benchmarks.roads``: what plans made on other travel times cost on OSRM's roads.

Days of 50 visits and 5 technicians on random points of an extract's roads. Each day is planned on the
times of the embedded graph, of straight lines, and of OSRM twice with different seeds. All plans are
then driven in their order on OSRM's times. The second OSRM plan shows how much is chance of the search.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import click
import numpy as np

from app.commands.bench import machine
from routing.check import judge
from routing.problem import Job, Location, MatrixTravel, Problem, Shift, Technician, Term, Window
from routing.solution import Solution
from routing.timing import TimedRoute
from routing.travel.crowfly import CrowFly, DrivenLeg, learned_scalar
from routing.travel.graph import RoadGraph, build_roads
from routing.travel.matrix import TravelMatrix
from routing.travel.network import drawn_points
from routing.travel.osrm import Osrm
from routing.travel.provider import Point, Profile
from schedules import child

VISITS, TECHNICIANS = 50, 5
HOUR = 3600
DAY = Window(opens=8 * HOUR, closes=17 * HOUR)
# Windows of two and a half hours, as offers have them; every second visit has one.
WINDOWS = tuple(
    Window(opens=int(hour * HOUR), closes=int((hour + 2.5) * HOUR)) for hour in (8, 10, 12, 14)
)
SHORTEST_S, LONGEST_S = 600, 1800
TRUE, AGAIN, GRAPH, CROW = "OSRM", "OSRM, another seed", "graph", "straight lines"
# Seconds after which a search that counts its steps is ended.
PATIENCE_S = 300.0
# Legs from which straight lines get their one scalar, as an installation has them after some days.
TAUGHT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan driven on OSRM's times: seconds at the wheel, visits left out, mean error in seconds
    of the arrivals that it had promised itself.
    """

    travel_s: float
    unserved: int
    error_s: float


@click.command()
@click.argument("extract", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("osrm_url")
@click.option("--seeds", default=4, show_default=True, help="Number of days.")
@click.option("--seconds", default=5.0, show_default=True, help="Of each search, on one core.")
@click.option("--steps", type=int, help="Of each search instead, whatever else the machine does.")
def main(extract: Path, osrm_url: str, seeds: int, seconds: float, steps: int | None) -> None:
    """Compare plans of EXTRACT, an .osm.pbf; OSRM_URL serves cars on the same extract."""
    osrm = Osrm({Profile.CAR: osrm_url})
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "graph.npz"
        build_roads(extract, target=target, profiles=())
        graph = RoadGraph(target)
        days = [
            _compared(graph, osrm, seed=seed, seconds=seconds, steps=steps)
            for seed in range(1, seeds + 1)
        ]
    click.echo(f"{extract.name}: {seeds} days\n")
    click.echo(
        "| planned on | driving, minutes a day | more than OSRM | most | left out |"
        " arrivals off, minutes |\n|---|---:|---:|---:|---:|---:|"
    )
    for name in (TRUE, AGAIN, GRAPH, CROW):
        click.echo(_line(name, days))
    command = ["python", "-m", "benchmarks.roads", extract.name, "OSRM_URL"]
    click.echo("\n" + "\n\n".join(machine.described(command, peers=["ortools"])))


def _line(name: str, days: Sequence[Mapping[str, Outcome]]) -> str:
    own = [day[name] for day in days]
    more = [day[name].travel_s / day[TRUE].travel_s - 1 for day in days]
    return (
        f"| {name} | {statistics.mean(one.travel_s for one in own) / 60:.1f}"
        f" | {statistics.mean(more):+.2%} | {max(more):+.2%}"
        f" | {sum(one.unserved for one in own)}"
        f" | {statistics.mean(one.error_s for one in own) / 60:.2f} |"
    )


def _compared(
    graph: RoadGraph, osrm: Osrm, *, seed: int, seconds: float, steps: int | None
) -> dict[str, Outcome]:
    rng = Random(seed)
    points, true = _places(graph, osrm, rng=rng)
    day = _day(rng, points)
    on = {
        TRUE: true,
        AGAIN: true,
        GRAPH: graph.matrix(points, destinations=points),
        CROW: _taught(points, true, rng=rng),
    }
    real = _on(day, true)
    found = {}
    for number, (name, table) in enumerate(on.items()):
        problem = _on(day, table)
        plan = child.solve(
            problem,
            limit_s=seconds if steps is None else PATIENCE_S,
            seed=seed * 10 + number,
            iterations=steps,
        ).solution
        found[name] = _driven(plan, planned=problem, real=real)
    return found


def _places(graph: RoadGraph, osrm: Osrm, *, rng: Random) -> tuple[list[Point], TravelMatrix]:
    """Points between which OSRM knows all ways, and its table."""
    points = drawn_points(graph.network(Profile.CAR), random=rng, count=2 * (VISITS + TECHNICIANS))
    table = osrm.matrix(points, destinations=points)
    reached = np.flatnonzero(table.estimated.mean(axis=1) < 0.5).tolist()
    kept = reached[: VISITS + TECHNICIANS]
    chosen = table.between(origins=kept, destinations=kept)
    if len(kept) < VISITS + TECHNICIANS or chosen.estimated_cells:
        raise click.ClickException("OSRM does not know these roads; does it serve this extract?")
    return [points[n] for n in kept], chosen


def _taught(points: Sequence[Point], true: TravelMatrix, *, rng: Random) -> TravelMatrix:
    """Straight lines with the scalar of some legs that were driven between these places."""
    straight = CrowFly().matrix(points, destinations=points)
    pairs = [rng.sample(range(len(points)), 2) for _ in range(TAUGHT)]
    scalar = learned_scalar(
        DrivenLeg(float(straight.seconds[i, j]), float(true.seconds[i, j])) for i, j in pairs
    )
    return CrowFly(scalar=scalar).matrix(points, destinations=points)


def _day(rng: Random, points: Sequence[Point]) -> Problem:
    """Without travel times yet: the least road among plans that serve all."""
    names = [f"place-{n}" for n in range(len(points))]
    return Problem(
        locations=tuple(
            Location(id=name, lat=point.lat, lon=point.lon)
            for name, point in zip(names, points, strict=True)
        ),
        travel=MatrixTravel(seconds=()),
        technicians=tuple(
            Technician(
                id=f"technician-{n}",
                shifts=(
                    Shift(
                        start=DAY.opens,
                        end=DAY.closes,
                        start_location=names[n],
                        end_location=names[n],
                    ),
                ),
            )
            for n in range(TECHNICIANS)
        ),
        jobs=tuple(
            Job(
                id=f"visit-{n}",
                location=names[TECHNICIANS + n],
                duration_s=rng.randrange(SHORTEST_S, LONGEST_S + 1, 300),
                windows=(rng.choice(WINDOWS),) if n % 2 else (),
            )
            for n in range(VISITS)
        ),
        objective=((Term(metric="unserved"),), (Term(metric="travel_s"),)),
    )


def _on(day: Problem, table: TravelMatrix) -> Problem:
    seconds = tuple(map(tuple, table.seconds.tolist()))
    return replace(
        day,
        travel=MatrixTravel(seconds=seconds, metres=tuple(map(tuple, table.metres.tolist()))),
    )


def _driven(plan: Solution, *, planned: Problem, real: Problem) -> Outcome:
    """Each round leaves when it was planned to and keeps its order; work waits for its window."""
    routes = judge(plan, problem=planned).timetable.routes
    errors = [error for route in routes for error in _errors(route, real=real)]
    travel = real.travel
    assert isinstance(travel, MatrixTravel)
    return Outcome(
        travel_s=sum(
            _leg(travel, here, there) for route in routes for here, there in _legs(route, real)
        ),
        unserved=len(plan.unserved),
        error_s=statistics.mean(errors) if errors else 0.0,
    )


def _errors(route: TimedRoute, *, real: Problem) -> Iterator[float]:
    """Seconds by which each stop is reached earlier or later than planned."""
    travel = real.travel
    assert isinstance(travel, MatrixTravel)
    now = route.depart
    for (here, there), stop in zip(_legs(route, real), route.stops, strict=False):
        arrival = now + _leg(travel, here, there)
        assert stop.arrival is not None
        yield abs(arrival - stop.arrival)
        assert isinstance(stop.thing, Job)
        opens = stop.thing.windows[0].opens if stop.thing.windows else arrival
        now = max(arrival, opens) + stop.length_s


def _legs(route: TimedRoute, real: Problem) -> list[tuple[int, int]]:
    home = route.shift.start_location
    visited = [stop.thing.location for stop in route.stops]
    places = [real.location_index[place] for place in (home, *visited, home) if place is not None]
    return list(itertools.pairwise(places))


def _leg(travel: MatrixTravel, here: int, there: int) -> float:
    seconds = travel.seconds[here][there]
    assert seconds is not None
    return seconds


if __name__ == "__main__":
    main()
