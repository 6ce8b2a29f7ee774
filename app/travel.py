"""Which travel times this installation plans with: providers in order, what they said kept.

Nobody is asked whom the settings do not name. What cannot be used (no address, no imported graph)
is told in the log, by `onsite doctor` and on every plan that had to estimate; it never stops one.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path as FilePath
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app import clock, database, road_servers
from app.config import Settings
from app.context import settings_of
from app.imported import Imported
from app.road_servers import OsrmServers
from dispatch import legs
from dispatch.reach import StoredReach
from routing.travel import osrm_local
from routing.travel.chain import Chain
from routing.travel.crowfly import CrowFly
from routing.travel.forwarding import Forwarding
from routing.travel.learn import Corrected, Lesson
from routing.travel.osrm import Osrm
from routing.travel.osrm_local import Prepared, Programs
from routing.travel.provider import (
    Capabilities,
    Health,
    Profile,
    Provider,
    TravelError,
    TravelRefused,
)
from routing.travel.remembered import Remembered
from routing.travel.valhalla import Valhalla
from schedules.sidecar import Sidecar

KEY = "onsite.travel"
RAW = "onsite.travel-uncorrected"
GRAPH = "routing.travel.graph"
CROWFLY = "crowfly"
log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Put the providers together; nobody is asked yet."""
    open_session = database.opener(app)
    raw = uncorrected(settings_of(app), open_session=open_session, now=clock.clock_of(app))
    app.extensions[RAW] = raw
    app.extensions[KEY] = Corrected(raw, lesson=legs.teacher(open_session, provider=raw.name))


def provider() -> Provider:
    """What the current application plans with."""
    return of(current_app)


def of(app: Flask) -> Provider:
    """What ``app`` plans with."""
    held: Provider = app.extensions[KEY]
    return held


def raw_of(app: Flask) -> Provider:
    """What ``app`` plans with, before it is corrected by what was learned."""
    held: Provider = app.extensions[RAW]
    return held


def made(
    settings: Settings, *, open_session: Callable[[], Session], now: Callable[[], datetime]
) -> Provider:
    """Providers as the settings name them, corrected by what was learned."""
    raw = uncorrected(settings, open_session=open_session, now=now)
    return Corrected(raw, lesson=legs.teacher(open_session, provider=raw.name))


def lesson_about(name: str, *, open_session: Callable[[], Session]) -> Lesson | None:
    """What was learned about a provider, alone or first in the chain."""
    with open_session() as session:
        found = (legs.latest(session, provider=each) for each in (name, f"{name},{CROWFLY}"))
        return next((each.lesson for each in found if each is not None), None)


def alone(settings: Settings, name: str) -> Provider:
    """One provider by its name, as the settings describe it; `Missing` where it cannot be used."""
    return CrowFly() if name == CROWFLY else MAKERS[name](settings).provider


def uncorrected(
    settings: Settings, *, open_session: Callable[[], Session], now: Callable[[], datetime]
) -> Provider:
    """Providers as the settings name them; the crow's flight alone needs neither store nor chain."""
    if names_of(settings) == [CROWFLY]:
        return CrowFly()
    return Installed(settings, reach=StoredReach(open_session, clock=now))


def names_of(settings: Settings) -> list[str]:
    """Names of the providers in order; whoever stands behind the crow's flight is never asked."""
    named = list(dict.fromkeys(settings.travel.split(",")))
    before = named[: named.index(CROWFLY)] if CROWFLY in named else named
    return [*before, CROWFLY]


def imported_of(settings: Settings) -> Imported:
    """Where the import lies that is planned with."""
    return Imported(instance=settings.instance, name=settings.roads)


class Installed(Forwarding):
    """The chain that the settings name; what is imported or started anew is used from then on."""

    def __init__(self, settings: Settings, *, reach: StoredReach) -> None:
        self._settings, self._reach = settings, reach
        self._seen = _seen(settings)
        self._held = Remembered(chain_of(settings), reach=reach)

    @property
    def asked(self) -> Remembered:
        """The chain as it is now."""
        seen = _seen(self._settings)
        if seen != self._seen:
            self._seen = seen
            self._held = Remembered(chain_of(self._settings), reach=self._reach)
        return self._held


def chain_of(settings: Settings) -> Chain:
    """The providers that the settings name, without a store."""
    found = [MAKERS[name](settings) for name in names_of(settings) if name != CROWFLY]
    return Chain(
        [one.provider for one in found],
        graph_version="+".join(one.version for one in found if one.version),
        tell=_tell,
    )


