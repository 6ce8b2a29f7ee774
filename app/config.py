"""Every setting of Onsite, in one frozen class; the only reader of the environment.

The environment (``ONSITE_NAME``) wins over ``settings.toml`` in the instance folder, which wins
over the defaults. Read once, at the start. An unknown name or a malformed value stops the start
with a sentence for each mistake; nothing is guessed.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zoneinfo import available_timezones

from app import base_map, geocoder_choice, imported, road_servers, secret_key, values
from app.base_map import BaseMap
from app.values import setting

LANGUAGES = ("en", "fr", "pl", "ja")
PREFIX = "ONSITE_"
# Names that belong to the tests; the product passes over them.
FOR_TESTS = ("ONSITE_TEST_", "ONSITE_BENCHMARKS")


class SettingsWrong(Exception):
    """The settings cannot be used; ``faults`` holds one sentence for each mistake."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may be set. The defaults run on a laptop, with no outside service."""

    instance: Path = setting(Path("instance"), "the only folder that is written to at run time")  # noqa: RUF009
    database_url: str = setting(
        "",
        "PostgreSQL as postgresql+psycopg://…; empty: SQLite in the instance folder",
        pattern=r"(sqlite:///|postgresql\+psycopg://).*",
        hidden=True,
    )
    secret_key: str = setting(
        "",
        "signs sessions and links; empty: made at the first start, kept in the instance folder",
        pattern=r".{32,}",
        hidden=True,
    )
    old_secret_keys: str = setting(
        "",
        "former secret keys, separated by spaces: their links stay good, new ones are not signed",
        hidden=True,
    )

    host: str = setting("127.0.0.1", "address that the server listens on")
    port: int = setting(8000, "port that the server listens on", at_least=1, at_most=65535)
    threads: int = setting(64, "requests served at the same time", at_least=8, at_most=512)
    streams: int = setting(
        48, "live streams at the same time; fewer than threads", at_least=1, at_most=500
    )
    base_url: str = setting(
        "",
        "address in links that are sent out; empty: http://HOST:PORT",
        pattern=r"https?://[^\s/]+",
    )
    proxies: int = setting(
        0, "reverse proxies in front, whose X-Forwarded headers count", at_least=0, at_most=5
    )
    https_only: bool = setting(
        False, "cookies only over https, and browsers told so; set it behind a TLS proxy"
    )

    language: str = setting("en", "language where nobody asked for another", choices=LANGUAGES)
    zone: str = setting("Europe/Paris", "time zone where no site or territory gives one")
    demo: bool = setting(
        False, "demo mode: sign-in links without passwords, and a clock of its own"
    )
    session_hours: int = setting(12, "a sign-in ends after so many hours", at_least=1, at_most=168)
    session_idle_minutes: int = setting(
        240, "a sign-in ends after so many minutes without a request", at_least=5, at_most=10080
    )
    link_days: int = setting(30, "a customer's link is good for so long", at_least=1, at_most=365)
    hold_minutes: int = setting(
        5, "a window is held for so long while the customer decides", at_least=1, at_most=60
    )
    sign_ins_per_minute: int = setting(
        10, "tries to sign in from one address in a minute", at_least=1, at_most=1000
    )
    links_per_minute: int = setting(
        120, "requests from one address to customers' pages in a minute", at_least=1, at_most=10000
    )
    upload_megabytes: int = setting(
        8, "largest request body that is accepted", at_least=1, at_most=256
    )

    plan_seconds: int = setting(20, "time limit of one search for a plan", at_least=1, at_most=3600)
    plan_workers: int = setting(
        2, "processor cores that one search may use", at_least=1, at_most=128
    )
    plan_seed: int = setting(
        1, "seed of the search: the same brief gives the same plan", at_least=0, at_most=2**31 - 1
    )
    plan_memory_megabytes: int = setting(
        6144,
        "address space that one search may take; libraries alone reserve 2 GB",
        at_least=256,
        at_most=1_048_576,
    )
    plan_spare: bool = setting(
        True, "keep one engine ready, so that a plan begins at once; takes 120 MB of memory"
    )
    repair_changes: int = setting(
        0,
        "changes that a repair may choose to make; 0: as many as pay",
        at_least=0,
        at_most=1000,
    )
    shift_visits: int = setting(
        0, "most visits of one shift; 0: as many as fit", at_least=0, at_most=100
    )
    reserve_percent: int = setting(
        0,
        "share of each shift that customers cannot book until a day before",
        at_least=0,
        at_most=90,
    )
    nightly_plan_hour: int = setting(
        17, "hour (UTC) at which tomorrow is planned", at_least=0, at_most=23
    )
    queue: str = setting("embedded", "what runs tasks and chores", choices=("embedded", "postgres"))

    travel: str = setting(
        "crowfly",
        "who tells travel times, in order: osrm, graph, valhalla, crowfly, which always answers last",
        pattern=r"(osrm|graph|valhalla|crowfly)(,(osrm|graph|valhalla|crowfly))*",
    )
    roads: str = setting(
        "area",
        "name of the imported roads: a folder in roads in the instance folder",
        pattern=imported.NAME,
    )
    osrm_url: str = setting(
        "",
        "address of an OSRM for cars; others beside it as bike=http://… car@morning-rush=http://…",
        pattern=road_servers.ADDRESSES,
    )
    valhalla_url: str = setting(
        "",
        "address of a Valhalla server, with its key as a query where it needs one",
        pattern=r"https?://\S+",
        hidden=True,
    )
    valhalla_traffic: bool = setting(
        False, "ask Valhalla for each part of the day; its tiles must have been built with traffic"
    )
    geocoder: str = setting(
        "embedded",
        "who finds coordinates for addresses; embedded asks the index of ONSITE_ROADS, if there is one",
        choices=geocoder_choice.NAMES,
    )
    geocoder_url: str = setting(
        "",
        "address of that service; no public server is taken by itself",
        pattern=r"https?://\S+",
    )
    geocoder_contact: str = setting(
        "",
        "how the service's owner can reach you; Nominatim demands it",
        pattern=r"\S+@\S+|https?://\S+",
    )
    geocoder_key: str = setting("", "key of the service, where it needs one", hidden=True)
    map: str = setting(
        "",
        "what lies under maps; empty: OpenStreetMap's tiles in demo mode, else only our own ground",
        choices=("", "none", "pmtiles", "tiles"),
    )
    map_pmtiles: str = setting(
        "",
        "file that maps are drawn from; empty: map.pmtiles of ONSITE_ROADS. Nobody else sees anything",
    )
    map_tile_url: str = setting(
        "",
        "a tile server's https://HOST/…{z}/{x}/{y}…; it sees which areas your people look at, from where",
        pattern=base_map.TILE_URL,
    )
    map_attribution: str = setting(
        "",
        "whose tiles these are, in plain words; an address behind them becomes their link",
        pattern=r"[^<>]+",
    )
    smtp_host: str = setting("", "mail server; empty: mail stays readable in the outbox")
    smtp_port: int = setting(587, "port of the mail server", at_least=1, at_most=65535)
    smtp_security: str = setting(
        "starttls", "how the connection to it is protected", choices=("starttls", "tls", "none")
    )
    smtp_user: str = setting("", "name at the mail server; empty: none is given")
    smtp_password: str = setting("", "password at the mail server", hidden=True)
    mail_from: str = setting("Onsite <onsite@localhost>", "sender of mail", pattern=r"[^@]+@[^@]+")

    node: str = setting("auto", "which Node builds the assets", choices=("auto", "system", "wheel"))
    log: str = setting(
        "info", "least grave events that are logged", choices=("debug", "info", "warning", "error")
    )

    @property
    def database(self) -> str:
        """The URL of the database, never empty."""
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'onsite.db'}"

    @property
    def base_map(self) -> BaseMap:
        """What lies under maps."""
        usual = imported.Imported(instance=self.instance, name=self.roads).base_map
        return base_map.chosen(
            named=self.map,
            file=Path(self.map_pmtiles).expanduser() if self.map_pmtiles else usual,
            tile_url=self.map_tile_url,
            attribution=self.map_attribution,
            demo=self.demo,
        )

    @property
    def public_url(self) -> str:
        """Where people outside reach this server, without a slash at the end."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def signing_keys(self) -> list[str]:
        """Keys for sessions and links, oldest first; the last one signs."""
        return [*self.old_secret_keys.split(), self.secret_key]

    def with_secret(self) -> Self:
        """Make sure that there is a secret key; the first call writes it, readable to us only."""
        if self.secret_key:
            return self
        return dataclasses.replace(self, secret_key=secret_key.kept(self.instance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One setting, for the README's table and the settings page."""

    name: str
    variable: str
    kind: str
    default: str
    allowed: str
    doc: str
    hidden: bool


