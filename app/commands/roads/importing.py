"""``onsite roads import``: from an extract of OpenStreetMap to a road graph in the instance folder."""

from __future__ import annotations

import time
from pathlib import Path

import click

from app.commands import own_area
from app.commands.roads import named
from routing.travel.extract import ExtractUnusable
from routing.travel.graph import PROFILES, build_roads
from routing.travel.provider import Profile

EXTRACT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("source", metavar="FILE.osm.pbf", type=EXTRACT)
@named.name_option("Name of the road graph; default: what ONSITE_ROADS says.")
@click.option(
    "--profile",
    "profiles",
    type=click.Choice([each.value for each in Profile]),
    multiple=True,
    help="Who is to travel, again for several; default: car and van. Cars always are.",
)
@click.option(
    "--traffic",
    type=click.Choice(["left", "right"]),
    help="Side on which one drives; default: found on the map.",
)
@own_area.anyway_option()
def import_(
    source: Path,
    name: str | None,
    profiles: tuple[str, ...],
    traffic: str | None,
    anyway: bool,  # noqa: FBT001 - a flag
) -> None:
    """Make a road graph from FILE.osm.pbf, for cars and vans, or also for bikes and walkers.

    The graph knows one-ways, access, turn restrictions, signals, gates, ferries, and what turns
    cost. A former graph of the same name is replaced when the new one is complete; when anything is
    wrong with the file it stays as it is. Where the database has sites or depots, a file in which none
    of them lies is refused as the wrong place; --anyway takes it. Progress goes to standard error.

    \b
    Exit status:
      0  the graph is there
      1  the file cannot be used, or the disk is full; a former graph has been kept

    \b
    Examples:
      onsite roads import town.osm.pbf
      onsite roads import town.osm.pbf --profile van --profile bike --profile foot
      onsite roads import kyushu.osm.pbf --name kyushu --traffic left
    """
    target = named.graph_file(name or named.usual())
    begun = time.monotonic()

    def tell(line: str) -> None:
        click.echo(f"{time.monotonic() - begun:6.1f} s  {line}", err=True)

    try:
        about = build_roads(
            source,
            target=target,
            profiles=[Profile(each) for each in profiles] or PROFILES,
            left_hand=None if traffic is None else traffic == "left",
            accept=lambda about: own_area.expect_ours(
                about.bounds, anyway=anyway, otherwise="their travel times will be estimates"
            ),
            tell=tell,
        )
    except (ExtractUnusable, own_area.OtherArea) as wrong:
        raise click.ClickException(f"{wrong}.{_kept(target)}") from wrong
    except OSError as wrong:
        raise click.ClickException(
            f"{target} cannot be written ({wrong.strerror or wrong});"
            f" make room or see to its rights.{_kept(target)}"
        ) from wrong
    tell("done")
    side = "left" if about.left_hand else "right"
    click.echo(
        f"{target.parent.name}: {about.road_km:,.0f} km of road, {about.arcs:,} arcs,"
        f" traffic on the {side}, version {about.version}"
    )


def _kept(target: Path) -> str:
    return " The former road graph is kept." if target.exists() else ""
