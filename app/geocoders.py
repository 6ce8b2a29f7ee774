"""Which geocoder the settings name, and where its data lies; knows no request."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from app.config import Settings
from app.imported import Imported
from routing.geocode.answer import Geocoder
from routing.geocode.index import IndexWrong, Places
from routing.geocode.services import NOMINATIM_POLICY, PUBLIC_NOMINATIM, Service


def index_path(settings: Settings, name: str | None = None) -> Path:
    """The index of an import; without a name of the one in use. Raises ValueError for no name."""
    name = settings.roads if name is None else name
    return Imported(instance=settings.instance, name=name).index


def open_index(settings: Settings, name: str | None = None) -> Places:
    """The embedded geocoder. Raises IndexWrong, and ValueError for no name."""
    return Places(index_path(settings, name))


class Geocoders:
    """Keeps the geocoder of an installation; an index that was made anew is opened anew."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before it is asked for."""
        self._settings = settings
        self._places: Places | None = None
        self._stamp: tuple[int, int] = (0, 0)

    def current(self) -> Geocoder | None:
        """Whom to ask now, or None. Raises IndexWrong for an index that cannot be read."""
        if self._settings.geocoder == "embedded":
            return self._embedded()
        return service(self._settings)

    def _embedded(self) -> Places | None:
        path = index_path(self._settings)
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        # The old index is not closed: another thread may be reading it. The last reader frees it.
        stamp = (found.st_mtime_ns, found.st_ino)
        if self._places is None or stamp != self._stamp:
            self._places, self._stamp = Places(path), stamp
        return self._places


def service(settings: Settings) -> Service | None:
    """The geocoder that is asked over HTTP, or None when none is set."""
    if settings.geocoder in {"embedded", "none"}:
        return None
    return Service(
        name=settings.geocoder,
        url=settings.geocoder_url,
        contact=settings.geocoder_contact,
        key=settings.geocoder_key,
    )


def advice(settings: Settings) -> tuple[str, str]:
    """What addresses are asked of, and what to do about it; the advice is empty when all is well."""
    if settings.geocoder == "none":
        return "none: coordinates are typed", ""
    if settings.geocoder != "embedded":
        host = urlsplit(settings.geocoder_url).hostname or ""
        if host == PUBLIC_NOMINATIM:
            return f"{settings.geocoder} at {host}", (
                "this public server allows one request a second over all users of an application,"
                f" no bulk and no personal data ({NOMINATIM_POLICY}); better take"
                " ONSITE_GEOCODER=embedded or a server of your own"
            )
        return f"{settings.geocoder} at {host}", ""
    path = index_path(settings)
    if not path.exists():
        return "embedded, no index yet: coordinates are typed; onsite places index makes one", ""
    try:
        Places(path).close()
    except IndexWrong as wrong:
        return "embedded", str(wrong)
    return f"embedded, {path}", ""
