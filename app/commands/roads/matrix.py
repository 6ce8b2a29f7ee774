"""``onsite roads matrix``: travel times between the points of a file, from one provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from app.commands.planner import write_whole
from app.commands.roads import named
from app.commands.roads.points import PointsWrong, matrix_text, read_points
from app.commands.target import Target
from routing.travel.crowfly import CrowFly
from routing.travel.provider import ALL_DAY, DayPart, Profile, Provider, TravelError
from routing.travel.roadfile import RoadsUnusable

# Each provider by its name; it gets the name of the roads, which not every one needs.
PROVIDERS: dict[str, Callable[[str | None], Provider]] = {
    "crowfly": lambda _name: CrowFly(),
    "graph": named.open_graph,
}
# What the option is called where files are exchanged.
DAY_PART_OPTION = "slot"
# Parts of the day by their name. Neither provider knows traffic by the hour.
DAY_PARTS: dict[str, DayPart] = {ALL_DAY.name: ALL_DAY}


@click.command()
@click.argument(
    "points_file", metavar="POINTS", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--provider", "source", type=click.Choice(list(PROVIDERS)), required=True)
@click.option(
    "--profile",
    type=click.Choice([each.value for each in Profile]),
    default=Profile.CAR.value,
    show_default=True,
    help="How one moves.",
)
@click.option(
    f"--{DAY_PART_OPTION}",
    "part",
    metavar="PART",
    type=click.Choice(list(DAY_PARTS)),
    default=ALL_DAY.name,
    show_default=True,
    help="Part of the day.",
)
@named.name_option("Which road graph; needed only where there are several.")
@click.option("--out", "out_file", metavar="MATRIX", type=Target(), required=True)
def matrix(
    points_file: Path, source: str, profile: str, part: str, name: str | None, out_file: Path
) -> None:
    """Write the travel times and distances between all points of POINTS to MATRIX.

    POINTS is {"coordinates": [[latitude, longitude], ..]}. MATRIX gets the same coordinates, and
    seconds, metres and estimated, each a row for each origin. A place that is more than 500 metres
    from every road, or that cannot be reached, is answered by twice the straight line and marked as
    estimated; how many there are is said on standard error.

    \b
    Exit status:
      0  MATRIX is written
      1  the provider cannot answer
      2  POINTS cannot be read, or the command was asked wrongly

    \b
    Examples:
      onsite roads matrix points.json --provider graph --out matrix.json
      onsite roads matrix points.json --provider crowfly --profile foot --out matrix.json
    """
    try:
        points = read_points(points_file)
    except PointsWrong as wrong:
        raise click.UsageError(str(wrong)) from wrong
    provider = PROVIDERS[source](name)
    if profile not in provider.capabilities.profiles:
        known = ", ".join(sorted(provider.capabilities.profiles))
        raise click.ClickException(f"{source} knows no profile {profile}, only {known}")
    try:
        table = provider.matrix(
            points, destinations=points, profile=Profile(profile), day_part=DAY_PARTS[part]
        )
    except (TravelError, RoadsUnusable) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    write_whole(out_file, matrix_text(points, table))
    if table.estimated_cells:
        click.echo(f"{table.estimated_cells} of {table.seconds.size} cells estimated", err=True)
