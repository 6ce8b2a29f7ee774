"""The group ``onsite places`` and its commands."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import click

from app import config, geocoders
from app.commands import own_area
from app.commands.places.bench import measure
from app.commands.places.tables import geocode
from routing.geocode.index import Built, ExtractWrong, build_index

EXTRACT = click.Path(path_type=Path)


@click.group()
def places() -> None:
    """Find coordinates for addresses: on this machine, or by a service that the settings name.

    An extract is a file FILE.osm.pbf of a town, a region or a country, for example from
    download.geofabrik.de. Addresses are asked of its index, and nothing leaves the machine; or, when
    ONSITE_GEOCODER names one, of a service. Data of OpenStreetMap is © OpenStreetMap contributors
    (ODbL); show that where you show coordinates.

    \b
    Examples:
      onsite places index mazowieckie.osm.pbf
      onsite places geocode customers.csv --out found.csv
    """


@places.command()
@click.argument("extract", metavar="FILE.osm.pbf", type=EXTRACT)
@click.option("--name", help="What it is called here; default: ONSITE_ROADS.")
@own_area.anyway_option()
def index(extract: Path, name: str | None, anyway: bool) -> None:  # noqa: FBT001 - a flag
    """Read streets, addresses, towns and named things, and write their index.

    It is kept in the instance folder, as roads/NAME/places.db. A file that cannot be read, or has
    no addresses, leaves an older index of that name as it was; so does one in which none of the
    database's sites and depots lies, unless --anyway is given.

    \b
    Exit status:
      0  the index was written
      1  the file cannot be used, or the disk is full
      2  asked wrongly

    \b
    Example:
      onsite places index liechtenstein.osm.pbf --name li
    """
    try:
        target = geocoders.index_path(config.load(), name)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    began = time.monotonic()
    built = _built(extract, target, anyway=anyway)
    seconds = time.monotonic() - began
    megabytes = target.stat().st_size / 1_000_000
    click.echo(f"{_told(built)}; {seconds:.1f} s, {megabytes:.1f} MB: {target}", err=True)


@places.command()
@click.argument("extract", metavar="FILE.osm.pbf", type=EXTRACT)
@click.option(
    "--count", type=click.IntRange(1, 100_000), default=500, show_default=True, help="Addresses."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of chance.")
@click.option("--misses", is_flag=True, help="Print those that were not found, too.")
def bench(extract: Path, count: int, seed: int, misses: bool) -> None:  # noqa: FBT001 - a flag
    """Measure how many spoiled addresses of an extract are found, and how quickly.

    Known addresses are drawn by seed and each is given one short form or one slip in its street's
    name. Found means that the first answer lies within 100 metres. The index is made in a folder
    that is thrown away.

    \b
    Exit status:
      0  measured
      1  the file cannot be used, or it has no addresses

    \b
    Example:
      onsite places bench liechtenstein.osm.pbf --count 500 --seed 1
    """
    try:
        measured = measure(extract, count=count, drawn=Random(seed))
    except (ExtractWrong, OSError) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"index      {_told(measured.built)}; {measured.build_s:.1f} s")
    click.echo(f"asked      {measured.asked} of {measured.known} addresses, seed {seed}")
    click.echo(f"found      {100 * measured.share:.1f} % within 100 m")
    click.echo(f"taken      {100 * measured.accepted:.1f} % without a look, {measured.wrong} wrong")
    click.echo(f"time       median {measured.median_ms:.1f} ms, P95 {measured.p95_ms:.1f} ms")
    if misses:
        for miss in measured.misses:
            click.echo(f"  {miss}")


def _built(extract: Path, target: Path, *, anyway: bool) -> Built:
    try:
        return build_index(
            extract,
            target,
            accept=lambda bounds: own_area.expect_ours(
                bounds, anyway=anyway, otherwise="addresses there will not be found"
            ),
        )
    except (ExtractWrong, OSError, own_area.OtherArea) as wrong:
        kept = " The former index is kept." if target.exists() else ""
        raise click.ClickException(f"{str(wrong).removesuffix('.')}.{kept}") from wrong


def _told(built: Built) -> str:
    districts = f", {built.blocks} districts with blocks" if built.blocks else ""
    return (
        f"{built.streets} streets, {built.doors} addresses{districts}, {built.towns} towns,"
        f" {built.sights} named things"
    )


places.add_command(geocode)
