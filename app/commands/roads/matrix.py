"""``onsite roads matrix``: travel times between the points of a file, from one provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from app import config, travel
from app.commands.planner import write_whole
from app.commands.roads import hours, named
from app.commands.roads.points import PointsWrong, matrix_text, read_points
from app.commands.target import Target
from app.config import Settings
from routing.travel.dayparts import PARTS
from routing.travel.learn import Corrected, Lesson
from routing.travel.provider import (
    ALL_DAY,
    MOTORISED,
    DayPart,
    Profile,
    Provider,
    TravelError,
)
from routing.travel.roadfile import RoadsUnusable

# Each provider by its name; a graph may be one of several.
PROVIDERS: dict[str, Callable[[Settings, str | None], Provider]] = {
    "crowfly": lambda settings, _name: travel.alone(settings, "crowfly"),
    "graph": lambda _settings, name: named.open_graph(name),
    "osrm": lambda settings, _name: travel.alone(settings, "osrm"),
    "valhalla": lambda settings, _name: travel.alone(settings, "valhalla"),
    "chain": lambda settings, _name: travel.chain_of(settings),
}
# What the option is called where files are exchanged.
DAY_PART_OPTION = "slot"
# Parts of the day by their name.
DAY_PARTS: dict[str, DayPart] = {ALL_DAY.name: ALL_DAY, **PARTS}


@click.command()
@click.argument(
    "points_file", metavar="POINTS", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--provider",
    "source",
    type=click.Choice(list(PROVIDERS)),
    required=True,
    help="Who is asked; chain: those that ONSITE_TRAVEL names, one after the other.",
)
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
@click.option("--raw", is_flag=True, help="Without what driven legs have taught.")
@named.name_option("Which road graph; needed only where there are several.")
@click.option("--out", "out_file", metavar="MATRIX", type=Target(), required=True)
def matrix(
    points_file: Path,
    *,
    source: str,
    profile: str,
    part: str,
    raw: bool,
    name: str | None,
    out_file: Path,
) -> None:
    """Write the travel times and distances between all points of POINTS to MATRIX.

    POINTS is {"coordinates": [[latitude, longitude], ..]}. MATRIX gets the same coordinates, and
    seconds, metres and estimated, each a row for each origin. A place that is more than 500 metres
    from every road, or that cannot be reached, is answered by twice the straight line and marked as
    estimated; how many there are is said on standard error. Where driven legs have taught something
    about the provider, cars and vans are corrected by it, and standard error says so. The times of a part
    of the day come from a server of that part, from what legs taught about it, or from both. Where
    nobody knows the part apart, standard error says so, and MATRIX has the times of the whole day.

    \b
    Exit status:
      0  MATRIX is written
      1  the provider cannot answer
      2  POINTS cannot be read, or the command was asked wrongly

    \b
    Examples:
      onsite roads matrix points.json --provider graph --out matrix.json
      onsite roads matrix points.json --provider crowfly --profile foot --out matrix.json
      onsite roads matrix points.json --provider chain --raw --out matrix.json
    """
    try:
        points = read_points(points_file)
    except PointsWrong as wrong:
        raise click.UsageError(str(wrong)) from wrong
    settings = config.load() if name is None else config.load({"roads": name})
    provider = PROVIDERS[source](settings, name)
    if profile not in provider.capabilities.profiles:
        known = ", ".join(sorted(provider.capabilities.profiles))
        raise click.ClickException(f"{source} knows no profile {profile}, only {known}")
    try:
        lesson = None if raw else _lesson(settings, provider.name, profile=Profile(profile))
        asked = provider if lesson is None else Corrected(provider, lesson=lesson)
        table = asked.matrix(
            points,
            destinations=points,
            profile=Profile(profile),
            day_part=_part(part, asked=asked, profile=Profile(profile)),
        )
    except (TravelError, RoadsUnusable) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    write_whole(out_file, matrix_text(points, table))
    if table.estimated_cells:
        click.echo(f"{table.estimated_cells} of {table.seconds.size} cells estimated", err=True)


def _lesson(settings: Settings, name: str, *, profile: Profile) -> Lesson | None:
    """What was learned about a provider, and a line that says so; none where nobody drives."""
    if profile not in MOTORISED:
        return None
    try:
        lesson = hours.learned(settings, name)
    except SQLAlchemyError as wrong:
        click.echo(f"not corrected: the database cannot be read ({wrong})", err=True)
        return None
    if lesson is not None:
        said = f"corrected by what {lesson.legs} legs taught about {lesson.provider}"
        click.echo(f"{said}; --raw leaves that out", err=True)
    return lesson


def _part(name: str, *, asked: Provider, profile: Profile) -> DayPart:
    """The part of the day that is asked for, and a line where nobody knows it apart."""
    part = DAY_PARTS[name]
    known = asked.capabilities.known(part, profile=profile)
    if known != part:
        said = f"nothing is known about {profile.value} at {name}"
        click.echo(f"{said}: these are the times of the whole day", err=True)
    return known
