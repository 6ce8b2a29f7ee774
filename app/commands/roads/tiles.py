"""``onsite roads tiles``: from an extract of OpenStreetMap to a base map of one's own, in one file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from pmtiles.convert import mbtiles_to_pmtiles

from app import config
from app.base_map import BaseMap, Kind
from app.commands.roads import named
from app.imported import Imported

EXTRACT = click.Path(exists=True, dir_okay=False, path_type=Path)
# Where Debian's package and tilemaker's own `make install` leave the OpenMapTiles schema.
EXAMPLES = (
    Path("/usr/share/doc/tilemaker/examples"),
    Path("/usr/share/tilemaker"),
    Path("/usr/local/share/tilemaker"),
)
CONFIG, PROCESS = "config-openmaptiles.json", "process-openmaptiles.lua"
# A region is looked at from here on; the closest tiles are enlarged by the browser.
FARTHEST = 8
INSTALL = (
    "tilemaker is not there, which cuts an extract into tiles; install it (Debian and Ubuntu:"
    " apt-get install tilemaker) and run this again, or set ONSITE_MAP_PMTILES to a file that was"
    " made elsewhere"
)


@click.command()
@click.argument("source", metavar="FILE.osm.pbf", type=EXTRACT)
@named.name_option("Name of the roads that it belongs to; default: what ONSITE_ROADS says.")
def tiles(source: Path, name: str | None) -> None:
    """Make a base map from FILE.osm.pbf, as roads/NAME/map.pmtiles in the instance folder.

    With ONSITE_MAP=pmtiles maps are drawn on it: nobody else is asked. The work is tilemaker's, with
    its OpenMapTiles schema but for what needs other data (the sea, ice); where it is not installed,
    that is said. A former map is replaced when the new one is complete.

    \b
    Exit status:
      0  the map is there
      1  a program is missing, the file cannot be used, or the disk is full; a former map is kept

    \b
    Examples:
      onsite roads tiles town.osm.pbf
      onsite roads tiles kyushu.osm.pbf --name kyushu
    """
    program = shutil.which("tilemaker")
    if program is None:
        raise click.ClickException(INSTALL)
    target = Imported(instance=config.load().instance, name=name or named.usual()).base_map
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tiles.") as work:
            cut = _cut(source, program=program, work=Path(work))
            count = convert(cut, target=target)
    except OSError as wrong:
        raise click.ClickException(
            f"{target} cannot be written ({wrong.strerror or wrong});"
            " make room or see to its rights; a former map is kept"
        ) from wrong
    megabytes = target.stat().st_size / 1e6
    click.echo(f"{target}: {count:,} tiles, {megabytes:.1f} MB; show it with ONSITE_MAP=pmtiles")


def convert(cut: Path, *, target: Path) -> int:
    """Turn an ``.mbtiles`` into the pmtiles ``target`` and return how many tiles it holds.

    Raises ClickException when it holds no vector tiles; then ``target`` stays as it was.
    """
    count = _count(cut)
    draft = cut.with_suffix(".pmtiles")
    try:
        mbtiles_to_pmtiles(str(cut), str(draft), None)  # type: ignore[no-untyped-call]
    except (KeyError, ValueError) as wrong:
        raise click.ClickException(
            f"tilemaker's tiles lack what is said of them: {wrong}"
        ) from wrong
    if fault := BaseMap(kind=Kind.PMTILES, file=draft).fault():
        raise click.ClickException(f"the tiles cannot be shown: {fault}")
    draft.replace(target)
    return count


def schema() -> tuple[dict[str, Any], Path]:
    """The OpenMapTiles schema that came with tilemaker, without layers that need other data."""
    for folder in EXAMPLES:
        if (folder / CONFIG).exists() and (folder / PROCESS).exists():
            config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            config["layers"] = {
                layer: how for layer, how in config["layers"].items() if "source" not in how
            }
            config["settings"]["minzoom"] = FARTHEST
            return config, folder / PROCESS
    raise click.ClickException(
        f"tilemaker is there, but not its {CONFIG} and {PROCESS}; put them into {EXAMPLES[-1]}"
    )


def _cut(source: Path, *, program: str, work: Path) -> Path:
    """Let tilemaker cut the extract; its last words become ours when it fails."""
    config, process = schema()
    own = work / "config.json"
    own.write_text(json.dumps(config), encoding="utf-8")
    cut = work / "cut.mbtiles"
    command = [program, "--input", str(source), "--output", str(cut)]
    command += ["--config", str(own), "--process", str(process)]
    click.echo(f"cutting {source.name} into tiles", err=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=work)  # noqa: S603 - found by us
    if done.returncode or not cut.exists():
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise click.ClickException(
            f"{source} cannot be cut into tiles ({said[-1].strip() if said else 'no reason given'});"
            " download it again, or free memory; a former map is kept"
        )
    return cut


def _count(cut: Path) -> int:
    with closing(sqlite3.connect(cut)) as database:
        try:
            count: int = database.execute("SELECT count(*) FROM tiles").fetchone()[0]
        except sqlite3.DatabaseError as wrong:
            raise click.ClickException(f"tilemaker left no tiles: {wrong}") from wrong
    if not count:
        raise click.ClickException("there is nothing on the extract that a map shows")
    return count
