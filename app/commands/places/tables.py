"""``onsite places geocode``: coordinates for a table of addresses, from whom the settings name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from app import clock, config, geocoders
from app.commands.places import addresses
from app.commands.places.addresses import Table
from app.commands.places.begun import Begun
from app.commands.places.paced import Paced
from app.commands.planner import write_whole
from app.commands.target import Target
from app.config import Settings
from dispatch import migrations, store
from routing.geocode.answer import Geocoder, GeocoderBusy, GeocoderRefused
from routing.geocode.index import IndexWrong
from routing.geocode.services import PUBLIC_NOMINATIM, Service


@click.command()
@click.argument("addresses_file", metavar="ADDRESSES.csv", type=click.Path(path_type=Path))
@click.option("--out", "out_file", metavar="FILE", type=Target(), required=True, help="A CSV file.")
@click.option("--name", help="The index to ask; default: whom ONSITE_GEOCODER names.")
def geocode(addresses_file: Path, out_file: Path, name: str | None) -> None:
    """Find a coordinate for each row of ADDRESSES.csv and write the rows with it to FILE.

    Asked is what ONSITE_GEOCODER names: the index of ONSITE_ROADS, or a service, at its pace of one
    question a second over all processes. What a service said is kept in the database and not asked
    again. A run that was cut off goes on where it was, when the same command is given again.

    ADDRESSES.csv is UTF-8 with a header; commas, semicolons or tabs part its columns. A column
    address holds the whole address in one line, as on a letter; or the columns street, number,
    postcode, town (or city) and country hold its parts. Other columns are handed through.

    FILE has the same rows in the same order, and these columns more:

    \b
      lat, lon    degrees (WGS 84); empty where nothing was found
      precision   rooftop, interpolated, street or locality
      confidence  from 0 to 1; from 0.8 on it may be taken
      verdict     accepted; or for a person to look at: ambiguous, unsure, not-found
      provider    who answered
      candidates  up to five places as JSON, best first

    A row that cannot be read is named with its line on standard error, and written without a
    coordinate; it stops no other.

    \b
    Exit status:
      0  every row was read; some may not have been found
      1  a row could not be read, there is no index, or the service does not answer
      2  asked wrongly, or the file is not such a file

    \b
    Example:
      onsite places geocode customers.csv --out found.csv
    """
    settings = config.load()
    try:
        table = addresses.read(addresses_file)
    except addresses.TableWrong as wrong:
        click.echo(f"Error: {wrong}", err=True)
        sys.exit(2)
    with _asked(settings, name) as (geocoder, whom):
        about = f"{table.digest} {whom} {settings.language}"
        with _written(Begun(out_file, about=about)) as begun:
            _find_all(table, geocoder, begun, language=settings.language)
            write_whole(out_file, addresses.written(table, begun.done))
            begun.forget()
    faults = [*table.faults, *(found.fault for found in begun.done if found.fault)]
    for fault in faults:
        click.echo(f"{addresses_file}, {fault}", err=True)
    click.echo(f"{len(table.rows)} rows: {addresses.told(begun.done)}", err=True)
    sys.exit(int(bool(faults)))


@contextmanager
def _written(begun: Begun) -> Iterator[Begun]:
    """Keep the run's rows as they come. Refuses a place that cannot be written to."""
    try:
        with begun:
            if begun.done:
                click.echo(f"going on after row {len(begun.done)}", err=True)
            yield begun
    except OSError as full:
        raise click.ClickException(
            f"{begun.path} cannot be written: {full.strerror or full}; make room or see to its"
            " rights, then give the same command again."
        ) from full


def _find_all(table: Table, geocoder: Geocoder, begun: Begun, *, language: str) -> None:
    """Ask for the rows that are not done yet; says how to go on when somebody stops it."""
    try:
        for row in table.rows[len(begun.done) :]:
            begun.add(addresses.find(row, geocoder, language=language))
    except (GeocoderBusy, GeocoderRefused) as fault:
        raise click.ClickException(
            f"{str(fault).removesuffix('.')}. {_onward(table, begun)}"
        ) from fault
    except KeyboardInterrupt:
        raise click.ClickException(f"Stopped. {_onward(table, begun)}") from None


def _onward(table: Table, begun: Begun) -> str:
    done = f"{len(begun.done)} of {len(table.rows)} rows are done"
    return f"{done}; the same command goes on from there."


@contextmanager
def _asked(settings: Settings, name: str | None) -> Iterator[tuple[Geocoder, str]]:
    """Whom to ask, and words that tell it from any other. Refuses with a sentence."""
    if name is None and settings.geocoder == "none":
        raise click.UsageError(
            "ONSITE_GEOCODER is none, so nobody is asked; set it to embedded, or give --name"
        )
    service = geocoders.service(settings) if name is None else None
    if service is not None:
        with _paced(settings, service) as paced:
            yield paced, f"{service.name} {service.url}"
        return
    try:
        places = geocoders.open_index(settings, name)
    except IndexWrong as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    with closing(places):
        yield places, f"{places.name} {places.digest}"


@contextmanager
def _paced(settings: Settings, service: Service) -> Iterator[Paced]:
    """The service with its gate and its answers in the database, which is made where it is missing."""
    if urlsplit(service.url).hostname == PUBLIC_NOMINATIM:
        _whom, advice = geocoders.advice(settings)
        click.echo(f"Warning: {advice}", err=True)
    settings.instance.mkdir(parents=True, exist_ok=True)
    engine = store.open_store(settings.database)
    try:
        present = migrations.current(engine)
        if present is None:
            migrations.upgrade(engine)
        elif present != migrations.head():
            raise click.ClickException("The database's schema is behind; run: onsite migrate")
        yield Paced(service, store.sessions(engine), clock=clock.system)
    finally:
        engine.dispose()
