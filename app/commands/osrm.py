"""``onsite roads osrm``: an OSRM of one's own, from nothing to a server that answers."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from app import config, travel
from routing.travel import osrm_local
from routing.travel.osrm_local import Method, OsrmUnusable, Programs
from routing.travel.provider import Profile

# Seconds until a server has read its data set.
PATIENCE_S = 60.0
TAIL = 5  # lines of a program that failed


@click.group()
def osrm() -> None:
    """Install OSRM's programs, prepare an extract for them, and serve it to this machine.

    Afterwards ONSITE_TRAVEL=osrm,crowfly lets plans drive by it, and `onsite run` starts and
    watches the server itself. Nothing is sent anywhere; only `install` fetches a package.

    \b
    Examples:
      onsite roads osrm install
      onsite roads osrm prepare town.osm.pbf
      ONSITE_TRAVEL=osrm,crowfly onsite run
    """


@osrm.command()
def install() -> None:
    """Fetch OSRM's programs (21 MB) into the instance folder, by pip.

    They are unpacked beside everything else that is made there and never imported; delete
    engines/osrm in the instance folder to be rid of them.

    \b
    Examples:
      onsite roads osrm install
      ONSITE_INSTANCE=/srv/onsite onsite roads osrm install
    """
    programs = Programs.of(config.load().instance)
    try:
        command = osrm_local.install_command(
            programs.folder.parent, system=sys.platform, machine=platform.machine()
        )
        _run(command)
    except OsrmUnusable as wrong:
        raise click.ClickException(str(wrong)) from wrong
    for program in (programs.folder / "bin").iterdir():
        program.chmod(0o755)  # pip forgets it when it unpacks into a folder
    click.echo(f"OSRM is installed in {programs.folder}")


@osrm.command()
@click.argument("file", metavar="FILE.osm.pbf", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the roads; default: ONSITE_ROADS.")
@click.option(
    "--profile",
    type=click.Choice([each.value for each in osrm_local.PROFILES]),
    default=Profile.CAR.value,
    show_default=True,
    help="Who moves; vans drive on the car's.",
)
@click.option(
    "--method",
    type=click.Choice([each.value for each in Method]),
    default=Method.CH.value,
    show_default=True,
    help="ch: slower to prepare, quicker to answer; mld: ready within seconds.",
)
def prepare(file: Path, name: str | None, profile: str, method: str) -> None:
    """Make a data set of an extract; the former one stays until the new one is whole.

    A city takes seconds with mld and a minute with ch. A server that runs goes on with the roads it
    has read; start it again for the new ones.

    \b
    Examples:
      onsite roads osrm prepare town.osm.pbf
      onsite roads osrm prepare town.osm.pbf --profile bike --method mld
    """
    settings = config.load({} if name is None else {"roads": name})
    folder = travel.imported_of(settings).osrm(Profile(profile))
    begun = time.monotonic()
    try:
        osrm_local.prepare(
            file,
            into=folder,
            programs=Programs.of(settings.instance.resolve()),
            profile=Profile(profile),
            method=Method(method),
            run=_run,
        )
    except (OsrmUnusable, OSError) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"{folder}: prepared in {time.monotonic() - begun:.1f} s")


@osrm.command()
@click.option("--name", help="Name of the roads; default: ONSITE_ROADS.")
@click.option("--seconds", type=click.FloatRange(min=0), help="End after so long; default: Ctrl+C.")
def start(name: str | None, seconds: float | None) -> None:
    """Serve every data set that is prepared, to this machine alone, until Ctrl+C.

    Needed only where several processes share a PostgreSQL; `onsite run` does it by itself. A server
    that dies or hangs is started again. Its address stands beside the data set while it answers.

    \b
    Examples:
      onsite roads osrm start
      onsite roads osrm start --name town
    """
    settings = config.load({} if name is None else {"roads": name})
    servers = travel.own_servers(settings)
    if not servers:
        raise click.ClickException(
            f"nothing is prepared for {settings.roads}: run onsite roads osrm prepare FILE.osm.pbf"
        )
    if not Programs.of(settings.instance).are_there:
        raise click.ClickException("OSRM is not installed: run onsite roads osrm install")
    with ExitStack() as running:
        for server in servers:
            running.enter_context(server)
        for server in servers:
            if not server.wait(PATIENCE_S):
                raise click.ClickException(f"{server.name} does not answer")
            click.echo(f"{server.name} answers")
        try:
            threading.Event().wait(seconds)
        except KeyboardInterrupt:
            click.echo("ended")


def _run(command: Sequence[str]) -> None:
    """Carry a command out. Raises OsrmUnusable with the last words of one that fails."""
    done = subprocess.run(  # noqa: S603 - ours
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-TAIL:])
        raise OsrmUnusable(f"{Path(command[0]).name} failed:\n{last}")
