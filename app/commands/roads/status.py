"""``onsite roads status``: which road graphs there are, whether they can be used, and which hours."""

from __future__ import annotations

import click

from app import config, travel
from app.commands.roads import hours, named
from routing.travel import roadfile
from routing.travel.roadfile import RoadsUnusable


@click.command()
def status() -> None:
    """List the road graphs of this instance, one on a line, and what is known about hours.

    A line has the name, kilometres of road, profiles, the side of traffic, the version, the file it
    was made from, and its size. A graph that cannot be used is named with the reason. Lines that
    begin with "hours" say at which parts of the day travel times differ, of whom, and who says so.

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
    settings = config.load()
    if not files:
        straight = {*travel.names_of(settings)} <= {"graph", travel.CROWFLY}
        lines = "; travel times are straight lines" if straight else ""
        click.echo(f"no road graph yet{lines}", err=True)
    for line in hours.told(settings):
        click.echo(f"hours: {line}")
    raise SystemExit(int(broken))