class Missing(Forwarding):
    """A provider that is named and cannot be used; whoever asks it hears ``why``: TravelRefused."""

    def __init__(self, *, name: str, why: str) -> None:
        self._name, self._why = name, why

    @property
    def asked(self) -> Provider:
        """Nobody. Raises TravelRefused, always."""
        raise TravelRefused(self._why)

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(profiles=frozenset(Profile))

    def health(self) -> Health:
        """Never well."""
        return Health(well=False, message=self._why)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A provider and the version of its roads, where it has one."""

    provider: Provider
    version: str = ""


def _osrm(settings: Settings) -> _Found:
    servers, version = road_servers.osrm_servers(settings.osrm_url), ""
    if not servers.usual:
        servers, version = _own_osrm(settings)
    if not servers.usual:
        why = "no OSRM answers: set ONSITE_OSRM_URL, or run onsite roads osrm prepare FILE.osm.pbf"
        return _Found(provider=Missing(name="osrm", why=why))
    osrm = Osrm(servers.usual, hours=servers.hours, version=version)
    return _Found(provider=osrm, version=osrm.graph_version)


def own_data(settings: Settings) -> dict[Profile, Prepared]:
    """Data sets of OSRM that are prepared here, by profile."""
    own = imported_of(settings)
    found = {profile: osrm_local.prepared(own.osrm(profile)) for profile in osrm_local.PROFILES}
    return {profile: data for profile, data in found.items() if data is not None}


def sidecars(settings: Settings) -> list[Sidecar]:
    """Servers for the data sets that are prepared here; they run while entered as contexts.

    None where OSRM is not named, or an address of one is set.
    """
    return own_servers(settings) if needs_sidecars(settings) else []


def own_servers(settings: Settings) -> list[Sidecar]:
    """Servers for the data sets that are prepared here, whoever is asked."""
    programs = osrm_local.Programs.of(settings.instance.resolve())
    return [
        Sidecar(
            name=f"osrm-{profile.value}",
            command=partial(_serve, data, programs),
            answers=partial(_answers, profile),
            address=osrm_local.address_file(data.base.parent),
        )
        for profile, data in own_data(settings).items()
    ]


def needs_sidecars(settings: Settings) -> bool:
    """Whether OSRM is named, and no address of one is set."""
    return "osrm" in names_of(settings) and not settings.osrm_url


def _serve(data: Prepared, programs: Programs, port: int) -> list[str]:
    newest = osrm_local.prepared(data.base.parent) or data
    return osrm_local.serve_command(newest, programs=programs, port=port)


def _answers(profile: Profile, address: str) -> bool:
    return Osrm({profile: address}).health().well


def _own_osrm(settings: Settings) -> tuple[OsrmServers, str]:
    """Addresses of our own servers that answer now, and the version of their roads."""
    urls: dict[Profile, str] = {}
    versions: list[str] = []
    for profile, data in own_data(settings).items():
        with contextlib.suppress(OSError):
            urls[profile] = osrm_local.address_file(data.base.parent).read_text(encoding="ascii")
            versions.append(data.version)
    return OsrmServers(urls, {}), "-".join(versions)


def _valhalla(settings: Settings) -> _Found:
    if not settings.valhalla_url:
        why = "there is no Valhalla: set ONSITE_VALHALLA_URL to its address"
        return _Found(provider=Missing(name="valhalla", why=why))
    valhalla = Valhalla(settings.valhalla_url, by_hour=settings.valhalla_traffic)
    return _Found(provider=valhalla, version=valhalla.graph_version)


def _graph(settings: Settings) -> _Found:
    file = imported_of(settings).graph
    why = f"no road graph is imported for {settings.roads}: run onsite roads import FILE.osm.pbf"
    if not file.exists():
        return _Found(provider=Missing(name="graph", why=why))
    roads: Any = importlib.import_module(GRAPH)  # loads a compiler, so only where it is used
    try:
        graph = roads.RoadGraph(file)
    except roads.RoadsUnusable as broken:
        return _Found(provider=Missing(name="graph", why=str(broken)))
    return _Found(provider=graph, version=graph.about.version)


MAKERS = {"osrm": _osrm, "graph": _graph, "valhalla": _valhalla}


def _tell(name: str, error: TravelError) -> None:
    log.warning("travel.not-answered", provider=name, code=error.code, why=str(error))


def _seen(settings: Settings) -> tuple[int, ...]:
    """When the files were written on which the chain stands: another chain, where it differs."""
    own = imported_of(settings)
    files = [own.graph] if "graph" in names_of(settings) else []
    if needs_sidecars(settings):
        files += [osrm_local.address_file(own.osrm(profile)) for profile in osrm_local.PROFILES]
    return tuple(_changed_at(file) for file in files)


def _changed_at(file: FilePath) -> int:
    """When a file was written, in nanoseconds; 0 where there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
