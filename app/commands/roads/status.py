"""``onsite roads status``: which road graphs there are, and whether they can be used."""

from __future__ import annotations

import click

from app.commands.roads import named
from routing.travel import roadfile
from routing.travel.roadfile import RoadsUnusable


@click.command()
def status() -> None:
    """List the road graphs of this instance, one on a line.

    A line has the name, kilometres of road, profiles, the side of traffic, the version, the file it
    was made from, and its size. A graph that cannot be used is named with the reason.

    \b
    Exit status:
      0  every graph can be used, or there is none
      1  a graph cannot be used

    \b
    Examples:
      onsite roads status
      ONSITE_INSTANCE=/srv/onsite onsite roads status
    """
    broken = False
    files = named.graph_files()
    for file in files:
        try:
            about = roadfile.read_about(file)
        except RoadsUnusable as wrong:
            broken = True
            click.echo(f"{file.parent.name}: {wrong}")
            continue
        side = "left" if about.left_hand else "right"
        megabytes = file.stat().st_size / 1e6
        click.echo(
            f"{file.parent.name}: {about.road_km:,.0f} km, {', '.join(about.profiles)},"
            f" traffic on the {side}, version {about.version}, from {about.source},"
            f" {megabytes:.1f} MB"
        )
    if not files:
        click.echo("no road graph yet; travel times are straight lines", err=True)
    raise SystemExit(int(broken))
