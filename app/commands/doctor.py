"""``onsite doctor``: what is there, what is not, and what to do about it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import OperationalError

from app import assets, config, geocoders, travel
from app.base_map import Kind
from app.commands.roads import hours
from app.config import LANGUAGES, Settings
from dispatch import guards, migrations, store

LEAST_DISK_MEGABYTES = 200
COMPILE = (sys.executable, "-m", "routing.engine.kernel")
STATE = (
    "import ortools; from routing.engine.kernel import compiling;"
    " print(ortools.__version__, compiling.state())"
)
TRANSLATIONS = Path(config.__file__).parent / "translations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``advice`` is empty when all is well."""

    what: str
    found: str
    advice: str = ""


@click.command()
@click.option("--fix", is_flag=True, help="Compile the planning engine where it is not compiled.")
def doctor(fix: bool) -> None:  # noqa: FBT001 - click's flag
    """Look at everything a server needs, and say what to do where something is missing.

    Looks at Python, settings, instance folder, disk, database, its schema and guards, the planning
    engine, assets, translations, travel, maps, mail, and the programs that backups of a PostgreSQL need. Changes
    nothing without --fix. The exit code is 1 when something must be done, 0 when all is well.

    \b
    Examples:
      onsite doctor
      onsite doctor --fix
      ONSITE_INSTANCE=/srv/onsite onsite doctor
    """
    settings = config.load()
    if fix:
        click.echo("== planning engine (compiles once; a minute or two)")
        subprocess.run(COMPILE, check=False)  # noqa: S603 - ours
    findings = list(_look(settings))
    for finding in findings:
        mark = click.style("no ", fg="red") if finding.advice else click.style("ok ", fg="green")
        click.echo(f"{mark} {finding.what:<13} {finding.found}")
        if finding.advice:
            click.echo(f"    {'':<13} -> {finding.advice}")
    raise SystemExit(int(any(finding.advice for finding in findings)))


def _look(settings: Settings) -> Iterator[Finding]:
    yield Finding(what="python", found=sys.version.split()[0])
    yield _instance(settings)
    yield _disk(settings)
    yield from _database(settings)
    yield _engine()
    yield _assets()
    yield _translations()
    yield _travel(settings)
    yield _maps(settings)
    yield _mail(settings)
    found, advice = geocoders.advice(settings)
    yield Finding(what="addresses", found=found, advice=advice)
    if settings.database.startswith("postgresql"):
        yield _postgres_tools()


def _instance(settings: Settings) -> Finding:
    folder = settings.instance.resolve()
    present = "exists" if folder.exists() else "will be made"
    return Finding(what="instance", found=f"{folder} ({present})")


def _disk(settings: Settings) -> Finding:
    folder = next(
        each for each in (settings.instance, *settings.instance.resolve().parents) if each.exists()
    )
    free = shutil.disk_usage(folder).free // 1_000_000
    advice = "" if free >= LEAST_DISK_MEGABYTES else f"free {LEAST_DISK_MEGABYTES} MB or more"
    return Finding(what="disk", found=f"{free} MB free", advice=advice)


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database)
    shown = url.render_as_string()
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield Finding(what="database", found=f"none yet at {shown}", advice="onsite migrate")
        return
    engine = store.open_store(settings.database)
    try:
        yield from _schema(engine, shown=shown)
    except OperationalError as fault:
        reason = str(fault.orig).strip().splitlines()[0]
        yield Finding(what="database", found=shown, advice=f"it does not answer: {reason}")
    finally:
        engine.dispose()


def _schema(engine: Engine, *, shown: str) -> Iterator[Finding]:
    with engine.connect() as connection:
        missing = guards.missing_guards(connection)
    yield Finding(what="database", found=shown)
    present, wanted = migrations.current(engine), migrations.head()
    advice = "" if present == wanted else f"it must be at {wanted}: onsite migrate"
    yield Finding(what="schema", found=f"at {present}", advice=advice)
    advice = "restore a backup, or ask us: double booking is possible now" if missing else ""
    yield Finding(what="guards", found=", ".join(missing) or "all in place", advice=advice)


def _engine() -> Finding:
    """Ask the engine's own process whether its libraries load, and whether it is compiled."""
    ask = [sys.executable, "-c", STATE]
    done = subprocess.run(ask, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - ours
    if done.returncode:
        return Finding(
            what="engine",
            found=done.stderr.strip().splitlines()[-1],
            advice="install Onsite with its libraries again",
        )
    version, state = done.stdout.split()
    return _compiled(f"OR-Tools {version}", state=state)


def _compiled(libraries: str, *, state: str) -> Finding:
    """What a state of ``routing.engine.kernel.compiling`` means; a plainer search always plans."""
    found, advice = {
        "compiled": ("compiled", ""),
        "compiling": ("being compiled; a plainer search plans until then", ""),
        "missing": (
            "not compiled; a plainer search plans",
            "onsite doctor --fix, or the next plan, compiles it",
        ),
        "read-only": (
            "not compiled, and its folder is read-only; a plainer search plans",
            f"as the owner of that folder, run: {' '.join(COMPILE)}",
        ),
    }[state]
    return Finding(what="engine", found=f"{libraries}, {found}", advice=advice)


def _assets() -> Finding:
    if assets.MANIFEST.exists():
        return Finding(what="assets", found="built")
    return Finding(what="assets", found="not built", advice="make setup, or python -m app.assets")


def _translations() -> Finding:
    there = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/*/messages.mo"))
    missing = set(LANGUAGES) - set(there)
    advice = "make setup, or start the server once" if missing else ""
    return Finding(what="translations", found=" ".join(there) or "none", advice=advice)


def _travel(settings: Settings) -> Finding:
    """Ask every provider that is named whether it answers; whether hours differ is said."""
    health = travel.chain_of(settings).health()
    names = ",".join(travel.names_of(settings))
    return Finding(
        what="travel",
        found=f"{names}; by the hour: {'; '.join(hours.told(settings))}",
        advice=health.message,
    )


def _maps(settings: Settings) -> Finding:
    """What lies under maps, and who sees that somebody looks at them."""
    base = settings.base_map
    found = {
        Kind.NONE: "our own ground; nobody else is asked",
        Kind.PMTILES: f"{base.file}; nobody else is asked",
        Kind.TILES: f"tiles of {base.origin}, which sees which areas your people look at",
    }[base.kind]
    return Finding(what="maps", found=found, advice=base.fault())


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding(what="mail", found="not sent; it stays readable in the outbox")
    return Finding(what="mail", found=f"by {settings.smtp_host}:{settings.smtp_port}")


def _postgres_tools() -> Finding:
    missing = [tool for tool in ("pg_dump", "pg_restore") if shutil.which(tool) is None]
    advice = "install PostgreSQL's client programs, as new as the server" if missing else ""
    return Finding(
        what="backup", found=f"no {', '.join(missing)}" if missing else "pg_dump", advice=advice
    )