def described() -> tuple[Described, ...]:
    """Describe every setting, in the order in which they are declared."""
    return tuple(_describe(field) for field in dataclasses.fields(Settings))


def load(
    overrides: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings; ``overrides`` win over everything, ``environ`` stands for the environment.

    Raises SettingsWrong with every mistake that was found.
    """
    environ = os.environ if environ is None else environ
    overrides = overrides or {}
    faults: list[str] = []
    given = _from_environment(environ, faults)
    instance = _instance(given, overrides)
    merged = {**_from_file(instance / "settings.toml", faults), **given, **overrides}
    merged["instance"] = instance
    given_values: dict[str, Any] = {}
    for name, raw in merged.items():
        field = _FIELDS.get(name)
        if field is None:
            faults.append(f"There is no setting called {name}.")
            continue
        try:
            given_values[name] = values.checked(field, raw)
        except ValueError as wrong:
            faults.append(f"{PREFIX}{name.upper()} {wrong}.")
    if not faults:
        settings = Settings(**given_values)
        faults.extend(_disagreements(settings))
        if not faults:
            return settings
    raise SettingsWrong(faults)


_FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
_KINDS = {"bool": "yes or no", "int": "whole number", "str": "text", "Path": "folder"}


def _describe(field: dataclasses.Field[Any]) -> Described:
    facts = field.metadata
    default = str(field.default)
    if isinstance(field.default, bool):
        default = "yes" if field.default else "no"
    allowed = ", ".join(filter(None, facts["choices"]))
    if facts["at_least"] is not None:
        allowed = f"{facts['at_least']} to {facts['at_most']}"
    return Described(
        name=field.name,
        variable=PREFIX + field.name.upper(),
        kind=_KINDS[str(field.type)],
        default=default,
        allowed=allowed,
        doc=facts["doc"],
        hidden=facts["hidden"],
    )


def _from_environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable.startswith(FOR_TESTS):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in _FIELDS or variable != variable.upper():
            faults.append(f"The environment sets {variable}, but there is no such setting.")
        else:
            found[name] = value
    return found


def _instance(given: Mapping[str, object], overrides: Mapping[str, object]) -> Path:
    """Find the instance folder: named, or in the checkout, or where an installed Onsite runs."""
    named = overrides.get("instance") or given.get("instance")
    if named:
        return Path(str(named)).expanduser()
    checkout = Path(__file__).parent.parent
    return (checkout if (checkout / "setup.cfg").exists() else Path.cwd()) / "instance"


def _from_file(path: Path, faults: list[str]) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        faults.append(f"{path} cannot be read: {broken}.")
        return {}
    if "instance" in content:
        faults.append(f"{path} lies in the instance folder, so it cannot name another one.")
    return {name: value for name, value in content.items() if name != "instance"}


def _disagreements(settings: Settings) -> Iterable[str]:
    """Find settings that are right one by one but not together."""
    if settings.streams >= settings.threads:
        yield (
            "ONSITE_STREAMS must be smaller than ONSITE_THREADS:"
            " each live stream keeps one thread busy."
        )
    if settings.zone not in available_timezones():
        yield f"ONSITE_ZONE is {settings.zone!r}, but no such time zone is known."
    yield from geocoder_choice.disagreements(
        named=settings.geocoder,
        url=settings.geocoder_url,
        contact=settings.geocoder_contact,
        key=settings.geocoder_key,
    )
    yield from base_map.disagreements(
        named=settings.map,
        pmtiles=settings.map_pmtiles,
        tile_url=settings.map_tile_url,
        attribution=settings.map_attribution,
    )
    yield from road_servers.disagreements(
        travel=settings.travel,
        osrm_url=settings.osrm_url,
        valhalla_url=settings.valhalla_url,
        valhalla_traffic=settings.valhalla_traffic,
    )
    if settings.queue == "postgres" and not settings.database_url.startswith("postgresql"):
        yield "ONSITE_QUEUE is postgres, so ONSITE_DATABASE_URL must name a PostgreSQL."
