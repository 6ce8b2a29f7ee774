"""``onsite roads bench``: how quickly providers answer on this machine, beside a library's search."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import click
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.commands.bench import machine
from app.commands.roads import named
from routing.travel.crowfly import CrowFly
from routing.travel.graph import RoadGraph
from routing.travel.network import Network, drawn_points
from routing.travel.provider import Point, Profile, Provider

REPEATS = 5
# Places of one more visit, of a day's plan, and of a large firm's.
SMALL, LARGE = 300, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: best and median seconds of some runs."""

    what: str
    best_s: float
    median_s: float


@click.command()
@named.name_option("Which road graph; without any only straight lines are measured.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the points.")
@click.option(
    "--profile",
    type=click.Choice([Profile.CAR.value, Profile.VAN.value]),
    default=Profile.CAR.value,
    show_default=True,
    help="How one moves.",
)
def bench(name: str | None, seed: int, profile: str) -> None:
    """Measure on this machine how long travel times take, and print a table in Markdown.

    Straight lines between 1,000 places; on the road graph 300 and 1,000 places, and one more place
    for 300 known ones, there and back, the place being new. Points are drawn at random from the
    graph's own lines. Best and median of five runs, on one core; the graph is loaded and compiled
    before. Beside it stands Dijkstra's search of scipy on the same states and costs, for one place
    against all.

    \b
    Examples:
      onsite roads bench
      onsite roads bench --name town --seed 7
    """
    figures: list[Figure] = []
    graph = named.open_graph(name) if name is not None or named.graph_files() else None
    random = Random(seed)
    network = None if graph is None else graph.network(Profile(profile))
    if network is None:
        points = [Point(random.uniform(45, 46), random.uniform(5, 6)) for _ in range(LARGE)]
    else:
        points = drawn_points(network, random=random, count=LARGE)
    figures.append(_timed(f"crowfly {LARGE} x {LARGE}", _square(CrowFly(), points, Profile.CAR)))
    if graph is not None:
        figures += _of_graph(graph, points, random=random, profile=Profile(profile))
    click.echo("| what | best, ms | median, ms |\n|---|---:|---:|")
    for each in figures:
        click.echo(f"| {each.what} | {each.best_s * 1000:.1f} | {each.median_s * 1000:.1f} |")
    if graph is not None and network is not None:
        click.echo(
            f"\n{graph.about.source}: {graph.about.road_km:,.0f} km of road,"
            f" {len(network):,} states, {len(network.heads):,} turns."
        )
    click.echo("\n" + "\n\n".join(machine.described(["onsite", "roads", "bench"], peers=["scipy"])))


def _of_graph(
    graph: RoadGraph, points: Sequence[Point], *, random: Random, profile: Profile
) -> list[Figure]:
    network = graph.network(profile)
    graph.matrix(points[:2], destinations=points[:2], profile=profile)  # compiled from here on
    fresh = iter(drawn_points(network, random=random, count=REPEATS))

    def one_more() -> None:
        new = [next(fresh)]
        graph.matrix(new, destinations=points[:SMALL], profile=profile)
        graph.matrix(points[:SMALL], destinations=new, profile=profile)

    small, large = points[:SMALL], points[:LARGE]
    return [
        _timed(f"graph {SMALL} x {SMALL}", _square(graph, small, profile)),
        _timed(f"graph {LARGE} x {LARGE}", _square(graph, large, profile)),
        _timed(f"graph, one more place for {SMALL}", one_more),
        _timed("graph, one place to all", _one_to_all(graph, points, profile)),
        _timed("scipy, one place to all", _scipy(network, random=random)),
    ]


def _square(provider: Provider, points: Sequence[Point], profile: Profile) -> Callable[[], object]:
    return lambda: provider.matrix(points, destinations=points, profile=profile)


def _one_to_all(
    graph: RoadGraph, points: Sequence[Point], profile: Profile
) -> Callable[[], object]:
    rest = iter(points)
    return lambda: graph.matrix([next(rest)], destinations=points[:SMALL], profile=profile)


def _scipy(network: Network, *, random: Random) -> Callable[[], object]:
    count = len(network)
    weights = network.turn_cost + network.cost[network.heads]
    table = csr_array((weights, network.heads, network.first), shape=(count, count))
    return lambda: dijkstra(table, indices=random.randrange(count))


def _timed(what: str, act: Callable[[], object]) -> Figure:
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return Figure(what=what, best_s=min(seconds), median_s=statistics.median(seconds))
